/* What database.c (the connection) and pipeline.c (the queue) share; not for others. */
#pragma once

#include "common/db/database.h"

#include <libpq-fe.h>

enum preparation { PREPARATION_NONE, PREPARATION_QUEUED, PREPARATION_DONE };

/* A statement that this connection has met. */
struct prepared {
	const struct statement *statement;
	enum preparation state;
};

/* One result that is to come. */
struct pending {
	const struct statement *statement;
	bool is_preparation;
	row_reader *reader;
	void *context;
};

struct database {
	PGconn *connection; /* NULL when there is none */
	char *conninfo;
	int32_t limit_ms;
	bool lost;
	bool sync_sent;
	struct prepared *prepared;
	size_t prepared_count;
	size_t prepared_room;
	struct pending *pending;
	size_t pending_count;
	size_t pending_room;
};

struct rows {
	const PGresult *result;
	bool *mismatched; /* set by an accessor that met another type than it reads */
};

/* Room for one more item in an array that only grows; lack of memory ends the process. */
void *database_grow(void *items, size_t *room, size_t count, size_t size);

/* Fills *error from a result, or from the connection's loss. Returns false. */
bool database_failed(struct database *database, const PGresult *result, const char *place, struct error *error);

/* Forgets what is queued, and which preparations were under way. */
void database_forget_queue(struct database *database);
