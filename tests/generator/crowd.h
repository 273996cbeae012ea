/* Employers of mixed sizes, one after the other: each with its units, its people and what is told of them. Memory does not grow with their number,
 * but with the largest employer (10,000 people). */
#pragma once

#include "tests/generator/sheaf.h"
#include "tests/generator/span.h"

#include <stdio.h>

struct crowd_options {
	int32_t first_year;
	int32_t years;
	int64_t employees;   /* persons, those who leave and those who are hired counted */
	int32_t corrections; /* as in struct telling */
	int32_t min_group;   /* in the markers */
	uint64_t seed;
	struct view provider_id; /* other ids for each; the same lives */
};

struct crowd_counts {
	uint64_t employers;
	uint64_t employees;
	uint64_t units;
	uint64_t employments;
	uint64_t spells;
	uint64_t records;
};

/* Takes the records of one employer. */
struct crowd_taker {
	void *context;
	/* Whose records follow. */
	bool (*begin)(void *context, struct view employer_id, struct error *error);
	sheaf_take *take;
};

/* Makes it all, handing records on as they come; what is true goes to the file, which may be NULL. counts are kept up to date meanwhile. */
MUST_CHECK bool crowd_make(const struct crowd_options *options, const struct crowd_taker *taker, FILE *truth, struct crowd_counts *counts,
			   struct error *error);
