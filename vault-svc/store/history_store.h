/* The share history: rows of `share_history`, what became of live shares as the employer may see it. Silent ones are never among them. */
#pragma once

#include "vault-svc/store/person_store.h"

struct share_change_detail;

/* One change of the batch in hand. */
struct share_change_row {
	struct share_change_row *next;
	const struct person *person;
	struct view provider_id;
	const char *change; /* SHARED, WIDENED, WITHDRAWN, REVOKED */
	int64_t at;
	const struct share_change_detail *detail;
};

/* Queues one insert per row, in order. */
MUST_CHECK bool history_queue_write(const struct share_change_row *rows, struct database *database, struct arena *arena, struct error *error);

/* One as it was. */
struct share_change_told {
	struct view provider_id;
	struct view change;
	int64_t at;
	const struct share_change_detail *detail;
};

/* Reads a person's, in order; in the arena. One round trip. */
MUST_CHECK bool history_load(const struct person *person, const struct schema_registry *registry, struct database *database, struct arena *arena,
			     struct share_change_told **ret, size_t *ret_count, struct error *error);
