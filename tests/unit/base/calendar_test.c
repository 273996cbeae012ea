#include "tests/unit/check.h"

#include "common/base/calendar.h"

static int32_t day(const char *text)
{
	int32_t result = INT32_MIN;

	if (!day_parse(view_text(text), &result))
		fail_msg("%s is no date", text);
	return result;
}

static int64_t moment(const char *text)
{
	int64_t result = INT64_MIN;

	if (!time_parse(view_text(text), &result))
		fail_msg("%s is no time", text);
	return result;
}

static void check_amsterdam(const char *time, const char *expected, const char *file, int line)
{
	char text[16];

	day_format(amsterdam_day(moment(time)), text);
	check_text_at(text, expected, time, file, line);
}

static void every_day_of_five_centuries_is_its_own_date(void **state)
{
	int32_t last = day("2199-12-31");
	struct calendar_date before = date_of(day("1699-12-31"));

	(void)state;
	for (int32_t i = day("1700-01-01"); i <= last; i++) {
		struct calendar_date date = date_of(i);

		check_int(day_of(date), i);
		check(date_exists(date));
		check(date.day == before.day + 1 || (date.day == 1 && (date.month == before.month + 1 || (date.month == 1 && before.month == 12))));
		before = date;
	}
}

static void known_days_have_known_numbers(void **state)
{
	(void)state;
	check_int(day("1970-01-01"), 0);
	check_int(day("1969-12-31"), -1);
	check_int(day("2000-02-29"), 11016);
	check_int(day("2024-03-01"), 19783);
	check_int(day("0001-01-01"), -719162);
}

static void dates_that_do_not_exist_are_refused(void **state)
{
	static const char *const wrong[] = {"2023-02-29", "1900-02-29", "2024-13-01",  "2024-00-10", "2024-04-31", "2024-01-00", "2024-1-01",
					    "24-01-01",   "2024/01/01", "2024-01-01 ", "",           "20240101",   "+024-01-01", "2024-01-0a"};
	int32_t ignored;

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		if (day_parse(view_text(wrong[i]), &ignored))
			fail_msg("%s was taken", wrong[i]);
}

/* Central European time: the switch is at 01:00 UTC, so the day begins at 23:00 UTC in winter, at 22:00 UTC in summer. */
static void a_day_in_amsterdam_follows_summer_time(void **state)
{
	(void)state;
	check_amsterdam("2026-01-14T22:59:59.999Z", "2026-01-14", __FILE__, __LINE__);
	check_amsterdam("2026-01-14T23:00:00.000Z", "2026-01-15", __FILE__, __LINE__);
	check_amsterdam("2026-07-14T21:59:59.999Z", "2026-07-14", __FILE__, __LINE__);
	check_amsterdam("2026-07-14T22:00:00.000Z", "2026-07-15", __FILE__, __LINE__);
	check_amsterdam("2026-03-28T22:59:59Z", "2026-03-28", __FILE__, __LINE__);
	check_amsterdam("2026-03-28T23:00:00Z", "2026-03-29", __FILE__, __LINE__);
	check_amsterdam("2026-03-29T21:59:59Z", "2026-03-29", __FILE__, __LINE__);
	check_amsterdam("2026-03-29T22:00:00Z", "2026-03-30", __FILE__, __LINE__);
	check_amsterdam("2026-10-24T21:59:59Z", "2026-10-24", __FILE__, __LINE__);
	check_amsterdam("2026-10-24T22:00:00Z", "2026-10-25", __FILE__, __LINE__);
	check_amsterdam("2026-10-25T22:59:59Z", "2026-10-25", __FILE__, __LINE__);
	check_amsterdam("2026-10-25T23:00:00Z", "2026-10-26", __FILE__, __LINE__);
	/* years in which the switch falls on the first and last possible day */
	check_amsterdam("2024-03-30T22:30:00Z", "2024-03-30", __FILE__, __LINE__);
	check_amsterdam("2024-03-31T22:00:00Z", "2024-04-01", __FILE__, __LINE__);
	check_amsterdam("2027-03-27T22:30:00Z", "2027-03-27", __FILE__, __LINE__);
	check_amsterdam("2027-03-28T22:00:00Z", "2027-03-29", __FILE__, __LINE__);
	check_amsterdam("2021-10-30T22:30:00Z", "2021-10-31", __FILE__, __LINE__);
	check_amsterdam("2021-10-31T22:30:00Z", "2021-10-31", __FILE__, __LINE__);
}

static void a_day_in_amsterdam_works_before_1970_and_at_new_year(void **state)
{
	(void)state;
	check_amsterdam("1969-12-31T22:59:59Z", "1969-12-31", __FILE__, __LINE__);
	check_amsterdam("1969-12-31T23:00:00Z", "1970-01-01", __FILE__, __LINE__);
	check_amsterdam("2025-12-31T23:00:00Z", "2026-01-01", __FILE__, __LINE__);
	check_int(amsterdam_day(-1), 0);
	check_int(amsterdam_day(-2 * MS_PER_HOUR), -1);
}

static void a_month_earlier_is_the_same_day_or_the_months_last(void **state)
{
	(void)state;
	check_int(day_months_before(day("2026-03-15"), 1), day("2026-02-15"));
	check_int(day_months_before(day("2026-03-31"), 1), day("2026-02-28"));
	check_int(day_months_before(day("2024-03-31"), 1), day("2024-02-29"));
	check_int(day_months_before(day("2026-01-31"), 2), day("2025-11-30"));
	check_int(day_months_before(day("2026-01-01"), 1), day("2025-12-01"));
	check_int(day_months_before(day("2026-05-31"), 60), day("2021-05-31"));
	check_int(day_months_before(day("2024-02-29"), 12), day("2023-02-28"));
	check_int(day_months_before(day("2026-05-31"), 0), day("2026-05-31"));
}

static void the_first_day_of_a_year_is_1_january(void **state)
{
	(void)state;
	check_int(first_day_of_year(day("2026-12-31")), day("2026-01-01"));
	check_int(first_day_of_year(day("2026-01-01")), day("2026-01-01"));
	check_int(first_day_of_year(day("1969-06-01")), day("1969-01-01"));
}

static void times_are_read_with_zone_and_fraction(void **state)
{
	(void)state;
	check_int(moment("1970-01-01T00:00:00Z"), 0);
	check_int(moment("1970-01-01T01:00:00+01:00"), 0);
	check_int(moment("1969-12-31T19:30:00-04:30"), 0);
	check_int(moment("1970-01-01T00:00:00.5Z"), 500);
	check_int(moment("1970-01-01T00:00:00.123456Z"), 123);
	check_int(moment("2025-10-09T08:53:20.002z"), INT64_C(1760000000002));
	check_int(moment("1969-12-31t23:59:59.999Z"), -1);
}

static void what_is_no_time_is_refused(void **state)
{
	static const char *const wrong[] = {"2026-01-01",
					    "2026-01-01T00:00:00",
					    "2026-01-01T24:00:00Z",
					    "2026-01-01T00:60:00Z",
					    "2026-01-01T00:00:60Z",
					    "2026-01-01T00:00:00.Z",
					    "2026-01-01T00:00:00+1:00",
					    "2026-01-01T00:00:00+24:00",
					    "2026-02-30T00:00:00Z",
					    "2026-01-01 00:00:00Z",
					    "2026-01-01T00:00:00Zx",
					    "2026-01-01T00:00:00+01:60",
					    "",
					    "2026-01-01T00:00:00+0100",
					    "2026-01-01T00:00:00.000 Z",
					    "2026-01-01T0:00:00Z"};
	int64_t ignored;

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		if (time_parse(view_text(wrong[i]), &ignored))
			fail_msg("%s was taken", wrong[i]);
}

static void days_and_times_are_written_as_they_are_read(void **state)
{
	char text[32];
	char date[16];

	(void)state;
	time_format(INT64_C(1760000000002), text);
	check_text(text, "2025-10-09T08:53:20.002Z");
	time_format(-1, text);
	check_text(text, "1969-12-31T23:59:59.999Z");
	day_format(day("2024-02-29"), date);
	check_text(date, "2024-02-29");
	for (int64_t time = -MS_PER_DAY * 400; time < MS_PER_DAY * 400; time += 12345678) {
		time_format(time, text);
		check_int(moment(text), time);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_day_of_five_centuries_is_its_own_date),
		cmocka_unit_test(known_days_have_known_numbers),
		cmocka_unit_test(dates_that_do_not_exist_are_refused),
		cmocka_unit_test(a_day_in_amsterdam_follows_summer_time),
		cmocka_unit_test(a_day_in_amsterdam_works_before_1970_and_at_new_year),
		cmocka_unit_test(a_month_earlier_is_the_same_day_or_the_months_last),
		cmocka_unit_test(the_first_day_of_a_year_is_1_january),
		cmocka_unit_test(times_are_read_with_zone_and_fraction),
		cmocka_unit_test(what_is_no_time_is_refused),
		cmocka_unit_test(days_and_times_are_written_as_they_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) == 0 ? 0 : 1;
}
