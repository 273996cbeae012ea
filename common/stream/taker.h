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
	bool *blocked;                 /* by partition: a record came that cannot be taken */
	struct stream_record *records; /* the batch being collected */
	rd_kafka_message_t **messages;
};
