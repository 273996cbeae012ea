/* Dense numbers: one per output topic and partition, given out batch by batch; and the check of the numbers of a peer's records. Pure. */
#pragma once

#include "common/base/error.h"

#include <stddef.h>
#include <stdint.h>

struct sequence {
	const char *topic; /* interned: equal names have equal pointers */
	int32_t partition; /* of the output */
	int64_t number;    /* last given */
	bool moved;        /* since sequences_copy or sequences_settle */
};

/* Zero is empty. */
struct sequences {
	struct sequence *items; /* heap */
	size_t count;
	size_t room;
};

/* Frees. */
void sequences_done(struct sequences *sequences);

/* Sets the last given number, as read from the database. */
void sequences_set(struct sequences *sequences, const char *topic, int32_t partition, int64_t number);

/* The next number of the topic and partition, from 1; marks it as moved. */
int64_t sequences_next(struct sequences *sequences, const char *topic, int32_t partition);

/* Makes target equal to source, nothing moved: what a batch starts from, and again when it is retried. */
void sequences_copy(struct sequences *target, const struct sequences *source);

/* Takes over what moved in a batch that has been committed; nothing is marked as moved after. */
void sequences_settle(struct sequences *sequences, const struct sequences *batch);

enum sequence_verdict {
	SEQUENCE_NEXT,    /* the one expected */
	SEQUENCE_SEEN,    /* seen before, or of an older generation: drop it */
	SEQUENCE_GAP,     /* one or more are missing */
	SEQUENCE_MISSING, /* the record carries none */
};

/* The last number seen of one input topic and partition; zero: none yet. */
struct sequence_seen {
	int64_t generation;
	int64_t number;
};

/* Judges a record's number against the last seen one. A higher generation begins at 1 anew; where nothing has been seen any number is a beginning. */
enum sequence_verdict sequence_judge(struct sequence_seen seen, int64_t generation, int64_t number);

/* What to halt with: STOP SEQUENCE_MISSING or SEQUENCE_GAP. */
void sequence_error(enum sequence_verdict verdict, struct sequence_seen seen, int64_t generation, int64_t number, const char *topic,
		    struct error *error);

/* "generation.number", both at least 1, no sign or leading zero; false for anything else. */
MUST_CHECK bool sequence_parse(const void *text, size_t len, int64_t *ret_generation, int64_t *ret_number);
