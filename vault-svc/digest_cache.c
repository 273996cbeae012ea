#include "vault-svc/digest_cache.h"

enum { BUCKET = 8, PART_MAX = 512 };

void digest_cache_init(struct digest_cache *cache, size_t entries)
{
	*cache = (struct digest_cache){.bucket_count = (entries + BUCKET - 1) / BUCKET};
	randombytes_buf(cache->key, sizeof cache->key);
	if (cache->bucket_count == 0)
		return;
	cache->entries = calloc(cache->bucket_count * BUCKET, sizeof *cache->entries);
	if (cache->entries == NULL)
		abort();
}

void digest_cache_done(struct digest_cache *cache)
{
	free(cache->entries);
	*cache = (struct digest_cache){0};
}

void digest_cache_clear(struct digest_cache *cache)
{
	if (cache->bucket_count > 0)
		memset(cache->entries, 0, cache->bucket_count * BUCKET * sizeof *cache->entries);
}

static uint64_t hash(const struct digest_cache *cache, const uint8_t *bytes, size_t len)
{
	unsigned char out[crypto_shorthash_BYTES];
	uint64_t result;

	crypto_shorthash(out, bytes, len, cache->key);
	memcpy(&result, out, sizeof result);
	return result == 0 ? 1 : result;
}

/* Appends length and bytes; keys are far shorter than the limit, what is longer is cut and at worst never hits. */
static size_t part_put(uint8_t *target, size_t at, struct view part)
{
	uint16_t len = (uint16_t)(part.len > PART_MAX ? PART_MAX : part.len);

	memcpy(target + at, &len, sizeof len);
	if (len > 0)
		memcpy(target + at + sizeof len, part.ptr, len);
	return at + sizeof len + len;
}

uint64_t digest_cache_entity(const struct digest_cache *cache, int32_t employer_no, char kind, struct view first, struct view second, int32_t third)
{
	uint8_t bytes[2 * PART_MAX + 16];
	size_t len = 0;

	memcpy(bytes, &employer_no, sizeof employer_no);
	memcpy(bytes + 4, &third, sizeof third);
	bytes[8] = (uint8_t)kind;
	len = part_put(bytes, 9, first);
	len = part_put(bytes, len, second);
	return hash(cache, bytes, len);
}

uint64_t digest_cache_content(const struct digest_cache *cache, const uint8_t digest[static 16])
{
	return hash(cache, digest, 16);
}

static struct digest_entry *bucket_of(const struct digest_cache *cache, uint64_t entity)
{
	return &cache->entries[(size_t)((entity >> 32) * cache->bucket_count >> 32) * BUCKET];
}

static struct digest_entry *entry_find(const struct digest_cache *cache, uint64_t entity)
{
	struct digest_entry *bucket;

	if (cache->bucket_count == 0)
		return NULL;
	bucket = bucket_of(cache, entity);
	for (size_t i = 0; i < BUCKET; i++)
		if (bucket[i].entity == entity)
			return &bucket[i];
	return NULL;
}

bool digest_cache_has(const struct digest_cache *cache, uint64_t entity, uint64_t content)
{
	const struct digest_entry *entry = entry_find(cache, entity);

	return entry != NULL && entry->digest == content;
}

void digest_cache_put(struct digest_cache *cache, uint64_t entity, uint64_t content)
{
	struct digest_entry *entry = entry_find(cache, entity);

	if (cache->bucket_count == 0)
		return;
	if (entry == NULL) {
		struct digest_entry *bucket = bucket_of(cache, entity);

		entry = &bucket[cache->turn++ % BUCKET];
		for (size_t i = 0; i < BUCKET; i++)
			if (bucket[i].entity == 0)
				entry = &bucket[i];
	}
	*entry = (struct digest_entry){.entity = entity, .digest = content};
}

void digest_cache_drop(struct digest_cache *cache, uint64_t entity)
{
	struct digest_entry *entry = entry_find(cache, entity);

	if (entry != NULL)
		*entry = (struct digest_entry){0};
}
