/* `vault-svc run`: the service. */
#pragma once

#include "common/cli/command_line.h"

/* See its help. */
int command_run_service(struct command_line *line);
