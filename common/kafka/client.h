/*
 * A plain Kafka client for command lines: topics, sending, reading. Not the services' engine: nothing here is transactional. One thread at a time.
 * Signals should be blocked before the first one is made, or be left at their defaults.
 */
#pragma once

#include "common/base/arena.h"
#include "common/base/error.h"
#include "common/stream/stream.h"

struct kafka_client;

/* A producer handle, used for administration as well. Options are librdkafka's; bootstrap.servers is needed. STOP KAFKA_OPTION for one that
 * librdkafka does not take. Nothing is connected yet. */
MUST_CHECK bool kafka_client_new(const struct stream_option *options, size_t count, struct kafka_client **ret, struct error *error);

/* Frees, giving up on what was not flushed; NULL is fine. */
void kafka_client_free(struct kafka_client *client);

/* Waits until a broker answers. RETRY KAFKA_DOWN when none does in time. */
MUST_CHECK bool kafka_client_reach(struct kafka_client *client, int32_t timeout_ms, struct error *error);

/* What is said about how far sending is; done rises to total. */
typedef void kafka_progress(void *context, uint64_t done, uint64_t total);

/* Queues one record to an existing topic and partition; key and value (null: tombstone) are copied. Waits while the queue is full. Delivery is known
 * after kafka_flush only. */
MUST_CHECK bool kafka_produce(struct kafka_client *client, const char *topic, int32_t partition, struct view key, struct view value,
			      struct error *error);

/* Waits until all queued records have been acknowledged by all replicas in sync. False with the first failed delivery's code, or RETRY KAFKA_TIMEOUT;
 * the counts then begin anew. progress may be NULL. */
MUST_CHECK bool kafka_flush(struct kafka_client *client, int32_t timeout_ms, kafka_progress *progress, void *context, struct error *error);
