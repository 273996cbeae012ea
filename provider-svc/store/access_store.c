#include "provider-svc/store/access_store.h"

static const struct statement insert_one = {
	"access_insert", "INSERT INTO access_log (reader, action, purpose, pseudonym, at) VALUES ($1, $2, $3, $4, coalesce($5, clock_timestamp()))"};

static const struct statement insert_each = {"access_insert_each", "INSERT INTO access_log (reader, action, purpose, pseudonym) "
								   "SELECT $1, $2, $3, p FROM unnest($4::bytea[]) p"};

static const struct statement select_all = {"access_select", "SELECT at, reader, action, purpose, pseudonym FROM access_log "
							     "WHERE ($1::bytea IS NULL OR pseudonym = $1) AND ($2::text IS NULL OR reader = $2) "
							     "ORDER BY number"};

static struct parameters parameters_of(struct arena *arena, const struct access *access)
{
	struct parameters parameters;

	parameters_init(&parameters, arena);
	parameters_text(&parameters, view_text(access->reader));
	parameters_text(&parameters, view_text(access->action));
	parameters_text(&parameters, view_text(access->purpose));
	return parameters;
}

bool access_queue(struct database *database, struct arena *arena, const struct access *access, struct error *error)
{
	struct parameters parameters = parameters_of(arena, access);

	parameters_bytea(&parameters, access->pseudonym);
	if (access->at == 0)
		parameters_null(&parameters, PARAMETER_TIME);
	else
		parameters_time(&parameters, access->at);
	return database_queue(database, &insert_one, &parameters, NULL, NULL, error);
}

bool access_write(struct database *database, struct arena *arena, const struct access *access, const struct view *pseudonyms, size_t count,
		  struct error *error)
{
	struct access none = *access;
	struct parameters parameters;

	if (count == 0) {
		none.pseudonym = VIEW_NULL;
		return access_queue(database, arena, &none, error) && database_sync(database, error);
	}
	parameters = parameters_of(arena, access);
	parameters_bytea_array(&parameters, pseudonyms, count);
	return database_run(database, &insert_each, &parameters, NULL, NULL, error);
}

bool access_list(struct database *database, struct view pseudonym, const char *of_reader, row_reader *reader, void *context, struct error *error)
{
	CLEANUP(arena_done) struct arena arena = {0};
	struct parameters parameters;

	parameters_init(&parameters, &arena);
	parameters_bytea(&parameters, pseudonym);
	parameters_text(&parameters, view_text(of_reader));
	return database_run(database, &select_all, &parameters, reader, context, error);
}
