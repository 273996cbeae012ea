/*
 * The smallest application of the stream engine, run as a process of its own by the tests: what comes in on PREFIX.in and PREFIX.commands goes out on
 * PREFIX.out, and a counter in PostgreSQL counts it. Values with a meaning: "CRASH" ends the process, "HANG" keeps it busy, "REJECT" is refused by
 * fold, "REFUSED" by the database. Such a record, when it comes as unprocessable, goes out as "UNPROCESSABLE <code>".
 *
 * usage: copier INSTANCE PREFIX PARTITIONS [quiet] [sequenced] [adding] [extra] [working]
 * KLUIS_PG, KLUIS_KAFKA as for the tests; KLUIS_COPIER_SESSION_MS, KLUIS_COPIER_DRAIN_MS, KLUIS_COPIER_LEADERLESS (while that file exists
 * Kafka seems to have no leader for partition 2), KLUIS_COPIER_UNANSWERED (while that file exists transactions are not committed; the one after the
 * first that was kept so is committed and not answered, and from then on each holds one batch, as while somebody waits). `extra`: takes PREFIX.extra
 * as an input too; `adding`: from the first commit on. `working`: ten steps of long work on each partition, each with one output.
 */
#include "common/config/log.h"
#include "common/db/database.h"
#include "common/stream/pace.h"
#include "common/stream/stream.h"

#include <inttypes.h>
#include <librdkafka/rdkafka.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

struct copier {
	char in[64];
	char commands[64];
	char extra[64];
	char out[64];
	bool quiet;
	bool adding;
	bool working;
	bool committed;
	int64_t step[64]; /* of long work, by partition */
};

static const struct statement count_up = {"copier_count", "INSERT INTO copier_count AS c (partition, records, batches) VALUES ($1, $2, 1) "
							  "ON CONFLICT (partition) DO UPDATE SET records = c.records + $2, batches = c.batches + 1"};
static const struct statement refuse = {"copier_refuse", "SELECT 1 / ($1::bigint - $1::bigint)"};

static bool decode(void *context, struct stream_batch *batch, struct error *error)
{
	(void)context, (void)error;
	batch->state = arena_take(&batch->arena, 1);
	return true;
}

static bool is(struct view value, const char *text)
{
	return view_equal(value, view_text(text));
}

static void copy(struct copier *copier, struct stream_batch *batch, const struct stream_record *record, struct view value)
{
	const char *const names[] = {copier->in, copier->commands, copier->extra};
	const struct stream_output output = {
		.topic = copier->out,
		.partition = batch->partition,
		.key = record->key,
		.value = value,
		.reason = view_is_null(value) ? "CORRECTED" : NULL,
		.cause = {.name = view_text(names[record->input]), .partition = record->partition, .number = record->offset},
	};

	stream_output_add(batch, &output);
}

static bool fold(void *context, struct stream_batch *batch, struct database *database, struct error *error)
{
	struct copier *copier = context;

	(void)database;
	for (size_t i = 0; i < batch->count; i++) {
		const struct stream_record *record = &batch->records[i];
		char text[80];

		if (batch->unprocessable != NULL) {
			(void)snprintf(text, sizeof text, "UNPROCESSABLE %s", batch->unprocessable);
			copy(copier, batch, record, arena_copy(&batch->arena, view_text(text)));
			continue;
		}
		if (is(record->value, "CRASH"))
			_Exit(99);
		if (is(record->value, "HANG"))
			(void)sleep(60);
		if (is(record->value, "REJECT"))
			return error_set(error, DISPOSITION_REJECT, "TEST_REJECT", "fold", "refused by the test");
		if (!copier->quiet)
			copy(copier, batch, record, record->value);
	}
	return true;
}

static bool write_batch(void *context, struct stream_batch *batch, struct database *database, struct error *error)
{
	struct copier *copier = context;
	struct parameters parameters;
	bool refused = false;

	for (size_t i = 0; i < batch->count && batch->unprocessable == NULL; i++)
		refused = refused || is(batch->records[i].value, "REFUSED");
	parameters_init(&parameters, &batch->arena);
	parameters_int8(&parameters, 1);
	if (refused && !database_queue(database, &refuse, &parameters, NULL, NULL, error))
		return false;
	if (copier->quiet)
		return true;
	parameters_init(&parameters, &batch->arena);
	parameters_int4(&parameters, batch->partition);
	parameters_int8(&parameters, (int64_t)batch->count);
	return database_queue(database, &count_up, &parameters, NULL, NULL, error);
}

static void committed(void *context, struct stream_batch *batch)
{
	struct copier *copier = context;
	const struct stream_input extra = {.topic = copier->extra, .class = STREAM_EVENTS};
	struct error error = {0};

	if (!copier->committed) {
		log_event(LOG_LEVEL_INFO, "first_commit");
		if (copier->adding && !stream_add_input(batch->stream, &extra, &error))
			log_event(LOG_LEVEL_ERROR, "not_added", log_error(&error));
	}
	copier->committed = true;
	if (batch->class == STREAM_WORK)
		copier->step[batch->partition]++;
}

static bool work(void *context, struct stream_batch *batch, struct database *database, bool *ret_did, struct error *error)
{
	struct copier *copier = context;
	const struct stream_output output = {
		.topic = copier->out,
		.partition = batch->partition,
		.key = VIEW_LITERAL("step"),
		.value = VIEW_LITERAL("step"),
		.cause = {.name = VIEW_LITERAL("run"), .partition = batch->partition, .number = copier->step[batch->partition]},
	};

	(void)database, (void)error;
	*ret_did = copier->working && copier->step[batch->partition] < 10;
	if (*ret_did)
		stream_output_add(batch, &output);
	return true;
}

rd_kafka_resp_err_t __real_rd_kafka_offsets_for_times(rd_kafka_t *handle, rd_kafka_topic_partition_list_t *list, int timeout_ms);
rd_kafka_resp_err_t __wrap_rd_kafka_offsets_for_times(rd_kafka_t *handle, rd_kafka_topic_partition_list_t *list, int timeout_ms);

rd_kafka_resp_err_t __wrap_rd_kafka_offsets_for_times(rd_kafka_t *handle, rd_kafka_topic_partition_list_t *list, int timeout_ms)
{
	const char *leaderless = getenv("KLUIS_COPIER_LEADERLESS");

	for (int i = 0; leaderless != NULL && access(leaderless, F_OK) == 0 && i < list->cnt; i++) {
		if (list->elems[i].partition == 2)
			return RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE;
	}
	return __real_rd_kafka_offsets_for_times(handle, list, timeout_ms);
}

rd_kafka_error_t *__real_rd_kafka_commit_transaction(rd_kafka_t *handle, int timeout_ms);
rd_kafka_error_t *__wrap_rd_kafka_commit_transaction(rd_kafka_t *handle, int timeout_ms);
size_t __real_pace_transaction_bytes(const struct pace *pace);
size_t __wrap_pace_transaction_bytes(const struct pace *pace);

static enum { COMMITS_ANSWERED, COMMIT_KEPT, COMMIT_UNANSWERED } commits; /* the publisher's thread alone */

rd_kafka_error_t *__wrap_rd_kafka_commit_transaction(rd_kafka_t *handle, int timeout_ms)
{
	const char *unanswered = getenv("KLUIS_COPIER_UNANSWERED");
	bool keep = unanswered != NULL && access(unanswered, F_OK) == 0;
	rd_kafka_error_t *answer;

	if (keep)
		log_event(LOG_LEVEL_INFO, "commit_kept");
	while (keep && access(unanswered, F_OK) == 0)
		(void)usleep(10000);
	answer = __real_rd_kafka_commit_transaction(handle, timeout_ms);
	if (keep) {
		commits = COMMIT_KEPT;
	} else if (commits == COMMIT_KEPT && answer == NULL) {
		commits = COMMIT_UNANSWERED;
		return rd_kafka_error_new(RD_KAFKA_RESP_ERR__TIMED_OUT, "kept from the publisher by a test");
	}
	return answer;
}

size_t __wrap_pace_transaction_bytes(const struct pace *pace)
{
	return commits == COMMIT_UNANSWERED ? 1 : __real_pace_transaction_bytes(pace);
}

static void *wait_for_signals(void *argument)
{
	sigset_t signals;
	int signal = 0;

	(void)sigemptyset(&signals);
	(void)sigaddset(&signals, SIGTERM);
	(void)sigaddset(&signals, SIGINT);
	while (sigwait(&signals, &signal) == 0)
		stream_stop(argument);
	return NULL;
}

static bool run(struct copier *copier, const struct stream_options *options, struct error *error)
{
	const struct stream_application application = {
		.context = copier,
		.decode = decode,
		.fold = fold,
		.write = write_batch,
		.committed = committed,
		.work = work,
	};
	struct stream *stream = NULL;
	pthread_t waiter;
	bool done;

	if (!stream_new(options, &application, &stream, error))
		return false;
	if (pthread_create(&waiter, NULL, wait_for_signals, stream) != 0)
		abort();
	done = stream_run(stream, error);
	(void)pthread_cancel(waiter);
	(void)pthread_join(waiter, NULL);
	stream_free(stream);
	return done;
}

int main(int argc, char **argv)
{
	struct copier copier = {0};
	const char *session = getenv("KLUIS_COPIER_SESSION_MS");
	const char *drain = getenv("KLUIS_COPIER_DRAIN_MS");
	struct stream_option kafka[] = {{"bootstrap.servers", getenv("KLUIS_KAFKA")}};
	struct stream_input inputs[] = {{.topic = copier.in, .class = STREAM_EVENTS},
					{.topic = copier.commands, .class = STREAM_COMMANDS},
					{.topic = copier.extra, .class = STREAM_EVENTS}};
	size_t input_count = 2;
	const char *outputs[] = {copier.out};
	struct error error = {0};
	sigset_t signals;

	if (argc < 4 || kafka[0].value == NULL || getenv("KLUIS_PG") == NULL) {
		(void)fputs("usage: copier INSTANCE PREFIX PARTITIONS [quiet] [sequenced] [adding] [extra] [working]\n", stderr);
		return 2;
	}
	(void)sigemptyset(&signals);
	(void)sigaddset(&signals, SIGTERM);
	(void)sigaddset(&signals, SIGINT);
	(void)pthread_sigmask(SIG_BLOCK, &signals, NULL);
	(void)snprintf(copier.in, sizeof copier.in, "%s.in", argv[2]);
	(void)snprintf(copier.commands, sizeof copier.commands, "%s.commands", argv[2]);
	(void)snprintf(copier.extra, sizeof copier.extra, "%s.extra", argv[2]);
	(void)snprintf(copier.out, sizeof copier.out, "%s.out", argv[2]);
	for (int i = 4; i < argc; i++) {
		copier.quiet = copier.quiet || strcmp(argv[i], "quiet") == 0;
		copier.adding = copier.adding || strcmp(argv[i], "adding") == 0;
		copier.working = copier.working || strcmp(argv[i], "working") == 0;
		input_count = strcmp(argv[i], "extra") == 0 ? 3 : input_count;
		inputs[0].sequenced = inputs[0].sequenced || strcmp(argv[i], "sequenced") == 0;
	}
	log_event(LOG_LEVEL_INFO, "copier", log_int("pid", getpid()));
	if (run(&copier,
		&(struct stream_options){
			.instance = argv[1],
			.group = argv[2],
			.database = getenv("KLUIS_PG"),
			.kafka = kafka,
			.kafka_count = 1,
			.inputs = inputs,
			.input_count = input_count,
			.outputs = outputs,
			.output_count = 1,
			.partitions = (int32_t)strtol(argv[3], NULL, 10),
			.session_timeout_ms = session == NULL ? 0 : (int32_t)strtol(session, NULL, 10),
			.drain_limit_ms = drain == NULL ? 0 : (int32_t)strtol(drain, NULL, 10),
		},
		&error))
		return 0;
	log_event(LOG_LEVEL_ERROR, "copier_failed", log_error(&error));
	return 1;
}
