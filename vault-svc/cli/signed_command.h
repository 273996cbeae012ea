/* Signs a command, sends it to vault.commands and waits for its CommandResult: what `vault-svc command …` does, as any employer's back end would. */
#pragma once

#include "common/cli/command_line.h"
#include "common/crypto/sign.h"
#include "schemas/messages.h"
#include "vault-svc/options.h"

/* What all commands have in common, from the command line. */
struct signed_command {
	struct vault_options options;
	struct sign_pair *key;
	struct view issuer;
	struct view employer_id;
	struct view actor;
	struct view command_id; /* fresh */
	int64_t expires_at;
	int64_t wait_ms;
	struct arena arena;
};

/* --key, --issuer, --employer, --actor, --expires, --wait: to stand at the end of each command's options. */
#define SIGNED_COMMAND_OPTIONS                                                                                                                       \
	{.name = "key", .value = "FILE", .help = "the issuer's Ed25519 seed: 64 hexadecimal digits, mode 0600", .required = true},                   \
		{.name = "issuer", .value = "NAME", .help = "employer:ID, operator:NAME or provider:ID", .required = true},                          \
		{.name = "employer", .value = "ID", .help = "the employer meant", .required = true},                                                 \
		{.name = "actor", .value = "NAME", .help = "on whose behalf; kept in the audit trail; the login name otherwise"},                    \
		{.name = "expires", .value = "SECONDS", .help = "how long the command is valid (600)"},                                              \
	{                                                                                                                                            \
		.name = "wait", .value = "SECONDS", .help = "how long to wait for the answer (30)"                                                   \
	}

/* Reads configuration, key and the options above. signed_command_done in any case. */
MUST_CHECK bool signed_command_begin(struct command_line *line, struct signed_command *ret, struct error *error);

/* Frees. */
void signed_command_done(struct signed_command *command);

/* Sends the record (a struct of that schema) and prints the answer: the code, and the detail if there is one. Exit code: 0 for ACCEPTED, 75 when none
 * came in time, else 1. */
int signed_command_send(struct command_line *line, struct signed_command *command, const struct schema *schema, const void *record);
