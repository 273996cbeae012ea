/* The frame of both services' command lines: subcommands of one or two words, long options, help, exit codes. */
#pragma once

#include "common/base/error.h"

#include <stdint.h>

enum exit_code { EXIT_CODE_DONE = 0, EXIT_CODE_FAILED = 1, EXIT_CODE_USAGE = 2, EXIT_CODE_RETRY = 75 };

/* value NULL: a flag. An option may be given once, or, when `repeated`, often. Every command also has --help, --config FILE and --json. */
struct command_option {
	const char *name;  /* without the dashes */
	const char *value; /* what stands for the value in the help, e.g. "FILE" */
	const char *help;
	bool required;
	bool repeated;
};

struct command_line;

/* Runs a command; returns an enum exit_code. */
typedef int command_run(struct command_line *line);

/* In the order in which the help shows them. */
struct command {
	const char *name;      /* "run", or "trust add" */
	const char *arguments; /* as the help shows them, e.g. "FILE…"; NULL: none are taken */
	const char *help;      /* one line, then, after a newline, more if needed */
	const struct command_option *options;
	size_t option_count;
	int arguments_min;
	int arguments_max; /* -1: no limit */
	command_run *run;
};

struct program {
	const char *name;           /* "vault-svc" */
	const char *help;           /* what it is, in a line */
	const char *default_config; /* path that is used without --config */
	const struct command *commands;
	size_t command_count;
	void *context; /* the service's own, see command_context */
};

/* Parses and runs. Help goes to standard output (0), faults of usage to standard error (2). Returns what main returns. */
int command_line_run(const struct program *program, int argc, char **argv);

/* program->context. */
void *command_context(const struct command_line *line);

/* The configuration file: --config, else $KLUIS_CONFIG, else the program's default. */
const char *command_config_path(const struct command_line *line);

/* True when --config or $KLUIS_CONFIG was given. */
bool command_config_was_given(const struct command_line *line);

/* True with --json. */
bool command_wants_json(const struct command_line *line);

/* True when the flag or option was given. */
bool command_has(const struct command_line *line, const char *option);

/* The option's value (the last one), NULL when it was not given. */
const char *command_value(const struct command_line *line, const char *option);

/* How often a repeated option was given, and its i-th value. */
size_t command_value_count(const struct command_line *line, const char *option);

/* The i-th value of a repeated option, from 0; NULL behind the last. */
const char *command_value_at(const struct command_line *line, const char *option, size_t i);

/* A whole number within min..max; `fallback` when not given. REJECT USAGE, with the option as place, when it is not. */
MUST_CHECK bool command_number(const struct command_line *line, const char *option, int64_t min, int64_t max, int64_t fallback, int64_t *ret,
			       struct error *error);

/* Number of arguments behind the options. */
int command_argument_count(const struct command_line *line);

/* The i-th argument, from 0; NULL behind the last. */
const char *command_argument(const struct command_line *line, int i);

/* Prints "vault-svc: code: text (place)" to standard error and returns the exit code for it: RETRY 75, REJECT USAGE 2, else 1. */
int command_failed(const struct command_line *line, const struct error *error);

/* Prints what was wrong in the usage, how to ask for help, and returns 2. */
int command_misused(const struct command_line *line, const char *what);
