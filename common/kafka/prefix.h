/*
 * All that a topic held at one moment: every partition from its first offset to the end that it had at opening, committed records alone, in batches.
 * No group, and nothing is noted anywhere. It always ends: at that end, whatever is sent meanwhile, and whatever a compaction or a transaction has
 * left out before it. One thread.
 */
#pragma once

#include "common/kafka/client.h"

struct kafka_prefix;

/* How far a partition is to be read, and has been. */
struct kafka_prefix_part {
	int64_t first;
	int64_t end;  /* behind the last offset that readers of committed records could see at opening */
	int64_t next; /* first when nothing has been read, end when all has */
};

/* Valid until the next call on the prefix. A tombstone's value is null. */
struct kafka_prefix_record {
	int32_t partition;
	int64_t offset;
	struct view key;
	struct view value;
};

/* Opens a topic and fixes the ends. Options as in kafka_client_new. RETRY with librdkafka's name when no broker answers, STOP UNKNOWN_TOPIC_OR_PART. */
MUST_CHECK bool kafka_prefix_open(const struct stream_option *options, size_t count, const char *topic, struct kafka_prefix **ret,
				  struct error *error);

/* Closes and frees; NULL is fine. */
void kafka_prefix_free(struct kafka_prefix *prefix);

/* The next records, in order within each partition; none when all has been read. RETRY KAFKA_TIMEOUT when nothing came for half a minute. */
MUST_CHECK bool kafka_prefix_next(struct kafka_prefix *prefix, const struct kafka_prefix_record **ret, size_t *ret_count, struct error *error);

/* By partition; borrowed. */
const struct kafka_prefix_part *kafka_prefix_parts(const struct kafka_prefix *prefix, int32_t *ret_count);
