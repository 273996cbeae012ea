/* Dossiers as `dossier list` and `dossier find` show them: by pseudonym, with their shares' states and moments, and no name. */
#pragma once

#include "provider-svc/cli/commands.h"
#include "provider-svc/cli/reader.h"

/* Notes under `action` that the reader was shown these, and prints them. pseudonyms NULL: all there are. The exit code. */
int dossier_list_show(struct command_line *line, struct database *database, const struct reader *reader, const char *action,
		      const struct view *pseudonyms, size_t count);
