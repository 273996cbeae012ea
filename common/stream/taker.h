/* The take stage's own state. Take thread only. */
#pragma once

#include "common/stream/source.h"

enum phase {
	PHASE_IDLE,        /* nothing assigned */
	PHASE_TAKING_OVER, /* the work stage is finding out where to begin */
	PHASE_RUNNING,
	PHASE_GIVING_UP, /* the work stage is finishing */
	PHASE_CLOSED,
};

struct taker {
	struct stream *stream;
	enum phase phase;
	enum { EVENT_NONE, EVENT_ASSIGN, EVENT_REVOKE } event; /* noted by the callback, not served yet */
	bool lost;
	bool leaving;       /* giving up because the stream stops */
	bool owes_unassign; /* giving up what librdkafka revoked, and not what it assigned anew before it had our answer */
	rd_kafka_topic_partition_list_t *assigned;
	struct membership *membership;
	rd_kafka_topic_partition_list_t *next_assigned; /* with EVENT_ASSIGN: what it brought, beside the ones in use */
	struct membership *next_membership;
	struct source *sources; /* by class, partition, input */
	size_t source_count;
	size_t turn[STREAM_WORK];      /* by class: which source comes next */
	bool was_short[STREAM_WORK];   /* by class: the last batch was taken out of turn, since little waited there */
	bool *blocked;                 /* by partition: a record came that cannot be taken */
	struct stream_record *records; /* the batch being collected */
	rd_kafka_message_t **messages;
};

/* Makes a batch of the first count of taker->records, all of the source's class, and hands it to the work stage by that lane. `end`: what follows
 * them. */
void taker_hand_over(struct taker *taker, const struct source *source, size_t count, size_t bytes, const struct batch *end, unsigned lane);

/* Notes, if it is so, that the source passed something over behind the last record handed over; room for one more. */
void taker_note_passed(struct source *source, struct batch *end);

/* Most records in a batch of a class. */
size_t taker_class_limit(const struct stream *stream, enum stream_class class);

/* As many bytes end a batch. */
#define TAKER_BATCH_BYTES ((size_t)2 * 1024 * 1024)

/* Collects one batch of a partition that is behind (stream_is_behind), in the order of the broker's time whatever the class. True when there was
 * anything. */
bool by_time_collect(struct taker *taker, int32_t partition);
