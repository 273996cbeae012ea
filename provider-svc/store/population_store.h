/* The population tables: rows under pseudonyms, for SQL and BI. */
#pragma once

#include "common/db/database.h"
#include "provider-svc/core/population.h"

/* Reads what the markers said of these employers (distinct names); those without a row are left out. Room for `count` in ret_employers. Names are
 * copied into the arena. */
MUST_CHECK bool population_store_employers(struct database *database, struct arena *arena, const struct view *names, size_t count,
					   struct population_employer *ret_employers, size_t *ret_count, struct error *error);

/* Queues what a folded batch comes down to: purges, removals, rows, employers. Does not wait. */
MUST_CHECK bool population_store_write(struct database *database, const struct population_fold *fold, struct error *error);
