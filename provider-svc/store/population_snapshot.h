/* The population tables as they are at one moment, streamed: persons one by one, in the order of their pseudonyms. */
#pragma once

#include "common/db/database.h"
#include "provider-svc/core/figures/roll.h"

/* Begins a read-only transaction on one snapshot; what follows reads that. */
MUST_CHECK bool population_snapshot_begin(struct database *database, struct error *error);

/* About how many rows of persons there are, as PostgreSQL last counted them; 0: not known. */
MUST_CHECK bool population_snapshot_estimate(struct database *database, uint64_t *ret_rows, struct error *error);

/* What the markers said of the employers, names in the arena; one whose load has not ended is as one whose first load has not. */
MUST_CHECK bool population_snapshot_employers(struct database *database, struct arena *arena, struct population_employer **ret_employers,
					      size_t *ret_count, struct error *error);

/* Every unit (employer_id null: of all), with what the figures need, in the arena. */
MUST_CHECK bool population_snapshot_units(struct database *database, struct view employer_id, struct arena *arena,
					  const struct population_unit *const **ret_units, size_t *ret_count, struct error *error);

/* Told how many rows have been read. */
typedef void population_snapshot_report(void *context, uint64_t rows);

struct population_snapshot_walk {
	struct view employer_id; /* null: of all */
	roll_visit *visit;
	void *context;
	population_snapshot_report *report;
	void *report_context;
};

/* Visits every person with what the figures need of its records: names and what else they do without are null. Holds some thousands of rows at a
 * time. STOP SEGMENTS for a row that the service did not write. */
MUST_CHECK bool population_snapshot_persons(struct database *database, const struct population_snapshot_walk *walk, struct error *error);
