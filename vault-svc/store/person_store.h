/*
 * Persons: rows of `person`, `person_key` and `erased`, read and written for a whole batch at once. A person here is a document that is open in
 * memory with its key; which of them a batch has in hand is person_set's business.
 */
#pragma once

#include "vault-svc/store/employer_store.h"

#define KEY_HASH_LEN BLIND_INDEX_LEN

struct person {
	struct person *next; /* in the set, in the order of arrival */
	struct employer *employer;
	int64_t number;
	int64_t version; /* in the database; 0: not there yet */
	uint8_t key[CRYPTO_KEY_LEN];
	struct person_state *state;
	const struct person_state *before; /* as loaded, where the person has a live share; else NULL */
	bool changed;                      /* the document differs from the database's */
	bool removed;                      /* erased or absorbed: the row goes */
	const void *cause;                 /* of the last change that is to be reconciled; the caller's */
	struct beginning *begun;           /* spells that the batch began; absence_share's */
};

/* A row of `person_key`, as found or as it is to be. */
struct person_key {
	struct person_key *next; /* in the set */
	struct employer *employer;
	uint8_t hash[KEY_HASH_LEN];
	int64_t number;        /* person as loaded; 0: none */
	struct person *person; /* present; NULL: none */
	int64_t erased_at;     /* INT64_MIN: never */
	bool moved;            /* `person` is to be written */
};

/* The keyed hash of an employee key. */
void person_key_hash(const struct employer_keys *keys, struct view employee_key, uint8_t ret[static KEY_HASH_LEN]);

/* The keyed hash of a BSN. */
void person_bsn_hash(const struct employer_keys *keys, struct view bsn, uint8_t ret[static KEY_HASH_LEN]);

/* The keyed hash of a complete birth date with the postcode of a HOME address. */
void person_birth_hash(const struct employer_keys *keys, struct view birth_date, struct view postcode, uint8_t ret[static KEY_HASH_LEN]);

/* Called for each person that was loaded; the person is in the arena. Returns false to fail. */
typedef bool person_taker(void *context, struct person *person, struct error *error);

struct person_load {
	const struct employer_cache *cache;
	struct arena *arena;
	person_taker *take;
	void *context;
	/* In: what to look for. */
	struct person_key **keys;
	size_t key_count;
	struct employer **bsn_employers; /* beside bsn_hashes */
	struct view *bsn_hashes;
	size_t bsn_count;
};

/* Columns of every statement that loads persons `p`, as person_rows_read takes them; its context is the person_load. */
#define PERSON_COLUMNS "p.person, p.employer_no, p.wrapped_key, p.version, p.document"
bool person_rows_read(void *context, const struct rows *rows, struct error *error);

/* Queues loading of the keys (number and erased_at are filled in) and of the persons that have them, or one of the BSN. `load` lives until the sync. */
MUST_CHECK bool person_queue_load(struct person_load *load, struct database *database, struct error *error);

/* Queues loading of up to `limit` persons of an employer with a number above `after`, ascending. keys and bsn of the load are not looked at. */
MUST_CHECK bool person_queue_load_range(struct person_load *load, struct database *database, const struct employer *employer, int64_t after,
					int32_t limit, struct error *error);

/* Makes a person that is not in the database yet, with a random number and key from the entropy; the state is the caller's to make. */
struct person *person_new(struct employer *employer, struct entropy *entropy, struct arena *arena);

/* Persons of a batch to be written: changed ones are sealed with the next version. Queues one statement for new, changed and removed ones each. */
MUST_CHECK bool person_queue_write(struct person *persons, struct database *database, struct arena *arena, struct error *error);

/* Queues the rows of the keys that moved. */
MUST_CHECK bool person_key_queue_write(struct person_key *keys, struct database *database, struct arena *arena, struct error *error);

/* A key that is to be noted as erased. */
struct erasure {
	struct erasure *next;
	const struct employer *employer;
	int64_t person; /* whose key it was; 0: nobody's, as far as is known */
	uint8_t hash[KEY_HASH_LEN];
	int64_t erased_at;
	int64_t recorded_at;
};

/* Queues the rows of `erased`, and the end of what was quarantined of these keys and of the keys' own rows. */
MUST_CHECK bool erasure_queue_write(const struct erasure *erasures, struct database *database, struct arena *arena, struct error *error);

/* Queues the end of what was recorded more than 14 days ago: no event of that time can come any more. */
MUST_CHECK bool erasure_queue_expire(int64_t now_ms, struct database *database, struct arena *arena, struct error *error);
