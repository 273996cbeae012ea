/* Loads of the population: which reading of the topic the rows of a partition belong to, and what goes at its end. */
#pragma once

#include "common/base/arena.h"
#include "common/db/database.h"

/* The newest load of a partition. */
struct population_load {
	bool known;     /* has been read */
	int64_t number; /* 0: none has begun */
	int64_t up_to;  /* next offset at which it has seen all that was there when it began */
	bool finished;
};

/* Reads it. */
MUST_CHECK bool load_store_newest(struct database *database, struct arena *arena, int32_t partition, struct population_load *ret,
				  struct error *error);

/* Queues the beginning of a load; from now on nothing of the partition is whole. */
MUST_CHECK bool load_store_queue_begin(struct database *database, struct arena *arena, int32_t partition, int64_t up_to, bool first,
				       struct error *error);

/* Whether rows are left that the load has not confirmed. */
MUST_CHECK bool load_store_unconfirmed(struct database *database, struct arena *arena, int32_t partition, const struct population_load *load,
				       bool *ret_left, struct error *error);

/* Queues the end of some of these. */
MUST_CHECK bool load_store_queue_sweep(struct database *database, struct arena *arena, int32_t partition, const struct population_load *load,
				       struct error *error);

/* Queues the load's end: all of the partition is whole again. Nothing may be left to sweep. */
MUST_CHECK bool load_store_queue_finish(struct database *database, struct arena *arena, int32_t partition, const struct population_load *load,
					struct error *error);
