/* A batch as the engine holds it: the application's view, the messages it borrows from, what it moves and what it publishes. */
#pragma once

#include "common/stream/engine.h"
#include "common/stream/identity.h"
#include "common/stream/outbox.h"
#include "common/stream/passed.h"
#include "common/stream/position.h"

/* What a batch adds up to; the application sees it only through stream_output_add. */
struct stream_outputs {
	struct outbox outbox;
	struct sequences sequences; /* as they are after the batch */
	struct identity_counts counts;
	struct topics *topics;
	bool failed;
	struct error error;
};

/* How far a batch moves one input. */
struct batch_input {
	size_t input;
	struct position_input after;
};

struct batch {
	struct channel_link link; /* first */
	struct stream_batch open;
	struct membership *membership;
	const struct position *position; /* from batch_begin on */
	rd_kafka_message_t **messages;   /* owned; NULL in a part of another batch */
	size_t message_count;
	struct batch_input *inputs; /* heap */
	size_t input_count;
	size_t bytes;          /* of its messages, about */
	bool undecoded;        /* decode refused it: it is taken apart */
	struct passed *passed; /* heap; beside and behind its records */
	size_t passed_count;
	/* After this batch the partition halts: what comes next on this input is not to be taken. */
	bool halt_after;
	struct error halt;
	size_t halt_input;
	int64_t halt_offset;
	struct stream_outputs outputs;
	bool doubted; /* may have been published by a former owner or transaction, for all that the group's offsets said */
	/* From the commit on: the next offsets of all inputs of the partition, by index; -1: unknown. Heap. */
	int64_t *offsets;
	size_t offset_count;
};

/* An empty batch; takes a reference to the membership. Never NULL. */
struct batch *batch_new(struct stream *stream, struct membership *membership, int32_t partition, enum stream_class class);

/* Frees everything. NULL is fine. */
void batch_free(struct batch *batch);

/* A batch of the records from..to-1 of another one, which must outlive it until it has been settled. Not decoded yet. */
struct batch *batch_part(const struct batch *whole, size_t from, size_t to);

/* Frees what was made of the records, so that trying often takes no more memory than trying once. They have to be decoded again. */
void batch_renew(struct batch *batch);

/* What of a batch only folding and committing need: messages, arena, records. What is published stays. */
void batch_shed(struct batch *batch);

/* Gets ready for fold: no outputs, sequences as in the position. Also before each further try. */
void batch_begin(struct batch *batch, const struct position *position, struct topics *topics);

/* Has the batch move an input back to an offset, as if nothing had been taken of it; `now_ms`: whatever is there was there at that time or comes
 * later. After batch_begin, once for an input. */
void batch_move_back(struct batch *batch, size_t input, int64_t offset, int64_t now_ms);

/* The hash by which a record is recognised. */
void record_hash(const struct stream_record *record, uint8_t ret[static POSITION_HASH_SIZE]);

/* The batch that the application's view belongs to. */
struct batch *batch_of(struct stream_batch *open);
