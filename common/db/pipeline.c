/* The queue of statements and the sync that reads their results. */
#include "common/db/connection.h"
#include "common/db/database.h"
#include "common/db/sqlstate.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>

#define NETWORK_LOST(database) (PQstatus((database)->connection) == CONNECTION_BAD)

/* The connection's note of a statement. */
static struct prepared *prepared_of(struct database *database, const struct statement *statement)
{
	struct prepared *note;

	for (size_t i = 0; i < database->prepared_count; i++) {
		if (database->prepared[i].statement == statement)
			return &database->prepared[i];
	}
	database->prepared = database_grow(database->prepared, &database->prepared_room, database->prepared_count, sizeof *database->prepared);
	note = &database->prepared[database->prepared_count++];
	*note = (struct prepared){.statement = statement};
	return note;
}

static void expect(struct database *database, struct pending pending)
{
	database->pending = database_grow(database->pending, &database->pending_room, database->pending_count, sizeof *database->pending);
	database->pending[database->pending_count++] = pending;
}

static bool lost(struct database *database, const char *place, struct error *error)
{
	database->lost = true;
	return sqlstate_error(error, NULL, NULL, place);
}

static bool prepare(struct database *database, const struct statement *statement, const struct parameters *parameters, struct error *error)
{
	struct prepared *note = prepared_of(database, statement);

	if (note->state != PREPARATION_NONE)
		return true;
	if (PQsendPrepare(database->connection, statement->name, statement->sql, parameters == NULL ? 0 : parameters->count,
			  parameters == NULL ? NULL : parameters->types) != 1)
		return lost(database, statement->name, error);
	note->state = PREPARATION_QUEUED;
	expect(database, (struct pending){.statement = statement, .is_preparation = true});
	return true;
}

bool database_queue(struct database *database, const struct statement *statement, const struct parameters *parameters, row_reader *reader,
		    void *context, struct error *error)
{
	int binary[PARAMETERS_MAX];

	if (!database_is_open(database))
		return lost(database, statement->name, error);
	if (database->sync_sent)
		return error_set(error, DISPOSITION_STOP, "DATABASE_QUEUE", statement->name, "a sync is under way");
	if (!prepare(database, statement, parameters, error))
		return false;
	for (int i = 0; i < PARAMETERS_MAX; i++)
		binary[i] = 1;
	if (PQsendQueryPrepared(database->connection, statement->name, parameters == NULL ? 0 : parameters->count,
				parameters == NULL ? NULL : parameters->values, parameters == NULL ? NULL : parameters->lengths, binary, 1) != 1)
		return lost(database, statement->name, error);
	expect(database, (struct pending){.statement = statement, .reader = reader, .context = context});
	return true;
}

/* Writes all that is queued; reads whatever comes meanwhile, since a server that cannot write stops reading. */
static bool flush(struct database *database, struct error *error)
{
	int unsent;

	while ((unsent = PQflush(database->connection)) == 1) {
		struct pollfd wait = {.fd = PQsocket(database->connection), .events = POLLIN | POLLOUT};

		if (poll(&wait, 1, -1) < 0 && errno != EINTR)
			return lost(database, "poll", error);
		if ((wait.revents & (POLLIN | POLLERR | POLLHUP)) != 0 && PQconsumeInput(database->connection) != 1)
			return lost(database, "sync", error);
	}
	return unsent == 0 ? true : lost(database, "sync", error);
}

bool database_sync_send(struct database *database, struct error *error)
{
	if (database->pending_count == 0)
		return true;
	if (!database_is_open(database) || PQpipelineSync(database->connection) != 1) {
		database_forget_queue(database);
		return lost(database, "sync", error);
	}
	database->sync_sent = true;
	if (!flush(database, error)) {
		database_forget_queue(database);
		return false;
	}
	return true;
}

/* Hands the rows of one statement to its reader. */
static bool read_rows(const struct pending *pending, const PGresult *result, struct error *error)
{
	bool mismatched = false;
	struct rows rows = {.result = result, .mismatched = &mismatched};

	if (pending->reader == NULL)
		return true;
	if (!pending->reader(pending->context, &rows, error))
		return false;
	if (mismatched)
		return error_set(error, DISPOSITION_STOP, "ROW_TYPE", pending->statement->name, "a column is of another type than its reader takes");
	return true;
}

/* What one result means; `failed` says that an earlier one of the unit failed, so that readers are no longer called. */
static bool take_result(struct database *database, const struct pending *pending, const PGresult *result, bool failed, struct error *error)
{
	switch ((int)PQresultStatus(result)) {
	case PGRES_COMMAND_OK:
	case PGRES_TUPLES_OK:
		if (pending->is_preparation)
			prepared_of(database, pending->statement)->state = PREPARATION_DONE;
		return failed || pending->is_preparation ? true : read_rows(pending, result, error);
	case PGRES_PIPELINE_ABORTED:
		if (failed)
			return false;
		return error_set(error, DISPOSITION_STOP, "DATABASE_PROTOCOL", pending->statement->name, "the pipeline was aborted without an error");
	default:
		return failed ? false : database_failed(database, result, pending->statement->name, error);
	}
}

/* Reads the results of everything pending, and the sync's. False with the first failure; `lost` is set when the connection went away. */
static bool read_unit(struct database *database, struct error *error)
{
	bool ok = true;
	PGresult *result;

	for (size_t i = 0; i < database->pending_count; i++) {
		const struct pending pending = database->pending[i];

		result = PQgetResult(database->connection);
		if (result == NULL || NETWORK_LOST(database)) {
			PQclear(result);
			/* Unknown, and worse than what failed before it: say that. */
			return lost(database, pending.statement->name, error);
		}
		if (!take_result(database, &pending, result, !ok, ok ? error : NULL))
			ok = false;
		PQclear(result);
		result = PQgetResult(database->connection);
		if (result != NULL) {
			PQclear(result);
			return lost(database, pending.statement->name, error);
		}
	}
	result = PQgetResult(database->connection);
	if (PQresultStatus(result) != PGRES_PIPELINE_SYNC)
		ok = lost(database, "sync", error);
	PQclear(result);
	return ok;
}

/* Leaves no transaction open after a failure. */
static void roll_back(struct database *database)
{
	if (!database_is_open(database) || PQtransactionStatus(database->connection) == PQTRANS_IDLE)
		return;
	if (!database_queue(database, &database_rollback, NULL, NULL, NULL, NULL) || !database_sync_send(database, NULL) ||
	    !read_unit(database, NULL))
		database->lost = true;
	database_forget_queue(database);
}

bool database_sync_finish(struct database *database, struct error *error)
{
	bool ok;

	if (database->pending_count == 0)
		return true;
	if (!database->sync_sent)
		return error_set(error, DISPOSITION_STOP, "DATABASE_QUEUE", "sync", "nothing was sent");
	ok = read_unit(database, error);
	database_forget_queue(database);
	if (!ok)
		roll_back(database);
	return ok;
}

bool database_sync(struct database *database, struct error *error)
{
	return database_sync_send(database, error) && database_sync_finish(database, error);
}

bool database_run(struct database *database, const struct statement *statement, const struct parameters *parameters, row_reader *reader,
		  void *context, struct error *error)
{
	return database_queue(database, statement, parameters, reader, context, error) && database_sync(database, error);
}
