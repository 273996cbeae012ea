/* Commands, care requests and dossier statuses that were taken: rows of `command`, kept for eight days, so that a repeat is answered as the first
 * was. */
#pragma once

#include "common/db/database.h"

#define SEEN_DAYS INT64_C(8)

/* One that a batch asks for, and what is known of it. */
struct seen {
	const char *topic; /* kind of topic: "vault.commands", "care.requests", "dossier.status" */
	struct view issuer;
	struct view command_id;
	bool found;
	bool added; /* by the batch in hand: to be written */
	struct view code;
	struct view detail; /* null: none */
	int64_t decided_at;
};

/* Queues loading of what was seen; `seen` lives until the sync, strings are in the arena. */
MUST_CHECK bool seen_queue_load(struct seen *seen, size_t count, struct database *database, struct arena *arena, struct error *error);

/* The one among those, found or added, NULL when there is none. `now_ms` is the broker's time: what is older than eight days counts no longer. */
struct seen *seen_find(struct seen *seen, size_t count, const struct seen *wanted, int64_t now_ms);

/* Queues the rows of those that were added. */
MUST_CHECK bool seen_queue_write(const struct seen *seen, size_t count, struct database *database, struct arena *arena, struct error *error);

/* Queues the end of what is older than eight days. */
MUST_CHECK bool seen_queue_expire(int64_t now_ms, struct database *database, struct arena *arena, struct error *error);
