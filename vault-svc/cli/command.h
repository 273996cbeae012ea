/* `vault-svc command share|withdraw|erase|enable|accept|activate|settings|providers|terminate`. */
#pragma once

#include "common/cli/command_line.h"

extern const struct command_option share_options[];
extern const size_t share_option_count;
extern const struct command_option enable_options[];
extern const size_t enable_option_count;
extern const struct command_option settings_options[];
extern const size_t settings_option_count;
extern const struct command_option plain_options[]; /* accept, activate, terminate */
extern const size_t plain_option_count;
extern const struct command_option providers_options[];
extern const size_t providers_option_count;
extern const struct command_option withdraw_options[];
extern const size_t withdraw_option_count;
extern const struct command_option erase_options[];
extern const size_t erase_option_count;

/* See its help. */
int command_share(struct command_line *line);
/* See its help. */
int command_enable(struct command_line *line);
/* See its help. */
int command_accept(struct command_line *line);
/* See its help. */
int command_activate(struct command_line *line);
/* See its help. */
int command_settings(struct command_line *line);
/* See its help. */
int command_providers(struct command_line *line);
/* See its help. */
int command_terminate(struct command_line *line);
/* See its help. */
int command_withdraw(struct command_line *line);
/* See its help. */
int command_erase(struct command_line *line);
