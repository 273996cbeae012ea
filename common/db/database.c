#include "common/db/database.h"

#include "common/base/guard.h"
#include "common/db/connection.h"
#include "common/db/sqlstate.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

const struct statement database_begin = {"begin", "BEGIN"};
const struct statement database_commit = {"commit", "COMMIT"};
const struct statement database_rollback = {"rollback", "ROLLBACK"};

/* jit costs more than it gives on short statements; tables grow by orders of magnitude during a first load, so a plan made once would be a plan for
 * an empty table; an old open snapshot makes hot rows slow, and so does a client that is no longer there but holds locks. */
#define SESSION                                                                                                                                      \
	"SET client_encoding = 'UTF8'; SET synchronous_commit = on; SET jit = off; SET plan_cache_mode = force_custom_plan; SET TimeZone = 'UTC'; "  \
	"SET client_min_messages = error; SET idle_in_transaction_session_timeout = '60s'; "                                                         \
	"SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3; SET tcp_user_timeout = 20000"

static _Noreturn void out_of_memory(void)
{
	(void)fputs("level=error event=out_of_memory\n", stderr);
	abort();
}

void *database_grow(void *items, size_t *room, size_t count, size_t size)
{
	size_t more = *room == 0 ? 32 : *room * 2;
	void *grown;

	if (count < *room)
		return items;
	grown = reallocarray(items, more, size);
	if (grown == NULL)
		out_of_memory();
	*room = more;
	return grown;
}

/* Server messages hold values: nobody prints them. */
static void ignore_notice(void *context, const PGresult *result)
{
	(void)context;
	(void)result;
}

bool database_failed(struct database *database, const PGresult *result, const char *place, struct error *error)
{
	const char *sqlstate = result == NULL ? NULL : PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *constraint = result == NULL ? NULL : PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME);
	const char *position = result == NULL ? NULL : PQresultErrorField(result, PG_DIAG_STATEMENT_POSITION);

	/* Whatever the server still managed to say: with the connection gone nobody knows what it did. */
	if (database->connection == NULL || PQstatus(database->connection) == CONNECTION_BAD) {
		database->lost = true;
		return sqlstate_error(error, NULL, NULL, place);
	}
	if (sqlstate == NULL)
		return error_set(error, DISPOSITION_STOP, "DATABASE_PROTOCOL", place, "unexpected answer from PostgreSQL");
	(void)sqlstate_error(error, sqlstate, constraint, place);
	if (position != NULL && error != NULL && error->disposition == DISPOSITION_STOP) {
		size_t used = strlen(error->text);

		(void)snprintf(error->text + used, sizeof error->text - used, " at character %s", position);
	}
	return false;
}

void database_forget_queue(struct database *database)
{
	for (size_t i = 0; i < database->pending_count; i++) {
		for (size_t j = 0; database->pending[i].is_preparation && j < database->prepared_count; j++) {
			if (database->prepared[j].statement == database->pending[i].statement && database->prepared[j].state == PREPARATION_QUEUED)
				database->prepared[j].state = PREPARATION_NONE;
		}
	}
	database->pending_count = 0;
	database->sync_sent = false;
}

static void disconnect(struct database *database)
{
	if (database->connection != NULL)
		PQfinish(database->connection);
	database->connection = NULL;
	database->lost = true;
	database->prepared_count = 0;
	database->pending_count = 0;
	database->sync_sent = false;
}

/* Runs set-up text outside pipeline mode. */
static bool execute(struct database *database, const char *sql, const char *place, struct error *error)
{
	PGresult *result = PQexec(database->connection, sql);
	ExecStatusType status = PQresultStatus(result);
	bool ok = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY;

	if (!ok)
		(void)database_failed(database, result, place, error);
	PQclear(result);
	return ok;
}

static bool limit_now(struct database *database, struct error *error)
{
	char sql[64];

	(void)snprintf(sql, sizeof sql, "SET statement_timeout = %d", database->limit_ms);
	return execute(database, sql, "statement_timeout", error);
}

/* libpq tells no SQLSTATE for a connection that could not be made; its text names hosts and users, and no values. */
static bool connection_failed(struct database *database, struct error *error)
{
	const char *message = database->connection == NULL ? "" : PQerrorMessage(database->connection);
	bool misconfigured = strstr(message, "authentication failed") != NULL || strstr(message, "does not exist") != NULL ||
			     strstr(message, "no pg_hba.conf entry") != NULL || strstr(message, "invalid connection option") != NULL ||
			     strstr(message, "missing \"=\"") != NULL || strstr(message, "no password supplied") != NULL;

	(void)error_set(error, misconfigured ? DISPOSITION_STOP : DISPOSITION_RETRY, "CONNECTION_FAILED", "postgresql", "%.*s",
			(int)strcspn(message, "\n"), message);
	disconnect(database);
	return false;
}

/* Values before "dbname" (which libpq expands) are defaults, values behind it win. */
static PGconn *connect_now(const char *conninfo)
{
	static const char *const names[] = {"connect_timeout",
					    "fallback_application_name",
					    "keepalives_idle",
					    "keepalives_interval",
					    "keepalives_count",
					    "tcp_user_timeout",
					    "dbname",
					    "client_encoding",
					    NULL};
	const char *values[] = {"10", "kluis", "10", "5", "3", "20000", conninfo, "UTF8", NULL};

	return PQconnectdbParams(names, values, 1);
}

bool database_reset(struct database *database, struct error *error)
{
	disconnect(database);
	database->connection = connect_now(database->conninfo);
	if (database->connection == NULL || PQstatus(database->connection) != CONNECTION_OK)
		return connection_failed(database, error);
	(void)PQsetNoticeReceiver(database->connection, ignore_notice, NULL);
	if (!execute(database, SESSION, "session", error) ||
	    (WITHOUT(synchronous_commit) && !execute(database, "SET synchronous_commit = off", "session", error)) ||
	    (database->limit_ms > 0 && !limit_now(database, error))) {
		disconnect(database);
		return false;
	}
	if (PQsetnonblocking(database->connection, 1) != 0 || PQenterPipelineMode(database->connection) != 1)
		return connection_failed(database, error);
	database->lost = false;
	return true;
}

bool database_open(const char *conninfo, struct database **ret, struct error *error)
{
	struct database *database = calloc(1, sizeof *database);

	if (database == NULL)
		out_of_memory();
	database->conninfo = strdup(conninfo);
	if (database->conninfo == NULL)
		out_of_memory();
	database->lost = true;
	*ret = database;
	return database_reset(database, error);
}

void database_free(struct database *database)
{
	if (database == NULL)
		return;
	disconnect(database);
	explicit_bzero(database->conninfo, strlen(database->conninfo));
	free(database->conninfo);
	free(database->prepared);
	free(database->pending);
	free(database);
}

void database_free_p(struct database **database)
{
	database_free(*database);
	*database = NULL;
}

bool database_is_open(const struct database *database)
{
	return !database->lost && database->connection != NULL && PQstatus(database->connection) == CONNECTION_OK;
}

/* Leaves pipeline mode, runs the text, comes back. */
static bool apart(struct database *database, const char *sql, const char *place, struct error *error)
{
	bool ok;

	if (!database_is_open(database))
		return sqlstate_error(error, NULL, NULL, place);
	if (database->pending_count > 0 || PQexitPipelineMode(database->connection) != 1)
		return error_set(error, DISPOSITION_STOP, "DATABASE_QUEUE", place, "statements are still queued");
	ok = execute(database, sql, place, error);
	if (!database_is_open(database))
		return false;
	if (!ok && PQtransactionStatus(database->connection) != PQTRANS_IDLE && !execute(database, "ROLLBACK", place, NULL))
		database->lost = true;
	if (PQenterPipelineMode(database->connection) != 1) {
		database->lost = true;
		return ok ? sqlstate_error(error, NULL, NULL, place) : false;
	}
	return ok;
}

bool database_script(struct database *database, const char *sql, struct error *error)
{
	return apart(database, sql, "script", error);
}

bool database_limit_statements(struct database *database, int32_t limit_ms, struct error *error)
{
	char sql[64];

	database->limit_ms = limit_ms;
	if (!database_is_open(database))
		return true; /* the next reset sets it */
	(void)snprintf(sql, sizeof sql, "SET statement_timeout = %d", limit_ms);
	return apart(database, sql, "statement_timeout", error);
}
