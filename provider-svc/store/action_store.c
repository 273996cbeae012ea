#include "provider-svc/store/action_store.h"

static const struct statement select_seen = {"action_select_seen", "SELECT EXISTS (SELECT FROM dossier_action WHERE command_id = c) "
								   "FROM unnest($1::text[]) WITH ORDINALITY AS u (c, n) ORDER BY n"};
static const struct statement insert_action = {
	"action_insert", "WITH old AS (DELETE FROM dossier_action WHERE decided_at < $3 - interval '8 days') "
			 "INSERT INTO dossier_action (command_id, code, decided_at) VALUES ($1, $2, $3) ON CONFLICT (command_id) DO NOTHING"};
static const struct statement select_code = {"action_select_code", "SELECT code FROM dossier_action WHERE command_id = $1"};

static bool read_seen(void *context, const struct rows *rows, struct error *error)
{
	bool *seen = context;

	(void)error;
	for (int i = 0; i < rows_count(rows); i++)
		seen[i] = row_bool(rows, i, 0);
	return true;
}

bool action_store_seen(struct database *database, struct arena *arena, const struct view *command_ids, size_t count, bool *ret_seen,
		       struct error *error)
{
	struct parameters parameters;

	parameters_init(&parameters, arena);
	parameters_text_array(&parameters, command_ids, count);
	return count == 0 || database_run(database, &select_seen, &parameters, read_seen, ret_seen, error);
}

bool action_queue(struct database *database, struct arena *arena, struct view command_id, const char *code, int64_t decided_at, struct error *error)
{
	struct parameters parameters;

	parameters_init(&parameters, arena);
	parameters_text(&parameters, command_id);
	parameters_text(&parameters, view_text(code));
	parameters_time(&parameters, decided_at);
	return database_queue(database, &insert_action, &parameters, NULL, NULL, error);
}

struct code_reading {
	struct arena *arena;
	const char **ret;
};

static bool read_code(void *context, const struct rows *rows, struct error *error)
{
	struct code_reading *reading = context;

	(void)error;
	*reading->ret = rows_count(rows) == 0 ? NULL : arena_text(reading->arena, row_text(rows, 0, 0));
	return true;
}

bool action_store_code(struct database *database, struct arena *arena, struct view command_id, const char **ret, struct error *error)
{
	struct code_reading reading = {.arena = arena, .ret = ret};
	struct parameters parameters;

	parameters_init(&parameters, arena);
	parameters_text(&parameters, command_id);
	return database_run(database, &select_code, &parameters, read_code, &reading, error);
}
