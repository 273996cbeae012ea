#include <stdio.h>

#include "common/base/crash_point.h"
#include "common/db/database.h"
#include "common/operate/topic_setup.h"
#include "common/stream/stream.h"
#include "vault-svc/cli/operator.h"
#include "vault-svc/store/vault_schema.h"

const struct command_option setup_options[] = {
	{.name = "first", .help = "allow the service to start where neither Kafka nor the database has a position (the very first start)"}};
const size_t setup_option_count = sizeof setup_options / sizeof setup_options[0];

struct key_files vault_key_files(const struct vault_options *options)
{
	return (struct key_files){.master = options->master_key_file, .signing = options->signing_key_file, .box = options->box_key_file};
}

bool operator_begin(struct command_line *line, struct arena *arena, struct vault_options *ret_options, struct database **ret_database, int *ret_exit)
{
	struct error error = {0};

	if (crypto_start(&error) && vault_options_load(command_config_path(line), arena, ret_options, &error) &&
	    database_open(ret_options->database, ret_database, &error))
		return true;
	*ret_exit = command_failed(line, &error);
	return false;
}

int command_setup(struct command_line *line)
{
	static const struct topic_wanted wanted[] = {{.kind = TOPIC_HR_EVENTS},      {.kind = TOPIC_VAULT_COMMANDS}, {.kind = TOPIC_CARE_REQUESTS},
						     {.kind = TOPIC_DOSSIER_STATUS}, {.kind = TOPIC_VAULT_RESULTS},  {.kind = TOPIC_VAULT_REPORTS},
						     {.kind = TOPIC_VAULT_ERASURES}};
	CLEANUP(arena_done) struct arena arena = {0};
	CLEANUP(database_free_p) struct database *database = NULL;
	struct vault_options options;
	struct key_files files;
	struct error error = {0};
	size_t applied;
	int code;

	if (!operator_begin(line, &arena, &options, &database, &code))
		return code;
	files = vault_key_files(&options);
	if (!key_files_make(&files, &error) || !vault_schema_setup(database, &applied, &error) ||
	    !stream_setup(database, (int32_t)options.partitions, command_has(line, "first"), &error))
		return command_failed(line, &error);
	(void)printf("database %s\n", applied > 0 ? "upgraded" : "up to date");
	CRASH_POINT(setup_tables_made);
	if (!topic_setup(options.kafka.options, options.kafka.count, wanted, sizeof wanted / sizeof wanted[0], (int32_t)options.partitions, &error) ||
	    !key_files_print(&files, &error))
		return command_failed(line, &error);
	return EXIT_CODE_DONE;
}
