/*
 * One PostgreSQL connection in pipeline mode: statements are queued and sent at once, results are read in order at the sync. Used by one thread at a
 * time. Statements are named constants, prepared once per connection at their first use; parameters and results are binary.
 *
 * One sync is one unit: the first statement that fails gives the error, those behind it are not run. Without an explicit BEGIN everything since the
 * last sync commits or rolls back together; with one, a failed sync rolls the transaction back before it returns.
 */
#pragma once

#include "common/db/parameters.h"
#include "common/db/rows.h"

/* The connection went away while the result was awaited: what was asked, a COMMIT included, may or may not have happened. Disposition RETRY. */
#define DATABASE_CONNECTION_LOST "CONNECTION_LOST"

/* What the database's functions raise when the caller no longer owns what it writes (ERRCODE 'KF001'). Disposition STOP. */
#define DATABASE_FENCED "KF001"

/* Lives for the whole program, beside the function that runs it; `name` is unique within the program. */
struct statement {
	const char *name;
	const char *sql;
};

struct database;

/*
 * Connects, waiting up to 10 s unless conninfo sets connect_timeout. conninfo is libpq's connection string or URI (copied); application_name may be in
 * it. The session gets UTF-8, synchronous_commit=on, jit off, plans for the actual parameters, keepalives, a limit on idling in a transaction.
 * *ret is set even when only connecting failed, with RETRY: database_reset tries again. Free it in any case with database_free.
 */
MUST_CHECK bool database_open(const char *conninfo, struct database **ret, struct error *error);

/* Closes and frees; NULL is fine. An open transaction is rolled back by the server. */
void database_free(struct database *database);

/* For CLEANUP() on a struct database *. */
void database_free_p(struct database **database);

/* Drops the connection, whatever its state, and connects anew; queued statements and prepared ones are forgotten. */
MUST_CHECK bool database_reset(struct database *database, struct error *error);

/* False when the connection is known to be lost: database_reset is needed. No round trip. */
bool database_is_open(const struct database *database);

/* The longest that a statement may run from now on, reconnects included; 0: no limit (as at first). SQLSTATE 57014 with RETRY when it strikes. */
MUST_CHECK bool database_limit_statements(struct database *database, int32_t limit_ms, struct error *error);

/*
 * Queues one statement. Parameters (NULL: none) are taken at once and may be reused. `reader` may be NULL; it is called from the sync, with `context`,
 * when and only when the statement succeeded. Once a sync has failed, or the connection is lost, the rest of the queue is dropped by that sync.
 */
MUST_CHECK bool database_queue(struct database *database, const struct statement *statement, const struct parameters *parameters, row_reader *reader,
			       void *context, struct error *error);

/* Sends what is queued, reads all results, calls the readers. False with the first failure. With nothing queued it succeeds without a round trip. */
MUST_CHECK bool database_sync(struct database *database, struct error *error);

/* First half of database_sync: hands all to the server (and reads in between, so that neither side waits for the other) without awaiting results. */
MUST_CHECK bool database_sync_send(struct database *database, struct error *error);

/* Second half: reads all results of the unit sent by database_sync_send. Nothing may be queued between the two. */
MUST_CHECK bool database_sync_finish(struct database *database, struct error *error);

/* database_queue and database_sync in one; what was queued before goes along. */
MUST_CHECK bool database_run(struct database *database, const struct statement *statement, const struct parameters *parameters, row_reader *reader,
			     void *context, struct error *error);

/* Runs several statements of SQL text by the simple protocol, as one transaction unless the text says otherwise; for migrations and set-up. Nothing
 * may be queued. */
MUST_CHECK bool database_script(struct database *database, const char *sql, struct error *error);

/* Ready statements for explicit transactions. */
extern const struct statement database_begin;
extern const struct statement database_commit;
extern const struct statement database_rollback;
