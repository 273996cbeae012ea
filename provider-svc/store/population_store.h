/* The population tables: rows under pseudonyms, for SQL and BI. */
#pragma once

#include "common/db/database.h"
#include "provider-svc/core/population.h"
#include "provider-svc/store/load_store.h"

/* Reads what the markers that this load has seen said of these employers (distinct names); those without a row are left out. Room for `count` in
 * ret_employers. Names are copied into the arena. */
MUST_CHECK bool population_store_employers(struct database *database, struct arena *arena, const struct population_load *load,
					   const struct view *names, size_t count, struct population_employer *ret_employers, size_t *ret_count,
					   struct error *error);

/* Queues what a folded batch comes down to: purges, removals, rows, employers. What the load sees for the first time replaces whatever an earlier one
 * has left, so that its end is what a first reading comes to; after that the highest revision wins. Does not wait. */
MUST_CHECK bool population_store_write(struct database *database, const struct population_fold *fold, const struct population_load *load,
				       struct error *error);
