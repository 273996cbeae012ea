/* `vault-svc restore accept`: what was seen, what will be done, and, on the operator's word, doing it in one transaction. */
#include "vault-svc/cli/restore.h"

#include <jansson.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/stream/restore.h"
#include "vault-svc/cli/recollection.h"
#include "vault-svc/store/vault_schema.h"
#include "vault-svc/vault.h"

enum { LEAVING_MS = 5000, ASK_MS = 500 };

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

static json_t *partition_json(const struct restore *restore, const struct restore_partition *partition)
{
	json_t *item = json_pack("{s:i, s:b, s:s, s:i, s:I}", "partition", (int)partition->partition, "halts", partition->halts ? 1 : 0, "lineage",
				 partition->lineage, "generation", (int)partition->generation, "batch", (json_int_t)partition->batch);
	json_t *inputs = json_array();

	if (partition->has_mark)
		json_object_set_new(item, "kafka",
				    json_pack("{s:s, s:i, s:I}", "lineage", partition->mark.lineage, "generation", (int)partition->mark.generation,
					      "batch", (json_int_t)partition->mark.batch));
	if (partition->halts)
		json_object_set_new(item, "code", json_string(partition->halt.code));
	for (size_t i = 0; i < restore->input_count; i++) {
		const struct restore_input *input = &partition->inputs[i];

		json_array_append_new(inputs, json_pack("{s:s, s:I, s:I, s:I}", "topic", input->topic, "next", (json_int_t)input->next, "begin",
							(json_int_t)input->begin, "end", (json_int_t)input->end));
	}
	json_object_set_new(item, "inputs", inputs);
	return item;
}

static void print_json(const struct acceptance *acceptance)
{
	const struct restore *restore = &acceptance->restore;
	json_t *partitions = json_array();
	json_t *answer;

	for (size_t i = 0; i < restore->count; i++)
		json_array_append_new(partitions, partition_json(restore, &restore->partitions[i]));
	answer = json_pack("{s:b, s:b, s:s, s:i, s:I, s:I, s:I, s:I, s:o}", "needed", restore_is_needed(restore) ? 1 : 0, "accepted",
			   acceptance->accepted ? 1 : 0, "lineage", restore->lineage, "generation", (int)restore->generation, "erasures",
			   (json_int_t)acceptance->recollection.erasure_count, "persons_erased", (json_int_t)acceptance->persons_gone, "shares",
			   (json_int_t)acceptance->recollection.share_count, "refusals", (json_int_t)acceptance->recollection.refusal_count,
			   "partitions", partitions);
	(void)json_dumpf(answer, stdout, JSON_INDENT(2));
	(void)printf("\n");
	json_decref(answer);
}

static void print_seen(const struct acceptance *acceptance)
{
	const struct restore *restore = &acceptance->restore;

	(void)printf("PostgreSQL %s\npartition  PostgreSQL         Kafka              seen\n", restore->lineage);
	for (size_t i = 0; i < restore->count; i++) {
		const struct restore_partition *partition = &restore->partitions[i];

		(void)printf("%9d  %4d:%-13lld", partition->partition, partition->generation, (long long)partition->batch);
		if (partition->has_mark)
			(void)printf(" %4d:%-13lld", partition->mark.generation, (long long)partition->mark.batch);
		else
			(void)printf(" %-18s", "none");
		(void)printf(" %s%s%s\n", partition->halts ? partition->halt.code : "goes on", partition->halts ? ": " : "",
			     partition->halts ? partition->halt.text : "");
		for (size_t j = 0; j < restore->input_count; j++)
			(void)printf("           %s: continues at %lld, the log holds %lld to %lld\n", partition->inputs[j].topic,
				     (long long)partition->inputs[j].next, (long long)partition->inputs[j].begin,
				     (long long)partition->inputs[j].end);
	}
}

static void print_intent(const struct acceptance *acceptance)
{
	(void)printf(
		"\nAccepting this makes generation %d: every erasure that was ever recorded is done again at once; the next `run` takes the logs\n"
		"on from where the database is, revokes shares that receivers hold and the vault does not, and tells each active employer's\n"
		"population anew. Parties that were trusted since the backup (trust list) must be trusted again before that.\n",
		acceptance->restore.generation);
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

/* An instance that has ended is a member of the group until its session is over. */
static bool wait_for_empty_group(struct acceptance *acceptance, struct error *error)
{
	int64_t left = acceptance->options.session_timeout_ms + LEAVING_MS;
	int32_t members = 0;

	for (bool said = false; restore_count_members(&acceptance->stream, &members, error); left -= ASK_MS) {
		if (members == 0)
			return true;
		if (left <= 0)
			return error_set(error, DISPOSITION_RETRY, "STILL_RUNNING", acceptance->stream.group,
					 "the group has %d members: stop all instances of the service", members);
		if (!said)
			(void)fprintf(stderr, "waiting for the consumer group to be empty…\n");
		said = true;
		(void)nanosleep(&(struct timespec){.tv_nsec = ASK_MS * 1000000L}, NULL);
	}
	return false;
}

static bool confirm(const struct acceptance *acceptance)
{
	char answer[16] = "";

	if (command_has(acceptance->line, "yes"))
		return true;
	(void)fprintf(stderr, "Accept it? Type yes: ");
	return fgets(answer, sizeof answer, stdin) != NULL && strcmp(answer, "yes\n") == 0;
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

	if (!restore_check(&acceptance->restore, &error) || !wait_for_empty_group(acceptance, &error))
		return command_failed(acceptance->line, &error);
	if (!confirm(acceptance)) {
		(void)fprintf(stderr, "nothing was changed\n");
		return EXIT_CODE_FAILED;
	}
	if (!recollect(acceptance->vault, &acceptance->arena, &acceptance->recollection, &error) || !queue_all(acceptance, &error))
		return command_failed(acceptance->line, &error);
	acceptance->accepted = true;
	if (command_wants_json(acceptance->line))
		print_json(acceptance);
	else
		(void)printf("accepted: generation %d; %zu keys of erased persons noted, %lld persons erased again, %zu shares to be seen to. "
			     "Start the service.\n",
			     acceptance->restore.generation, acceptance->recollection.erasure_count, (long long)acceptance->persons_gone,
			     acceptance->recollection.share_count);
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
		print_seen(&acceptance);
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
