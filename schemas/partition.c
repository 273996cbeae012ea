#include "schemas/partition.h"

#define MULTIPLIER UINT32_C(0x5bd1e995)

int32_t partition_hash(struct view key)
{
	uint32_t hash = UINT32_C(0x9747b28c) ^ (uint32_t)key.len;
	size_t whole = key.len - key.len % 4;

	for (size_t i = 0; i < whole; i += 4) {
		uint32_t k = (uint32_t)key.ptr[i] | (uint32_t)key.ptr[i + 1] << 8 | (uint32_t)key.ptr[i + 2] << 16 | (uint32_t)key.ptr[i + 3] << 24;

		k *= MULTIPLIER;
		k ^= k >> 24;
		hash = hash * MULTIPLIER ^ k * MULTIPLIER;
	}
	if (key.len > whole) {
		for (size_t i = key.len; i > whole; i--)
			hash ^= (uint32_t)key.ptr[i - 1] << 8 * (i - 1 - whole);
		hash *= MULTIPLIER;
	}
	hash ^= hash >> 13;
	hash *= MULTIPLIER;
	hash ^= hash >> 15;
	return (int32_t)hash;
}

int32_t partition_of(struct view key, int32_t count)
{
	return (partition_hash(key) & INT32_MAX) % count;
}
