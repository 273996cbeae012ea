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

/* Where the chains of a partition end. */
struct audit_head {
	int64_t number[AUDIT_STREAMS];
	uint8_t hash[AUDIT_STREAMS][AUDIT_HASH_LEN];
	bool known;
};

/* Queues the question for the ends of a partition's chains. */
MUST_CHECK bool audit_queue_head(int32_t partition, struct audit_head *ret, struct database *database, struct arena *arena, struct error *error);

/* Queues the rows, in order, behind the head, which moves along: when the batch fails it must be asked for again. */
MUST_CHECK bool audit_queue_write(const struct audit_row *rows, int32_t partition, struct audit_head *head, struct database *database,
				  struct arena *arena, struct error *error);
