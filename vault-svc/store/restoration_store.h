/* What accepting a restore of the database asks for, and how far that is: rows of `restoration` and `restoration_share`. */
#pragma once

#include "common/db/database.h"

enum { RESTORATION_ID_LEN = 16 };

/* A share as its receiver's topic, or the restored database, tells of it; over or not. */
struct restoration_share {
	uint8_t share_id[RESTORATION_ID_LEN];
	uint8_t pseudonym[RESTORATION_ID_LEN];
	int32_t partition;
	struct view employer_id;
	struct view provider_id;
	int64_t revision;
	bool erased;     /* its person was */
	bool known;      /* the vault has it, live with its person or ended */
	bool ended;      /* its last event is a revocation */
	bool must_erase; /* of an ended one: the receiver may keep nothing */
	int64_t ended_at;
};

/* A command that was refused. */
struct restoration_refusal {
	struct view issuer;
	struct view command_id;
	const char *code;
	struct view detail; /* null: none */
	int64_t decided_at;
};

/* One employee key of a person that was erased. */
struct restoration_erasure {
	struct view employer_id;
	int64_t person;
	int64_t erased_at;
	int64_t recorded_at;  /* broker's time of the record */
	struct view key_hash; /* null: the record names none */
};

/* Queues forgetting what a former acceptance left. */
MUST_CHECK bool restoration_queue_begin(struct database *database, struct error *error);

/* Queues noting shares, each once: the live ones to be looked at later, and of the ended ones those that the database does not have, as their
 * receivers may still have to confirm it. */
MUST_CHECK bool restoration_queue_shares(const struct restoration_share *shares, size_t count, struct database *database, struct arena *arena,
					 struct error *error);

/* Queues noting refusals as seen commands. */
MUST_CHECK bool restoration_queue_refusals(const struct restoration_refusal *refusals, size_t count, struct database *database, struct arena *arena,
					   struct error *error);

/* Reads how many shares are live. */
MUST_CHECK bool restoration_count_live(struct database *database, int64_t *ret, struct error *error);

/* Queues replaying all erasures, once in a transaction; *ret_gone (set by the sync): persons that the backup had brought back. */
MUST_CHECK bool restoration_queue_erasures(const struct restoration_erasure *erasures, size_t count, struct database *database, struct arena *arena,
					   int64_t *ret_gone, struct error *error);

/* Queues the order to reconcile the employers of partitions 0..partitions-1. */
MUST_CHECK bool restoration_queue_order(int32_t partitions, int32_t generation, int64_t accepted_at, struct database *database, struct arena *arena,
					struct error *error);

/* Reads which partitions have such an order: ret_due[p] for p below `partitions`. */
MUST_CHECK bool restoration_load_due(struct database *database, int32_t partitions, bool *ret_due, struct error *error);

/* Reads the employers of whom nothing is told while the logs are taken again; memory from the arena. */
MUST_CHECK bool restoration_load_withheld(struct database *database, struct arena *arena, const struct view **ret, size_t *ret_count,
					  struct error *error);

struct restoration {
	bool found;
	int32_t generation;
	int64_t accepted_at;
	struct restoration_share *shares; /* the next ones */
	size_t share_count;
};

/* Reads the order of a partition and the next shares that are to be looked at. One round trip. */
MUST_CHECK bool restoration_load(int32_t partition, int32_t at_most, struct database *database, struct arena *arena, struct restoration *ret,
				 struct error *error);

/* Queues that these shares have been seen to: those that are not known have been revoked, with the revision that they have now. */
MUST_CHECK bool restoration_queue_settled(const struct restoration *restoration, struct database *database, struct arena *arena, struct error *error);

/* Queues making the runs that reconcile the partition's employers, in place of the order. */
MUST_CHECK bool restoration_queue_runs(int32_t partition, struct view run_id, struct database *database, struct arena *arena, struct error *error);
