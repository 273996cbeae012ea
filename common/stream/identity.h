/* kluis-id: the same output has the same id whenever it is published. The text is `generation/cause/partition/number/n`. */
#pragma once

#include "common/base/arena.h"
#include "common/stream/stream.h"

#define IDENTITY_TEXT_SIZE 384 /* room for any id with its NUL; a cause's name is cut at 255 bytes */
#define IDENTITY_HIDDEN_SIZE 33

/* Counts n per cause and output topic within one batch; zero is empty. */
struct identity_counts {
	struct identity_count *table; /* in the batch's arena */
	size_t used;
	size_t room;
};

/* The next n of this cause on this topic (interned), from 0. */
int64_t identity_number(struct identity_counts *counts, struct arena *arena, const char *topic, const struct stream_cause *cause);

/* Writes the id's text; returns its length. */
size_t identity_text(int32_t generation, const struct stream_cause *cause, int64_t n, char ret_text[static IDENTITY_TEXT_SIZE]);

/* The hidden form: hex of BLAKE2b-128 of the text under the topic's key. */
void identity_hide(const uint8_t key[static 32], struct view text, char ret_text[static IDENTITY_HIDDEN_SIZE]);
