/* What is true of an employer, counted day by day from the lives as they were drawn: no record, and nothing of the services, has part in it. */
#pragma once

#include "tests/generator/life.h"

#include <stdio.h>

/* One month. Sums of the days on which somebody is employed × contract hours x100; of those of absence × percentage x100 besides. */
struct truth_month {
	uint64_t employed;
	uint64_t absent;
	uint64_t absent_with_leave;
	uint64_t head_days;
	uint64_t heads_last; /* on the last day */
	uint64_t reports;
	uint64_t recovered;
	uint64_t recovered_days; /* whole length of those */
};

struct truth {
	const struct span *span;
	struct truth_month *months;
};

/* Nothing counted yet; in the arena. */
void truth_init(struct truth *truth, const struct span *span, struct arena *arena);

/* Sets all counts to nothing again. */
void truth_clear(struct truth *truth);

/* Counts a life. */
void truth_add(struct truth *truth, const struct life *life);

/* Writes the line that names the columns. */
void truth_write_head(FILE *file);

/* Writes a line for each month. */
void truth_write(const struct truth *truth, struct view employer_id, int32_t norm_hours_x100, FILE *file);
