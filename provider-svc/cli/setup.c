#include "common/base/crash_point.h"
#include "provider-svc/cli/commands.h"

#include <stdio.h>

#include "common/operate/key_files.h"
#include "common/operate/topic_setup.h"
#include "common/stream/stream.h"
#include "provider-svc/dossier_index.h"
#include "provider-svc/store/provider_schema.h"

static bool make_tables(struct provider *provider, bool first, struct error *error)
{
	CLEANUP(database_free_p) struct database *database = NULL;
	const struct options *options = &provider->options;
	size_t applied;
	size_t indexed;

	if (!keyring_load(options->master_key_file, &provider->keyring, error) || !database_open(options->database, &database, error) ||
	    !provider_schema_setup(database, &applied, error) || !stream_setup(database, (int32_t)options->partitions, first, error))
		return false;
	(void)printf("database %s\n", applied > 0 ? "upgraded" : "up to date");
	CRASH_POINT(setup_tables_made);
	if (!dossier_index_fill(provider, database, &indexed, error))
		return false;
	if (indexed > 0)
		(void)printf("%zu share(s) of before can now be found by name and birth date\n", indexed);
	return true;
}

/* The topic that this provider's users write; those that the vault writes are made by `vault-svc trust add provider`. */
static bool make_topics(const struct provider *provider, struct error *error)
{
	const struct topic_wanted wanted = {.kind = TOPIC_PROVIDER_COMMANDS, .owner = view_text(provider->options.provider_id)};

	return topic_setup(provider->kafka.options, provider->kafka.count, &wanted, 1, (int32_t)provider->options.partitions, error);
}

int command_setup(struct command_line *line)
{
	CLEANUP(provider_done) struct provider provider = {0};
	struct key_files files;
	struct error error = {0};
	int code;

	if (!command_begin(line, &provider, false, &code))
		return code;
	files = provider_key_files(&provider);
	if (!key_files_make(&files, &error) || !make_tables(&provider, command_has(line, "first"), &error) || !make_topics(&provider, &error) ||
	    !key_files_print(&files, &error))
		return command_failed(line, &error);
	(void)printf("next: vault-svc trust add provider %s --signing-key … --box-key … (the two keys above), and\n"
		     "      provider-svc trust add vault NAME --signing-key … (the vault's key)\n",
		     provider.options.provider_id);
	return EXIT_CODE_DONE;
}
