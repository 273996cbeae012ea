/*
 * Where figures come from: the provider's tables, as they are at one moment, or all that the population's topic holds when it is asked, read without
 * a database. Either gives the same persons, units and employers, and so the same figures. One thread; one walk at a time.
 */
#pragma once

#include "common/kafka/prefix.h"
#include "provider-svc/core/figures/roll.h"
#include "provider-svc/provider.h"

struct figures_source;

/* Told now and then how much has been read: records or rows of so many, 0 when it is not known how many there are. */
typedef void figures_report(void *context, uint64_t done, uint64_t total);

/* Opens one. employer_id: what of this employer there is only; null: of all. With `replay` this reads the whole topic, else it begins a read-only
 * transaction on one snapshot. RETRY when what it needs is away, STOP with topic, partition and offset for a record that cannot be taken. */
MUST_CHECK bool figures_source_open(const struct provider *provider, bool replay, struct view employer_id, figures_report *report, void *context,
				    struct figures_source **ret, struct error *error);

/* Closes and frees; NULL is fine. */
void figures_source_close(struct figures_source *source);

/* For CLEANUP() on a struct figures_source *. */
void figures_source_close_p(struct figures_source **source);

/* Visits every person once, in the order of the pseudonyms. */
MUST_CHECK bool figures_source_walk(struct figures_source *source, roll_visit *visit, void *context, struct error *error);

/* Every unit. Borrowed from the arena. */
MUST_CHECK bool figures_source_units(struct figures_source *source, struct arena *arena, const struct population_unit *const **ret_units,
				     size_t *ret_count, struct error *error);

/* After the walk: the employers of whom there is anything, in no order. Borrowed. */
const struct population_employer *figures_source_employers(const struct figures_source *source, size_t *ret_count);

/* What a replay has read, by partition; NULL for the tables. Borrowed. */
const struct kafka_prefix_part *figures_source_parts(const struct figures_source *source, int32_t *ret_count);

/* Records or rows read so far. */
uint64_t figures_source_read(const struct figures_source *source);
