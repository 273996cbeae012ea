/* `vault-svc restore accept`: what was seen, what will be done, and, on the operator's word, doing it in one transaction. */
#include "vault-svc/cli/restore.h"

#include <jansson.h>
#include <stdio.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/operate/acceptance.h"
#include "vault-svc/cli/recollection.h"
#include "vault-svc/store/vault_schema.h"
#include "vault-svc/vault.h"

const struct command_option restore_accept_options[] = {
	{.name = "yes", .help = "do not ask"},
	{.name = "anew",
	 .value = "TOPIC",
	 .help = "take this input topic from its beginning: it was made anew, or has lost what the database would take next; may be given often",
	 .repeated = true},
};
const size_t restore_accept_option_count = sizeof restore_accept_options / sizeof restore_accept_options[0];

/* All of one acceptance. */
struct acceptance {
	struct command_line *line;
	struct arena arena;
	struct vault_options options;
	struct vault *vault;
	struct stream_options stream;
	struct database *database;
	struct restore restore;
	struct recollection recollection;
	bool accepted;
	int64_t persons_gone;
};

static void acceptance_done(struct acceptance *acceptance)
{
	database_free(acceptance->database);
	vault_close(acceptance->vault);
	arena_done(&acceptance->arena);
}

static void print_json(const struct acceptance *acceptance)
{
	const struct restore *restore = &acceptance->restore;
	json_t *answer = json_pack("{s:b, s:b, s:s, s:i, s:I, s:I, s:I, s:I, s:o}", "needed", restore_is_needed(restore) ? 1 : 0, "accepted",
				   acceptance->accepted ? 1 : 0, "lineage", restore->lineage, "generation", (int)restore->generation, "erasures",
				   (json_int_t)acceptance->recollection.erasure_count, "persons_erased", (json_int_t)acceptance->persons_gone,
				   "shares", (json_int_t)acceptance->recollection.live_count, "refusals",
				   (json_int_t)acceptance->recollection.refusal_count, "partitions", acceptance_partitions(restore));
	(void)json_dumpf(answer, stdout, JSON_INDENT(2));
	(void)printf("\n");
	json_decref(answer);
}

static void print_intent(const struct acceptance *acceptance)
{
	(void)printf(
		"\nAccepting this makes generation %d: every erasure that was ever recorded is done again at once; the next `run` takes the logs\n"
		"on from where the database is, revokes shares that receivers hold and the vault does not, and tells each active employer's\n"
		"population anew. Trust is as it was then (trust list): before accepting, add who was trusted since the backup (sources too: the\n"
		"topics of one that is missing are not taken again with the others), and remove who no longer is, else what was refused of them\n"
		"since is carried out.\n",
		acceptance->restore.generation);
}

static void print_found(const struct acceptance *acceptance, int64_t live)
{
	(void)printf(
		"Receivers hold %zu shares, this database has %lld: of those that it lacks, the logs bring back what began since the backup; the\n"
		"others end at their receivers. %zu keys of erased persons are recorded.\n",
		acceptance->recollection.live_count, (long long)live, acceptance->recollection.erasure_count);
}

/* A schema of an older release must be upgraded first. */
static bool check_schema(struct acceptance *acceptance, struct error *error)
{
	size_t version;
	size_t wanted;

	if (!vault_schema_version(acceptance->database, &version, &wanted, error))
		return false;
	return version == wanted ||
	       error_set(error, DISPOSITION_STOP, "SCHEMA", "database", "the tables are not those of this binary: vault-svc setup");
}

static bool look(struct acceptance *acceptance, struct error *error)
{
	struct command_line *line = acceptance->line;

	if (!crypto_start(error) || !vault_options_load(command_config_path(line), &acceptance->arena, &acceptance->options, error) ||
	    !database_open(acceptance->options.database, &acceptance->database, error) || !check_schema(acceptance, error) ||
	    !vault_open(&acceptance->options, &acceptance->vault, error))
		return false;
	vault_stream_options(acceptance->vault, &acceptance->stream);
	if (!restore_look(&acceptance->stream, acceptance->database, &acceptance->arena, &acceptance->restore, error))
		return false;
	for (size_t i = 0; i < command_value_count(line, "anew"); i++)
		if (!restore_take_anew(&acceptance->restore, command_value_at(line, "anew", i)))
			return error_set(error, DISPOSITION_REJECT, "USAGE", "anew", "%s is no input topic", command_value_at(line, "anew", i));
	return true;
}

static bool queue_all(struct acceptance *acceptance, struct error *error)
{
	const struct recollection *told = &acceptance->recollection;
	struct database *database = acceptance->database;
	struct arena *arena = &acceptance->arena;

	return database_queue(database, &database_begin, NULL, NULL, NULL, error) && restore_queue(&acceptance->restore, database, arena, error) &&
	       restoration_queue_begin(database, error) && restoration_queue_shares(told->shares, told->share_count, database, arena, error) &&
	       restoration_queue_refusals(told->refusals, told->refusal_count, database, arena, error) &&
	       restoration_queue_erasures(told->erasures, told->erasure_count, database, arena, &acceptance->persons_gone, error) &&
	       restoration_queue_order((int32_t)acceptance->options.partitions, acceptance->restore.generation, wall_ms(), database, arena, error) &&
	       database_queue(database, &database_commit, NULL, NULL, NULL, error) && database_sync(database, error);
}

static int accept(struct acceptance *acceptance)
{
	struct error error = {0};
	int64_t live = 0;

	if (!restore_check(&acceptance->restore, &error) || !acceptance_wait(&acceptance->stream, acceptance->options.session_timeout_ms, &error))
		return command_failed(acceptance->line, &error);
	if (!recollect(acceptance->vault, &acceptance->arena, &acceptance->recollection, &error) ||
	    !restoration_count_live(acceptance->database, &live, &error))
		return command_failed(acceptance->line, &error);
	if (!command_wants_json(acceptance->line))
		print_found(acceptance, live);
	if (!command_has(acceptance->line, "yes") && !acceptance_confirmed()) {
		(void)fprintf(stderr, "nothing was changed\n");
		return EXIT_CODE_FAILED;
	}
	if (!queue_all(acceptance, &error))
		return command_failed(acceptance->line, &error);
	acceptance->accepted = true;
	if (command_wants_json(acceptance->line))
		print_json(acceptance);
	else
		(void)printf("accepted: generation %d; %zu keys of erased persons noted, %lld persons erased again, %zu shares to be seen to. "
			     "Start the service.\n",
			     acceptance->restore.generation, acceptance->recollection.erasure_count, (long long)acceptance->persons_gone,
			     acceptance->recollection.live_count);
	return EXIT_CODE_DONE;
}

int command_restore_accept(struct command_line *line)
{
	CLEANUP(acceptance_done) struct acceptance acceptance = {.line = line};
	struct error error = {0};

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
