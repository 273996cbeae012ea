#include "common/cli/command_line.h"

#include "common/cli/command_help.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OPTIONS_MAX 40
#define VALUES_MAX 256

/* Numbers that getopt_long gives for the options of every command; a command's own count from 0 behind them. */
enum { OPTION_HELP = 1000, OPTION_CONFIG, OPTION_JSON, OPTION_OWN };

struct command_line {
	const struct program *program;
	const struct command *command;
	const char *config;
	bool json;
	bool help;
	size_t value_count;
	struct {
		size_t option; /* index into the command's options */
		const char *value;
	} values[VALUES_MAX];
	int argument_count;
	char **arguments;
};

/* The command that the first words name, the one of two words before the one of one. */
static const struct command *find_command(const struct program *program, int argc, char **argv, int *ret_words)
{
	for (int words = 2; words >= 1; words--) {
		char name[128];

		if (argc <= words)
			continue;
		(void)snprintf(name, sizeof name, "%s%s%s", argv[1], words == 2 ? " " : "", words == 2 ? argv[2] : "");
		for (size_t i = 0; i < program->command_count; i++) {
			if (strcmp(program->commands[i].name, name) == 0) {
				*ret_words = words;
				return &program->commands[i];
			}
		}
	}
	return NULL;
}

static size_t long_options(const struct command *command, struct option ret[static OPTIONS_MAX])
{
	size_t n = 0;

	ret[n++] = (struct option){.name = "help", .has_arg = no_argument, .val = OPTION_HELP};
	ret[n++] = (struct option){.name = "config", .has_arg = required_argument, .val = OPTION_CONFIG};
	ret[n++] = (struct option){.name = "json", .has_arg = no_argument, .val = OPTION_JSON};
	for (size_t i = 0; i < command->option_count && n < OPTIONS_MAX - 1; i++) {
		ret[n++] = (struct option){.name = command->options[i].name,
					   .has_arg = command->options[i].value == NULL ? no_argument : required_argument,
					   .val = OPTION_OWN + (int)i};
	}
	ret[n] = (struct option){0};
	return n;
}

/* Takes one option; NULL, or what is wrong with it. */
static const char *take_option(struct command_line *line, int number, const char *value)
{
	size_t own = (size_t)(number - OPTION_OWN);

	if (number == OPTION_HELP) {
		line->help = true;
		return NULL;
	}
	if (number == OPTION_JSON) {
		line->json = true;
		return NULL;
	}
	if (number == OPTION_CONFIG) {
		line->config = value;
		return NULL;
	}
	if (number < OPTION_OWN || own >= line->command->option_count)
		return "unknown option, or its value is missing";
	if (!line->command->options[own].repeated && command_has(line, line->command->options[own].name))
		return "given twice";
	if (line->value_count == VALUES_MAX)
		return "given too often";
	line->values[line->value_count].option = own;
	line->values[line->value_count].value = value == NULL ? "" : value;
	line->value_count++;
	return NULL;
}

/* Names the option without its value, which may be personal. */
static int option_misused(const struct command_line *line, const char *option, const char *what)
{
	char text[256];

	(void)snprintf(text, sizeof text, "%.*s: %s", (int)strcspn(option, "="), option, what);
	return command_misused(line, text);
}

static int parse(struct command_line *line, int argc, char **argv)
{
	struct option options[OPTIONS_MAX];
	int index = 0;
	int number;

	(void)long_options(line->command, options);
	optind = 0;
	opterr = 0;
	while ((number = getopt_long(argc, argv, "", options, &index)) != -1) {
		const char *fault = take_option(line, number, optarg);

		if (fault != NULL)
			return option_misused(line, number == '?' ? argv[optind - 1] : options[index].name, fault);
	}
	line->argument_count = argc - optind;
	line->arguments = argv + optind;
	return EXIT_CODE_DONE;
}

/* What must be there is there. */
static int complete(const struct command_line *line)
{
	const struct command *command = line->command;

	for (size_t i = 0; i < command->option_count; i++) {
		char dashed[64];

		(void)snprintf(dashed, sizeof dashed, "--%s", command->options[i].name);
		if (command->options[i].required && !command_has(line, command->options[i].name))
			return option_misused(line, dashed, "must be given");
	}
	if (line->argument_count < command->arguments_min)
		return command_misused(line, "too few arguments");
	if (command->arguments_max >= 0 && line->argument_count > command->arguments_max)
		return command_misused(line, "too many arguments");
	return EXIT_CODE_DONE;
}

/* True when the first word begins a command of two words, for a better message. */
static bool begins_command(const struct program *program, const char *word)
{
	size_t len = strlen(word);

	for (size_t i = 0; i < program->command_count; i++) {
		if (strncmp(program->commands[i].name, word, len) == 0 && program->commands[i].name[len] == ' ')
			return true;
	}
	return false;
}

static int no_command(const struct program *program, int argc, char **argv)
{
	if (argc < 2) {
		command_help_program(program, stderr);
		return EXIT_CODE_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
		command_help_program(program, stdout);
		return EXIT_CODE_DONE;
	}
	if (strcmp(argv[1], "--version") == 0) {
		(void)printf("%s %s\n", program->name, KLUIS_VERSION);
		return EXIT_CODE_DONE;
	}
	if (begins_command(program, argv[1])) {
		bool asked = argc > 2 && strcmp(argv[2], "--help") == 0;

		(void)fprintf(asked ? stdout : stderr, "usage: %s %s COMMAND, one of:\n", program->name, argv[1]);
		for (size_t i = 0; i < program->command_count; i++) {
			if (strncmp(program->commands[i].name, argv[1], strlen(argv[1])) == 0)
				(void)fprintf(asked ? stdout : stderr, "  %s\n", program->commands[i].name);
		}
		return asked ? EXIT_CODE_DONE : EXIT_CODE_USAGE;
	}
	(void)fprintf(stderr, "%s: no such command. `%s --help` lists them.\n", program->name, program->name);
	return EXIT_CODE_USAGE;
}

/* --config FILE and --json may stand before the subcommand, too; the number of words that they are. */
static int take_leading(struct command_line *line, int argc, char **argv)
{
	static const char config[] = "--config";
	int taken = 0;

	for (;;) {
		const char *word = taken + 1 < argc ? argv[taken + 1] : "";

		if (strcmp(word, "--json") == 0) {
			line->json = true;
			taken++;
		} else if (strncmp(word, config, sizeof config - 1) == 0 && word[sizeof config - 1] == '=') {
			line->config = word + sizeof config;
			taken++;
		} else if (strcmp(word, config) == 0 && taken + 2 < argc) {
			line->config = argv[taken + 2];
			taken += 2;
		} else {
			return taken;
		}
	}
}

int command_line_run(const struct program *program, int argc, char **argv)
{
	struct command_line line = {.program = program};
	int words = 0;
	int taken = take_leading(&line, argc, argv);
	int code;

	argc -= taken;
	argv += taken;
	line.command = find_command(program, argc, argv, &words);
	if (line.command == NULL)
		return no_command(program, argc, argv);
	code = parse(&line, argc - words, argv + words);
	if (line.help) {
		command_help_command(program, line.command, stdout);
		return EXIT_CODE_DONE;
	}
	if (code == EXIT_CODE_DONE)
		code = complete(&line);
	return code == EXIT_CODE_DONE ? line.command->run(&line) : code;
}

void *command_context(const struct command_line *line)
{
	return line->program->context;
}

const char *command_config_path(const struct command_line *line)
{
	const char *environment = getenv("KLUIS_CONFIG");

	if (line->config != NULL)
		return line->config;
	return environment != NULL && environment[0] != '\0' ? environment : line->program->default_config;
}

bool command_config_was_given(const struct command_line *line)
{
	const char *environment = getenv("KLUIS_CONFIG");

	return line->config != NULL || (environment != NULL && environment[0] != '\0');
}

bool command_wants_json(const struct command_line *line)
{
	return line->json;
}

const char *command_value_at(const struct command_line *line, const char *option, size_t i)
{
	size_t met = 0;

	for (size_t at = 0; at < line->value_count; at++) {
		if (strcmp(line->command->options[line->values[at].option].name, option) == 0 && met++ == i)
			return line->values[at].value;
	}
	return NULL;
}

size_t command_value_count(const struct command_line *line, const char *option)
{
	size_t count = 0;

	while (command_value_at(line, option, count) != NULL)
		count++;
	return count;
}

const char *command_value(const struct command_line *line, const char *option)
{
	size_t count = command_value_count(line, option);

	return count == 0 ? NULL : command_value_at(line, option, count - 1);
}

bool command_has(const struct command_line *line, const char *option)
{
	return command_value_at(line, option, 0) != NULL;
}

bool command_number(const struct command_line *line, const char *option, int64_t min, int64_t max, int64_t fallback, int64_t *ret,
		    struct error *error)
{
	const char *text = command_value(line, option);
	char *end;
	long long number;

	if (text == NULL) {
		*ret = fallback;
		return true;
	}
	errno = 0;
	number = strtoll(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || number < min || number > max)
		return error_set(error, DISPOSITION_REJECT, "USAGE", option, "--%s takes a whole number from %lld to %lld", option, (long long)min,
				 (long long)max);
	*ret = number;
	return true;
}

int command_argument_count(const struct command_line *line)
{
	return line->argument_count;
}

const char *command_argument(const struct command_line *line, int i)
{
	return i >= 0 && i < line->argument_count ? line->arguments[i] : NULL;
}

int command_failed(const struct command_line *line, const struct error *error)
{
	(void)fprintf(stderr, "%s: %s: %s (%s)\n", line->program->name, error->code, error->text, error->place);
	switch (error->disposition) {
	case DISPOSITION_RETRY:
		return EXIT_CODE_RETRY;
	case DISPOSITION_REJECT:
		return EXIT_CODE_USAGE;
	case DISPOSITION_STOP:
	case DISPOSITION_NONE:
		break;
	}
	return EXIT_CODE_FAILED;
}

int command_misused(const struct command_line *line, const char *what)
{
	(void)fprintf(stderr, "%s %s: %s. `%s %s --help` says how.\n", line->program->name, line->command->name, what, line->program->name,
		      line->command->name);
	return EXIT_CODE_USAGE;
}
