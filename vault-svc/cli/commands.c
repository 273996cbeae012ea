#include "vault-svc/cli/commands.h"

#include "vault-svc/cli/command.h"
#include "vault-svc/cli/history.h"
#include "vault-svc/cli/operator.h"
#include "vault-svc/cli/publish.h"
#include "vault-svc/cli/quarantine.h"
#include "vault-svc/cli/restore.h"
#include "vault-svc/cli/revocations.h"
#include "vault-svc/cli/service.h"

enum { COMMANDS_MAX = 32 };

/* Copies a group of commands behind those that are there; their number. */
#define GROUP(ret, list) (memcpy((ret), (list), sizeof(list)), sizeof(list) / sizeof(list)[0])

static size_t operating(struct command *ret)
{
	const struct command list[] = {
		{.name = "setup",
		 .help = "create or upgrade the database and the topics, make keys where there are none; says what it did",
		 .options = setup_options,
		 .option_count = setup_option_count,
		 .run = command_setup},
		{.name = "check",
		 .help = "configuration, keys, database, topics, clock: every problem in one run, each with its remedy",
		 .run = command_checkup},
		{.name = "run",
		 .help = "the service\nRuns in the foreground and logs to standard error. SIGTERM ends it in order, a second one at once.",
		 .run = command_run_service},
		{.name = "restore accept",
		 .help = "after the database was restored or promoted: accept it, with a new generation\nWith all instances stopped. Shows what "
			 "was seen and what will be done, and asks. A backup that is older than what the input topics still hold is refused.",
		 .options = restore_accept_options,
		 .option_count = restore_accept_option_count,
		 .run = command_restore_accept},
		{.name = "status",
		 .help = "employers by state, partitions, lag, runs, quarantine by code, care look-ups and their limits: no personal data\nFor the "
			 "operator "
			 "alone: an employer may not know what providers ask.",
		 .run = command_status},
		{.name = "trust add",
		 .arguments = "KIND NAME",
		 .help = "trust an employer, provider, operator or HR source, while the service runs or not; makes its topics",
		 .options = trust_add_options,
		 .option_count = trust_add_option_count,
		 .arguments_min = 2,
		 .arguments_max = 2,
		 .run = command_trust_add},
		{.name = "trust list", .help = "whom the vault trusts", .run = command_trust_list},
		{.name = "trust remove",
		 .arguments = "KIND NAME",
		 .help = "trust it no longer",
		 .arguments_min = 2,
		 .arguments_max = 2,
		 .run = command_trust_remove},
	};

	return GROUP(ret, list);
}

static size_t delivering(struct command *ret)
{
	const struct command list[] = {
		{.name = "publish",
		 .arguments = "FILE|-",
		 .help = "send HR events, one JSON object a line\n{\"type\":\"EmployeeEvent\", …} with the schema's field names, dates YYYY-MM-DD, "
			 "times "
			 "RFC 3339, enums by symbol; what is absent takes its default, event_id and occurred_at are made.",
		 .options = publish_options,
		 .option_count = publish_option_count,
		 .arguments_min = 1,
		 .arguments_max = -1,
		 .run = command_publish},
	};

	return GROUP(ret, list);
}

static size_t ordering(struct command *ret)
{
	const struct command list[] = {
		{.name = "command share",
		 .help = "share one employee with one provider",
		 .options = share_options,
		 .option_count = share_option_count,
		 .run = command_share},
		{.name = "command withdraw",
		 .help = "withdraw a share, as long as the provider has no content under it",
		 .options = withdraw_options,
		 .option_count = withdraw_option_count,
		 .run = command_withdraw},
		{.name = "command erase",
		 .help = "erase one employee everywhere",
		 .options = erase_options,
		 .option_count = erase_option_count,
		 .run = command_erase},
		{.name = "command enable",
		 .help = "enable the vault for an employer (provider or operator)",
		 .options = enable_options,
		 .option_count = enable_option_count,
		 .run = command_enable},
		{.name = "command accept",
		 .help = "accept the agreement (employer)",
		 .options = plain_options,
		 .option_count = plain_option_count,
		 .run = command_accept},
		{.name = "command activate",
		 .help = "begin telling providers (operator)",
		 .options = plain_options,
		 .option_count = plain_option_count,
		 .run = command_activate},
		{.name = "command settings",
		 .help = "change the settings of an employer\nAll settings are sent: those that are not given take the contract's defaults, not what "
			 "they "
			 "were.",
		 .options = settings_options,
		 .option_count = settings_option_count,
		 .run = command_settings},
		{.name = "command providers",
		 .help = "add providers to an employer, or remove them\nOne that is added gets the population. From one that is removed all is "
			 "taken back, but for shares under which it has written: these it keeps as they are, up to date no more. Where that changes "
			 "who gets the sick reports by themselves, "
			 "auto_share_on_absence goes off until settings say so again.",
		 .options = providers_options,
		 .option_count = providers_option_count,
		 .run = command_providers},
		{.name = "command terminate",
		 .help = "end the service for an employer, for good\nAll that was told and shared is taken back, but for shares under which a "
			 "provider has written; all that the vault keeps "
			 "of its persons is destroyed, and their events are dropped from now on.",
		 .options = plain_options,
		 .option_count = plain_option_count,
		 .run = command_terminate},
	};

	return GROUP(ret, list);
}

static size_t looking(struct command *ret)
{
	const struct command list[] = {
		{.name = "history",
		 .help = "an employee's shares as the employer may see them: with whom, when, by whom, why",
		 .options = history_options,
		 .option_count = history_option_count,
		 .run = command_history},
	};

	return GROUP(ret, list);
}

static size_t cleaning(struct command *ret)
{
	const struct command list[] = {
		{.name = "revocations",
		 .help = "shares that are over and whose providers have not confirmed it in time, by provider and share\nWhose they are, and whether "
			 "the employer knows of them, is not said: the provider finds them by their share.",
		 .options = revocations_options,
		 .option_count = revocations_option_count,
		 .run = command_revocations},
		{.name = "quarantine list", .help = "poison, by code and coordinates", .run = command_quarantine_list},
		{.name = "quarantine release",
		 .arguments = "ID",
		 .help = "let the service apply a record after all, with its own stamp",
		 .arguments_min = 1,
		 .arguments_max = 1,
		 .run = command_quarantine_release},
		{.name = "quarantine discard",
		 .arguments = "ID",
		 .help = "throw a record away",
		 .arguments_min = 1,
		 .arguments_max = 1,
		 .run = command_quarantine_discard},
	};

	return GROUP(ret, list);
}

int vault_main(int argc, char **argv)
{
	struct command commands[COMMANDS_MAX];
	size_t count = operating(commands);

	count += delivering(commands + count);
	count += ordering(commands + count);
	count += looking(commands + count);
	count += cleaning(commands + count);
	const struct program program = {
		.name = "vault-svc",
		.help = "The vault: keeps HR data sealed, tells providers pseudonyms, and one person's data when somebody shares them.",
		.default_config = "/etc/kluis/vault.conf",
		.commands = commands,
		.command_count = count,
	};

	return command_line_run(&program, argc, argv);
}
