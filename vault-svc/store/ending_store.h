/* Shares that are still to be revoked, once what asked for it is done: rows of `ending`. And the removal of what an employer leaves behind. */
#pragma once

#include "vault-svc/core/share.h"
#include "vault-svc/store/employer_store.h"

/* An ending of the batch in hand. */
struct ending_due {
	struct ending_due *next;
	int32_t employer_no;
	enum revocation_cause cause;
	int64_t person;          /* ERASURE: whose; else 0 */
	struct view provider_id; /* PROVIDER_ENDED: whose; else null */
	int64_t at;
};

/* Queues the rows. */
MUST_CHECK bool ending_queue_write(const struct ending_due *endings, int32_t partition, struct database *database, struct arena *arena,
				   struct error *error);

/* A share that an ending is about. */
struct ending_share {
	struct held_share held;
	int64_t person;
	bool has_content;
};

/* One under way, with the next shares of it. */
struct ending {
	int64_t number; /* 0: there is none */
	int32_t employer_no;
	enum revocation_cause cause;
	int64_t person; /* 0: none */
	int64_t at;
	struct ending_share *shares;
	size_t share_count;
};

/* Reads the oldest one of a partition, with at most so many shares. Two round trips. */
MUST_CHECK bool ending_load(int32_t partition, int32_t most, struct database *database, struct arena *arena, struct ending *ret, struct error *error);

/* Queues its end. */
MUST_CHECK bool ending_queue_done(int64_t number, struct database *database, struct arena *arena, struct error *error);

/* Queues setting it aside: it cannot be done. */
MUST_CHECK bool ending_queue_refuse(int64_t number, struct database *database, struct arena *arena, struct error *error);

/* True in *ret when an employer whose persons are gone has left keys, history or poison behind. One round trip. */
MUST_CHECK bool forget_is_due(int32_t employer_no, bool *ret, struct database *database, struct arena *arena, struct error *error);

/* Queues removing what an employer has left behind; of what may be much, a part. */
MUST_CHECK bool forget_queue_employer(int32_t employer_no, struct database *database, struct arena *arena, struct error *error);

/* Queues forgetting what was sealed for shares of persons that are being removed. */
MUST_CHECK bool forget_queue_shares(int32_t employer_no, const int64_t *persons, size_t count, struct database *database, struct arena *arena,
				    struct error *error);
