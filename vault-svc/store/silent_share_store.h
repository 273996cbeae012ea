/* Silent shares: rows of `silent_share`. The employer must never learn of one, so nothing that an employer causes reads these but its erasures. */
#pragma once

#include "vault-svc/store/person_store.h"

/* A share event of the batch in hand. */
struct silent_share {
	struct silent_share *next;
	const struct person *person;
	uint8_t share_id[16];
	uint8_t pseudonym[16];
	struct view provider_id;
	const char *kind;
	bool revoked; /* by an erasure: pseudonym and detail go */
	int64_t revision;
	int64_t at;
	struct view shared_by;
};

/* Queues all rows in one statement, which runs whether or not there are any. */
MUST_CHECK bool silent_share_queue_write(const struct silent_share *rows, struct database *database, struct arena *arena, struct error *error);

/* How many silent shares of a person with a provider there have been. */
struct silent_count {
	int64_t person;
	struct view provider_id;
	int32_t count;
};

struct silent_counts {
	struct silent_count *items;
	size_t count;
};

/* Queues counting those of the persons; in the arena. */
MUST_CHECK bool silent_share_queue_count(const int64_t *persons, size_t count, struct silent_counts *ret, struct database *database,
					 struct arena *arena, struct error *error);

/* One that is not revoked. */
struct silent_known {
	int64_t person;
	uint8_t share_id[16];
	uint8_t pseudonym[16];
	struct view provider_id;
	int64_t revision;
};

struct silent_list {
	struct silent_known *items;
	size_t count;
};

/* Queues loading those of the persons that are not revoked; in the arena. */
MUST_CHECK bool silent_share_queue_load(const int64_t *persons, size_t count, struct silent_list *ret, struct database *database, struct arena *arena,
					struct error *error);
