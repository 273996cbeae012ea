/* The engine's life: what it is made of, its threads, its end. */
#include "common/stream/stream.h"

#include "common/base/clock.h"
#include "common/base/crash_point.h"
#include "common/config/log.h"
#include "common/db/migration.h"
#include "common/stream/batch.h"
#include "common/stream/engine.h"
#include "common/stream/migrations.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#define BATCH_RECORDS 5000
#define SESSION_TIMEOUT_MS 10000
#define DRAIN_LIMIT_MS 30000
#define END_LIMIT_MS 10000
#define AT_ONCE_MS 2000
#define EXIT_STUCK 70

void stream_pause(struct stream *stream, int32_t ms)
{
	int64_t until = monotonic_ms() + ms;

	while (monotonic_ms() < until && !stream_is_ending(stream))
		(void)nanosleep(&(struct timespec){.tv_nsec = ms < 20 ? 1000000L * ms : 20000000L}, NULL);
}

void stream_wake(struct stream *stream)
{
	const uint64_t one = 1;

	(void)!write(stream->wake, &one, sizeof one);
}

struct membership *membership_reference(struct membership *membership)
{
	if (membership != NULL)
		(void)atomic_fetch_add(&membership->references, 1);
	return membership;
}

void membership_release(struct membership *membership)
{
	if (membership == NULL || atomic_fetch_sub(&membership->references, 1) > 1)
		return;
	if (membership->group != NULL)
		rd_kafka_consumer_group_metadata_destroy(membership->group);
	free(membership);
}

void stream_fail(struct stream *stream, const struct error *error)
{
	(void)pthread_mutex_lock(&stream->lock);
	if (!stream->failed) {
		stream->failed = true;
		stream->failure = *error;
	}
	(void)pthread_mutex_unlock(&stream->lock);
	atomic_store(&stream->watchdog.failure_code, EXIT_STUCK);
	atomic_store(&stream->at_once, true);
	channel_interrupt(&stream->to_work);
	channel_interrupt(&stream->to_publish);
	stream_wake(stream);
}

void stream_halt(struct stream *stream, int32_t partition, const char *topic, int64_t offset, const struct error *error)
{
	bool going = false;

	atomic_store(&stream->halted[partition], true);
	log_event(LOG_LEVEL_ERROR, "partition_halted", log_int("partition", partition), log_text("topic", topic), log_int("offset", offset),
		  log_error(error), log_text("remedy", takeover_remedy(error->code)));
	for (int32_t p = 0; p < stream->options.partitions; p++)
		going = going || (atomic_load(&stream->owned[p]) && !atomic_load(&stream->halted[p]));
	/* One that another instance has taken over is only waiting for the group to say so, which has some time for it. */
	if (strcmp(error->code, DATABASE_FENCED) == 0)
		(void)atomic_compare_exchange_strong(&stream->fenced_ms, &(int64_t){0}, monotonic_ms());
	else if (!going)
		stream_fail(stream, error);
}

static bool check_options(const struct stream_options *options, struct error *error)
{
	if (options->instance == NULL || options->instance[0] == '\0' || options->group == NULL || options->group[0] == '\0')
		return error_set(error, DISPOSITION_STOP, "CONFIG", "stream", "instance and group must be given");
	if (options->partitions < 1 || options->partitions > STREAM_PARTITIONS_MAX)
		return error_set(error, DISPOSITION_STOP, "CONFIG", "stream", "partitions must be 1..%d", STREAM_PARTITIONS_MAX);
	if (options->input_count < 1 || options->input_count > STREAM_INPUTS_MAX)
		return error_set(error, DISPOSITION_STOP, "CONFIG", "stream", "input topics must be 1..%d", STREAM_INPUTS_MAX);
	return true;
}

static void *zeroed(size_t count, size_t size)
{
	void *bytes = calloc(count, size);

	if (bytes == NULL)
		abort();
	return bytes;
}

bool stream_new(const struct stream_options *options, const struct stream_application *application, struct stream **ret, struct error *error)
{
	struct stream *stream;
	size_t partitions;

	if (!check_options(options, error))
		return false;
	partitions = (size_t)options->partitions;
	stream = zeroed(1, sizeof *stream);
	stream->options = *options;
	stream->application = *application;
	memcpy(stream->inputs, options->inputs, options->input_count * sizeof *options->inputs);
	atomic_store(&stream->input_count, options->input_count);
	stream->batch_records = options->batch_records > 0 ? options->batch_records : BATCH_RECORDS;
	stream->session_timeout_ms = options->session_timeout_ms > 0 ? options->session_timeout_ms : SESSION_TIMEOUT_MS;
	stream->drain_limit_ms = options->drain_limit_ms > 0 ? options->drain_limit_ms : DRAIN_LIMIT_MS;
	stream->owned = zeroed(partitions, sizeof *stream->owned);
	stream->halted = zeroed(partitions, sizeof *stream->halted);
	stream->behind = zeroed(partitions, sizeof *stream->behind);
	stream->careful = zeroed(partitions, sizeof *stream->careful);
	stream->published = zeroed(partitions, sizeof *stream->published);
	channel_init(&stream->to_work);
	channel_init(&stream->to_publish);
	(void)pthread_mutex_init(&stream->lock, NULL);
	stream->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	*ret = stream;
	return true;
}

void stream_free(struct stream *stream)
{
	if (stream == NULL)
		return;
	if (stream->answer != NULL)
		free(stream->answer->starts);
	free(stream->answer);
	channel_done(&stream->to_work);
	channel_done(&stream->to_publish);
	(void)pthread_mutex_destroy(&stream->lock);
	(void)close(stream->wake);
	free(stream->owned);
	free(stream->halted);
	free(stream->behind);
	free(stream->careful);
	free(stream->published);
	free(stream);
}

void stream_stop(struct stream *stream)
{
	int before = atomic_fetch_add(&stream->stops, 1);

	if (before == 0)
		atomic_store(&stream->stopped_ms, monotonic_ms());
	if (before == 1)
		watchdog_beat(&stream->watchdog, WATCHED_STOP, AT_ONCE_MS, EXIT_STUCK);
	if (before > 0)
		atomic_store(&stream->at_once, true);
	stream_wake(stream);
}

void stream_limit_drain(struct stream *stream)
{
	int64_t since = atomic_load(&stream->stopped_ms);
	struct error error = {0};

	if (since == 0 || stream_is_ending(stream) || monotonic_ms() - since < stream->drain_limit_ms)
		return;
	(void)error_set(&error, DISPOSITION_RETRY, "DRAIN_LIMIT", "stop",
			"not drained within %" PRId32 " ms: %zu batches taken and %zu to publish are left; the next start goes on from there",
			stream->drain_limit_ms, channel_held(&stream->to_work), channel_held(&stream->to_publish));
	log_event(LOG_LEVEL_WARNING, "drain_limit", log_error(&error));
	watchdog_beat(&stream->watchdog, WATCHED_STOP, AT_ONCE_MS, EXIT_STUCK);
	stream_fail(stream, &error);
}

static void drop_control(struct control *control)
{
	membership_release(control->membership);
	free(control->partitions);
	free(control);
}

/* What no stage took any more: one may have ended before the one that feeds it. Of the lanes to the work stage one holds controls. */
static void drop_left(struct stream *stream)
{
	struct channel *const channels[] = {&stream->to_work, &stream->to_publish};

	for (size_t i = 0; i < 2; i++)
		for (struct channel_link *link = channel_take(channels[i], 0); link != NULL; link = channel_take(channels[i], 0)) {
			size_t size = link->size;

			if (channels[i] == &stream->to_work && link->lane == LANE_CONTROL)
				drop_control((struct control *)(void *)link);
			else
				batch_free((struct batch *)(void *)link);
			channel_release(channels[i], 1, size);
		}
}

static void run_threads(struct stream *stream)
{
	pthread_t worker;
	pthread_t publisher;

	if (pthread_create(&publisher, NULL, publisher_main, stream) != 0 || pthread_create(&worker, NULL, worker_main, stream) != 0)
		abort();
	taker_run(stream);
	atomic_store(&stream->finishing, true);
	channel_interrupt(&stream->to_work);
	channel_interrupt(&stream->to_publish);
	(void)pthread_join(worker, NULL);
	(void)pthread_join(publisher, NULL);
	drop_left(stream);
}

bool stream_run(struct stream *stream, struct error *error)
{
	bool failed;

	if (!consumer_new(stream, true, error))
		return false;
	watchdog_start(&stream->watchdog);
	log_event(LOG_LEVEL_INFO, "stream_started", log_text("instance", stream->options.instance), log_text("group", stream->options.group),
		  log_int("partitions", stream->options.partitions));
	run_threads(stream);
	failed = stream->failed;
	/* Nothing may hold up the end: what was to be done has been done, or must be done by the next owner. */
	watchdog_beat(&stream->watchdog, WATCHED_END, END_LIMIT_MS, failed || atomic_load(&stream->at_once) ? EXIT_STUCK : 0);
	rd_kafka_destroy(stream->consumer);
	stream->consumer = NULL;
	watchdog_rest(&stream->watchdog, WATCHED_END);
	watchdog_stop(&stream->watchdog);
	log_event(LOG_LEVEL_INFO, "stream_ended", log_int("records", (int64_t)atomic_load(&stream->counts.records)),
		  log_int("batches", (int64_t)atomic_load(&stream->counts.batches)),
		  log_int("transactions", (int64_t)atomic_load(&stream->counts.transactions)));
	if (failed)
		*error = stream->failure;
	return !failed;
}

bool stream_add_input(struct stream *stream, const struct stream_input *input, struct error *error)
{
	size_t count = atomic_load(&stream->input_count);

	for (size_t i = 0; i < count; i++) {
		if (strcmp(stream->inputs[i].topic, input->topic) == 0)
			return true;
	}
	if (count == STREAM_INPUTS_MAX)
		return error_set(error, DISPOSITION_REJECT, "TOO_MANY_INPUTS", input->topic, "at most %d input topics", STREAM_INPUTS_MAX);
	stream->inputs[count] = *input;
	atomic_store(&stream->input_count, count + 1);
	atomic_store(&stream->resubscribe, true);
	stream_wake(stream);
	return true;
}

bool stream_owns(const struct stream *stream, int32_t partition)
{
	return partition >= 0 && partition < stream->options.partitions && atomic_load(&stream->owned[partition]) &&
	       !atomic_load(&stream->halted[partition]);
}

bool stream_is_behind(const struct stream *stream, int32_t partition)
{
	return atomic_load(&stream->behind[partition]);
}

bool stream_setup(struct database *database, int32_t partitions, bool first, struct error *error)
{
	static const struct statement create_outbox = {"stream_create_outbox", "SELECT stream_create_outbox($1)"};
	static const struct statement make_first = {"stream_first", "SELECT stream_first($1)"};
	CLEANUP(arena_done) struct arena arena = {0};
	struct parameters parameters;

	if (!database_migrate(database, "stream", migrations, migrations_count, NULL, error))
		return false;
	parameters_init(&parameters, &arena);
	parameters_int4(&parameters, partitions);
	if (!database_run(database, &create_outbox, &parameters, NULL, NULL, error))
		return false;
	CRASH_POINT(setup_outbox_made);
	return !first || database_run(database, &make_first, &parameters, NULL, NULL, error);
}
