/* `vault-svc setup|check|status|trust`: what an operator does without Kafka messages. */
#pragma once

#include "common/cli/command_line.h"
#include "common/operate/key_files.h"
#include "vault-svc/options.h"

extern const struct command_option setup_options[];
extern const size_t setup_option_count;
extern const struct command_option trust_add_options[];
extern const size_t trust_add_option_count;

/* Configuration and an open database. False: the exit code is in *ret_exit. The database (NULL or not) is the caller's to free. */
MUST_CHECK bool operator_begin(struct command_line *line, struct arena *arena, struct vault_options *ret_options, struct database **ret_database,
			       int *ret_exit);

/* Where the vault's key files are. */
struct key_files vault_key_files(const struct vault_options *options);

/* See its help. */
int command_setup(struct command_line *line);

/* See its help. */
int command_checkup(struct command_line *line);

/* See its help. */
int command_status(struct command_line *line);

/* See its help. */
int command_trust_add(struct command_line *line);

/* See its help. */
int command_trust_list(struct command_line *line);

/* See its help. */
int command_trust_remove(struct command_line *line);
