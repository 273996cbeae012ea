/*
 * Employers: rows of `employer` and `employer_secret`, and the cache of those whose partition is ours. Work thread only. An
 * employer in the cache is what the database holds, or what the batch in hand makes of it; when that batch fails the employer is forgotten.
 */
#pragma once

#include "common/db/database.h"
#include "vault-svc/core/state/state.h"
#include "vault-svc/store/document.h"

struct employer {
	struct employer *next;          /* in its bucket, by id */
	struct employer *next_numbered; /* in its bucket, by number */
	int32_t number;
	int32_t partition;
	int64_t version;
	int64_t last_erased_at; /* highest moment of an erasure; INT64_MIN: none */
	struct view employer_id;
	uint8_t *id; /* its bytes */
	struct employer_keys keys;
	const struct employer_state *state; /* replaced whole by employer_change */
	struct arena *arena;                /* of the state */
	uint8_t poison_key[CRYPTO_KEY_LEN]; /* quarantine key of poison_day */
	int32_t poison_day;
	bool has_poison_key;
	bool is_new;  /* not in the database yet */
	bool changed; /* by the batch in hand */
	bool rekeyed; /* likewise: its keys are new, the old ones go */
};

struct employer_cache {
	const struct keyring *keyring;
	const struct schema_registry *registry;
	struct employer **buckets;  /* by id */
	struct employer **numbered; /* by number; as many */
	size_t bucket_count;        /* a power of two */
	size_t count;
};

/* Makes an empty cache; keyring and registry are borrowed for its life. */
void employer_cache_init(struct employer_cache *cache, const struct keyring *keyring, const struct schema_registry *registry);

/* Wipes and frees all. */
void employer_cache_done(struct employer_cache *cache);

/* The employer, NULL when it is not in the cache (it may be in the database). */
struct employer *employer_find(const struct employer_cache *cache, struct view employer_id);

/* The same by number. */
struct employer *employer_numbered(const struct employer_cache *cache, int32_t number);

/* Drops one from the cache. */
void employer_forget(struct employer_cache *cache, struct employer *employer);

/* Drops all of a partition; those of every partition when it is negative. */
void employer_forget_partition(struct employer_cache *cache, int32_t partition);

/* Drops those that the batch in hand changed: it has failed. */
void employer_forget_changed(struct employer_cache *cache);

/* The batch in hand has been committed: what it changed is now what the database holds. */
void employer_keep_changed(struct employer_cache *cache);

/* Queues loading of employers by id; those found are in the cache after the sync. Those already there are loaded again. */
MUST_CHECK bool employer_queue_load(struct employer_cache *cache, struct database *database, struct arena *arena, const struct view *ids,
				    size_t count, struct error *error);

/* Queues loading of one employer by number. */
MUST_CHECK bool employer_queue_load_number(struct employer_cache *cache, struct database *database, struct arena *arena, int32_t number,
					   struct error *error);

/* Asks which partitions have ACTIVE employers whose age_year is before `year`: ret_due[p] for p below `partitions`. One round trip. */
MUST_CHECK bool employer_find_due(int32_t year, int32_t partitions, struct database *database, struct arena *arena, bool *ret_due,
				  struct error *error);

/* Loads at most `most` of those of one partition into the cache, and gives their numbers. One round trip. */
MUST_CHECK bool employer_load_due(struct employer_cache *cache, int32_t partition, int32_t year, int32_t most, struct database *database,
				  struct arena *arena, int32_t *ret_numbers, size_t *ret_count, struct error *error);

/* A new employer with new keys, in the cache and marked as changed. Asks the database for its number: one round trip. The state is set by
 * employer_change. */
MUST_CHECK bool employer_create(struct employer_cache *cache, struct database *database, struct view employer_id, int32_t partition,
				struct employer **ret, struct error *error);

/* Replaces the state by a copy of `state` (which may share memory with the present one) and marks the employer as changed. */
void employer_change(struct employer *employer, const struct employer_state *state);

/* Gives the employer new keys: with the old ones everything that was ever sealed for it becomes unreadable, backups of this epoch apart. */
MUST_CHECK bool employer_rekey(struct employer_cache *cache, struct employer *employer, struct error *error);

/* Notes that a person of this employer was erased as of that moment. */
void employer_note_erasure(struct employer *employer, int64_t erased_at);

/* Queues the writes of all changed employers, inside the engine's transaction. */
MUST_CHECK bool employer_queue_write(struct employer_cache *cache, struct database *database, struct arena *arena, struct error *error);
