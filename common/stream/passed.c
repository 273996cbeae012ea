#include "common/stream/passed.h"

#include "common/base/crash_point.h"
#include "common/stream/worker.h"

static const struct statement note_call = {"stream_note_inputs", "SELECT stream_note_inputs($1, $2, $3, $4, $5, $6, $7, $8)"};

void passed_apply(struct position *position, const struct passed *passed, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct position_input *input = position_input(position, passed[i].input);

		if (!input->known || input->next != passed[i].from)
			continue;
		input->next = passed[i].to;
		input->noted = false;
	}
}

static bool is_due(const struct position *position, size_t input)
{
	return position->owned && input < position->input_room && position->inputs[input].known && !position->inputs[input].noted;
}

/* The statement's parameters, for the `room` inputs that are due. */
static void add_due(struct parameters *parameters, struct worker *worker, size_t room)
{
	struct arena *arena = &worker->scratch;
	int32_t *partitions = arena_array(arena, room, sizeof *partitions);
	struct view *topics = arena_array(arena, room, sizeof *topics);
	struct view *hashes = arena_array(arena, room, sizeof *hashes);
	int64_t *numbers[5];
	size_t n = 0;

	for (size_t i = 0; i < 5; i++)
		numbers[i] = arena_array(arena, room, sizeof(int64_t));
	for (int32_t p = 0; p < worker->table.partitions; p++) {
		const struct position *position = &worker->table.positions[p];

		for (size_t i = 0; i < worker->table.input_count; i++) {
			if (!is_due(position, i))
				continue;
			partitions[n] = p;
			topics[n] = view_text(worker->names[i]);
			hashes[n] = position->inputs[i].remembered_offset < 0 ? VIEW_NULL : view_of(position->inputs[i].hash, POSITION_HASH_SIZE);
			numbers[0][n] = position->fence;
			numbers[1][n] = position->inputs[i].next;
			numbers[2][n] = position->inputs[i].remembered_offset;
			numbers[3][n] = position->inputs[i].seen.generation;
			numbers[4][n++] = position->inputs[i].seen.number;
		}
	}
	parameters_init(parameters, arena);
	parameters_int4_array(parameters, partitions, NULL, n);
	parameters_int8_array(parameters, numbers[0], NULL, n);
	parameters_text_array(parameters, topics, n);
	parameters_int8_array(parameters, numbers[1], NULL, n);
	parameters_int8_array(parameters, numbers[2], NULL, n);
	parameters_bytea_array(parameters, hashes, n);
	parameters_int8_array(parameters, numbers[3], NULL, n);
	parameters_int8_array(parameters, numbers[4], NULL, n);
}

bool passed_note(struct worker *worker, struct error *error)
{
	struct position_table *table = &worker->table;
	struct parameters parameters;
	size_t due = 0;

	for (int32_t p = 0; p < table->partitions; p++) {
		for (size_t i = 0; i < table->input_count; i++)
			due += is_due(&table->positions[p], i);
	}
	if (due == 0)
		return true;
	add_due(&parameters, worker, due);
	if (!database_run(worker->database, &note_call, &parameters, NULL, NULL, error))
		return false;
	CRASH_POINT(mark_inputs_noted);
	for (int32_t p = 0; p < table->partitions; p++) {
		for (size_t i = 0; i < table->input_count; i++) {
			if (is_due(&table->positions[p], i))
				table->positions[p].inputs[i].noted = true;
		}
	}
	return true;
}
