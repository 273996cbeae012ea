/*
 * What is counted for one group of employees in one period: whole numbers that can be added to those of another group or, but for the counts of
 * persons, of another period. Every figure is made from these and nothing else.
 */
#pragma once

#include "common/base/arena.h"
#include "provider-svc/core/figures/duration_class.h"

/* Whom a share of persons without absence is taken of. */
enum cohort {
	COHORT_ANY_DAY,      /* employed on some day of the period */
	COHORT_WHOLE_PERIOD, /* on every day */
	COHORT_LAST_DAY,     /* on its last day */
};
enum { COHORTS = COHORT_LAST_DAY + 1 };

/* Sums of weighted days of the employments whose full-time week has so many hours: a part-time factor is contract hours / norm hours, and what has
 * the same norm can be added without a fraction. */
struct cell_weight {
	int32_t norm_hours_x100;
	uint64_t employed;                          /* days × contract hours x100 */
	uint64_t absent;                            /* days × contract hours x100 × percentage x100, leave left out */
	uint64_t absent_with_leave;                 /* with leave */
	uint64_t absent_by_class[DURATION_CLASSES]; /* parts of `absent` */
};

struct cell {
	uint64_t head_days;   /* days on which each person is a head here */
	uint64_t heads_first; /* heads on the first day of the period */
	uint64_t heads_last;  /* on its last */
	uint64_t reports;     /* cases that begin in the period and count as a report */
	uint64_t ended;       /* cases recovered in it */
	uint64_t ended_days;  /* how long these lasted, altogether */
	uint64_t ended_by_class[DURATION_CLASSES];
	uint64_t persons[COHORTS];
	uint64_t without_day[COHORTS];    /* of them, without a day of absence in the period */
	uint64_t without_report[COHORTS]; /* without a report in it */
	uint64_t hour_days;               /* of head_days, those with contract hours */
	uint64_t hour_persons;            /* persons with such a day; each where the last of them is */
	struct cell_weight *weights;      /* by rising norm */
	size_t weight_count;
	bool overflow; /* a sum did not fit in 64 bits: no figure can be given */
};

/* sum += term × factor, exact or the cell's overflow is set. */
void cell_count(struct cell *cell, uint64_t *sum, uint64_t term, uint64_t factor);

/* The cell's sums for a norm, added when it has none. Valid until the next call. */
struct cell_weight *cell_weight_of(struct cell *cell, int32_t norm_hours_x100, struct arena *arena);

/* sum += cell. */
void cell_merge(struct cell *sum, const struct cell *cell, struct arena *arena);

/* Whether there was nobody and nothing. */
bool cell_is_empty(const struct cell *cell);

/* Whether anybody had contract hours: else figures made of hours are about nobody. */
bool cell_has_hours(const struct cell *cell);
