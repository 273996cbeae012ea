#include "common/cli/command_help.h"

#include <string.h>

/* Up to the first newline. */
static int first_line(const char *text)
{
	return (int)strcspn(text, "\n");
}

void command_help_program(const struct program *program, FILE *out)
{
	size_t width = 0;

	(void)fprintf(out, "%s - %s\n\nusage: %s COMMAND [OPTIONS] [ARGUMENTS]\n\n", program->name, program->help, program->name);
	for (size_t i = 0; i < program->command_count; i++) {
		if (strlen(program->commands[i].name) > width)
			width = strlen(program->commands[i].name);
	}
	for (size_t i = 0; i < program->command_count; i++) {
		const struct command *command = &program->commands[i];

		(void)fprintf(out, "  %-*s  %.*s\n", (int)width, command->name, first_line(command->help), command->help);
	}
	(void)fprintf(out, "\n`%s COMMAND --help` says more. Configuration: --config FILE, else $KLUIS_CONFIG, else %s.\n", program->name,
		      program->default_config);
	(void)fprintf(out, "Exit codes: 0 done, 1 failed, 2 wrong usage, 75 try again.\n");
}

static void print_option(const char *name, const char *value, const char *help, const char *note, FILE *out)
{
	char left[64];

	(void)snprintf(left, sizeof left, "--%s%s%s", name, value == NULL ? "" : " ", value == NULL ? "" : value);
	(void)fprintf(out, "  %-28s %s%s\n", left, help, note);
}

void command_help_command(const struct program *program, const struct command *command, FILE *out)
{
	(void)fprintf(out, "usage: %s %s [OPTIONS]%s%s\n\n%s\n\n", program->name, command->name, command->arguments == NULL ? "" : " ",
		      command->arguments == NULL ? "" : command->arguments, command->help);
	for (size_t i = 0; i < command->option_count; i++) {
		const struct command_option *option = &command->options[i];
		const char *note = option->required ? " (needed)" : "";

		print_option(option->name, option->value, option->help, option->repeated ? " (may be repeated)" : note, out);
	}
	print_option("config", "FILE", "configuration file", "", out);
	print_option("json", NULL, "answer in JSON where there is something to answer", "", out);
	print_option("help", NULL, "this text", "", out);
}
