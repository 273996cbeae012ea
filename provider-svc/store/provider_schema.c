#include "provider-svc/store/provider_schema.h"

#include "provider-svc/store/provider_migrations.h"

static const char component[] = "provider";

bool provider_schema_setup(struct database *database, size_t *ret_applied, struct error *error)
{
	return database_migrate(database, component, provider_migrations, provider_migrations_count, ret_applied, error);
}

bool provider_schema_version(struct database *database, size_t *ret_version, size_t *ret_wanted, struct error *error)
{
	*ret_wanted = provider_migrations_count;
	return database_schema_version(database, component, ret_version, error);
}
