/* The subcommands of provider-svc. */
#pragma once

#include "common/cli/command_line.h"
#include "provider-svc/provider.h"

extern const struct program provider_program;

/* Configuration, and with `keys` the key files; prints what is wrong. On false the exit code is in *ret_exit. provider_done in any case. */
MUST_CHECK bool command_begin(struct command_line *line, struct provider *provider, bool keys, int *ret_exit);

/* The same for what needs Kafka alone: no keys, and no database in the configuration. */
MUST_CHECK bool command_begin_replay(struct command_line *line, struct provider *provider, int *ret_exit);

/* See the help of that command. */
int command_setup(struct command_line *line);
/* See the help of that command. */
int command_check(struct command_line *line);
/* See the help of that command. */
int command_run_service(struct command_line *line);
/* See the help of that command. */
int command_status(struct command_line *line);
/* See the help of that command. */
int command_trust_add(struct command_line *line);
/* See the help of that command. */
int command_trust_list(struct command_line *line);
/* See the help of that command. */
int command_trust_remove(struct command_line *line);
/* See the help of that command. */
int command_dossier_list(struct command_line *line);
/* See the help of that command. */
int command_dossier_show(struct command_line *line);
/* See the help of that command. */
int command_dossier_note(struct command_line *line);
/* See the help of that command. */
int command_dossier_delete_note(struct command_line *line);
/* See the help of that command. */
int command_dossier_close(struct command_line *line);
/* See the help of that command. */
int command_dossier_reopen(struct command_line *line);
/* See the help of that command. */
int command_access_log(struct command_line *line);
/* See the help of that command. */
int command_dossier_find(struct command_line *line);
/* See the help of that command. */
int command_care_request(struct command_line *line);
/* See the help of that command. */
int command_care_result(struct command_line *line);
/* See the help of that command. */
int command_figures(struct command_line *line);
/* See the help of that command. */
int command_restore_accept(struct command_line *line);
/* See the help of that command. */
int command_config(struct command_line *line);
