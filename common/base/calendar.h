/* Days and times. A day is an int32_t of days since 1970-01-01, a time an int64_t of milliseconds UTC. Proleptic Gregorian calendar. */
#pragma once

#include "common/base/error.h"
#include "common/base/view.h"

#define MS_PER_HOUR INT64_C(3600000)
#define MS_PER_DAY INT64_C(86400000)

struct calendar_date {
	int32_t year;
	int32_t month; /* 1..12 */
	int32_t day;   /* 1..31 */
};

/* Day number of a date that exists (H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil). */
int32_t day_of(struct calendar_date date);

/* The date of a day number (same source, civil_from_days). */
struct calendar_date date_of(int32_t day);

/* True when month and day exist in that year. */
bool date_exists(struct calendar_date date);

/* Calendar day in Amsterdam at a time: UTC+1, UTC+2 from 01:00 UTC on the last Sunday of March to 01:00 UTC on the last Sunday of October. */
int32_t amsterdam_day(int64_t time_ms);

/* The day `months` months earlier: the same day of the month, else that month's last. */
int32_t day_months_before(int32_t day, int32_t months);

/* First day of the year that `day` lies in. */
int32_t first_day_of_year(int32_t day);

/* "YYYY-MM-DD" to a day; false when it is not exactly that or does not exist. */
MUST_CHECK bool day_parse(struct view text, int32_t *ret_day);

/* RFC 3339 with Z or an offset, up to milliseconds, to a time; false when it is not that. */
MUST_CHECK bool time_parse(struct view text, int64_t *ret_time_ms);

/* A day as YYYY-MM-DD. */
void day_format(int32_t day, char ret_text[static 16]);

/* A time as RFC 3339 in UTC with milliseconds. */
void time_format(int64_t time_ms, char ret_text[static 32]);
