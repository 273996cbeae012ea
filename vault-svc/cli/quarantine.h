/* `vault-svc quarantine list|release|discard`: poison, by code and coordinates. */
#pragma once

#include "common/cli/command_line.h"

/* See its help. */
int command_quarantine_list(struct command_line *line);

/* See its help. */
int command_quarantine_release(struct command_line *line);

/* See its help. */
int command_quarantine_discard(struct command_line *line);
