#include "common/stream/findings.h"

#include "common/stream/current.h"

#include <stdlib.h>

#define ALL_TIMEOUT_MS 5000
#define ONE_TIMEOUT_MS 1000
#define AGAIN_TIMEOUT_MS 300
#define RETRY_PAUSE_MS 200
#define DOUBTED_MS 6000
#define STUCK_MS 120000
#define EXIT_STUCK 70

static void *zeroed(size_t count, size_t size)
{
	void *bytes = calloc(count + 1, size);

	if (bytes == NULL)
		abort();
	return bytes;
}

void findings_init(struct findings *findings, const int32_t *partitions, size_t count, size_t inputs)
{
	*findings = (struct findings){
		.partitions = partitions,
		.count = count,
		.inputs = inputs,
		.known = zeroed(count, sizeof *findings->known),
		.errors = zeroed(count, sizeof *findings->errors),
		.marks = zeroed(count, sizeof *findings->marks),
		.ends = zeroed(count * inputs, sizeof *findings->ends),
	};
}

void findings_done(struct findings *findings)
{
	free(findings->known);
	free(findings->errors);
	free(findings->marks);
	free(findings->ends);
	*findings = (struct findings){0};
}

/* Those from..from+count-1, together. */
static bool read_some(struct findings *findings, size_t from, size_t count, struct stream *stream, int32_t timeout_ms, struct error *error)
{
	bool done = group_marks_read(stream, &findings->partitions[from], count, &findings->marks[from], timeout_ms, error) &&
		    log_ends_read(stream, &findings->partitions[from], count, findings->inputs, &findings->ends[from * findings->inputs], timeout_ms,
				  error);

	for (size_t i = from; i < from + count; i++) {
		findings->known[i] = done;
		if (!done)
			findings->errors[i] = *error;
	}
	return done;
}

bool findings_read_one(struct findings *findings, size_t index, struct stream *stream, struct error *error)
{
	return read_some(findings, index, 1, stream, AGAIN_TIMEOUT_MS, error);
}

static bool is_wanted(const struct stream *stream)
{
	return stream_is_ending(stream) || atomic_load(&stream->stops) > 0;
}

/* Each that is not known alone; true when then all are. */
static bool read_singly(struct findings *findings, struct stream *stream, struct error *error)
{
	bool all = true;

	for (size_t i = 0; i < findings->count && !is_wanted(stream); i++) {
		if (findings->known[i])
			continue;
		watchdog_beat(&stream->watchdog, WATCHED_WORK, STUCK_MS, EXIT_STUCK);
		all = read_some(findings, i, 1, stream, ONE_TIMEOUT_MS, error) && all;
	}
	return all;
}

static bool is_shorter(const struct findings *findings, size_t index, const struct position_table *table)
{
	struct position *position = &table->positions[findings->partitions[index]];

	for (size_t i = 0; findings->known[index] && i < findings->inputs; i++) {
		const struct position_input *input = position_input(position, i);

		if (input->known && input->next > findings->ends[index * findings->inputs + i].end)
			return true;
	}
	return false;
}

/* True when the logs of some partition seem to be shorter than what was taken of them. */
static bool any_shorter(const struct findings *findings, const struct position_table *table)
{
	for (size_t i = 0; i < findings->count; i++) {
		if (is_shorter(findings, i, table))
			return true;
	}
	return false;
}

/* True when Kafka's mark is older than what PostgreSQL knows to be in Kafka: a coordinator that comes back from a crash may say so for a moment. */
static bool is_mark_behind(const struct findings *findings, size_t index, const struct position_table *table)
{
	const struct position *position = &table->positions[findings->partitions[index]];
	const struct group_mark *mark = &findings->marks[index];

	return findings->known[index] && position->exists && mark->known && !mark->differ && mark->mark.generation == position->generation &&
	       mark->mark.batch < position->published;
}

static bool any_mark_behind(const struct findings *findings, const struct position_table *table)
{
	for (size_t i = 0; i < findings->count; i++) {
		if (is_mark_behind(findings, i, table))
			return true;
	}
	return false;
}

static void read_doubted_again(struct findings *findings, struct stream *stream, const struct position_table *table)
{
	struct error error = {0};

	for (size_t i = 0; i < findings->count; i++) {
		if (is_shorter(findings, i, table) || is_mark_behind(findings, i, table))
			(void)read_some(findings, i, 1, stream, ONE_TIMEOUT_MS, &error);
	}
}

bool findings_read(struct findings *findings, struct stream *stream, const struct position_table *table, struct error *error)
{
	bool all = read_some(findings, 0, findings->count, stream, ALL_TIMEOUT_MS, error);
	int64_t limit;

	if (!all && findings->count > 1)
		all = read_singly(findings, stream, error);
	limit = monotonic_ms() + DOUBTED_MS;
	while (monotonic_ms() < limit && !is_wanted(stream) && (any_shorter(findings, table) || any_mark_behind(findings, table))) {
		stream_pause(stream, RETRY_PAUSE_MS);
		read_doubted_again(findings, stream, table);
	}
	return all;
}

struct takeover findings_decide(const struct findings *findings, size_t index, const struct stream *stream, struct position *position,
				struct takeover_input *ret_inputs, struct error *error)
{
	const struct group_mark *mark = &findings->marks[index];
	struct takeover_seen seen = {
		.lineage = stream->lineage,
		.has_position = position->exists,
		.position_lineage = position->lineage,
		.generation = position->generation,
		.batch = position->batch,
		.published = position->published,
		.now_ms = wall_ms(),
		.has_mark = mark->known,
		.marks_differ = mark->differ,
		.mark = mark->mark,
		.inputs = ret_inputs,
		.input_count = findings->inputs,
	};

	for (size_t i = 0; i < findings->inputs; i++) {
		const struct position_input *input = position_input(position, i);
		const struct log_ends *ends = &findings->ends[index * findings->inputs + i];

		ret_inputs[i] = (struct takeover_input){
			.topic = stream->inputs[i].topic,
			.known = input->known,
			.next = input->next,
			.remembered_offset = input->remembered_offset,
			.log_begin = ends->begin,
			.log_end = ends->end,
			.compacted = stream->inputs[i].compacted,
			.current_ms = input->current_ms,
			.tombstones_ms = stream->inputs[i].tombstones_ms,
		};
	}
	return takeover_decide(&seen, error);
}

struct start findings_start(const struct takeover_input *input, size_t index, int32_t partition, const struct position_input *position)
{
	struct start start = {
		.partition = partition,
		.input = index,
		.offset = input->start,
		.next = input->next,
		.compare = input->compare,
		.seen_generation = position->seen.generation,
		.seen_number = position->seen.number,
	};

	memcpy(start.hash, position->hash, sizeof start.hash);
	return start;
}
