#include "provider-svc/core/figures/period.h"

enum { DAYS_OF_YEAR = 365, DAYS_OF_LEAP_YEAR = 366, MONTHS_OF_YEAR = 12 };

int32_t period_days(const struct period *period)
{
	return period->until - period->from;
}

static int32_t first_day_of(int32_t year)
{
	return day_of((struct calendar_date){.year = year, .month = 1, .day = 1});
}

void period_years(const struct period *period, uint64_t *ret_numerator, uint64_t *ret_denominator)
{
	uint64_t ordinary = 0;
	uint64_t leap = 0;

	for (int32_t from = period->from; from < period->until;) {
		int32_t year = date_of(from).year;
		int32_t begin = first_day_of(year);
		int32_t end = first_day_of(year + 1);
		int32_t until = end < period->until ? end : period->until;

		if (end - begin == DAYS_OF_LEAP_YEAR)
			leap += (uint64_t)(until - from);
		else
			ordinary += (uint64_t)(until - from);
		from = until;
	}
	*ret_numerator = ordinary * DAYS_OF_LEAP_YEAR + leap * DAYS_OF_YEAR;
	*ret_denominator = (uint64_t)DAYS_OF_YEAR * DAYS_OF_LEAP_YEAR;
}

int32_t period_months(const struct period *period)
{
	struct calendar_date from = date_of(period->from);
	struct calendar_date until = date_of(period->until);

	if (from.day != 1 || until.day != 1)
		return 0;
	return (until.year - from.year) * MONTHS_OF_YEAR + until.month - from.month;
}

bool period_overlap(const struct period *a, const struct period *b, struct period *ret_overlap)
{
	struct period overlap = {
		.from = a->from > b->from ? a->from : b->from,
		.until = a->until < b->until ? a->until : b->until,
	};

	if (overlap.from >= overlap.until)
		return false;
	*ret_overlap = overlap;
	return true;
}

/* The first day after `day` on which a step of that many months begins. */
static int32_t next_boundary(int32_t day, int32_t months)
{
	struct calendar_date date = date_of(day);
	int32_t month = (date.month - 1) / months * months + months;

	return day_of((struct calendar_date){.year = date.year + month / MONTHS_OF_YEAR, .month = month % MONTHS_OF_YEAR + 1, .day = 1});
}

bool period_cut(const struct period *whole, enum period_step step, struct period ret_periods[static PERIOD_MAX], size_t *ret_count,
		struct error *error)
{
	static const int32_t months[] = {[PERIOD_MONTH] = 1, [PERIOD_QUARTER] = 3, [PERIOD_YEAR] = 12};
	size_t count = 0;

	if (whole->from >= whole->until)
		return error_set(error, DISPOSITION_REJECT, "PERIOD", "until", "a period ends after it has begun");
	for (int32_t from = whole->from; from < whole->until; from = ret_periods[count - 1].until) {
		int32_t next = step == PERIOD_WHOLE ? whole->until : next_boundary(from, months[step]);

		if (count == PERIOD_MAX)
			return error_set(error, DISPOSITION_REJECT, "TOO_MANY", "periods", "at most %d periods: take longer steps", PERIOD_MAX);
		ret_periods[count++] = (struct period){.from = from, .until = next < whole->until ? next : whole->until};
	}
	*ret_count = count;
	return true;
}
