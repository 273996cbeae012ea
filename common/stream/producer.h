/* The transactional producer: one at a time, made anew whenever what became of a request is in doubt. Publish thread only. */
#pragma once

#include "common/stream/engine.h"
#include "common/stream/outbox.h"

struct producer_topic;

struct producer {
	struct stream *stream;
	rd_kafka_t *handle; /* NULL: none */
	struct producer_topic *topics;
	size_t topic_count;
	/* Written by librdkafka's threads. */
	_Atomic uint32_t ends_sent; /* EndTxn requests of the present transaction */
	_Atomic uint32_t faults;    /* transactional requests that failed or were not answered in time */
	/* Of the present transaction. */
	int64_t limit_ms; /* by the monotonic clock: given up then */
	uint64_t produced;
	uint64_t delivered;
	uint64_t refused;
	rd_kafka_resp_err_t refusal;
	char refusal_topic[250];
	bool worn; /* no further transaction with this one */
};

/* No producer yet. */
void producer_init(struct producer *producer, struct stream *stream);

/* Makes a producer in place of the present one; the former one's transaction, and any of the same instance's former process, is ended by the broker
 * before this returns. RETRY when no broker answers in time: call it again. */
MUST_CHECK bool producer_renew(struct producer *producer, struct error *error);

/* Has the broker end whatever transaction another instance has open, by its transactional id, and refuse what that instance's producer still sends.
 * Any thread. */
MUST_CHECK bool producer_end_of(struct stream *stream, const char *transactional_id, struct error *error);

/* Begins a transaction. */
MUST_CHECK bool producer_begin(struct producer *producer, struct error *error);

/* Adds all frames of a chunk, whose bytes must stay until the transaction has ended. */
MUST_CHECK bool producer_add(struct producer *producer, struct view chunk, struct error *error);

/* Waits until every record of the transaction has been acknowledged; false unless all were. */
MUST_CHECK bool producer_flush(struct producer *producer, struct error *error);

/* Adds the input offsets to the transaction. */
MUST_CHECK bool producer_send_offsets(struct producer *producer, const rd_kafka_topic_partition_list_t *offsets,
				      const rd_kafka_consumer_group_metadata_t *group, struct error *error);

/* Commits. True: committed for certain. False: in doubt or not committed; the producer is worn and what happened must be looked up after renewing. */
MUST_CHECK bool producer_commit(struct producer *producer, struct error *error);

/* Whether the present producer may serve another transaction, by what became of the requests of this one. */
bool producer_is_worn(const struct producer *producer);

/* Destroys the present producer, if any; what it still holds is given up. */
void producer_close(struct producer *producer);
