/* Taking again after a restore: what several topics held is taken as it came, by the broker's time, so that a command meets what it met before. */
#include "common/stream/taker.h"

/* At most so many batches of the partition and others wait for the work stage. */
#define LANE_BATCHES 2
#define LANE (LANE_CLASSES + STREAM_EVENTS)

/* The sources of one partition. */
struct sources {
	struct source *items[STREAM_INPUTS_MAX];
	size_t count;
};

static struct sources sources_of(struct taker *taker, int32_t partition)
{
	struct sources sources = {0};

	for (size_t i = 0; i < taker->source_count; i++) {
		if (taker->sources[i].partition == partition)
			sources.items[sources.count++] = &taker->sources[i];
	}
	return sources;
}

/* The source whose record comes next; of several at the same time the one of the lower class. NULL when that is not known yet, or none is left.
 * *ret_halts: that source cannot go on. */
static struct source *next_of(struct stream *stream, struct sources *sources, bool *ret_halts)
{
	struct source *first = NULL;
	int64_t first_ms = INT64_MAX;

	*ret_halts = false;
	for (size_t i = 0; i < sources->count; i++) {
		struct source *source = sources->items[i];
		int64_t time_ms = 0;
		int64_t offset = 0;

		if (source->kept == NULL && source->next >= source->catch_up)
			continue;
		if (!source_look(source, stream, &time_ms, &offset, ret_halts)) {
			if (*ret_halts)
				return source;
			if (source->next < source->catch_up)
				return NULL;
			continue;
		}
		if (offset < source->catch_up && time_ms < first_ms) {
			first = source;
			first_ms = time_ms;
		}
	}
	return first;
}

/* Takes what source_look has found. */
static bool take(struct taker *taker, struct source *source, size_t count, size_t *bytes, struct batch *end)
{
	struct stream_record *record = &taker->records[count];
	enum source_taken taken = source_take(source, taker->stream, record, &taker->messages[count], &end->halt);

	if (taken == SOURCE_HALT) {
		end->halt_after = true;
		end->halt_input = source->input;
		end->halt_offset = record->offset;
		taker->blocked[source->partition] = true;
	}
	if (taken != SOURCE_RECORD)
		return false;
	source->handed = record->offset + 1;
	*bytes += record->key.len + record->value.len + sizeof *record;
	return true;
}

bool by_time_collect(struct taker *taker, int32_t partition)
{
	struct stream *stream = taker->stream;
	struct sources sources = sources_of(taker, partition);
	enum stream_class class = STREAM_WORK;
	struct batch end = {0};
	size_t count = 0;
	size_t bytes = 0;
	bool halts = false;
	struct source *source;

	if (sources.count == 0 || channel_waiting(&stream->to_work, LANE) >= LANE_BATCHES)
		return false;
	while (!end.halt_after && bytes < TAKER_BATCH_BYTES && (source = next_of(stream, &sources, &halts)) != NULL) {
		enum stream_class its = stream->inputs[source->input].class;

		if (count > 0 && (halts || its != class || count >= taker_class_limit(stream, class) || class == STREAM_COMMANDS))
			break;
		class = its;
		count += take(taker, source, count, &bytes, &end);
	}
	for (size_t i = 0; i < sources.count && !end.halt_after; i++)
		taker_note_passed(sources.items[i], &end);
	if (count == 0 && !end.halt_after && end.passed_count == 0)
		return false;
	source = sources.items[0];
	for (size_t i = 0; i < sources.count; i++) {
		if (count > 0 && sources.items[i]->input == taker->records[0].input)
			source = sources.items[i];
	}
	taker_hand_over(taker, source, count, bytes, &end, LANE);
	return true;
}
