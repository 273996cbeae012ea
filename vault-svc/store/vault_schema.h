/* The vault's tables. */
#pragma once

#include "common/db/database.h"

/* Creates or upgrades the tables; *ret_applied (may be NULL) says how many steps were taken. */
MUST_CHECK bool vault_schema_setup(struct database *database, size_t *ret_applied, struct error *error);

/* The version that the database has, and the one that this binary wants. */
MUST_CHECK bool vault_schema_version(struct database *database, size_t *ret_version, size_t *ret_wanted, struct error *error);
