#include "common/base/partition.h"

#define MULTIPLIER 0x5bd1e995U
#define SEED 0x9747b28cU

int32_t murmur2(struct view key)
{
	uint32_t hash = SEED ^ (uint32_t)key.len;
	const uint8_t *at = key.ptr;
	size_t left = key.len;

	for (; left >= 4; left -= 4, at += 4) {
		uint32_t word = (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;

		word *= MULTIPLIER;
		word ^= word >> 24;
		word *= MULTIPLIER;
		hash = (hash * MULTIPLIER) ^ word;
	}
	if (left > 2)
		hash ^= (uint32_t)at[2] << 16;
	if (left > 1)
		hash ^= (uint32_t)at[1] << 8;
	if (left > 0)
		hash = (hash ^ at[0]) * MULTIPLIER;
	hash ^= hash >> 13;
	hash *= MULTIPLIER;
	hash ^= hash >> 15;
	return (int32_t)hash;
}

int32_t partition_of(struct view key, int32_t count)
{
	return (murmur2(key) & INT32_MAX) % count;
}
