/* `vault-svc revocations`: what providers have not confirmed in time. */
#pragma once

#include "common/cli/command_line.h"

extern const struct command_option revocations_options[];
extern const size_t revocations_option_count;

/* See its help. */
int command_revocations(struct command_line *line);
