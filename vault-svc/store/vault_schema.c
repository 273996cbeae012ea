#include "vault-svc/store/vault_schema.h"

#include "vault-svc/store/vault_migrations.h"

static const char component[] = "vault";

bool vault_schema_setup(struct database *database, size_t *ret_applied, struct error *error)
{
	return database_migrate(database, component, vault_migrations, vault_migrations_count, ret_applied, error);
}

bool vault_schema_version(struct database *database, size_t *ret_version, size_t *ret_wanted, struct error *error)
{
	*ret_wanted = vault_migrations_count;
	return database_schema_version(database, component, ret_version, error);
}
