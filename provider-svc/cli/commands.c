#include "provider-svc/cli/commands.h"

#include "provider-svc/cli/figures_request.h"
#include "provider-svc/cli/reader.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

bool command_begin(struct command_line *line, struct provider *provider, bool keys, int *ret_exit)
{
	struct error error = {0};

	if (provider_init(provider, command_config_path(line), keys, &error))
		return true;
	*ret_exit = command_failed(line, &error);
	return false;
}

bool command_begin_replay(struct command_line *line, struct provider *provider, int *ret_exit)
{
	struct error error = {0};

	if (provider_init_replay(provider, command_config_path(line), &error))
		return true;
	*ret_exit = command_failed(line, &error);
	return false;
}

int command_run_service(struct command_line *line)
{
	CLEANUP(provider_done) struct provider provider = {0};
	struct error error = {0};
	int code;

	if (!command_begin(line, &provider, true, &code))
		return code;
	return provider_run(&provider, &error) ? EXIT_CODE_DONE : command_failed(line, &error);
}

int command_config(struct command_line *line)
{
	if (command_wants_json(line))
		return command_misused(line, "config has no --json");
	if (command_has(line, "example"))
		config_print_example(&options_table, stdout);
	else
		config_print_help(&options_table, stdout);
	return EXIT_CODE_DONE;
}

static const struct command_option setup_options[] = {
	{.name = "first", .help = "allow the service to start where neither Kafka nor the database has a position (the very first start)"}};
static const struct command_option trust_options[] = {
	{.name = "signing-key", .value = "HEX", .help = "the vault's Ed25519 public key, as its set-up printed it", .required = true},
	{.name = "box-key", .value = "HEX", .help = "its X25519 public key: what a care request tells is sealed to it"}};
static const struct command_option find_options[] = {
	{.name = "file", .value = "FILE", .help = "the JSON object; standard input otherwise: never an argument, which others could read"},
	READER_OPTIONS};
static const struct command_option result_options[] = {{.name = "wait", .value = "SECONDS", .help = "how long to wait for the answer (30)"},
						       READER_OPTIONS};
static const struct command_option care_options[] = {
	{.name = "employer", .value = "ID", .help = "the employer of the person", .required = true},
	{.name = "kind",
	 .value = "KIND",
	 .help = "WALK_IN, PREVENTIVE_CONSULT, WORKING_CONDITIONS_CONSULT, OPEN_CONSULT: the employer never learns; or, where it agreed, "
		 "PROVIDER_SICK_LINE: it is told",
	 .required = true},
	{.name = "confirm-share", .help = "have the person's data shared at once when exactly one person matches"},
	{.name = "file", .value = "FILE", .help = "the JSON object; standard input otherwise: never an argument, which others could read"},
	{.name = "wait", .value = "SECONDS", .help = "how long to wait for the answer (30)"},
	READER_OPTIONS};
static const struct command_option reader_options[] = {READER_OPTIONS};

#define ACTION_OPTIONS                                                                                                                               \
	{.name = "share", .value = "ID", .help = "the share it is done under; may be left out where the dossier has only one"},                      \
		{.name = "actor", .value = "NAME", .help = "on whose behalf; kept in the access log; your login name otherwise"},                    \
	{                                                                                                                                            \
		.name = "wait", .value = "SECONDS", .help = "how long to wait until the service has done it (30)"                                    \
	}
static const struct command_option note_options[] = {
	{.name = "file", .value = "FILE", .help = "the text; standard input otherwise: never an argument, which others could read"}, ACTION_OPTIONS};
static const struct command_option delete_note_options[] = {
	{.name = "note", .value = "ID", .help = "which one, as dossier show has it; the newest under the share otherwise"}, ACTION_OPTIONS};
static const struct command_option action_options[] = {ACTION_OPTIONS};
static const struct command_option access_options[] = {{.name = "reader", .value = "NAME", .help = "what this one read and did only"}};
static const struct command_option restore_options[] = {
	{.name = "yes", .help = "do not ask"},
	{.name = "anew",
	 .value = "TOPIC",
	 .help = "take this input topic from its beginning although it was made anew, or has lost what the database would take next; may be given "
		 "often",
	 .repeated = true},
};
static const struct command_option config_options[] = {{.name = "example", .help = "an example file instead of the explanation"}};

static const struct command commands[] = {
	{.name = "setup",
	 .help = "create or upgrade the database and the topics; make keys where there are none",
	 .options = setup_options,
	 .option_count = 1,
	 .run = command_setup},
	{.name = "check", .help = "look at configuration, keys, database and topics: every problem with its remedy", .run = command_check},
	{.name = "run", .help = "run the service; SIGTERM finishes what is under way, a second one stops at once", .run = command_run_service},
	{.name = "status", .help = "counts, positions and lag; no personal data", .run = command_status},
	{.name = "trust add",
	 .arguments = "vault NAME",
	 .help = "believe what a vault signs with this key",
	 .options = trust_options,
	 .option_count = COUNT(trust_options),
	 .arguments_min = 2,
	 .arguments_max = 2,
	 .run = command_trust_add},
	{.name = "trust list", .help = "the vaults that are believed", .run = command_trust_list},
	{.name = "trust remove",
	 .arguments = "vault NAME",
	 .help = "believe a vault no more",
	 .arguments_min = 2,
	 .arguments_max = 2,
	 .run = command_trust_remove},
	{.name = "dossier list",
	 .help = "dossiers by pseudonym, with their shares' states; no names; noted in the access log",
	 .options = reader_options,
	 .option_count = COUNT(reader_options),
	 .run = command_dossier_list},
	{.name = "dossier show",
	 .arguments = "PSEUDONYM",
	 .help = "one dossier, opened; noted in the access log",
	 .options = reader_options,
	 .option_count = COUNT(reader_options),
	 .arguments_min = 1,
	 .arguments_max = 1,
	 .run = command_dossier_show},
	{.name = "dossier find",
	 .help = "dossiers by name, birth date or both, as dossier list shows them; noted in the access log\n"
		 "What is looked for is one JSON object: {\"name\": \"…\", \"birth_date\": \"YYYY-MM-DD\"}. A name is a surname or a partner's, with "
		 "or without its prefix; case, accents, spaces and hyphens do not count.",
	 .options = find_options,
	 .option_count = COUNT(find_options),
	 .run = command_dossier_find},
	{.name = "dossier note",
	 .arguments = "PSEUDONYM",
	 .help = "write a note in a dossier",
	 .options = note_options,
	 .option_count = COUNT(note_options),
	 .arguments_min = 1,
	 .arguments_max = 1,
	 .run = command_dossier_note},
	{.name = "dossier delete-note",
	 .arguments = "PSEUDONYM",
	 .help = "delete a note; with the last one under a share its content is gone",
	 .options = delete_note_options,
	 .option_count = COUNT(delete_note_options),
	 .arguments_min = 1,
	 .arguments_max = 1,
	 .run = command_dossier_delete_note},
	{.name = "dossier close",
	 .arguments = "PSEUDONYM",
	 .help = "close what came with a share: no notes until it is reopened; updates still come in",
	 .options = action_options,
	 .option_count = COUNT(action_options),
	 .arguments_min = 1,
	 .arguments_max = 1,
	 .run = command_dossier_close},
	{.name = "dossier reopen",
	 .arguments = "PSEUDONYM",
	 .help = "open again what was closed",
	 .options = action_options,
	 .option_count = COUNT(action_options),
	 .arguments_min = 1,
	 .arguments_max = 1,
	 .run = command_dossier_reopen},
	{.name = "care request",
	 .help = "ask the vault whom you have in front of you; noted in the access log\n"
		 "What the person told is one JSON object: {\"birth_date\": \"YYYY-MM-DD\", \"postcode\": \"1234AB\", \"bsn\": \"…\", "
		 "\"house_number\": 1, \"surname\": \"…\"}; the first two are needed. Prints MATCHED and the pseudonym, or why not: exit code 1.",
	 .options = care_options,
	 .option_count = COUNT(care_options),
	 .run = command_care_request},
	{.name = "care result",
	 .arguments = "COMMAND-ID",
	 .help = "the answer to a care request that was not waited for",
	 .options = result_options,
	 .option_count = COUNT(result_options),
	 .arguments_min = 1,
	 .arguments_max = 1,
	 .run = command_care_result},
	{.name = "access-log",
	 .arguments = "[PSEUDONYM]",
	 .help = "who read or changed which dossier, when and what for, oldest first",
	 .options = access_options,
	 .option_count = COUNT(access_options),
	 .arguments_max = 1,
	 .run = command_access_log},
	{.name = "figures",
	 .help = "absence figures of employers and their groups: exact, without a name, small groups suppressed\n"
		 "From the tables as they are at this moment, or with --replay from the topic alone: the same figures, byte for byte. An employer "
		 "whose load has not come to its end is LOADING in each of its rows. Whoever hands out one answer should hand out no other about "
		 "the same time with another --by, --per or --min-group: what is suppressed in one may be had from both. docs/figures.md has the "
		 "definitions.",
	 .options = figures_options,
	 .option_count = FIGURES_OPTIONS,
	 .run = command_figures},
	{.name = "restore accept",
	 .help = "after the database was restored or promoted: a new generation; reads the population and the shares again",
	 .options = restore_options,
	 .option_count = COUNT(restore_options),
	 .run = command_restore_accept},
	{.name = "config", .help = "explain the configuration file", .options = config_options, .option_count = 1, .run = command_config},
};

const struct program provider_program = {
	.name = "provider-svc",
	.help = "the provider's side of Kluis: population tables and dossiers from what the vault emits",
	.default_config = "/etc/kluis/provider.conf",
	.commands = commands,
	.command_count = sizeof commands / sizeof commands[0],
};
