/* A schema of its own in the PostgreSQL that KLUIS_PG names, gone afterwards. */
#pragma once

#include "tests/unit/check.h"

#include "common/db/database.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct place {
	struct arena arena;
	struct database *database; /* with the schema as its search path */
	char schema[32];
	char conninfo[512];
};

/* For cmocka: makes the place. The test is skipped when KLUIS_PG is not set. */
static inline int place_set_up(void **state)
{
	const char *conninfo = getenv("KLUIS_PG");
	struct place *place = calloc(1, sizeof *place);
	struct database *admin = NULL;
	struct error error;
	char sql[160];
	bool ok;

	if (place == NULL)
		return -1;
	*state = place;
	if (conninfo == NULL)
		return 0;
	(void)snprintf(place->schema, sizeof place->schema, "db_test_%d", (int)getpid());
	(void)snprintf(place->conninfo, sizeof place->conninfo, "%s options=-csearch_path=%s", conninfo, place->schema);
	(void)snprintf(sql, sizeof sql, "DROP SCHEMA IF EXISTS %s CASCADE; CREATE SCHEMA %s", place->schema, place->schema);
	ok = database_open(conninfo, &admin, &error) && database_script(admin, sql, &error) &&
	     database_open(place->conninfo, &place->database, &error);
	if (!ok)
		print_error("%s: %s\n", error.code, error.text);
	database_free(admin);
	return ok ? 0 : -1;
}

/* For cmocka: removes it. */
static inline int place_tear_down(void **state)
{
	struct place *place = *state;
	struct database *admin = NULL;
	char sql[160];
	bool ok = true;

	if (place->database != NULL) {
		(void)snprintf(sql, sizeof sql, "DROP SCHEMA IF EXISTS %s CASCADE", place->schema);
		database_free(place->database);
		ok = database_open(getenv("KLUIS_PG"), &admin, NULL) && database_script(admin, sql, NULL);
		database_free(admin);
	}
	arena_done(&place->arena);
	free(place);
	return ok ? 0 : -1;
}

/* The test's place; skips the test when there is none. */
static inline struct place *place_of(void **state)
{
	struct place *place = *state;

	if (place->database == NULL) {
		print_message("skipped: KLUIS_PG is not set (deploy/stack up; eval \"$(deploy/stack env)\")\n");
		skip();
	}
	return place;
}

/* A row reader that keeps the first column of the first row, a number; context is an int64_t. */
static inline bool read_number(void *context, const struct rows *rows, struct error *error)
{
	(void)error;
	*(int64_t *)context = rows_count(rows) == 0 ? -1 : row_int8(rows, 0, 0);
	return true;
}

/* cmocka entry with a place of its own. */
#define PLACE_TEST(name) cmocka_unit_test_setup_teardown(name, place_set_up, place_tear_down)
