/* Which partition a key belongs to, as Kafka's Java client hashes (contract/README.md, Wire format). */
#pragma once

#include "common/base/view.h"

/* murmur2 with Kafka's seed. */
int32_t murmur2(struct view key);

/* (murmur2(key) & 0x7fffffff) mod count; count is positive. */
int32_t partition_of(struct view key, int32_t count);
