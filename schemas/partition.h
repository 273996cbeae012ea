/* Which partition a key belongs to, as the Java client hashes. */
#pragma once

#include "common/base/view.h"

/* Kafka's murmur2 (org.apache.kafka.common.utils.Utils.murmur2), seed 0x9747b28c. */
int32_t partition_hash(struct view key);

/* (hash & 0x7fffffff) mod count; count is above 0. */
int32_t partition_of(struct view key, int32_t count);
