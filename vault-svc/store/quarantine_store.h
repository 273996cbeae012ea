/* Poison: rows of `quarantine`, sealed under a random key of their employer and day. */
#pragma once

#include "vault-svc/store/person_store.h"

struct poison {
	struct poison *next;
	struct employer *employer; /* NULL: nobody enabled it; then nothing but coordinates and the code is kept */
	struct view topic;
	int32_t partition;
	int64_t offset;
	int64_t at; /* broker's time */
	const char *code;
	bool has_key_hash;
	uint8_t key_hash[KEY_HASH_LEN]; /* of the employee */
	bool has_old_key_hash;
	uint8_t old_key_hash[KEY_HASH_LEN]; /* of the employee's key before, where the record names one */
	struct view key;                    /* of the record */
	struct view value;
	int64_t replaces;   /* quarantine_id that was released and is poison still; 0: a new row */
	struct view sealed; /* made by poison_seal */
};

/* True when the record names that employee of that employer. */
bool poison_names(const struct poison *poison, const struct employer *employer, const uint8_t key_hash[static KEY_HASH_LEN]);

/* Seals key and value, before poison_queue_write. Asks the database for the employer's key of that day: a round trip at most once for each. */
MUST_CHECK bool poison_seal(struct poison *poison, struct database *database, struct arena *arena, struct error *error);

/* Queues the rows, in order. */
MUST_CHECK bool poison_queue_write(const struct poison *poison, struct database *database, struct arena *arena, struct error *error);

/* Reads one row and opens it; *ret_found false when it is gone or has no content. Strings are in the arena. One round trip. */
MUST_CHECK bool poison_load(int64_t quarantine_id, const struct employer_cache *cache, const struct schema_registry *registry,
			    struct database *database, struct arena *arena, struct poison *ret, bool *ret_found, struct error *error);

/* Queues the end of a row. */
MUST_CHECK bool poison_queue_delete(int64_t quarantine_id, struct database *database, struct arena *arena, struct error *error);

/* Queues the end of what is older than 30 days, keys first. */
MUST_CHECK bool poison_queue_expire(int64_t now_ms, struct database *database, struct arena *arena, struct error *error);

/* A row as an operator may see it: code and coordinates. */
struct poison_listed {
	int64_t quarantine_id;
	struct view employer_id; /* null: nobody enabled it */
	struct view code;
	struct view topic;
	int32_t partition;
	int64_t offset;
	int64_t at;
	bool has_content;
};

typedef void poison_taker(void *context, const struct poison_listed *poison);

/* Hands out all rows, the oldest first. */
MUST_CHECK bool poison_list(struct database *database, poison_taker *take, void *context, struct error *error);

/* Asks the service to apply a row after all: makes a run. *ret_found false when there is none of hr.events*, or none with content. */
MUST_CHECK bool poison_release(struct database *database, int64_t quarantine_id, int64_t now_ms, struct arena *arena, bool *ret_found,
			       struct error *error);

/* Whether the row is there, of another topic than events come from: commands and statuses are for their sender to repeat. */
MUST_CHECK bool poison_is_other(struct database *database, int64_t quarantine_id, struct arena *arena, bool *ret_other, struct error *error);

/* Throws a row away; *ret_found false when there is none. */
MUST_CHECK bool poison_discard(struct database *database, int64_t quarantine_id, struct arena *arena, bool *ret_found, struct error *error);
