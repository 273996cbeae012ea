/* The work stage: folds each batch and commits it, in between one step of long work, and keeps the connection to the database. */
#include "common/stream/worker.h"

#include "common/base/crash_point.h"
#include "common/base/guard.h"
#include "common/config/log.h"
#include "common/stream/current.h"
#include "common/stream/unguarded.h"

#include <stdlib.h>

#define PUBLISH_BATCHES 64
#define IDLE_WAIT_MS 100
#define NOTE_INTERVAL_MS 1000
#define PROGRESS_INTERVAL_MS 30000
#define RETRY_PAUSE_MS 250
#define FOLLOW_MS 5
#define TRIES_OF_ONE_ARENA 4

bool worker_is_wanted(const struct worker *worker)
{
	struct stream *stream = worker->stream;

	return stream_is_ending(stream) || channel_waiting(&stream->to_work, LANE_CONTROL) > 0;
}

/* The first connection tells whose positions these are; a later one of another lineage ends the stream. */
static bool check_lineage(struct worker *worker, struct error *error)
{
	struct stream *stream = worker->stream;
	char lineage[LINEAGE_SIZE];

	if (!position_lineage(worker->database, lineage, error))
		return false;
	if (stream->lineage[0] == '\0')
		memcpy(stream->lineage, lineage, sizeof lineage);
	if (strcmp(stream->lineage, lineage) == 0)
		return true;
	return error_set(error, DISPOSITION_STOP, "OTHER_LINEAGE", "database", "connected to %s, before to %s: restored or promoted?", lineage,
			 stream->lineage);
}

static bool connect_database(struct worker *worker, struct error *error)
{
	bool open = worker->database == NULL ? database_open(worker->stream->options.database, &worker->database, error)
					     : database_reset(worker->database, error);

	return open && check_lineage(worker, error) && (!WITHOUT(fence) || unguarded_fence(worker->database, error));
}

bool worker_database(struct worker *worker)
{
	struct stream *stream = worker->stream;
	struct error error = {0};
	bool said = false;

	while (!worker->connected || !database_is_open(worker->database)) {
		watchdog_beat(&stream->watchdog, WATCHED_WORK, WORK_STUCK_MS, WORK_EXIT_STUCK);
		if (worker_is_wanted(worker))
			return false;
		worker->connected = connect_database(worker, &error);
		if (worker->connected)
			break;
		if (error.disposition == DISPOSITION_STOP) {
			stream_fail(stream, &error);
			return false;
		}
		if (!said)
			log_event(LOG_LEVEL_WARNING, "database_retry", log_error(&error));
		said = true;
		stream_pause(stream, RETRY_PAUSE_MS);
	}
	if (said)
		log_event(LOG_LEVEL_INFO, "database_back");
	return true;
}

bool worker_publish_room(struct worker *worker)
{
	while (!channel_wait_room(&worker->stream->to_publish, PUBLISH_BATCHES, PACE_WAITING_BYTES, 50)) {
		watchdog_beat(&worker->stream->watchdog, WATCHED_WORK, WORK_STUCK_MS, WORK_EXIT_STUCK);
		if (worker_is_wanted(worker))
			return false;
	}
	return true;
}

/* Folds and commits, once. */
static bool try_batch(struct worker *worker, struct position *position, struct batch *batch, int32_t attempt, struct error *error)
{
	const struct stream_application *application = &worker->stream->application;
	struct database *database = worker->database;

	/* A record that comes alone is tried singly in any case. */
	if (attempt == 0 && batch->open.count == 1)
		attempt = 1;
	batch_begin(batch, position, &worker->topics);
	if (!current_holds(worker, batch, error))
		return false;
	if (!attempt_note(batch, batch->open.number, attempt, database, &worker->scratch, error))
		return false;
	CRASH_POINT(work_attempt_noted);
	if (batch->undecoded && !application->decode(application->context, &batch->open, error))
		return false;
	batch->undecoded = false;
	if (!application->fold(application->context, &batch->open, database, error))
		return false;
	CRASH_POINT(work_folded);
	if (batch->outputs.failed) {
		*error = batch->outputs.error;
		return false;
	}
	return commit_batch(worker, position, batch, error) == COMMIT_DONE;
}

static void discard(struct worker *worker, struct batch *batch)
{
	const struct stream_application *application = &worker->stream->application;

	if (application->discarded != NULL)
		application->discarded(application->context, &batch->open);
}

static int64_t now_us(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* True when it has been dealt with (and, if committed, freed or handed on); false when it stays the caller's and has not been committed. */
static bool persist(struct worker *worker, struct position *position, struct batch *batch, int32_t attempt, struct error *error)
{
	struct stream *stream = worker->stream;
	bool said = false;

	for (unsigned tries = 1; worker_publish_room(worker) && worker_database(worker); tries++) {
		watchdog_beat(&stream->watchdog, WATCHED_WORK, WORK_STUCK_MS, WORK_EXIT_STUCK);
		arena_reset(&worker->scratch);
		if (tries % TRIES_OF_ONE_ARENA == 0)
			batch_renew(batch);
		worker->began_us = now_us();
		if (try_batch(worker, position, batch, attempt, error))
			return true;
		discard(worker, batch);
		if (!database_is_open(worker->database))
			worker->connected = false;
		if (error->disposition != DISPOSITION_RETRY)
			return false;
		atomic_fetch_add(&stream->counts.retries, 1);
		if (!said)
			log_event(LOG_LEVEL_WARNING, "batch_retry", log_int("partition", position->partition), log_error(error));
		said = true;
		stream_pause(stream, RETRY_PAUSE_MS);
	}
	(void)error_set(error, DISPOSITION_NONE, "WANTED", "", "given up");
	return false;
}

static bool work_part(struct worker *worker, struct position *position, const struct batch *whole, size_t from, size_t to, const char *unprocessable,
		      int32_t attempt);

/* A part was refused: halves until the single culprit is found, which then comes as unprocessable. */
static bool take_apart(struct worker *worker, struct position *position, const struct batch *whole, size_t from, size_t to, const struct error *error)
{
	size_t middle = from + (to - from) / 2;

	if (to - from > 1)
		return work_part(worker, position, whole, from, middle, NULL, 0) && work_part(worker, position, whole, middle, to, NULL, 0);
	log_event(LOG_LEVEL_WARNING, "unprocessable", log_text("topic", worker->names[whole->open.records[from].input]),
		  log_int("partition", position->partition), log_int("offset", whole->open.records[from].offset), log_text("code", error->code));
	return work_part(worker, position, whole, from, to, error->code, 0);
}

/* Works on the records from..to-1 as a batch of their own. False when the partition cannot go on now. */
static bool work_part(struct worker *worker, struct position *position, const struct batch *whole, size_t from, size_t to, const char *unprocessable,
		      int32_t attempt)
{
	struct batch *part = batch_part(whole, from, to);
	struct error error = {0};

	part->undecoded = true;
	part->open.unprocessable = unprocessable == NULL ? NULL : arena_text(&part->open.arena, view_text(unprocessable));
	if (persist(worker, position, part, attempt, &error))
		return true;
	batch_free(part);
	if (error.disposition == DISPOSITION_REJECT && unprocessable == NULL)
		return take_apart(worker, position, whole, from, to, &error);
	if (error.disposition != DISPOSITION_NONE)
		stream_halt(worker->stream, position->partition, worker->names[whole->open.records[from].input], whole->open.records[from].offset,
			    &error);
	return false;
}

/* Records under suspicion one by one, each under an attempt row; *at moves behind them. */
static bool work_suspects(struct worker *worker, struct position *position, const struct batch *whole, size_t *at)
{
	struct suspicion *suspicion = &worker->suspicions[position->partition];
	const struct stream_record *record = &whole->open.records[*at];
	int32_t attempt = suspicion_attempt(suspicion, record);
	bool crashed = attempt > ATTEMPTS_MAX;

	if (attempt > ATTEMPTS_MAX * 2) {
		struct error error = {0};

		(void)error_set(&error, DISPOSITION_STOP, "CRASHED", "attempt",
				"passing the record over crashes the process as well: a fault of the program");
		stream_halt(worker->stream, position->partition, worker->names[record->input], record->offset, &error);
		return false;
	}
	if (crashed)
		log_event(LOG_LEVEL_ERROR, "unprocessable", log_text("topic", worker->names[record->input]), log_int("partition", record->partition),
			  log_int("offset", record->offset), log_text("code", "CRASHED"));
	if (!work_part(worker, position, whole, *at, *at + 1, crashed ? "CRASHED" : NULL, attempt))
		return false;
	suspicion_clear(suspicion, record);
	(*at)++;
	return true;
}

/* Records of a batch that holds suspects, in order: those one by one, what lies between them together. */
static void work_suspected(struct worker *worker, struct position *position, const struct batch *whole)
{
	const struct suspicion *suspicion = &worker->suspicions[position->partition];
	size_t at = 0;

	while (at < whole->open.count) {
		size_t end = at;

		while (end < whole->open.count && !suspicion_covers(suspicion, &whole->open.records[end]))
			end++;
		if (end > at && !work_part(worker, position, whole, at, end, NULL, 0))
			return;
		at = end;
		if (at < whole->open.count && !work_suspects(worker, position, whole, &at))
			return;
	}
}

static bool holds_suspects(const struct worker *worker, const struct batch *batch)
{
	const struct suspicion *suspicion = &worker->suspicions[batch->open.partition];

	for (size_t i = 0; suspicion->active && i < batch->open.count; i++) {
		if (suspicion_covers(suspicion, &batch->open.records[i]))
			return true;
	}
	return false;
}

/* True when the batch has gone on to the publisher. */
static bool work_whole(struct worker *worker, struct position *position, struct batch *batch)
{
	struct stream *stream = worker->stream;
	size_t count = batch->open.count;
	bool measured = batch->open.class == STREAM_EVENTS;
	struct error error = {0};

	if (persist(worker, position, batch, 0, &error)) {
		if (measured)
			worker->rest_ms = pace_note(&stream->pace, count, now_us() - worker->began_us);
		return true;
	}
	if (error.disposition == DISPOSITION_REJECT)
		(void)take_apart(worker, position, batch, 0, batch->open.count, &error);
	else if (error.disposition != DISPOSITION_NONE)
		stream_halt(stream, position->partition, worker->names[batch->open.records[0].input], batch->open.records[0].offset, &error);
	return false;
}

static void count_careful(struct worker *worker, int32_t partition)
{
	struct suspicion *suspicion = &worker->suspicions[partition];

	if (suspicion->careful_batches > 0 && --suspicion->careful_batches == 0)
		atomic_store(&worker->stream->careful[partition], false);
}

enum work_result { WORK_NONE, WORK_DID, WORK_FAILED };

static enum work_result work_step(struct worker *worker, int32_t partition, const char *refused);

/* When what came once is taken again there is no time between two records: long work that the former led to was done before the latter came. False
 * when the stage is wanted elsewhere: then the batch is left, to be taken again. */
static bool finish_long_work(struct worker *worker, int32_t partition)
{
	struct stream *stream = worker->stream;

	do {
		arena_reset(&worker->scratch);
		if (worker_is_wanted(worker) || atomic_load(&stream->stops) > 0 || atomic_load(&stream->halted[partition]))
			return false;
	} while (stream->application.work != NULL && work_step(worker, partition, NULL) != WORK_NONE);
	return true;
}

static void note_behind(const struct worker *worker, int32_t partition)
{
	struct stream *stream = worker->stream;

	if (!stream_is_behind(stream, partition) || position_is_behind(&worker->table.positions[partition], worker->table.input_count))
		return;
	atomic_store(&stream->behind[partition], false);
	log_event(LOG_LEVEL_INFO, "taken_again", log_int("partition", partition));
}

static void work_batch(struct worker *worker, struct batch *batch)
{
	struct stream *stream = worker->stream;
	int32_t partition = batch->open.partition;
	struct position *position = &worker->table.positions[partition];
	bool ours =
		position->owned && worker->membership != NULL && batch->membership == worker->membership && !atomic_load(&stream->halted[partition]);
	bool halt_after = batch->halt_after;
	struct error halt = batch->halt;
	const char *halt_topic = worker->names[batch->halt_input];
	int64_t halt_offset = batch->halt_offset;
	struct passed *passed = batch->passed;
	size_t passed_count = batch->passed_count;
	bool handed_on = false;
	size_t size = batch->link.size;

	batch->passed = NULL;
	CRASH_POINT(work_taken);
	if (ours && stream_is_behind(stream, partition))
		ours = finish_long_work(worker, partition);
	if (ours && batch->open.count > 0) {
		if (holds_suspects(worker, batch))
			work_suspected(worker, position, batch);
		else
			handed_on = work_whole(worker, position, batch);
		count_careful(worker, partition);
	}
	if (!handed_on)
		batch_free(batch);
	if (ours) {
		passed_apply(position, passed, passed_count);
		note_behind(worker, partition);
	}
	free(passed);
	if (ours && halt_after && !atomic_load(&stream->halted[partition]))
		stream_halt(stream, partition, halt_topic, halt_offset, &halt);
	arena_reset(&worker->scratch);
	channel_release(&stream->to_work, 1, size);
	stream_wake(stream);
}

/* One step of long work of one partition; `refused`: code with which the step was refused before, NULL at first. */
static enum work_result work_step(struct worker *worker, int32_t partition, const char *refused)
{
	struct stream *stream = worker->stream;
	const struct stream_application *application = &stream->application;
	struct position *position = &worker->table.positions[partition];
	struct batch *batch;
	struct error error = {0};
	bool did = false;
	bool done;

	if (!worker_publish_room(worker) || !worker_database(worker))
		return WORK_FAILED;
	watchdog_beat(&stream->watchdog, WATCHED_WORK, WORK_STUCK_MS, WORK_EXIT_STUCK);
	batch = batch_new(stream, worker->membership, partition, STREAM_WORK);
	batch->open.unprocessable = refused;
	batch_begin(batch, position, &worker->topics);
	done = application->work(application->context, &batch->open, worker->database, &did, &error);
	if (done && !did) {
		batch_free(batch);
		return WORK_NONE;
	}
	if (done && batch->outputs.failed) {
		error = batch->outputs.error;
		done = false;
	}
	if (done && commit_batch(worker, position, batch, &error) == COMMIT_DONE)
		return WORK_DID;
	discard(worker, batch);
	batch_free(batch);
	if (error.disposition == DISPOSITION_REJECT && refused == NULL) {
		log_event(LOG_LEVEL_ERROR, "work_refused", log_int("partition", partition), log_error(&error));
		return work_step(worker, partition, error.code);
	}
	if (error.disposition != DISPOSITION_RETRY) {
		stream_halt(stream, partition, NULL, -1, &error);
		return WORK_FAILED;
	}
	atomic_fetch_add(&stream->counts.retries, 1);
	log_event(LOG_LEVEL_WARNING, "work_retry", log_int("partition", partition), log_error(&error));
	stream_pause(stream, RETRY_PAUSE_MS);
	return WORK_FAILED;
}

/* Offers long work to the owned partitions in turn, until one had a step to do. */
static bool work_in_turn(struct worker *worker)
{
	struct stream *stream = worker->stream;
	bool did = false;

	if (stream->application.work == NULL || worker->membership == NULL || atomic_load(&stream->stops) > 0)
		return false;
	for (int32_t i = 0; i < worker->table.partitions && !did; i++) {
		int32_t partition = worker->work_turn;

		worker->work_turn = (partition + 1) % worker->table.partitions;
		if (worker->table.positions[partition].owned && !atomic_load(&stream->halted[partition]))
			did = work_step(worker, partition, NULL) == WORK_DID;
		if (worker_is_wanted(worker) || channel_waiting(&stream->to_work, LANE_CLASSES + STREAM_COMMANDS) > 0)
			break;
	}
	arena_reset(&worker->scratch);
	return did;
}

static void note_now_and_then(struct worker *worker)
{
	struct error error = {0};
	int64_t now = monotonic_ms();

	if (now - worker->noted_ms < NOTE_INTERVAL_MS || !worker->connected)
		return;
	worker->noted_ms = now;
	if (!ownership_note_published(worker, &error) || !departure_note_settled(worker, &error) || !ownership_turn_outboxes(worker, &error))
		log_event(LOG_LEVEL_WARNING, "published_not_noted", log_error(&error));
	else if (!current_note(worker, &error))
		log_event(LOG_LEVEL_WARNING, "current_not_noted", log_error(&error));
	CRASH_POINT(mark_noted);
	if (!database_is_open(worker->database))
		worker->connected = false;
	arena_reset(&worker->scratch);
}

static void say_progress(const struct stream *stream, int64_t *said_ms, uint64_t *said_records)
{
	int64_t now = monotonic_ms();
	uint64_t records = atomic_load(&stream->counts.records);

	if (now - *said_ms < PROGRESS_INTERVAL_MS)
		return;
	if (records != *said_records)
		log_event(LOG_LEVEL_INFO, "progress", log_int("records", (int64_t)records),
			  log_int("records_per_s", (int64_t)(records - *said_records) * 1000 / (now - *said_ms)),
			  log_int("batches", (int64_t)atomic_load(&stream->counts.batches)),
			  log_int("outputs", (int64_t)atomic_load(&stream->counts.outputs)),
			  log_int("transactions", (int64_t)atomic_load(&stream->counts.transactions)),
			  log_int("renewals", (int64_t)atomic_load(&stream->counts.renewals)),
			  log_int("retries", (int64_t)atomic_load(&stream->counts.retries)));
	*said_ms = now;
	*said_records = records;
}

static void worker_done(struct worker *worker)
{
	struct error error = {0};

	if (worker->connected && database_is_open(worker->database) && !attempts_withdraw_own(worker->database, &error))
		log_event(LOG_LEVEL_WARNING, "attempts_not_withdrawn", log_error(&error));
	membership_release(worker->membership);
	departure_done(&worker->departure);
	for (int32_t p = 0; p < worker->table.partitions; p++)
		position_done(&worker->table.positions[p]);
	free(worker->table.positions);
	free(worker->suspicions);
	free(worker->pending);
	topics_done(&worker->topics);
	arena_done(&worker->scratch);
	database_free(worker->database);
}

/* Whether what has been committed is on its way to Kafka, as far as it has to be before events go on. */
static bool has_followed(const struct worker *worker)
{
	struct stream *stream = worker->stream;

	return stream_is_ending(stream) || channel_wait_room(&stream->to_publish, PUBLISH_BATCHES, pace_waiting_bytes(&stream->pace), 0);
}

/* What is to be done next; after a rest, if there is to be one, in which only what goes before events is taken. */
static struct channel_link *take_next(struct worker *worker, bool busy)
{
	struct channel *channel = &worker->stream->to_work;
	struct channel_link *link = NULL;

	while (link == NULL && worker->rest_ms > 0) {
		link = channel_take_below(channel, LANE_CLASSES + STREAM_EVENTS, worker->rest_ms);
		worker->rest_ms = has_followed(worker) ? 0 : FOLLOW_MS;
	}
	return link != NULL ? link : channel_take(channel, busy ? 0 : IDLE_WAIT_MS);
}

static void work(struct worker *worker)
{
	struct stream *stream = worker->stream;
	int64_t said_ms = monotonic_ms();
	uint64_t said_records = 0;
	bool busy = false;

	while (!atomic_load(&stream->finishing) && !stream_is_ending(stream)) {
		struct channel_link *link;

		watchdog_rest(&stream->watchdog, WATCHED_WORK);
		link = take_next(worker, busy);
		watchdog_beat(&stream->watchdog, WATCHED_WORK, WORK_STUCK_MS, WORK_EXIT_STUCK);
		if (link != NULL && link->lane == LANE_CONTROL) {
			ownership_serve(worker, (struct control *)(void *)link);
			channel_release(&stream->to_work, 1, 0);
			arena_reset(&worker->scratch);
			continue;
		}
		if (link != NULL) {
			stream_wake(stream);
			work_batch(worker, (struct batch *)(void *)link);
		}
		busy = work_in_turn(worker);
		note_now_and_then(worker);
		ownership_look_after_pending(worker);
		say_progress(stream, &said_ms, &said_records);
	}
}

void *worker_main(void *argument)
{
	struct stream *stream = argument;
	struct worker worker = {.stream = stream};

	worker.table.partitions = stream->options.partitions;
	worker.table.positions = calloc((size_t)stream->options.partitions, sizeof *worker.table.positions);
	worker.suspicions = calloc((size_t)stream->options.partitions, sizeof *worker.suspicions);
	worker.pending = calloc((size_t)stream->options.partitions, sizeof *worker.pending);
	if (worker.table.positions == NULL || worker.suspicions == NULL || worker.pending == NULL)
		abort();
	worker.table.inputs = worker.names;
	worker.table.topics = &worker.topics;
	for (int32_t p = 0; p < worker.table.partitions; p++)
		worker.table.positions[p].partition = p;
	work(&worker);
	worker_done(&worker);
	return NULL;
}
