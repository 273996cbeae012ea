/* Takes guards of the engine's SQL away, in a test build (common/base/guard.h). */
#pragma once

#include "common/db/database.h"

/* The database's functions no longer raise when another owner has moved the position: a statement that hits no row lets the rest commit. For good. */
MUST_CHECK bool unguarded_fence(struct database *database, struct error *error);
