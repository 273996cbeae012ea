/* What was under way when a process died: noted before each batch, read at the next take-over. The records concerned then go one by one, each under
 * an attempt row of its own, and one that ends the process twice more is not processed a third time. Work thread only. */
#pragma once

#include "common/stream/batch.h"

#define ATTEMPTS_MAX 2

struct suspicion {
	bool active;
	int32_t attempts;                 /* how often the record was tried singly, when there is but one */
	int64_t first[STREAM_INPUTS_MAX]; /* -1: not under suspicion */
	int64_t last[STREAM_INPUTS_MAX];
	int64_t careful_batches; /* so many more are decoded behind an attempt row */
};

/* Reads the attempt rows of the partitions; those whose batch has not been committed, of partitions that were not left in order, become suspicions
 * where the session that noted them is gone. `suspicions` is by partition number. */
MUST_CHECK bool attempts_read(struct suspicion *suspicions, const struct position_table *table, struct database *database, const int32_t *partitions,
			      size_t count, struct error *error);

/* True when the record is to be tried singly. */
bool suspicion_covers(const struct suspicion *suspicion, const struct stream_record *record);

/* The number of this try, from 1, of a single record under suspicion. Above ATTEMPTS_MAX it is not to be processed. */
int32_t suspicion_attempt(const struct suspicion *suspicion, const struct stream_record *record);

/* The record has been dealt with. */
void suspicion_clear(struct suspicion *suspicion, const struct stream_record *record);

/* Notes that the batch is about to be worked on; attempt: number of the try of a single record under suspicion, else 0. One round trip. */
MUST_CHECK bool attempt_note(const struct batch *batch, int64_t number, int32_t attempt, struct database *database, struct arena *arena,
			     struct error *error);

/* The process ends by itself, whatever the reason: what this session noted did not end it. One round trip. */
MUST_CHECK bool attempts_withdraw_own(struct database *database, struct error *error);
