/* Brings a component's tables to the version that this binary knows. */
#pragma once

#include "common/db/database.h"

/* Version i+1 is list[i]; a released one is never changed. SQL texts come from kluis_embed_sql (CMake), which makes an array of these. */
struct migration {
	const char *name; /* the file's */
	const char *sql;
};

/*
 * Applies what is missing, each in a transaction of its own that also notes it in `schema_version`, under an advisory lock, so that two who start at
 * once take turns. STOP SCHEMA_NEWER when the database has been upgraded by a newer binary, SCHEMA_CHANGED when a version was applied under another
 * name. *ret_applied (may be NULL) says how many were applied.
 */
MUST_CHECK bool database_migrate(struct database *database, const char *component, const struct migration *list, size_t count, size_t *ret_applied,
				 struct error *error);

/* Reads only: the version that the database has, 0 when it has none. */
MUST_CHECK bool database_schema_version(struct database *database, const char *component, size_t *ret_version, struct error *error);
