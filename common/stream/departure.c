#include "common/stream/departure.h"

#include "common/stream/worker.h"

#include <stdlib.h>

static const struct statement leave_call = {"stream_leave", "SELECT stream_leave($1, $2, $3, $4)"};

void departure_done(struct departure *departure)
{
	free(departure->partitions);
	free(departure->fences);
	free(departure->in_order);
	*departure = (struct departure){0};
}

void departure_begin(struct worker *worker)
{
	struct departure *departure = &worker->departure;
	size_t room = (size_t)worker->table.partitions;

	departure_done(departure);
	departure->partitions = calloc(room, sizeof *departure->partitions);
	departure->fences = calloc(room, sizeof *departure->fences);
	departure->in_order = calloc(room, sizeof *departure->in_order);
	if (departure->partitions == NULL || departure->fences == NULL || departure->in_order == NULL)
		abort();
	for (int32_t p = 0; p < worker->table.partitions; p++) {
		const struct position *position = &worker->table.positions[p];

		if (!position->exists)
			continue;
		departure->partitions[departure->count] = p;
		departure->fences[departure->count] = position->fence;
		departure->in_order[departure->count++] = position->owned || position->clean;
	}
}

bool departure_note(struct worker *worker, struct error *error)
{
	struct departure *departure = &worker->departure;
	int64_t *marks = arena_array(&worker->scratch, departure->count + 1, sizeof *marks);
	struct parameters parameters;

	if (departure->count == 0)
		return true;
	for (size_t i = 0; i < departure->count; i++)
		marks[i] = atomic_load(&worker->stream->published[departure->partitions[i]]);
	parameters_init(&parameters, &worker->scratch);
	parameters_int4_array(&parameters, departure->partitions, NULL, departure->count);
	parameters_int8_array(&parameters, departure->fences, NULL, departure->count);
	parameters_int8_array(&parameters, marks, NULL, departure->count);
	parameters_bool_array(&parameters, departure->in_order, NULL, departure->count);
	if (!database_run(worker->database, &leave_call, &parameters, NULL, NULL, error))
		return false;
	departure_done(departure);
	return true;
}

bool departure_note_settled(struct worker *worker, struct error *error)
{
	struct stream *stream = worker->stream;

	if (channel_held(&stream->to_publish) > 0 || !atomic_load(&stream->settled))
		return true;
	return departure_note(worker, error);
}
