/* Live shares: rows of `share`, beside what the persons' documents hold of them, so that a receiver's status finds its share and history can be told.
 */
#pragma once

#include "vault-svc/store/person_store.h"

/* A share event of the batch in hand. */
struct share_row {
	struct share_row *next;
	const struct person *person;
	uint8_t share_id[16];
	uint8_t pseudonym[16];
	struct view provider_id;
	const char *kind;
	const char *origin;
	bool revoked;
	bool erased;     /* pseudonym and detail go */
	bool must_erase; /* of a revocation: the receiver may keep nothing */
	int64_t revision;
	int64_t at;
	struct view shared_by;
	struct view reason;
};

/* Queues one upsert per row, in order. */
MUST_CHECK bool share_queue_write(const struct share_row *rows, struct database *database, struct arena *arena, struct error *error);

/* What a dossier status is compared with. */
struct share_known {
	bool found;
	int32_t employer_no;
	struct view provider_id;
	struct view pseudonym; /* null after an erasure */
};

/* Queues the look-up of a share: live, silent, or, after a restore, one that is to be revoked or was; strings are in the arena. */
MUST_CHECK bool share_queue_find(const uint8_t share_id[static 16], struct share_known *ret, struct database *database, struct arena *arena,
				 struct error *error);

/* Queues the question under which of these live shares there is content: ret[i] is true after the sync when the receiver of share i has said so, and
 * not since that it is gone. `ret` lives until then. */
MUST_CHECK bool share_queue_contents(const struct view *share_ids, size_t count, bool *ret, struct database *database, struct arena *arena,
				     struct error *error);

/* Queues what a receiver's status says of one. */
MUST_CHECK bool share_queue_status(const uint8_t share_id[static 16], const char *state, int64_t revision, int64_t changed_at,
				   struct database *database, struct arena *arena, struct error *error);
