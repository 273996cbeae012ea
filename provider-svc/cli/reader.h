/* Who reads, and what for: what every command that shows something of a dossier notes in the access log first. */
#pragma once

#include "common/cli/command_line.h"

/* --reader and --purpose: to stand at the end of a command's options. */
#define READER_OPTIONS                                                                                                                               \
	{.name = "reader", .value = "NAME", .help = "who reads, for the access log; your login name otherwise"},                                     \
	{                                                                                                                                            \
		.name = "purpose", .value = "CODE", .help = "what for, for the access log: CARE (unless given), ADMINISTRATION, SUBJECT, AUDIT"      \
	}

struct reader {
	const char *name;
	const char *purpose;
};

/* What the command line says. False for a purpose that there is not, or a name that cannot be kept; the exit code is then in *ret_exit. */
MUST_CHECK bool reader_of(struct command_line *line, struct reader *ret, int *ret_exit);

/* --actor, else the login name. */
const char *actor_of(struct command_line *line);
