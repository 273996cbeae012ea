/* The help texts of command_line.c. */
#pragma once

#include "common/cli/command_line.h"

#include <stdio.h>

/* Usage and the list of commands. */
void command_help_program(const struct program *program, FILE *out);

/* Usage, description and options of one command. */
void command_help_command(const struct program *program, const struct command *command, FILE *out);
