#include "common/stream/look.h"

#include "common/stream/findings.h"
#include "common/stream/source.h"

#include <stdlib.h>

#define UNSTABLE_MS 20000 /* longer than a transaction stays open that its producer has left */
#define RETRY_PAUSE_MS 300
#define RECORDS_MS 10000
#define POLL_PAUSE_MS 10

struct look {
	struct stream *stream;
	struct database *database;
	struct position_table table;
	const char *names[STREAM_INPUTS_MAX];
	int32_t *partitions;
	struct findings findings;
	struct source *sources; /* that begin at a remembered record */
	size_t source_count;
	struct stream_outlook *outlooks;
};

static void *zeroed(size_t count, size_t size)
{
	void *bytes = calloc(count + 1, size);

	if (bytes == NULL)
		abort();
	return bytes;
}

static int32_t *all_partitions(size_t count)
{
	int32_t *partitions = zeroed(count, sizeof *partitions);

	for (size_t p = 0; p < count; p++)
		partitions[p] = (int32_t)p;
	return partitions;
}

static void look_init(struct look *look, struct database *database, struct stream_outlook *outlooks)
{
	size_t partitions = (size_t)look->stream->options.partitions;
	size_t inputs = atomic_load(&look->stream->input_count);
	int32_t *all = all_partitions(partitions);

	findings_init(&look->findings, all, partitions, inputs);
	look->partitions = all;
	look->database = database;
	look->outlooks = outlooks;
	look->sources = zeroed(partitions * inputs, sizeof *look->sources);
	look->table.positions = zeroed(partitions, sizeof *look->table.positions);
	look->table.partitions = (int32_t)partitions;
	look->table.inputs = look->names;
	look->table.input_count = inputs;
	for (size_t i = 0; i < inputs; i++)
		look->names[i] = look->stream->inputs[i].topic;
	for (size_t p = 0; p < partitions; p++)
		look->table.positions[p].partition = (int32_t)p;
}

static void look_done(struct look *look)
{
	for (size_t i = 0; i < look->source_count; i++)
		source_close(&look->sources[i]);
	for (int32_t p = 0; p < look->table.partitions; p++)
		position_done(&look->table.positions[p]);
	findings_done(&look->findings);
	free(look->table.positions);
	free(look->sources);
	free(look->partitions);
	if (look->stream->consumer != NULL)
		rd_kafka_destroy(look->stream->consumer);
	stream_free(look->stream);
}

/* A running service moves on meanwhile: batches are read behind Kafka's marks, and next offsets before the logs' ends. */
static bool read_all(struct look *look, struct error *error)
{
	struct findings *findings = &look->findings;
	struct position_table *table = &look->table;
	int64_t limit = monotonic_ms() + UNSTABLE_MS;

	if (!position_lineage(look->database, look->stream->lineage, error))
		return false;
	do {
		if (!position_look(table, look->database, findings->partitions, findings->count, error))
			return false;
		if (findings_read(findings, look->stream, table, error))
			break;
		stream_pause(look->stream, RETRY_PAUSE_MS);
	} while (monotonic_ms() < limit);
	return position_look_again(table, look->database, findings->partitions, findings->count, error);
}

static void halts(struct stream_outlook *outlook, const struct error *error)
{
	outlook->verdict = OUTLOOK_HALTS;
	outlook->error = *error;
	outlook->remedy = takeover_remedy(error->code);
}

static void decide(struct look *look, size_t index)
{
	int32_t partition = look->partitions[index];
	struct position *position = &look->table.positions[partition];
	struct stream_outlook *outlook = &look->outlooks[index];
	struct takeover_input inputs[STREAM_INPUTS_MAX];
	struct error error = {0};
	struct takeover takeover;

	*outlook = (struct stream_outlook){.partition = partition, .verdict = OUTLOOK_UNKNOWN, .error = look->findings.errors[index]};
	if (!look->findings.known[index])
		return;
	takeover = findings_decide(&look->findings, index, look->stream, position, inputs, &error);
	if (takeover.verdict == TAKEOVER_HALT) {
		halts(outlook, &error);
		return;
	}
	outlook->verdict = OUTLOOK_GOES_ON;
	outlook->batch = position->batch;
	outlook->published = takeover.published;
	outlook->by = takeover_name(takeover.verdict);
	for (size_t i = 0; i < look->findings.inputs; i++) {
		struct start start = findings_start(&inputs[i], i, partition, position_input(position, i));

		if (start.compare)
			source_open(&look->sources[look->source_count++], look->stream, &start);
	}
}

/* Looks at the first record of each source, as the take stage would; true while there are any left to look at. */
static bool compare_some(struct look *look)
{
	bool left = false;

	for (size_t i = 0; i < look->source_count; i++) {
		struct source *source = &look->sources[i];
		struct stream_outlook *outlook = &look->outlooks[source->partition];
		struct stream_record record = {0};
		rd_kafka_message_t *message = NULL;
		struct error error = {0};

		if (source->compare && outlook->verdict == OUTLOOK_GOES_ON &&
		    source_take(source, look->stream, &record, &message, &error) == SOURCE_HALT)
			halts(outlook, &error);
		if (message != NULL)
			rd_kafka_message_destroy(message);
		left = left || (source->compare && outlook->verdict == OUTLOOK_GOES_ON);
	}
	return left;
}

static void compare_all(struct look *look)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)look->source_count + 1);
	int64_t limit = monotonic_ms() + RECORDS_MS;

	for (size_t i = 0; i < look->source_count; i++)
		rd_kafka_topic_partition_list_add(list, look->names[look->sources[i].input], look->sources[i].partition)->offset =
			look->sources[i].compare_offset;
	if (look->source_count > 0)
		(void)rd_kafka_assign(look->stream->consumer, list);
	rd_kafka_topic_partition_list_destroy(list);
	while (compare_some(look) && monotonic_ms() < limit)
		stream_pause(look->stream, POLL_PAUSE_MS);
	for (size_t i = 0; i < look->source_count; i++) {
		struct stream_outlook *outlook = &look->outlooks[look->sources[i].partition];

		if (!look->sources[i].compare || outlook->verdict != OUTLOOK_GOES_ON)
			continue;
		outlook->verdict = OUTLOOK_UNKNOWN;
		(void)error_set(&outlook->error, DISPOSITION_RETRY, "NO_ANSWER", look->names[look->sources[i].input],
				"the last record taken could not be looked at");
	}
}

bool stream_look(const struct stream_options *options, struct database *database, struct stream_outlook *ret, struct error *error)
{
	const struct stream_application application = {0};
	struct look look = {0};
	bool done;

	if (!stream_new(options, &application, &look.stream, error))
		return false;
	look_init(&look, database, ret);
	done = consumer_new(look.stream, false, error) && read_all(&look, error);
	for (size_t i = 0; done && i < look.findings.count; i++)
		decide(&look, i);
	if (done)
		compare_all(&look);
	look_done(&look);
	return done;
}
