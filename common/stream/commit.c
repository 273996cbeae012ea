/* How a batch gets into PostgreSQL: once, or not at all, also when the answer to the commit is lost. */
#include "common/base/crash_point.h"
#include "common/config/log.h"
#include "common/stream/worker.h"

#include <stdlib.h>

static const struct statement outbox_insert = {"stream_outbox_insert",
					       "INSERT INTO stream_outbox (slot, batch, chunk, apart, frames) VALUES ($1, $2, $3, $4, $5)"};

static bool queue_outbox(struct worker *worker, const struct position *position, const struct batch *batch, struct error *error)
{
	int32_t number = 0;

	for (const struct outbox_chunk *chunk = batch->outputs.outbox.first; chunk != NULL; chunk = chunk->next) {
		struct parameters parameters;

		parameters_init(&parameters, &worker->scratch);
		parameters_int4(&parameters, position_slot(position));
		parameters_int8(&parameters, batch->open.number);
		parameters_int4(&parameters, number++);
		parameters_bool(&parameters, batch->open.apart);
		parameters_bytea_borrowed(&parameters, buffer_view(&chunk->bytes));
		if (!database_queue(worker->database, &outbox_insert, &parameters, NULL, NULL, error))
			return false;
	}
	return true;
}

/* The inputs as they are after the batch. */
static struct position_input *inputs_after(struct worker *worker, struct position *position, const struct batch *batch, bool **ret_moved)
{
	size_t count = worker->table.input_count;
	struct position_input *after = arena_array(&worker->scratch, count, sizeof *after);
	bool *moved = arena_array(&worker->scratch, count, sizeof *moved);

	for (size_t i = 0; i < count; i++) {
		after[i] = *position_input(position, i);
		moved[i] = after[i].known && !after[i].noted;
	}
	for (size_t i = 0; i < batch->input_count; i++) {
		after[batch->inputs[i].input] = batch->inputs[i].after;
		moved[batch->inputs[i].input] = true;
	}
	*ret_moved = moved;
	return after;
}

static bool queue_all(struct worker *worker, const struct position_move *move, struct batch *batch, struct error *error)
{
	const struct stream_application *application = &worker->stream->application;
	struct database *database = worker->database;

	CRASH_POINT(db_before_begin);
	if (!database_queue(database, &database_begin, NULL, NULL, NULL, error) || !position_queue_advance(database, &worker->scratch, move, error))
		return false;
	CRASH_POINT(db_advance_queued);
	if (!application->write(application->context, &batch->open, database, error))
		return false;
	CRASH_POINT(db_writes_queued);
	if (!queue_outbox(worker, move->position, batch, error))
		return false;
	CRASH_POINT(db_outbox_queued);
	return database_queue(database, &database_commit, NULL, NULL, NULL, error);
}

/* After a lost connection: did it happen? Waits until the database can say so. */
static bool resolve(struct worker *worker, struct position *position, struct error *error)
{
	bool committed = false;

	while (worker_database(worker)) {
		if (position_resolve(worker->database, &worker->scratch, position, &committed, error)) {
			CRASH_POINT(db_commit_resolved);
			log_event(LOG_LEVEL_WARNING, "commit_resolved", log_int("partition", position->partition),
				  log_int("batch", position->batch + 1), log_bool("committed", committed));
			if (!committed)
				(void)error_set(error, DISPOSITION_RETRY, DATABASE_CONNECTION_LOST, "commit", "the batch was not committed");
			return committed;
		}
		if (error->disposition == DISPOSITION_STOP)
			return false;
	}
	(void)error_set(error, DISPOSITION_RETRY, DATABASE_CONNECTION_LOST, "commit", "given up");
	return false;
}

/* The position takes over what the batch has moved. */
static void settle(struct position *position, const struct batch *batch, const struct position_input *after, size_t input_count)
{
	struct position_side *side = &position->sides[position->side];

	position->batch++;
	for (size_t i = 0; i < input_count; i++) {
		const struct position_input before = *position_input(position, i);

		position->inputs[i] = after[i];
		position->inputs[i].noted = after[i].known;
		if (before.current_ms <= after[i].current_ms)
			continue;
		position->inputs[i].current_ms = before.current_ms;
		position->inputs[i].asked_ms = before.asked_ms;
		position->inputs[i].asked_end = before.asked_end;
	}
	sequences_settle(&position->sequences, &batch->outputs.sequences);
	if (batch->outputs.outbox.frames > 0) {
		if (side->last == 0)
			side->began_ms = monotonic_ms();
		side->last = position->batch;
		side->size += batch->outputs.outbox.size;
	}
}

/* Hands the batch to the publisher. */
static void hand_over(struct worker *worker, const struct position *position, struct batch *batch)
{
	struct stream *stream = worker->stream;

	batch->offset_count = worker->table.input_count;
	batch->offsets = calloc(batch->offset_count + 1, sizeof *batch->offsets);
	if (batch->offsets == NULL)
		abort();
	for (size_t i = 0; i < batch->offset_count; i++)
		batch->offsets[i] = position->inputs[i].known ? position->inputs[i].next : -1;
	atomic_fetch_add(&stream->counts.batches, 1);
	atomic_fetch_add(&stream->counts.records, batch->open.count);
	atomic_fetch_add(&stream->counts.outputs, batch->outputs.outbox.frames);
	batch_shed(batch);
	channel_put(&stream->to_publish, &batch->link, 0, batch->outputs.outbox.size);
}

/* Sends the transaction and reads its answers. */
static bool send_and_wait(struct worker *worker, struct error *error)
{
	bool done;

	CRASH_POINT(db_before_commit);
	if (!database_sync_send(worker->database, error))
		return false;
	CRASH_POINT(db_commit_sent);
	done = database_sync_finish(worker->database, error);
	CRASH_POINT(db_commit_answered);
	return done;
}

enum commit_result commit_batch(struct worker *worker, struct position *position, struct batch *batch, struct error *error)
{
	const struct stream_application *application = &worker->stream->application;
	int64_t published = atomic_load(&worker->stream->published[position->partition]);
	bool *moved = NULL;
	struct position_input *after = inputs_after(worker, position, batch, &moved);
	const struct position_move move = {
		.position = position,
		.inputs = after,
		.moved = moved,
		.input_count = worker->table.input_count,
		.names = worker->names,
		.sequences = &batch->outputs.sequences,
		.published = published,
	};

	if (!position_turn_outbox(position, worker->database, &worker->scratch, published, monotonic_ms(), error))
		return COMMIT_FAILED;
	if (!queue_all(worker, &move, batch, error)) {
		/* Part of it may be queued: drop it with the connection. */
		worker->connected = false;
		return COMMIT_FAILED;
	}
	if (!send_and_wait(worker, error) && (database_is_open(worker->database) || !resolve(worker, position, error)))
		return COMMIT_FAILED;
	position->published = published;
	settle(position, batch, after, worker->table.input_count);
	if (application->committed != NULL)
		application->committed(application->context, &batch->open);
	CRASH_POINT(db_committed_told);
	hand_over(worker, position, batch);
	CRASH_POINT(db_handed_over);
	return COMMIT_DONE;
}
