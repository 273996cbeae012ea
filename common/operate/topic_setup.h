/* The contract's topics on a real Kafka: made by `setup` and `trust add`, compared by `check`. */
#pragma once

#include "common/kafka/admin.h"
#include "common/operate/checkup.h"
#include "schemas/topic.h"

/* One topic that a deployment needs; owner is null where the contract names none. */
struct topic_wanted {
	enum topic_kind kind;
	struct view owner;
};

/* Makes what is not there, with the contract's settings, and says for each whether it was made. */
MUST_CHECK bool topic_setup(const struct stream_option *kafka, size_t kafka_count, const struct topic_wanted *wanted, size_t count,
			    int32_t partitions, struct error *error);

/* How long a compacted topic keeps its tombstones (delete.retention.ms), as the broker has it. Waits for Kafka, with signals held, until the
 * service is asked to stop; where the broker does not say, what
 * the contract wants, with a warning in the log. */
int64_t topic_tombstones_ms(const struct stream_option *kafka, size_t kafka_count, const char *topic);

/* Each is there, with so many partitions and the contract's settings (max.message.bytes may be larger). True when all are there with these
 * partitions, whatever their settings. */
bool topic_check(const struct stream_option *kafka, size_t kafka_count, const struct topic_wanted *wanted, size_t count, int32_t partitions,
		 struct checkup *checkup);
