/* The days that a population is about: whole years, and the years before them in which lives are already lived so that somebody is sick on the first
 * day; with what the calendar says of each day. */
#pragma once

#include "common/base/arena.h"

#include <stdint.h>

enum { SPAN_WARM_DAYS = 3 * 365, SPAN_REPORTS_PER_1000_YEARS = 1250 /* by a thousand people at work for a year */ };

struct span_day {
	uint32_t report_chance; /* of 2^32, that somebody at work reports sick */
	int32_t month;          /* counted from the first; negative before it */
	int32_t year;
};

struct span {
	int32_t warm;  /* first day lived */
	int32_t from;  /* first day told and counted */
	int32_t until; /* exclusive */
	int32_t months;
	struct span_day *days; /* from `warm` on */
};

/* `years` calendar years from 1 January of `first_year`; days in the arena. */
void span_of(int32_t first_year, int32_t years, struct arena *arena, struct span *ret);

/* What is known of a day in warm..until-1. */
static inline const struct span_day *span_day(const struct span *span, int32_t day)
{
	return &span->days[day - span->warm];
}
