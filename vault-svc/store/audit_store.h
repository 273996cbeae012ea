/* The audit trail: append-only, each row's hash over its content and the hash before it, per partition and stream. */
#pragma once

#include "vault-svc/store/employer_store.h"

#define AUDIT_HASH_LEN 32

enum audit_stream { AUDIT_EMPLOYER, AUDIT_REST, AUDIT_STREAMS };

struct audit_detail;

struct audit_row {
	struct audit_row *next;
	enum audit_stream stream;
	const struct employer *employer;
	int64_t person; /* 0: none */
	int64_t at;
	const char *action; /* a code: COMMAND, SHARE, ERASURE, … */
	const struct audit_detail *detail;
};

/* Where a chain ends. */
struct audit_head {
	int64_t number;
	uint8_t hash[AUDIT_HASH_LEN];
	bool known;
};

/* Those of a partition. What an employer causes asks for its own alone: how much was done silently must cost it nothing. */
struct audit_heads {
	struct audit_head of[AUDIT_STREAMS];
};

/* Queues the question for the end of one of a partition's chains. */
MUST_CHECK bool audit_queue_head(int32_t partition, enum audit_stream stream, struct audit_head *ret, struct database *database, struct arena *arena,
				 struct error *error);

/* Queues the rows, in order, behind the heads, which move along: when the batch fails those of the rows' streams must be asked for again. */
MUST_CHECK bool audit_queue_write(const struct audit_row *rows, int32_t partition, struct audit_heads *heads, struct database *database,
				  struct arena *arena, struct error *error);
