/* Topics: make, look, compare. */
#pragma once

#include "common/kafka/client.h"

struct kafka_topic {
	const char *name;
	int32_t partitions;
	int32_t replication; /* -1: the broker's default */
	const struct stream_option *settings;
	size_t setting_count;
};

/* Creates the topics that are not there; those that are stay as they are. ret_created[i] (may be NULL) says which were made. RETRY KAFKA_DOWN, STOP
 * with librdkafka's error name otherwise. */
MUST_CHECK bool kafka_topics_create(struct kafka_client *client, const struct kafka_topic *topics, size_t count, bool *ret_created,
				    struct error *error);

/* Number of partitions of a topic; 0 when it does not exist. */
MUST_CHECK bool kafka_topic_partitions(struct kafka_client *client, const char *topic, int32_t *ret_partitions, struct error *error);

/* The offset behind the last record of a partition that read_committed readers may see. */
MUST_CHECK bool kafka_topic_end(struct kafka_client *client, const char *topic, int32_t partition, int64_t *ret_end, struct error *error);

/* A topic's settings as the broker has them, defaults included, in the arena. STOP UNKNOWN_TOPIC_OR_PART when it does not exist. */
MUST_CHECK bool kafka_topic_settings(struct kafka_client *client, const char *topic, struct arena *arena, const struct stream_option **ret,
				     size_t *ret_count, struct error *error);

/* The value among settings, NULL when it is not there. */
const char *kafka_setting(const struct stream_option *settings, size_t count, const char *name);

/* Names of all topics that begin with `prefix` ("" for all), in the arena, in no order. */
MUST_CHECK bool kafka_topics_list(struct kafka_client *client, const char *prefix, struct arena *arena, const char *const **ret, size_t *ret_count,
				  struct error *error);
