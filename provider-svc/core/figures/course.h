/*
 * What one person's days were, from the records that the population holds of that person: slices of time in which nothing changes, one for each
 * employment in force, and the cases of absence. Days outside the span asked for are left out. Pure; memory from the arena.
 */
#pragma once

#include "common/base/arena.h"
#include "provider-svc/core/figures/period.h"
#include "schemas/messages.h"

enum { COURSE_NO_CAP = 0, COURSE_FULL_PCT = 10000, COURSE_MAX_HOURS = 16800, COURSE_TEXT = 512 /* bytes of a code, more than a schema allows */ };

/* Every record of one pseudonym; the order means nothing. */
struct course_person {
	const struct population_employment *const *employments;
	size_t employment_count;
	const struct population_absence *const *absences;
	size_t absence_count;
};

/* One case of absence, clipped to its employment. */
struct course_spell {
	const struct population_absence *absence;
	const struct population_employment *employment;
	int64_t until;    /* exclusive; INT64_MAX: open and the employment has no end */
	int64_t counted;  /* days at or after this one count for nothing (the cap) */
	bool recovered;   /* by recovery or by passing into leave, inside its employment */
	bool is_leave;    /* kept out of the absence figures but for the variant with leave */
	bool is_reported; /* counts as a report */
};

struct course_slice {
	struct period days;
	const struct population_employment *employment;
	const struct employment_segment *segment;
	bool is_main;                     /* the employment that the person is counted under as one head */
	const struct course_spell *spell; /* the case that these days of absence belong to; NULL: none but leave */
	int32_t pct;                      /* absent, leave left out, hundredths of a percent */
	int32_t pct_with_leave;
};

struct course {
	struct course_slice *slices; /* by time */
	size_t slice_count;
	struct course_spell *spells; /* leave too; those without their employment, or begun outside it, are left out */
	size_t spell_count;
	struct arena *arena;
};

/* The course of a person over the span. max_days: a case counts for so many days at most, COURSE_NO_CAP: for all. What is given points into the
 * person's records. False (reject) on a record that breaks the contract: TEXT, HOURS, DATE, SEGMENTS, PERCENTAGE. */
MUST_CHECK bool course_of(const struct course_person *person, const struct period *span, int32_t max_days, struct arena *arena,
			  struct course *ret_course, struct error *error);

/* The segment in force on a day of the employment. */
const struct employment_segment *course_segment_at(const struct population_employment *employment, int64_t day);

/* How long a case lasts, as a period that ends on `period_end` sees it: to its recovery, also a later one; one that is not recovered to its end, or
 * to the period's where that is earlier. At most max_days. */
int64_t course_spell_length(const struct course_spell *spell, int32_t period_end, int32_t max_days);
