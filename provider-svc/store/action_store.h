/* DossierActions that were seen, and what came of each: a second one of the same id changes nothing. */
#pragma once

#include "common/base/uuid.h"
#include "common/db/database.h"

#define ACTION_CODE_APPLIED "APPLIED"

/* Which of these command ids were seen; ret_seen has room for `count`. */
MUST_CHECK bool action_store_seen(struct database *database, struct arena *arena, const struct view *command_ids, size_t count, bool *ret_seen,
				  struct error *error);

/* Queues one that was decided on, and forgets those of more than eight days before. */
MUST_CHECK bool action_queue(struct database *database, struct arena *arena, struct view command_id, const char *code, int64_t decided_at,
			     struct error *error);

/* What came of a command: its code in the arena; NULL as long as it was not seen. */
MUST_CHECK bool action_store_code(struct database *database, struct arena *arena, struct view command_id, const char **ret, struct error *error);
