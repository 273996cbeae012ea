#include "common/stream/current.h"

#include "common/base/clock.h"
#include "common/stream/log_ends.h"
#include "common/stream/worker.h"

#include <inttypes.h>

#define NOTES_IN_RETENTION 8
#define NOTE_INTERVAL_MAX_MS 60000
#define NOTE_INTERVAL_MIN_MS 100
#define READ_TIMEOUT_MS 5000

static const struct statement note_call = {"stream_note_current", "SELECT stream_note_current($1, $2, $3, $4)"};

/* How often to note; 0: no input is compacted. */
static int64_t note_interval_ms(const struct worker *worker)
{
	const struct stream_input *inputs = worker->stream->inputs;
	int64_t interval = 0;

	for (size_t i = 0; i < worker->table.input_count; i++) {
		int64_t own = inputs[i].tombstones_ms / NOTES_IN_RETENTION;

		if (!inputs[i].compacted)
			continue;
		if (own > NOTE_INTERVAL_MAX_MS)
			own = NOTE_INTERVAL_MAX_MS;
		if (own < NOTE_INTERVAL_MIN_MS)
			own = NOTE_INTERVAL_MIN_MS;
		if (interval == 0 || own < interval)
			interval = own;
	}
	return interval;
}

void current_reached(struct position_input *input, int64_t end, int64_t at_ms)
{
	if (input->known && input->next >= end && input->current_ms < at_ms)
		input->current_ms = at_ms;
}

void current_asked(struct position_input *input, int64_t end, int64_t asked_ms)
{
	if (input->asked_ms != 0)
		current_reached(input, input->asked_end, input->asked_ms);
	current_reached(input, end, asked_ms);
	if (input->asked_ms != 0 && input->current_ms < input->asked_ms)
		return;
	input->asked_ms = input->next < end ? asked_ms : 0;
	input->asked_end = end;
}

/* Where nothing is left to take, all that comes is written after the asking. */
static bool find_out(struct worker *worker, const int32_t *partitions, size_t count, struct error *error)
{
	const struct stream *stream = worker->stream;
	size_t inputs = worker->table.input_count;
	struct log_ends *ends = arena_array(&worker->scratch, count * inputs + 1, sizeof *ends);
	int64_t asked_ms = wall_ms();

	if (!log_ends_read(worker->stream, partitions, count, inputs, ends, READ_TIMEOUT_MS, error))
		return false;
	for (size_t i = 0; i < count * inputs; i++) {
		struct position_input *input = position_input(&worker->table.positions[partitions[i / inputs]], i % inputs);

		if (stream->inputs[i % inputs].compacted && input->known)
			current_asked(input, ends[i].end, asked_ms);
	}
	return true;
}

static bool note(struct worker *worker, const int32_t *partitions, size_t count, struct error *error)
{
	const struct stream *stream = worker->stream;
	size_t inputs = worker->table.input_count;
	size_t room = count * inputs + 1;
	int32_t *of_partitions = arena_array(&worker->scratch, room, sizeof *of_partitions);
	int64_t *fences = arena_array(&worker->scratch, room, sizeof *fences);
	struct view *topics = arena_array(&worker->scratch, room, sizeof *topics);
	int64_t *times = arena_array(&worker->scratch, room, sizeof *times);
	struct parameters parameters;
	size_t n = 0;

	for (size_t i = 0; i < count * inputs; i++) {
		struct position *position = &worker->table.positions[partitions[i / inputs]];
		const struct position_input *input = position_input(position, i % inputs);

		if (!stream->inputs[i % inputs].compacted || input->current_ms == 0)
			continue;
		of_partitions[n] = position->partition;
		fences[n] = position->fence;
		topics[n] = view_text(worker->names[i % inputs]);
		times[n++] = input->current_ms;
	}
	parameters_init(&parameters, &worker->scratch);
	parameters_int4_array(&parameters, of_partitions, NULL, n);
	parameters_int8_array(&parameters, fences, NULL, n);
	parameters_text_array(&parameters, topics, n);
	parameters_time_array(&parameters, times, NULL, n);
	return n == 0 || database_run(worker->database, &note_call, &parameters, NULL, NULL, error);
}

bool current_note(struct worker *worker, struct error *error)
{
	int64_t interval = note_interval_ms(worker);
	int32_t *partitions = arena_array(&worker->scratch, (size_t)worker->table.partitions, sizeof *partitions);
	int64_t now = monotonic_ms();
	size_t count = 0;

	if (interval == 0 || now < worker->next_current_ms)
		return true;
	worker->next_current_ms = now + interval;
	for (int32_t p = 0; p < worker->table.partitions; p++) {
		if (worker->table.positions[p].owned)
			partitions[count++] = p;
	}
	return count == 0 || (find_out(worker, partitions, count, error) && note(worker, partitions, count, error));
}

bool current_holds(struct worker *worker, const struct batch *batch, struct error *error)
{
	struct stream *stream = worker->stream;
	int64_t now = wall_ms();

	for (size_t i = 0; i < batch->input_count; i++) {
		size_t index = batch->inputs[i].input;
		const struct stream_input *input = &stream->inputs[index];
		const struct position_input *before = &batch->position->inputs[index];

		if (!input->compacted || now - before->current_ms <= input->tombstones_ms)
			continue;
		(void)error_set(error, DISPOSITION_STOP, "AWAY_TOO_LONG", input->topic,
				"partition %" PRId32 ": not read for longer than the topic's delete.retention.ms of %" PRId64
				" ms, tombstones may be gone; when started again it is read from its first offset",
				batch->open.partition, input->tombstones_ms);
		stream_fail(stream, error);
		error->disposition = DISPOSITION_NONE;
		return false;
	}
	return true;
}
