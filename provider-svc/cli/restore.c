/* `provider-svc restore accept`: what was seen, what will be done, and, on the operator's word, doing it in one transaction. */
#include "provider-svc/cli/commands.h"

#include <jansson.h>
#include <stdio.h>
#include <unistd.h>

#include "common/operate/acceptance.h"
#include "provider-svc/store/provider_schema.h"

/* All of one acceptance. */
struct acceptance {
	struct command_line *line;
	struct provider provider;
	struct stream_input inputs[INPUT_COUNT];
	struct stream_options stream;
	struct database *database;
	struct restore restore;
	bool accepted;
};

static void acceptance_done(struct acceptance *acceptance)
{
	database_free(acceptance->database);
	provider_done(&acceptance->provider);
}

static void print_json(const struct acceptance *acceptance)
{
	const struct restore *restore = &acceptance->restore;
	json_t *answer =
		json_pack("{s:b, s:b, s:s, s:i, s:o}", "needed", restore_is_needed(restore) ? 1 : 0, "accepted", acceptance->accepted ? 1 : 0,
			  "lineage", restore->lineage, "generation", (int)restore->generation, "partitions", acceptance_partitions(restore));

	(void)json_dumpf(answer, stdout, JSON_INDENT(2));
	(void)printf("\n");
	json_decref(answer);
}

static void print_intent(const struct acceptance *acceptance)
{
	(void)printf(
		"\nAccepting this makes generation %d: the next `run` reads the population again from its first offset (LOADING until that is done), "
		"and the\nshares and revocations from the first that the topic holds; what is newer than the database is applied and told to the "
		"vault "
		"once more.\nReads of dossiers since the backup are missing in the access log: say so to whom it may concern.\n",
		acceptance->restore.generation);
}

static bool check_schema(struct acceptance *acceptance, struct error *error)
{
	size_t version;
	size_t wanted;

	if (!provider_schema_version(acceptance->database, &version, &wanted, error))
		return false;
	return version == wanted ||
	       error_set(error, DISPOSITION_STOP, "SCHEMA", "database", "the tables are not those of this binary: provider-svc setup");
}

static bool look(struct acceptance *acceptance, struct error *error)
{
	struct command_line *line = acceptance->line;
	struct provider *provider = &acceptance->provider;

	if (!database_open(provider->options.database, &acceptance->database, error) || !check_schema(acceptance, error))
		return false;
	provider_inputs(provider, acceptance->inputs);
	provider_stream_options(provider, acceptance->inputs, &acceptance->stream);
	if (!restore_look(&acceptance->stream, acceptance->database, &provider->arena, &acceptance->restore, error))
		return false;
	for (size_t i = 0; i < command_value_count(line, "anew"); i++) {
		if (!restore_take_anew(&acceptance->restore, command_value_at(line, "anew", i)))
			return error_set(error, DISPOSITION_REJECT, "USAGE", "anew", "%s is no input topic", command_value_at(line, "anew", i));
	}
	return true;
}

/* What reaches back to the backup has been seen to be there; beyond that all that the topic still holds is taken. Shares and revocations say by their
 * revisions what is older than what is held. */
static bool change(struct acceptance *acceptance, struct error *error)
{
	struct database *database = acceptance->database;
	struct provider *provider = &acceptance->provider;

	(void)restore_take_anew(&acceptance->restore, provider->topics.share);
	return database_queue(database, &database_begin, NULL, NULL, NULL, error) &&
	       restore_queue(&acceptance->restore, database, &provider->arena, error) &&
	       database_queue(database, &database_commit, NULL, NULL, NULL, error) && database_sync(database, error);
}

static int accept(struct acceptance *acceptance)
{
	struct error error = {0};

	if (!restore_check(&acceptance->restore, &error) ||
	    !acceptance_wait(&acceptance->stream, acceptance->provider.options.session_timeout_ms, &error))
		return command_failed(acceptance->line, &error);
	if (!command_has(acceptance->line, "yes") && !acceptance_confirmed()) {
		(void)fprintf(stderr, "nothing was changed\n");
		return EXIT_CODE_FAILED;
	}
	if (!change(acceptance, &error))
		return command_failed(acceptance->line, &error);
	acceptance->accepted = true;
	if (command_wants_json(acceptance->line))
		print_json(acceptance);
	else
		(void)printf("accepted: generation %d. Start the service.\n", acceptance->restore.generation);
	return EXIT_CODE_DONE;
}

int command_restore_accept(struct command_line *line)
{
	CLEANUP(acceptance_done) struct acceptance acceptance = {.line = line};
	struct error error = {0};
	int code;

	if (!command_begin(line, &acceptance.provider, false, &code))
		return code;
	if (!command_has(line, "yes") && isatty(STDIN_FILENO) != 1)
		return command_misused(line, "not on a terminal: say --yes");
	if (!look(&acceptance, &error))
		return command_failed(line, &error);
	if (!command_wants_json(line))
		acceptance_print(&acceptance.restore);
	if (!restore_is_needed(&acceptance.restore)) {
		if (command_wants_json(line))
			print_json(&acceptance);
		else
			(void)printf("nothing to accept: the database has not gone back\n");
		return EXIT_CODE_DONE;
	}
	if (!command_wants_json(line))
		print_intent(&acceptance);
	return accept(&acceptance);
}
