/* Silent shares: rows of `silent_share`. The employer must never learn of one, so nothing that an employer asks for reads or writes these: what
 * its endings mean for them is done in batches of their own (ending.h). */
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
	bool revoked;    /* detail goes */
	bool erased;     /* the person is gone: pseudonym goes, too */
	bool must_erase; /* of a revocation: the receiver may keep nothing */
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
