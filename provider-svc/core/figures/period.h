/* A time that figures are about: from a first day up to, and without, an end. */
#pragma once

#include "common/base/calendar.h"

/* Days since 1970-01-01; from < until. */
struct period {
	int32_t from;
	int32_t until; /* exclusive */
};

enum period_step { PERIOD_WHOLE, PERIOD_MONTH, PERIOD_QUARTER, PERIOD_YEAR };

enum { PERIOD_MAX = 1200 };

/* The days of it. */
int32_t period_days(const struct period *period);

/* The period as a part of calendar years, exact: *ret_numerator / *ret_denominator. A whole year is 1, a leap year too; each day counts as a part
 * of its own year. */
void period_years(const struct period *period, uint64_t *ret_numerator, uint64_t *ret_denominator);

/* How many whole calendar months it is; 0 when it begins or ends inside one. */
int32_t period_months(const struct period *period);

/* What both have in common; false when they have no day in common. */
MUST_CHECK bool period_overlap(const struct period *a, const struct period *b, struct period *ret_overlap);

/* Cuts a period into calendar months, quarters or years (PERIOD_WHOLE: leaves it as it is); the first and the last may be parts of one. False
 * (reject): PERIOD when it ends before it begins, TOO_MANY when there would be more than PERIOD_MAX. */
MUST_CHECK bool period_cut(const struct period *whole, enum period_step step, struct period ret_periods[static PERIOD_MAX], size_t *ret_count,
			   struct error *error);
