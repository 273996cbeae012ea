/* Partitions that were given up, to be noted in PostgreSQL as left in order: once nothing of theirs is on its way to Kafka, where the group took them
 * away without asking. Who takes them over then has nothing of ours to end. Work thread only. */
#pragma once

#include "common/base/error.h"

#include <stddef.h>
#include <stdint.h>

struct worker;

/* Zero is empty. */
struct departure {
	int32_t *partitions; /* heap, as are the others */
	int64_t *fences;
	bool *in_order; /* false: as its former owner had left it, and never ours to work on */
	size_t count;
};

/* Frees; it is then empty. */
void departure_done(struct departure *departure);

/* Remembers all whose fence is ours, before they are forgotten. What was remembered before is dropped. */
void departure_begin(struct worker *worker);

/* Notes what is remembered and forgets it. One round trip, none where nothing is remembered. */
MUST_CHECK bool departure_note(struct worker *worker, struct error *error);

/* The same where nothing of it is on its way any more; else true, and it stays remembered. */
MUST_CHECK bool departure_note_settled(struct worker *worker, struct error *error);
