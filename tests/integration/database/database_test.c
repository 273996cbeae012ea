#include "tests/integration/database/place.h"

#include <unistd.h>

#define LARGE ((size_t)256 * 1024)

static const struct statement one = {"t_one", "SELECT 1::int8"};
static const struct statement two = {"t_two", "SELECT 2::int8"};
static const struct statement echo = {"t_echo", "SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9"};
static const struct statement unnested = {"t_unnest", "SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8) WITH ORDINALITY"};
static const struct statement echo_bytes = {"t_bytes", "SELECT $1"};
static const struct statement insert_item = {"t_insert", "INSERT INTO item (id, name) VALUES ($1, $2)"};
static const struct statement count_items = {"t_count", "SELECT count(*) FROM item"};
static const struct statement raise_fence = {"t_fence", "SELECT fence()"};
static const struct statement sleep_long = {"t_sleep", "SELECT pg_sleep(30)"};
static const struct statement my_pid = {"t_pid", "SELECT pg_backend_pid()::int8"};
static const struct statement kill_backend = {"t_kill", "SELECT pg_terminate_backend($1::int)"};
static const struct statement setting = {"t_setting",
					 "SELECT current_setting('synchronous_commit') = 'on' AND current_setting('client_encoding') = 'UTF8'"};

#define ITEM "CREATE TABLE item (id bigint CONSTRAINT item_id_once PRIMARY KEY, name text CONSTRAINT item_name_short CHECK (length(name) < 10))"

static void queue_item(struct place *place, int64_t id, const char *name)
{
	struct parameters parameters;
	struct error error;

	parameters_init(&parameters, &place->arena);
	parameters_int8(&parameters, id);
	parameters_text(&parameters, view_text(name));
	check_ok(database_queue(place->database, &insert_item, &parameters, NULL, NULL, &error), &error);
}

static int64_t item_count(struct place *place)
{
	struct error error;
	int64_t count = -1;

	check_ok(database_run(place->database, &count_items, NULL, read_number, &count, &error), &error);
	return count;
}

static void results_come_to_their_readers_in_order(void **state)
{
	struct place *place = place_of(state);
	int64_t numbers[4] = {0};
	struct error error;

	for (int i = 0; i < 4; i++)
		check_ok(database_queue(place->database, i % 2 == 0 ? &one : &two, NULL, read_number, &numbers[i], &error), &error);
	check_ok(database_sync(place->database, &error), &error);
	for (int i = 0; i < 4; i++)
		check_int(numbers[i], i % 2 + 1);
	check_ok(database_sync(place->database, &error), &error);
}

struct seen {
	bool ok;
};

static bool read_echo(void *context, const struct rows *rows, struct error *error)
{
	struct seen *seen = context;

	(void)error;
	seen->ok = rows_count(rows) == 1 && row_int2(rows, 0, 0) == -3 && row_int4(rows, 0, 1) == INT32_MIN && row_int8(rows, 0, 2) == INT64_MAX &&
		   row_bool(rows, 0, 3) && view_equal(row_text(rows, 0, 4), VIEW_LITERAL("caf\xc3\xa9")) &&
		   view_equal(row_bytea(rows, 0, 5), VIEW_LITERAL("\0\xff")) && row_time(rows, 0, 6) == -1 && row_day(rows, 0, 7) == -25567 &&
		   row_is_null(rows, 0, 8) && view_is_null(row_text(rows, 0, 8)) && row_int8(rows, 0, 1) == INT32_MIN;
	return true;
}

static void every_type_goes_there_and_back(void **state)
{
	struct place *place = place_of(state);
	struct parameters parameters;
	struct seen seen = {0};
	struct error error;

	parameters_init(&parameters, &place->arena);
	parameters_int2(&parameters, -3);
	parameters_int4(&parameters, INT32_MIN);
	parameters_int8(&parameters, INT64_MAX);
	parameters_bool(&parameters, true);
	parameters_text(&parameters, VIEW_LITERAL("caf\xc3\xa9"));
	parameters_bytea(&parameters, VIEW_LITERAL("\0\xff"));
	parameters_time(&parameters, -1);
	parameters_day(&parameters, -25567);
	parameters_null(&parameters, PARAMETER_TEXT);
	check_ok(database_run(place->database, &echo, &parameters, read_echo, &seen, &error), &error);
	check(seen.ok);
}

static bool read_unnested(void *context, const struct rows *rows, struct error *error)
{
	struct seen *seen = context;

	(void)error;
	seen->ok = rows_count(rows) == 3 && row_int2(rows, 2, 0) == -1 && row_int4(rows, 0, 1) == 7 && row_is_null(rows, 1, 1) &&
		   row_int8(rows, 1, 2) == 8 && row_bool(rows, 2, 3) && !row_bool(rows, 0, 3) &&
		   view_equal(row_bytea(rows, 0, 4), VIEW_LITERAL("\0")) && row_is_null(rows, 1, 4) && row_bytea(rows, 2, 4).len == 0 &&
		   view_equal(row_text(rows, 2, 5), VIEW_LITERAL("z")) && row_time(rows, 1, 6) == 1760000000001 && row_day(rows, 1, 7) == 20000 &&
		   row_int8(rows, 2, 8) == 3;
	return true;
}

static void arrays_become_rows_with_their_nulls(void **state)
{
	struct place *place = place_of(state);
	const bool second[] = {false, true, false};
	struct parameters parameters;
	struct seen seen = {0};
	struct error error;

	parameters_init(&parameters, &place->arena);
	parameters_int2_array(&parameters, (const int16_t[]){1, 2, -1}, NULL, 3);
	parameters_int4_array(&parameters, (const int32_t[]){7, 8, 9}, second, 3);
	parameters_int8_array(&parameters, (const int64_t[]){7, 8, 9}, NULL, 3);
	parameters_bool_array(&parameters, (const bool[]){false, false, true}, NULL, 3);
	parameters_bytea_array(&parameters, (const struct view[]){VIEW_LITERAL("\0"), VIEW_NULL, VIEW_LITERAL("")}, 3);
	parameters_text_array(&parameters, (const struct view[]){VIEW_LITERAL("x"), VIEW_LITERAL("y"), VIEW_LITERAL("z")}, 3);
	parameters_time_array(&parameters, (const int64_t[]){0, 1760000000001, -5}, NULL, 3);
	parameters_day_array(&parameters, (const int32_t[]){0, 20000, -5}, NULL, 3);
	check_ok(database_run(place->database, &unnested, &parameters, read_unnested, &seen, &error), &error);
	check(seen.ok);
}

static bool read_count(void *context, const struct rows *rows, struct error *error)
{
	(void)error;
	*(int64_t *)context = rows_count(rows);
	return true;
}

static void empty_arrays_become_no_rows(void **state)
{
	struct place *place = place_of(state);
	struct parameters parameters;
	int64_t count = -1;
	struct error error;

	parameters_init(&parameters, &place->arena);
	parameters_int2_array(&parameters, NULL, NULL, 0);
	parameters_int4_array(&parameters, NULL, NULL, 0);
	parameters_int8_array(&parameters, NULL, NULL, 0);
	parameters_bool_array(&parameters, NULL, NULL, 0);
	parameters_bytea_array(&parameters, NULL, 0);
	parameters_text_array(&parameters, NULL, 0);
	parameters_time_array(&parameters, NULL, NULL, 0);
	parameters_day_array(&parameters, NULL, NULL, 0);
	check_ok(database_run(place->database, &unnested, &parameters, read_count, &count, &error), &error);
	check_int(count, 0);
}

static void the_first_failure_undoes_the_unit_and_names_no_value(void **state)
{
	struct place *place = place_of(state);
	int64_t after = 0;
	struct error error;

	check_ok(database_script(place->database, ITEM, &error), &error);
	queue_item(place, 1, "kept");
	check_ok(database_sync(place->database, &error), &error);
	queue_item(place, 2, "undone");
	queue_item(place, 1, "SECRETVAL");
	queue_item(place, 3, "far too long for it");
	check_ok(database_queue(place->database, &one, NULL, read_number, &after, &error), &error);
	check_fails(database_sync(place->database, &error), &error, "23505");
	check_int(error.disposition, DISPOSITION_REJECT);
	check_text(error.place, "t_insert");
	check(strstr(error.text, "item_id_once") != NULL);
	check(strstr(error.text, "SECRETVAL") == NULL && strstr(error.text, "(1)") == NULL);
	check_int(after, 0);
	check_int(item_count(place), 1);
	check_ok(database_run(place->database, &one, NULL, read_number, &after, &error), &error); /* its preparation had been skipped */
	check_int(after, 1);
}

static void a_failure_rolls_an_open_transaction_back(void **state)
{
	struct place *place = place_of(state);
	struct error error;

	check_ok(database_script(place->database, ITEM, &error), &error);
	check_ok(database_queue(place->database, &database_begin, NULL, NULL, NULL, &error), &error);
	queue_item(place, 1, "undone");
	queue_item(place, 2, "far too long for it");
	check_ok(database_queue(place->database, &database_commit, NULL, NULL, NULL, &error), &error);
	check_fails(database_sync(place->database, &error), &error, "23514");
	queue_item(place, 3, "kept"); /* outside the transaction, or this would fail with 25P02 */
	check_ok(database_sync(place->database, &error), &error);
	check_int(item_count(place), 1);
}

static bool refuse(void *context, const struct rows *rows, struct error *error)
{
	(void)context;
	(void)rows;
	return error_set(error, DISPOSITION_STOP, "REFUSED", "reader", "no");
}

static void a_reader_that_refuses_rolls_back_what_is_not_committed(void **state)
{
	struct place *place = place_of(state);
	struct error error;

	check_ok(database_script(place->database, ITEM, &error), &error);
	check_ok(database_queue(place->database, &database_begin, NULL, NULL, NULL, &error), &error);
	queue_item(place, 1, "undone");
	check_fails(database_run(place->database, &one, NULL, refuse, NULL, &error), &error, "REFUSED");
	check_int(item_count(place), 0);
}

static bool read_wrongly(void *context, const struct rows *rows, struct error *error)
{
	(void)error;
	*(int64_t *)context = row_int4(rows, 0, 0);
	return true;
}

static void a_column_of_another_type_is_noticed(void **state)
{
	struct place *place = place_of(state);
	int64_t number = 0;
	struct error error;

	check_fails(database_run(place->database, &one, NULL, read_wrongly, &number, &error), &error, "ROW_TYPE");
}

static void a_fence_stops(void **state)
{
	struct place *place = place_of(state);
	struct error error;

	check_ok(database_script(
			 place->database,
			 "CREATE FUNCTION fence() RETURNS void LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = 'KF001'; END $$",
			 &error),
		 &error);
	check_fails(database_run(place->database, &raise_fence, NULL, NULL, NULL, &error), &error, DATABASE_FENCED);
	check_int(error.disposition, DISPOSITION_STOP);
}

static void neither_side_waits_for_the_other(void **state)
{
	struct place *place = place_of(state);
	struct parameters parameters;
	struct error error;
	int64_t counts[100] = {0};
	uint8_t *bytes = arena_take(&place->arena, LARGE);

	/* 25 MiB each way: far beyond what both sockets hold, and the server answers while we still write. */
	for (int i = 0; i < 100; i++) {
		parameters_init(&parameters, &place->arena);
		parameters_bytea(&parameters, view_of(bytes, LARGE));
		check_ok(database_queue(place->database, &echo_bytes, &parameters, read_count, &counts[i], &error), &error);
	}
	check_ok(database_sync_send(place->database, &error), &error);
	check_fails(database_queue(place->database, &one, NULL, NULL, NULL, &error), &error, "DATABASE_QUEUE");
	check_ok(database_sync_finish(place->database, &error), &error);
	check_int(counts[99], 1);
}

static void a_lost_connection_is_told_and_mended(void **state)
{
	struct place *place = place_of(state);
	CLEANUP(database_free_p) struct database *other = NULL;
	struct parameters parameters;
	int64_t pid = 0;
	int64_t number = 0;
	struct error error;

	check_ok(database_open(place->conninfo, &other, &error), &error);
	check_ok(database_run(place->database, &my_pid, NULL, read_number, &pid, &error), &error);
	check_ok(database_queue(place->database, &sleep_long, NULL, NULL, NULL, &error), &error);
	check_ok(database_queue(place->database, &one, NULL, read_number, &number, &error), &error);
	check_ok(database_sync_send(place->database, &error), &error);
	parameters_init(&parameters, &place->arena);
	parameters_int8(&parameters, pid);
	check_ok(database_run(other, &kill_backend, &parameters, NULL, NULL, &error), &error);
	check_fails(database_sync_finish(place->database, &error), &error, DATABASE_CONNECTION_LOST);
	check_int(error.disposition, DISPOSITION_RETRY);
	check(!database_is_open(place->database));
	check_fails(database_run(place->database, &one, NULL, read_number, &number, &error), &error, DATABASE_CONNECTION_LOST);
	check_int(number, 0);
	check_ok(database_reset(place->database, &error), &error);
	check(database_is_open(place->database));
	check_ok(database_run(place->database, &one, NULL, read_number, &number, &error), &error);
	check_int(number, 1);
}

static void a_statement_beyond_its_limit_is_tried_again_later(void **state)
{
	struct place *place = place_of(state);
	struct error error;

	check_ok(database_limit_statements(place->database, 50, &error), &error);
	check_ok(database_reset(place->database, &error), &error);
	check_fails(database_run(place->database, &sleep_long, NULL, NULL, NULL, &error), &error, "57014");
	check_int(error.disposition, DISPOSITION_RETRY);
	check(database_is_open(place->database));
}

static bool read_flag(void *context, const struct rows *rows, struct error *error)
{
	(void)error;
	*(bool *)context = row_bool(rows, 0, 0);
	return true;
}

static void commits_wait_for_the_disk_whatever_the_defaults_are(void **state)
{
	CLEANUP(database_free_p) struct database *other = NULL;
	char conninfo[640];
	bool good = false;
	struct error error;

	(void)place_of(state);
	(void)snprintf(conninfo, sizeof conninfo, "%s options=-csynchronous_commit=off client_encoding=LATIN1", getenv("KLUIS_PG"));
	check_ok(database_open(conninfo, &other, &error), &error);
	check_ok(database_run(other, &setting, NULL, read_flag, &good, &error), &error);
	check(good);
}

static void a_server_that_is_not_there_is_tried_again(void **state)
{
	CLEANUP(database_free_p) struct database *database = NULL;
	struct error error;

	(void)state;
	check_fails(database_open("host=127.0.0.1 port=1 dbname=x user=x", &database, &error), &error, "CONNECTION_FAILED");
	check_int(error.disposition, DISPOSITION_RETRY);
	check(database != NULL && !database_is_open(database));
}

static void a_script_that_fails_leaves_the_connection_usable(void **state)
{
	struct place *place = place_of(state);
	int64_t number = 0;
	struct error error;

	check_fails(database_script(place->database, "CREATE TABLE here (a int); CREATE TABEL there (a int)", &error), &error, "42601");
	check(strstr(error.text, "character 35") != NULL);
	check_fails(database_script(place->database, "SELECT a FROM here", &error), &error, "42P01");
	check_ok(database_run(place->database, &one, NULL, read_number, &number, &error), &error);
	check_int(number, 1);
}

static const struct CMUnitTest tests[] = {
	PLACE_TEST(results_come_to_their_readers_in_order),
	PLACE_TEST(every_type_goes_there_and_back),
	PLACE_TEST(arrays_become_rows_with_their_nulls),
	PLACE_TEST(empty_arrays_become_no_rows),
	PLACE_TEST(the_first_failure_undoes_the_unit_and_names_no_value),
	PLACE_TEST(a_failure_rolls_an_open_transaction_back),
	PLACE_TEST(a_reader_that_refuses_rolls_back_what_is_not_committed),
	PLACE_TEST(a_column_of_another_type_is_noticed),
	PLACE_TEST(a_fence_stops),
	PLACE_TEST(neither_side_waits_for_the_other),
	PLACE_TEST(a_lost_connection_is_told_and_mended),
	PLACE_TEST(a_statement_beyond_its_limit_is_tried_again_later),
	PLACE_TEST(commits_wait_for_the_disk_whatever_the_defaults_are),
	cmocka_unit_test(a_server_that_is_not_there_is_tried_again),
	PLACE_TEST(a_script_that_fails_leaves_the_connection_usable),
};

CHECK_MAIN(tests)
