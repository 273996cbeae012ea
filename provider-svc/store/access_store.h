/* The access log: who read or changed which dossier, when and what for. Append-only. */
#pragma once

#include "common/db/database.h"

struct access {
	const char *reader;
	const char *action;    /* a code: SHOW, LIST, FIND, … or a DossierActionKind */
	const char *purpose;   /* a code; NULL: none was given */
	struct view pseudonym; /* null: no dossier was found */
	int64_t at;            /* milliseconds UTC; 0: now */
};

/* Queues one entry. */
MUST_CHECK bool access_queue(struct database *database, struct arena *arena, const struct access *access, struct error *error);

/* Writes one entry for each of these pseudonyms (access->pseudonym is not looked at), or, where there are none, one without. On disk when it
 * returns: nothing is shown before. */
MUST_CHECK bool access_write(struct database *database, struct arena *arena, const struct access *access, const struct view *pseudonyms, size_t count,
			     struct error *error);

/* Reads all, oldest first; a pseudonym (null: any) or a reader (NULL: any) narrows it. Rows: at, reader, action, purpose, pseudonym. */
MUST_CHECK bool access_list(struct database *database, struct view pseudonym, const char *of_reader, row_reader *reader, void *context,
			    struct error *error);
