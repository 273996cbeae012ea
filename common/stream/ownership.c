/* Taking partitions over and giving them up. */
#include "common/base/crash_point.h"
#include "common/config/log.h"
#include "common/stream/current.h"
#include "common/stream/findings.h"
#include "common/stream/orphan.h"
#include "common/stream/worker.h"

#include <stdlib.h>

#define CAREFUL_BATCHES 64
#define GIVE_UP_WAIT_MS 5000
#define RETRY_PAUSE_MS 200
#define PENDING_INTERVAL_MS 3000

static const struct statement replay_numbers = {"stream_replay_numbers", "SELECT DISTINCT batch FROM stream_outbox "
									 "WHERE slot IN ($1, $1 + 1) AND batch > $2 AND batch <= $3 ORDER BY batch"};
static const struct statement replay_chunks = {"stream_replay_chunks", "SELECT apart, frames FROM stream_outbox "
								       "WHERE slot IN ($1, $1 + 1) AND batch = $2 ORDER BY chunk"};

static void answer(struct stream *stream, uint64_t epoch, struct start *starts, size_t count)
{
	struct answer *answer = calloc(1, sizeof *answer);

	if (answer == NULL)
		abort();
	*answer = (struct answer){.epoch = epoch, .starts = starts, .count = count};
	(void)pthread_mutex_lock(&stream->lock);
	stream->answer = answer;
	(void)pthread_mutex_unlock(&stream->lock);
	stream_wake(stream);
}

/* Nothing of a former ownership may still be on its way to Kafka. */
static bool wait_settled(struct worker *worker)
{
	struct stream *stream = worker->stream;

	while (channel_held(&stream->to_publish) > 0 || !atomic_load(&stream->settled)) {
		if (stream_is_ending(stream) || atomic_load(&stream->stops) > 0)
			return false;
		watchdog_beat(&stream->watchdog, WATCHED_WORK, WORK_STUCK_MS, WORK_EXIT_STUCK);
		(void)channel_wait_room(&stream->to_publish, 1, SIZE_MAX, 20);
		if (!atomic_load(&stream->settled))
			stream_pause(stream, 2);
	}
	return true;
}

static bool read_database(struct worker *worker, const struct control *control, struct error *error)
{
	CRASH_POINT(takeover_settled);
	if (!orphans_end(worker->stream, worker->database, control->partitions, control->count, error) ||
	    !position_take_over(&worker->table, worker->database, control->partitions, control->count, worker->stream->options.instance, error))
		return false;
	CRASH_POINT(takeover_fence_moved);
	return attempts_read(worker->suspicions, &worker->table, worker->database, control->partitions, control->count, error);
}

static bool any_known(const struct findings *findings)
{
	for (size_t i = 0; i < findings->count; i++) {
		if (findings->known[i])
			return true;
	}
	return false;
}

/* Tries until something is known of a partition at least; false when the stream stops. What is not known then is asked for again later. The fences
 * are moved once: where Kafka does not answer, what is being taken over may be another's by the next try, and to move them again would stop whoever
 * works on it. */
static bool find_out(struct worker *worker, const struct control *control, struct findings *findings)
{
	struct stream *stream = worker->stream;
	struct error error = {0};
	char last[sizeof error.code] = "";
	bool ours = false;

	while (!stream_is_ending(stream) && atomic_load(&stream->stops) == 0) {
		watchdog_beat(&stream->watchdog, WATCHED_WORK, WORK_STUCK_MS, WORK_EXIT_STUCK);
		if (!ours && !worker_database(worker))
			continue;
		worker->asked_ms = wall_ms();
		ours = ours || read_database(worker, control, &error);
		if (ours && (findings_read(findings, stream, &worker->table, &error) || any_known(findings)))
			return true;
		if (!database_is_open(worker->database))
			worker->connected = false;
		if (error.disposition == DISPOSITION_STOP) {
			stream_fail(stream, &error);
			return false;
		}
		if (strcmp(last, error.code) != 0)
			log_event(LOG_LEVEL_WARNING, "take_over_retry", log_error(&error));
		memcpy(last, error.code, sizeof last);
		stream_pause(stream, RETRY_PAUSE_MS);
	}
	return false;
}

struct numbers {
	int64_t *items;
	size_t count;
};

static bool read_numbers(void *context, const struct rows *rows, struct error *error)
{
	struct numbers *numbers = context;

	(void)error;
	free(numbers->items);
	numbers->count = (size_t)rows_count(rows);
	numbers->items = calloc(numbers->count + 1, sizeof *numbers->items);
	if (numbers->items == NULL)
		abort();
	for (size_t i = 0; i < numbers->count; i++)
		numbers->items[i] = row_int8(rows, (int)i, 0);
	return true;
}

static bool read_chunks(void *context, const struct rows *rows, struct error *error)
{
	struct batch *batch = context;

	outbox_done(&batch->outputs.outbox);
	for (int i = 0; i < rows_count(rows); i++) {
		batch->open.apart = row_bool(rows, i, 0);
		if (!outbox_restore(&batch->outputs.outbox, row_bytea(rows, i, 1)))
			return error_set(error, DISPOSITION_STOP, "OUTBOX", "stream_outbox", "a chunk is damaged or of another version");
	}
	return true;
}

/* Runs a query of the replay until it succeeds; false when the stage is wanted elsewhere or the outbox is damaged. */
static bool replay_query(struct worker *worker, const struct statement *statement, int32_t partition, const int64_t *keys, size_t count,
			 row_reader *reader, void *context)
{
	struct error error = {0};

	while (worker_database(worker)) {
		struct parameters parameters;

		parameters_init(&parameters, &worker->scratch);
		parameters_int4(&parameters, partition * 2);
		for (size_t i = 0; i < count; i++)
			parameters_int8(&parameters, keys[i]);
		if (database_run(worker->database, statement, &parameters, reader, context, &error))
			return true;
		if (error.disposition == DISPOSITION_STOP) {
			stream_halt(worker->stream, partition, NULL, -1, &error);
			return false;
		}
	}
	return false;
}

/* Hands a batch to the publisher with the position's offsets. */
static void give(struct worker *worker, const struct position *position, struct batch *batch)
{
	batch->offset_count = worker->table.input_count;
	batch->offsets = calloc(batch->offset_count + 1, sizeof *batch->offsets);
	if (batch->offsets == NULL)
		abort();
	for (size_t i = 0; i < batch->offset_count; i++)
		batch->offsets[i] = position->inputs[i].next;
	channel_put(&worker->stream->to_publish, &batch->link, 0, batch->outputs.outbox.size);
}

/* Tells Kafka the last batch's number once more, and nothing else: without a mark a later start could not see that the database went back. */
static void mark_again(struct worker *worker, const struct position *position)
{
	struct batch *batch = batch_new(worker->stream, worker->membership, position->partition, STREAM_WORK);

	batch->open.generation = position->generation;
	batch->open.number = position->batch;
	if (worker_publish_room(worker))
		give(worker, position, batch);
	else
		batch_free(batch);
}

/* Gives the publisher one committed batch as the outbox has it. */
static bool replay_batch(struct worker *worker, const struct position *position, int64_t number)
{
	struct batch *batch = batch_new(worker->stream, worker->membership, position->partition, STREAM_WORK);

	batch->open.generation = position->generation;
	batch->open.number = number;
	batch->doubted = true;
	if (!worker_publish_room(worker) || !replay_query(worker, &replay_chunks, position->partition, &number, 1, read_chunks, batch)) {
		batch_free(batch);
		return false;
	}
	give(worker, position, batch);
	CRASH_POINT(replay_given);
	return true;
}

/* Publishes what a former owner has committed and not published. */
static void replay(struct worker *worker, struct position *position)
{
	const int64_t range[2] = {atomic_load(&worker->stream->published[position->partition]), position->batch};
	struct numbers numbers = {0};
	bool done = true;

	if (position->replayed)
		return;
	position->replayed = true;
	if (range[0] >= range[1]) {
		if (position->unmarked)
			mark_again(worker, position);
		return;
	}
	log_event(LOG_LEVEL_INFO, "replay", log_int("partition", position->partition), log_int("after", range[0]), log_int("up_to", range[1]));
	done = replay_query(worker, &replay_numbers, position->partition, range, 2, read_numbers, &numbers);
	CRASH_POINT(replay_read);
	for (size_t i = 0; done && i < numbers.count; i++)
		done = replay_batch(worker, position, numbers.items[i]);
	/* The last ones may have had no outputs; their number must get to Kafka all the same. */
	if (done && (numbers.count == 0 || numbers.items[numbers.count - 1] != range[1]))
		(void)replay_batch(worker, position, range[1]);
	free(numbers.items);
}

/* Moves a compacted input back to its first offset, together with what the application notes of it. What a former owner has not published goes first.
 * False when the stream ends or the partition has halted. */
static bool read_again(struct worker *worker, struct position *position, const struct takeover_input *seen, size_t input)
{
	struct stream *stream = worker->stream;
	const struct stream_application *application = &stream->application;
	const struct stream_again again = {.input = input, .from = seen->log_begin, .up_to = seen->log_end, .first = !seen->known};
	struct error error = {0};

	log_event(again.first ? LOG_LEVEL_INFO : LOG_LEVEL_WARNING, "read_again", log_text("topic", seen->topic),
		  log_int("partition", position->partition), log_int("from", again.from), log_int("up_to", again.up_to),
		  log_bool("first", again.first), log_int("away_ms", seen->current_ms == 0 ? -1 : wall_ms() - seen->current_ms));
	replay(worker, position);
	while (worker_publish_room(worker) && worker_database(worker)) {
		struct batch *batch = batch_new(stream, worker->membership, position->partition, STREAM_WORK);

		batch_begin(batch, position, &worker->topics);
		batch_move_back(batch, input, again.from, wall_ms());
		if (application->read_again(application->context, &batch->open, worker->database, &again, &error) &&
		    commit_batch(worker, position, batch, &error) == COMMIT_DONE)
			return true;
		batch_free(batch);
		if (!database_is_open(worker->database))
			worker->connected = false;
		if (error.disposition != DISPOSITION_RETRY) {
			stream_halt(stream, position->partition, seen->topic, again.from, &error);
			return false;
		}
		log_event(LOG_LEVEL_WARNING, "read_again_retry", log_int("partition", position->partition), log_error(&error));
		stream_pause(stream, RETRY_PAUSE_MS);
	}
	return false;
}

static void note_behind(struct stream *stream, const struct position *position, size_t inputs)
{
	bool behind = position_is_behind(position, inputs);

	atomic_store(&stream->behind[position->partition], behind);
	if (behind)
		log_event(LOG_LEVEL_INFO, "taking_again", log_int("partition", position->partition), log_int("generation", position->generation));
}

/* Whether the fence has moved since it was ours: Kafka may have been asked long after PostgreSQL was, and then tells of what another did. */
static bool is_anothers(struct worker *worker, int32_t partition)
{
	struct position *position = &worker->table.positions[partition];
	const struct position ours = *position;
	struct error error = {0};

	while (worker_database(worker)) {
		if (position_look_again(&worker->table, worker->database, &partition, 1, &error)) {
			bool moved = position->fence != ours.fence;

			/* What we leave is noted under the fence that was ours, and as it was found. */
			*position = ours;
			return moved;
		}
		if (error.disposition == DISPOSITION_STOP)
			break;
		stream_pause(worker->stream, RETRY_PAUSE_MS);
	}
	return false;
}

/* Decides on one partition; adds its starts. True when it is ours and can go on. */
static bool decide(struct worker *worker, const struct findings *findings, size_t index, struct start *starts)
{
	struct stream *stream = worker->stream;
	int32_t partition = findings->partitions[index];
	struct position *position = &worker->table.positions[partition];
	struct takeover_input inputs[STREAM_INPUTS_MAX];
	struct error error = {0};
	struct takeover takeover = findings_decide(findings, index, stream, position, inputs, &error);

	if (takeover.verdict == TAKEOVER_HALT) {
		if (is_anothers(worker, partition))
			(void)error_set(&error, DISPOSITION_STOP, DATABASE_FENCED, "takeover", "another owner has moved the partition on meanwhile");
		stream_halt(stream, partition, NULL, -1, &error);
		return false;
	}
	log_event(takeover.verdict == TAKEOVER_NO_MARK ? LOG_LEVEL_WARNING : LOG_LEVEL_INFO, "taken_over", log_int("partition", partition),
		  log_int("batch", position->batch), log_int("published", takeover.published), log_text("by", takeover_name(takeover.verdict)),
		  log_int("fence", position->fence), log_bool("clean", position->clean));
	atomic_store(&stream->published[partition], takeover.published);
	position->unmarked = takeover.verdict == TAKEOVER_NO_MARK;
	for (size_t i = 0; i < findings->inputs; i++) {
		struct position_input *input;

		if (inputs[i].again && !read_again(worker, position, &inputs[i], i))
			return false;
		input = position_input(position, i);
		input->known = true;
		input->next = inputs[i].next;
		/* What comes from here on is newer than that, however long nothing came before. */
		current_reached(input, inputs[i].log_end, worker->asked_ms);
		starts[i] = findings_start(&inputs[i], i, partition, input);
		starts[i].catch_up = position->catch_up[i];
	}
	position->owned = true;
	note_behind(stream, position, worker->table.input_count);
	return true;
}

static void decide_all(struct worker *worker, const struct control *control, const struct findings *findings)
{
	struct stream *stream = worker->stream;
	struct start *starts = calloc(control->count * findings->inputs + 1, sizeof *starts);
	size_t count = 0;

	if (starts == NULL)
		abort();
	CRASH_POINT(takeover_found_out);
	for (size_t i = 0; i < control->count; i++) {
		int32_t partition = control->partitions[i];
		struct suspicion *suspicion = &worker->suspicions[partition];

		if (!findings->known[i]) {
			log_event(LOG_LEVEL_WARNING, "take_over_waits", log_int("partition", partition), log_error(&findings->errors[i]),
				  log_text("remedy", "Kafka does not answer for this partition: see whether it has a leader; it goes on by itself"));
			worker->pending[worker->pending_count++] = partition;
			continue;
		}
		if (!decide(worker, findings, i, &starts[count]))
			continue;
		count += findings->inputs;
		suspicion->careful_batches = worker->table.positions[partition].clean ? 0 : CAREFUL_BATCHES;
		atomic_store(&stream->careful[partition], suspicion->careful_batches > 0);
		if (suspicion->active)
			log_event(LOG_LEVEL_WARNING, "unclean_stop", log_int("partition", partition), log_int("attempts", suspicion->attempts));
	}
	CRASH_POINT(takeover_decided);
	answer(stream, control->membership->epoch, starts, count);
}

static void take_over(struct worker *worker, struct control *control)
{
	struct stream *stream = worker->stream;
	const struct stream_application *application = &stream->application;
	size_t inputs = atomic_load(&stream->input_count);
	struct findings findings;

	findings_init(&findings, control->partitions, control->count, inputs);
	worker->pending_count = 0;
	worker->pending_ms = monotonic_ms();
	worker->table.input_count = inputs;
	worker->next_current_ms = 0;
	for (size_t i = 0; i < inputs; i++)
		worker->names[i] = stream->inputs[i].topic;
	worker->membership = membership_reference(control->membership);
	for (size_t i = 0; i < control->count; i++)
		atomic_store(&stream->owned[control->partitions[i]], true);
	if (wait_settled(worker) && (control->count == 0 || find_out(worker, control, &findings)))
		decide_all(worker, control, &findings);
	else
		answer(stream, control->membership->epoch, NULL, 0);
	findings_done(&findings);
	for (int32_t p = 0; p < worker->table.partitions; p++) {
		if (!worker->table.positions[p].owned)
			continue;
		if (application->assigned != NULL)
			application->assigned(application->context, p);
		replay(worker, &worker->table.positions[p]);
	}
	CRASH_POINT(takeover_done);
}

void ownership_look_after_pending(struct worker *worker)
{
	struct stream *stream = worker->stream;
	struct findings findings;
	struct error error = {0};

	if (worker->pending_count == 0 || monotonic_ms() - worker->pending_ms < PENDING_INTERVAL_MS)
		return;
	worker->pending_ms = monotonic_ms();
	worker->pending_turn = (worker->pending_turn + 1) % worker->pending_count;
	findings_init(&findings, &worker->pending[worker->pending_turn], 1, worker->table.input_count);
	if (findings_read_one(&findings, 0, stream, &error)) {
		worker->pending_count = 0;
		atomic_store(&stream->take_anew, true);
		stream_wake(stream);
	}
	findings_done(&findings);
}

bool ownership_note_published(struct worker *worker, struct error *error)
{
	size_t room = (size_t)worker->table.partitions;
	int32_t *partitions = arena_array(&worker->scratch, room, sizeof *partitions);
	int64_t *fences = arena_array(&worker->scratch, room, sizeof *fences);
	int64_t *marks = arena_array(&worker->scratch, room, sizeof *marks);
	size_t count = 0;

	for (int32_t p = 0; p < worker->table.partitions; p++) {
		struct position *position = &worker->table.positions[p];
		int64_t published = atomic_load(&worker->stream->published[p]);

		if (!position->owned || published <= position->published)
			continue;
		partitions[count] = p;
		fences[count] = position->fence;
		marks[count++] = published;
		position->published = published;
	}
	CRASH_POINT(mark_before);
	if (!passed_note(worker, error))
		return false;
	return count == 0 || (position_queue_published(worker->database, &worker->scratch, partitions, fences, marks, count, error) &&
			      database_sync(worker->database, error));
}

bool ownership_turn_outboxes(struct worker *worker, struct error *error)
{
	struct stream *stream = worker->stream;

	for (int32_t p = 0; p < worker->table.partitions; p++) {
		struct position *position = &worker->table.positions[p];

		if (position->owned && !atomic_load(&stream->halted[p]) &&
		    !position_turn_outbox(position, worker->database, &worker->scratch, atomic_load(&stream->published[p]), monotonic_ms(), error))
			return false;
	}
	return true;
}

static bool note_departure(struct worker *worker, bool lost, struct error *error)
{
	return lost ? departure_note_settled(worker, error) : passed_note(worker, error) && departure_note(worker, error);
}

static void give_up(struct worker *worker, const struct control *control)
{
	struct stream *stream = worker->stream;
	const struct stream_application *application = &stream->application;
	int64_t limit = monotonic_ms() + GIVE_UP_WAIT_MS;
	struct error error = {0};

	while (!control->lost && channel_held(&stream->to_publish) > 0 && monotonic_ms() < limit && !stream_is_ending(stream))
		(void)channel_wait_room(&stream->to_publish, 1, SIZE_MAX, 50);
	CRASH_POINT(giveup_drained);
	departure_begin(worker);
	if (worker->connected && database_is_open(worker->database) && !note_departure(worker, control->lost, &error))
		log_event(LOG_LEVEL_WARNING, "leaving_not_noted", log_error(&error));
	CRASH_POINT(giveup_noted);
	worker->pending_count = 0;
	for (int32_t p = 0; p < worker->table.partitions; p++) {
		struct position *position = &worker->table.positions[p];
		bool owned = position->owned;

		position_done(position);
		atomic_store(&stream->owned[p], false);
		worker->suspicions[p] = (struct suspicion){0};
		if (owned && application->revoked != NULL)
			application->revoked(application->context, p);
	}
	membership_release(worker->membership);
	worker->membership = NULL;
	answer(stream, 0, NULL, 0);
}

void ownership_serve(struct worker *worker, struct control *control)
{
	if (control->kind == CONTROL_TAKE_OVER)
		take_over(worker, control);
	else
		give_up(worker, control);
	membership_release(control->membership);
	free(control->partitions);
	free(control);
}
