#include "tests/generator/span.h"

#include "common/base/calendar.h"

/* Thousandths of the average day, Monday first. */
static const uint64_t weekdays[7] = {1900, 1300, 1150, 1100, 950, 300, 300};
/* Thousandths of the average month, January first: the wave of winter. */
static const uint64_t seasons[12] = {1250, 1300, 1100, 950, 900, 880, 750, 750, 980, 1040, 1060, 1040};

static uint32_t report_chance(int32_t day, int32_t month)
{
	/* 1970-01-01 was a Thursday. */
	uint64_t weekday = weekdays[((day + 3) % 7 + 7) % 7];

	return (uint32_t)(((SPAN_REPORTS_PER_1000_YEARS * weekday * seasons[month - 1]) << 32) / UINT64_C(365250000000));
}

void span_of(int32_t first_year, int32_t years, struct arena *arena, struct span *ret)
{
	struct span span = {.from = day_of((struct calendar_date){first_year, 1, 1}),
			    .until = day_of((struct calendar_date){first_year + years, 1, 1}),
			    .months = 12 * years};

	span.warm = span.from - SPAN_WARM_DAYS;
	span.days = arena_array(arena, (size_t)(span.until - span.warm), sizeof *span.days);
	for (int32_t day = span.warm; day < span.until; day++) {
		struct calendar_date date = date_of(day);

		span.days[day - span.warm] = (struct span_day){
			.report_chance = report_chance(day, date.month), .month = 12 * (date.year - first_year) + date.month - 1, .year = date.year};
	}
	*ret = span;
}
