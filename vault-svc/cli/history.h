/* `vault-svc history`: what became of an employee's shares, as the employer may see it. */
#pragma once

#include "common/cli/command_line.h"

extern const struct command_option history_options[];
extern const size_t history_option_count;

/* See its help. */
int command_history(struct command_line *line);
