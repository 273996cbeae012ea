#include "common/db/migration.h"

#include "common/base/crash_point.h"

#include <stdio.h>

#define LOCK_NUMBER "7237118041211" /* any constant, the same in every release */

static const struct statement lock = {"schema_lock", "SELECT pg_advisory_lock(" LOCK_NUMBER ")"};
static const struct statement unlock = {"schema_unlock", "SELECT pg_advisory_unlock(" LOCK_NUMBER ")"};
static const struct statement table_exists = {"schema_exists", "SELECT to_regclass('schema_version') IS NOT NULL"};
static const struct statement versions = {"schema_versions", "SELECT version, name FROM schema_version WHERE component = $1 ORDER BY version"};
static const struct statement note = {"schema_note", "INSERT INTO schema_version (component, version, name) VALUES ($1, $2, $3)"};

static const char table[] = "CREATE TABLE IF NOT EXISTS schema_version (component text NOT NULL, version integer NOT NULL, name text NOT NULL,"
			    " applied_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (component, version))";

struct history {
	const struct migration *list; /* NULL: only count */
	size_t count;
	size_t applied;
};

static bool read_history(void *context, const struct rows *rows, struct error *error)
{
	struct history *history = context;

	history->applied = (size_t)rows_count(rows);
	for (int i = 0; history->list != NULL && i < rows_count(rows); i++) {
		if ((size_t)i >= history->count)
			return error_set(error, DISPOSITION_STOP, "SCHEMA_NEWER", "schema_version",
					 "the database is at version %zu, this binary knows %zu: use the newer binary", history->applied,
					 history->count);
		if (row_int4(rows, i, 0) != i + 1 || !view_equal(row_text(rows, i, 1), view_text(history->list[i].name)))
			return error_set(error, DISPOSITION_STOP, "SCHEMA_CHANGED", "schema_version", "version %d was applied under another name",
					 i + 1);
	}
	return true;
}

static bool read_flag(void *context, const struct rows *rows, struct error *error)
{
	(void)error;
	*(bool *)context = row_bool(rows, 0, 0);
	return true;
}

static bool load_history(struct database *database, const char *component, struct history *history, struct error *error)
{
	CLEANUP(arena_done) struct arena arena = {0};
	struct parameters parameters;

	parameters_init(&parameters, &arena);
	parameters_text(&parameters, view_text(component));
	return database_run(database, &versions, &parameters, read_history, history, error);
}

static bool apply(struct database *database, const char *component, const struct migration *migration, size_t version, struct error *error)
{
	CLEANUP(arena_done) struct arena arena = {0};
	struct parameters parameters;

	parameters_init(&parameters, &arena);
	parameters_text(&parameters, view_text(component));
	parameters_int4(&parameters, (int32_t)version);
	parameters_text(&parameters, view_text(migration->name));
	if (!database_run(database, &database_begin, NULL, NULL, NULL, error))
		return false;
	CRASH_POINT(setup_migration_begun);
	if (!database_script(database, migration->sql, error)) {
		if (error != NULL)
			(void)snprintf(error->place, sizeof error->place, "%s", migration->name);
		return false;
	}
	CRASH_POINT(setup_migration_run);
	if (!database_queue(database, &note, &parameters, NULL, NULL, error) || !database_run(database, &database_commit, NULL, NULL, NULL, error))
		return false;
	CRASH_POINT(setup_migration_done);
	return true;
}

static bool migrate_locked(struct database *database, const char *component, struct history *history, size_t *applied, struct error *error)
{
	if (!database_script(database, table, error) || !load_history(database, component, history, error))
		return false;
	for (size_t i = history->applied; i < history->count; i++) {
		if (!apply(database, component, &history->list[i], i + 1, error))
			return false;
		++*applied;
	}
	return true;
}

bool database_migrate(struct database *database, const char *component, const struct migration *list, size_t count, size_t *ret_applied,
		      struct error *error)
{
	struct history history = {.list = list, .count = count};
	size_t applied = 0;
	bool ok;

	if (!database_run(database, &lock, NULL, NULL, NULL, error))
		return false;
	ok = migrate_locked(database, component, &history, &applied, error);
	if (!database_run(database, &unlock, NULL, NULL, NULL, ok ? error : NULL))
		return false;
	if (ok && ret_applied != NULL)
		*ret_applied = applied;
	return ok;
}

bool database_schema_version(struct database *database, const char *component, size_t *ret_version, struct error *error)
{
	struct history history = {0};
	bool exists = false;

	if (!database_run(database, &table_exists, NULL, read_flag, &exists, error))
		return false;
	if (exists && !load_history(database, component, &history, error))
		return false;
	*ret_version = history.applied;
	return true;
}
