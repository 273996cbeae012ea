/* Long work: rows of `run`. Each step is a batch of the stream, and moves the row in its transaction. */
#pragma once

#include "vault-svc/store/employer_store.h"

struct run {
	struct run *next;
	int64_t number; /* 0: not in the database yet */
	struct view run_id;
	int32_t employer_no;
	int32_t partition;
	enum run_kind kind;
	bool restores;     /* reconciles an employer after a restore; the contract has no kind for it: OTHER */
	const char *state; /* OPEN, DONE, ABORTED */
	int64_t step;      /* the next one */
	int64_t cursor;
	int64_t started_at;
	int64_t persons;
	int64_t entities;
	int64_t shares; /* live ones that it ended */
	struct view payload;
	int32_t tries; /* of the next step, by processes that may have died of it */
};

/* Queues the question which partitions have open runs: ret_open[p] is set by the sync for p below `partitions`. */
MUST_CHECK bool run_queue_open(struct database *database, int32_t partitions, bool *ret_open, struct error *error);

/* Reads the oldest open run of a partition; *ret NULL when there is none. One round trip. */
MUST_CHECK bool run_load(int32_t partition, struct database *database, struct arena *arena, struct run **ret, struct error *error);

/* Counts a try of the run's next step, at once and whatever becomes of it. A step that is written sets the count to 0. */
MUST_CHECK bool run_count_try(const struct run *run, struct database *database, struct arena *arena, struct error *error);

/* Queues inserting new runs (number 0) and moving others, in order. */
MUST_CHECK bool run_queue_write(const struct run *runs, struct database *database, struct arena *arena, struct error *error);
