#include "vault-svc/store/run_store.h"

struct open_list {
	bool *open;
	int32_t partitions;
};

static bool open_read(void *context, const struct rows *rows, struct error *error)
{
	struct open_list *list = context;

	(void)error;
	for (int i = 0; i < rows_count(rows); i++) {
		int32_t partition = row_int4(rows, i, 0);

		if (partition >= 0 && partition < list->partitions)
			list->open[partition] = true;
	}
	return true;
}

bool run_queue_open(struct database *database, int32_t partitions, bool *ret_open, struct error *error)
{
	static const struct statement select = {"run_open", "SELECT DISTINCT partition FROM run WHERE state = 'OPEN'"};
	struct open_list list = {.open = ret_open, .partitions = partitions};

	memset(ret_open, 0, (size_t)partitions * sizeof *ret_open);
	return database_run(database, &select, NULL, open_read, &list, error);
}

struct load {
	struct arena *arena;
	struct run *run;
};

static bool run_read(void *context, const struct rows *rows, struct error *error)
{
	struct load *load = context;
	struct run *run;
	int32_t kind = 0;

	if (rows_count(rows) == 0)
		return true;
	run = load->run = arena_take(load->arena, sizeof *run);
	run->restores = view_equal(row_text(rows, 0, 4), VIEW_LITERAL("RESTORE"));
	if (!run->restores && !schema_enum_value(&run_kind_enum, row_text(rows, 0, 4), &kind))
		return error_set(error, DISPOSITION_STOP, "RUN", "run", "a kind of run that this binary does not know");
	run->number = row_int8(rows, 0, 0);
	run->run_id = arena_copy(load->arena, row_text(rows, 0, 1));
	run->employer_no = row_int4(rows, 0, 2);
	run->partition = row_int4(rows, 0, 3);
	run->kind = (enum run_kind)kind;
	run->state = "OPEN";
	run->step = row_int8(rows, 0, 5);
	run->cursor = row_int8(rows, 0, 6);
	run->started_at = row_int8(rows, 0, 7);
	run->persons = row_int8(rows, 0, 8);
	run->entities = row_int8(rows, 0, 9);
	run->payload = row_is_null(rows, 0, 10) ? VIEW_NULL : arena_copy(load->arena, row_bytea(rows, 0, 10));
	run->tries = row_int4(rows, 0, 11);
	run->shares = row_int8(rows, 0, 12);
	return true;
}

bool run_load(int32_t partition, struct database *database, struct arena *arena, struct run **ret, struct error *error)
{
	static const struct statement select = {
		"run_load", "SELECT run_no, run_id, employer_no, partition, kind, step, cursor, started_at, persons, entities, payload, tries, "
			    "shares "
			    "FROM run WHERE state = 'OPEN' AND partition = $1 ORDER BY run_no LIMIT 1"};
	struct load load = {.arena = arena};
	struct parameters parameters;

	parameters_init(&parameters, arena);
	parameters_int4(&parameters, partition);
	if (!database_run(database, &select, &parameters, run_read, &load, error))
		return false;
	*ret = load.run;
	return true;
}

bool run_count_try(const struct run *run, struct database *database, struct arena *arena, struct error *error)
{
	static const struct statement count = {"run_count_try", "UPDATE run SET tries = tries + 1 WHERE run_no = $1"};
	struct parameters parameters;

	parameters_init(&parameters, arena);
	parameters_int8(&parameters, run->number);
	return database_run(database, &count, &parameters, NULL, NULL, error);
}

static bool insert_queue(const struct run *run, struct database *database, struct arena *arena, struct error *error)
{
	static const struct statement insert = {
		"run_insert", "INSERT INTO run (run_id, employer_no, partition, kind, state, step, cursor, started_at, persons, entities, payload) "
			      "VALUES ($1, $2, $3, $4, $5, 0, 0, $6, 0, 0, $7)"};
	struct parameters parameters;

	parameters_init(&parameters, arena);
	parameters_text(&parameters, run->run_id);
	parameters_int4(&parameters, run->employer_no);
	parameters_int4(&parameters, run->partition);
	parameters_text(&parameters, view_text(run_kind_name(run->kind)));
	parameters_text(&parameters, view_text(run->state));
	parameters_int8(&parameters, run->started_at);
	parameters_bytea(&parameters, run->payload);
	return database_queue(database, &insert, &parameters, NULL, NULL, error);
}

static bool update_queue(const struct run *run, struct database *database, struct arena *arena, struct error *error)
{
	static const struct statement update = {
		"run_update", "UPDATE run SET state = $2, step = $3, cursor = $4, persons = $5, entities = $6, shares = $7, tries = 0, "
			      "payload = CASE WHEN $2 = 'OPEN' THEN payload END WHERE run_no = $1"};
	struct parameters parameters;

	parameters_init(&parameters, arena);
	parameters_int8(&parameters, run->number);
	parameters_text(&parameters, view_text(run->state));
	parameters_int8(&parameters, run->step);
	parameters_int8(&parameters, run->cursor);
	parameters_int8(&parameters, run->persons);
	parameters_int8(&parameters, run->entities);
	parameters_int8(&parameters, run->shares);
	return database_queue(database, &update, &parameters, NULL, NULL, error);
}

bool run_queue_write(const struct run *runs, struct database *database, struct arena *arena, struct error *error)
{
	for (const struct run *run = runs; run != NULL; run = run->next)
		if (!(run->number == 0 ? insert_queue(run, database, arena, error) : update_queue(run, database, arena, error)))
			return false;
	return true;
}
