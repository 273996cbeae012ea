/* `vault-svc restore accept`. */
#pragma once

#include "common/cli/command_line.h"

extern const struct command_option restore_accept_options[];
extern const size_t restore_accept_option_count;

/* See its help. */
int command_restore_accept(struct command_line *line);
