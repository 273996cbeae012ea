#include "common/db/sqlstate.h"

#include "common/db/database.h"

#include <stdio.h>

static const struct {
	const char *beginning;
	enum disposition disposition;
	const char *what;
} meanings[] = {
	{"08", DISPOSITION_RETRY, "connection failed"},
	{"53", DISPOSITION_RETRY, "server out of resources"},
	{"57P0", DISPOSITION_RETRY, "server is starting, stopping or ended the session"},
	{"57014", DISPOSITION_RETRY, "statement took too long or was cancelled"},
	{"40001", DISPOSITION_RETRY, "serialisation conflict"},
	{"40P01", DISPOSITION_RETRY, "deadlock"},
	{"55P03", DISPOSITION_RETRY, "lock not available"},
	{"25006", DISPOSITION_RETRY, "server is read-only (a standby?)"},
	{"25P03", DISPOSITION_RETRY, "session was idle in a transaction"},
	{"22", DISPOSITION_REJECT, "value not acceptable"},
	{"23", DISPOSITION_REJECT, "constraint violated"},
	{"28", DISPOSITION_STOP, "log-in refused: see the connection string and pg_hba.conf"},
	{"3D000", DISPOSITION_STOP, "database does not exist: create it"},
	{"42501", DISPOSITION_STOP, "permission missing: see the role's grants"},
	{"42P01", DISPOSITION_STOP, "table missing: run setup"},
	{"42883", DISPOSITION_STOP, "function missing: run setup"},
	{DATABASE_FENCED, DISPOSITION_STOP, "fenced: another instance owns this now"},
};

/* Index into meanings; -1 when the state is none of them. */
static int meaning_of(const char *sqlstate)
{
	for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++) {
		if (strncmp(sqlstate, meanings[i].beginning, strlen(meanings[i].beginning)) == 0)
			return (int)i;
	}
	return -1;
}

enum disposition sqlstate_disposition(const char *sqlstate)
{
	int meaning = sqlstate == NULL ? 0 : meaning_of(sqlstate);

	return meaning < 0 ? DISPOSITION_STOP : meanings[meaning].disposition;
}

bool sqlstate_error(struct error *error, const char *sqlstate, const char *constraint, const char *place)
{
	int meaning = sqlstate == NULL ? 0 : meaning_of(sqlstate);
	const char *what = meaning < 0 ? "the database refused the statement" : meanings[meaning].what;

	if (sqlstate == NULL)
		return error_set(error, DISPOSITION_RETRY, DATABASE_CONNECTION_LOST, place, "the connection to PostgreSQL was lost");
	if (constraint != NULL && constraint[0] != '\0')
		return error_set(error, sqlstate_disposition(sqlstate), sqlstate, place, "%s (SQLSTATE %s, constraint %s)", what, sqlstate,
				 constraint);
	return error_set(error, sqlstate_disposition(sqlstate), sqlstate, place, "%s (SQLSTATE %s)", what, sqlstate);
}
