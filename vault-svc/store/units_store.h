/* Departments: rows of `employer_units`. Not cached: loaded when an event of a department came. */
#pragma once

#include "vault-svc/store/employer_store.h"

/* Departments of one employer in a batch. */
struct units {
	struct units *next;
	struct employer *employer;
	int64_t version; /* 0: not in the database yet */
	struct units_state *state;
	bool changed;
	const void *cause; /* of the last change; the caller's */
};

/* Queues loading; after the sync units->state is what the database holds, or empty. The arena lives as long as the batch. */
MUST_CHECK bool units_queue_load(struct units *units, const struct schema_registry *registry, struct database *database, struct arena *arena,
				 struct error *error);

/* Queues the write. */
MUST_CHECK bool units_queue_write(struct units *units, struct database *database, struct arena *arena, struct error *error);
