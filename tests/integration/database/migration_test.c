#include "tests/integration/database/place.h"

#include "common/db/migration.h"

static const struct migration list[] = {
	{.name = "001_item.sql", .sql = "CREATE TABLE item (id bigint); INSERT INTO item VALUES (1);"},
	{.name = "002_more.sql", .sql = "INSERT INTO item VALUES (2)"},
	{.name = "003_third.sql", .sql = "INSERT INTO item VALUES (3)"},
};
static const struct statement count_items = {"t_count", "SELECT count(*) FROM item"};

static int64_t item_count(struct place *place)
{
	int64_t count = -1;
	struct error error;

	check_ok(database_run(place->database, &count_items, NULL, read_number, &count, &error), &error);
	return count;
}

static void each_version_is_applied_once_and_in_order(void **state)
{
	struct place *place = place_of(state);
	size_t applied = 9;
	size_t version = 9;
	struct error error;

	check_ok(database_schema_version(place->database, "engine", &version, &error), &error);
	check_size(version, 0);
	check_ok(database_migrate(place->database, "engine", list, 2, &applied, &error), &error);
	check_size(applied, 2);
	check_ok(database_migrate(place->database, "engine", list, 3, &applied, &error), &error);
	check_size(applied, 1);
	check_ok(database_migrate(place->database, "engine", list, 3, &applied, &error), &error);
	check_size(applied, 0);
	check_int(item_count(place), 3);
	check_ok(database_schema_version(place->database, "engine", &version, &error), &error);
	check_size(version, 3);
	check_ok(database_schema_version(place->database, "another", &version, &error), &error);
	check_size(version, 0);
}

static void a_database_that_is_newer_is_refused(void **state)
{
	struct place *place = place_of(state);
	struct error error;

	check_ok(database_migrate(place->database, "engine", list, 3, NULL, &error), &error);
	check_fails(database_migrate(place->database, "engine", list, 2, NULL, &error), &error, "SCHEMA_NEWER");
	check_int(error.disposition, DISPOSITION_STOP);
}

static void a_version_under_another_name_is_refused(void **state)
{
	struct place *place = place_of(state);
	const struct migration other[] = {{.name = "001_other.sql", .sql = "SELECT 1"}};
	struct error error;

	check_ok(database_migrate(place->database, "engine", list, 1, NULL, &error), &error);
	check_fails(database_migrate(place->database, "engine", other, 1, NULL, &error), &error, "SCHEMA_CHANGED");
}

static void a_migration_that_fails_leaves_nothing_of_itself(void **state)
{
	struct place *place = place_of(state);
	struct migration broken[2] = {list[0], {.name = "002_broken.sql", .sql = "INSERT INTO item VALUES (5); INSERT INTO nowhere VALUES (1)"}};
	size_t applied;
	struct error error;

	check_fails(database_migrate(place->database, "engine", broken, 2, NULL, &error), &error, "42P01");
	check_text(error.place, "002_broken.sql");
	check_int(item_count(place), 1);
	check_ok(database_migrate(place->database, "engine", list, 2, &applied, &error), &error);
	check_size(applied, 1);
	check_int(item_count(place), 2);
}

static const struct CMUnitTest tests[] = {
	PLACE_TEST(each_version_is_applied_once_and_in_order),
	PLACE_TEST(a_database_that_is_newer_is_refused),
	PLACE_TEST(a_version_under_another_name_is_refused),
	PLACE_TEST(a_migration_that_fails_leaves_nothing_of_itself),
};

CHECK_MAIN(tests)
