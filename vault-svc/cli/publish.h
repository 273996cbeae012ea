/* `vault-svc publish`: HR events from JSON lines. */
#pragma once

#include "common/cli/command_line.h"

extern const struct command_option publish_options[];
extern const size_t publish_option_count;

/* See its help. */
int command_publish(struct command_line *line);
