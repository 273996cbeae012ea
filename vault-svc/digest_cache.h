/*
 * What was applied of each entity, so that an unchanged event costs nothing: a bounded map from entity to a digest of its content, both keyed by a
 * random key of the process. 16 bytes an entry, in buckets of eight; where a bucket is full something in it goes. A false hit needs two chance
 * equalities of 64 bits. Work thread only.
 */
#pragma once

#include "common/base/arena.h"

#include <sodium.h>

struct digest_entry {
	uint64_t entity; /* 0: free */
	uint64_t digest;
};

struct digest_cache {
	struct digest_entry *entries;
	size_t bucket_count;
	uint32_t turn; /* which entry of a full bucket goes next */
	unsigned char key[crypto_shorthash_KEYBYTES];
};

/* Makes a cache of about that many entries; 0: one that never hits. */
void digest_cache_init(struct digest_cache *cache, size_t entries);

/* Frees. */
void digest_cache_done(struct digest_cache *cache);

/* Forgets everything. */
void digest_cache_clear(struct digest_cache *cache);

/* The number that stands for an entity: of an employer, a kind, and up to three parts of its key. */
uint64_t digest_cache_entity(const struct digest_cache *cache, int32_t employer_no, char kind, struct view first, struct view second, int32_t third);

/* The number that stands for a content digest of 16 bytes. */
uint64_t digest_cache_content(const struct digest_cache *cache, const uint8_t digest[static 16]);

/* True when that content was the last applied of that entity. */
bool digest_cache_has(const struct digest_cache *cache, uint64_t entity, uint64_t content);

/* Notes it. */
void digest_cache_put(struct digest_cache *cache, uint64_t entity, uint64_t content);

/* Forgets the entity. */
void digest_cache_drop(struct digest_cache *cache, uint64_t entity);
