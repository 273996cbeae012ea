#include "tests/unit/check.h"

#include "common/cli/command_line.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the command saw. */
static struct {
	const char *command;
	const char *config;
	const char *key;
	const char *second;
	const char *argument;
	bool json;
	bool dry;
	int64_t number;
	int arguments;
} seen;

/* A copy, since the words do not outlive the run. */
static const char *kept(char room[static 32], const char *text)
{
	(void)snprintf(room, 32, "%s", text == NULL ? "" : text);
	return text == NULL ? NULL : room;
}

static int run_add(struct command_line *line)
{
	static char rooms[4][32];
	struct error error;

	seen.command = "trust add";
	seen.config = kept(rooms[0], command_config_path(line));
	seen.key = kept(rooms[1], command_value(line, "key"));
	seen.second = kept(rooms[2], command_value_at(line, "employer", 1));
	seen.argument = kept(rooms[3], command_argument(line, 0));
	seen.arguments = command_argument_count(line);
	seen.json = command_wants_json(line);
	seen.dry = command_has(line, "dry");
	return command_number(line, "number", 1, 9, 5, &seen.number, &error) ? EXIT_CODE_DONE : command_failed(line, &error);
}

static int run_other(struct command_line *line)
{
	(void)line;
	seen.command = "trust";
	return EXIT_CODE_FAILED;
}

static const struct command_option options[] = {
	{.name = "key", .value = "FILE", .help = "public key", .required = true},
	{.name = "employer", .value = "ID", .help = "an employer", .repeated = true},
	{.name = "dry", .help = "only say"},
	{.name = "number", .value = "N", .help = "how many"},
};
static const struct command commands[] = {
	{.name = "trust", .help = "others", .run = run_other},
	{.name = "trust add",
	 .arguments = "NAME",
	 .help = "trusts somebody",
	 .options = options,
	 .option_count = 4,
	 .arguments_min = 1,
	 .arguments_max = 1,
	 .run = run_add},
	{.name = "keys list", .help = "lists", .run = run_other},
};
static const struct program program = {.name = "x-svc", .help = "a test", .default_config = "/etc/x.conf", .commands = commands, .command_count = 3};

static int run_words(const char *const *words)
{
	char *argv[20];
	char *words_of[20]; /* getopt_long moves them */
	int argc = 0;
	int code;

	memset(&seen, 0, sizeof seen);
	for (; words[argc] != NULL; argc++)
		argv[argc] = words_of[argc] = strdup(words[argc]);
	argv[argc] = NULL;
	code = command_line_run(&program, argc, argv);
	for (int i = 0; i < argc; i++)
		free(words_of[i]);
	return code;
}

#define RUN(...) run_words((const char *const[]){"x-svc", __VA_ARGS__, NULL})

static void options_and_arguments_reach_the_command(void **state)
{
	(void)state;
	check_int(RUN("trust", "add", "--key", "k", "P1", "--employer=E1", "--employer", "E2", "--json", "--config", "c", "--dry", "--number", "7"),
		  0);
	check_text(seen.command, "trust add");
	check_text(seen.config, "c");
	check_text(seen.key, "k");
	check_text(seen.second, "E2");
	check_text(seen.argument, "P1");
	check_int(seen.arguments, 1);
	check(seen.json && seen.dry);
	check_int(seen.number, 7);
}

static void what_is_not_given_has_its_default(void **state)
{
	(void)state;
	check_int(RUN("trust", "add", "--key", "k", "P1"), 0);
	check_text(seen.config, "/etc/x.conf");
	check(seen.second == NULL && !seen.json && !seen.dry);
	check_int(seen.number, 5);
}

static void wrong_usage_is_2_and_runs_nothing(void **state)
{
	(void)state;
	check_int(RUN("trust", "add", "P1"), 2);
	check_int(RUN("trust", "add", "--key", "k"), 2);
	check_int(RUN("trust", "add", "--key", "k", "a", "b"), 2);
	check_int(RUN("trust", "add", "--key", "k", "--key", "l", "a"), 2);
	check_int(RUN("trust", "add", "--nonsense", "a"), 2);
	check_int(RUN("trust", "add", "a", "--key"), 2);
	check_int(RUN("nothing"), 2);
	check_int(RUN("keys"), 2);
	check(seen.command == NULL);
	check_int(RUN("trust", "add", "--key", "k", "a", "--number", "10"), 2);
}

static void help_is_0_even_when_something_is_missing(void **state)
{
	(void)state;
	check_int(RUN("--help"), 0);
	check_int(RUN("trust", "add", "--help"), 0);
	check_int(RUN("keys", "--help"), 0);
	check(seen.command == NULL);
}

static void the_longer_command_wins_and_codes_come_back(void **state)
{
	(void)state;
	check_int(RUN("trust"), 1);
	check_text(seen.command, "trust");
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(options_and_arguments_reach_the_command),     cmocka_unit_test(what_is_not_given_has_its_default),
	cmocka_unit_test(wrong_usage_is_2_and_runs_nothing),           cmocka_unit_test(help_is_0_even_when_something_is_missing),
	cmocka_unit_test(the_longer_command_wins_and_codes_come_back),
};

CHECK_MAIN(tests)
