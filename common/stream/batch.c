#include "common/stream/batch.h"

#include "common/base/guard.h"
#include "common/crypto/digest.h"

#include <stdlib.h>

struct batch *batch_new(struct stream *stream, struct membership *membership, int32_t partition, enum stream_class class)
{
	struct batch *batch = calloc(1, sizeof *batch);

	if (batch == NULL)
		abort();
	batch->open.stream = stream;
	batch->open.partition = partition;
	batch->open.class = class;
	batch->open.out = &batch->outputs;
	batch->membership = membership_reference(membership);
	return batch;
}

void batch_shed(struct batch *batch)
{
	for (size_t i = 0; i < batch->message_count; i++)
		rd_kafka_message_destroy(batch->messages[i]);
	free(batch->messages);
	batch->messages = NULL;
	batch->message_count = 0;
	batch->open.records = NULL;
	batch->open.count = 0;
	batch->open.state = NULL;
	batch->outputs.counts = (struct identity_counts){0};
	sequences_done(&batch->outputs.sequences);
	arena_done(&batch->open.arena);
	free(batch->inputs);
	batch->inputs = NULL;
	batch->input_count = 0;
}

void batch_free(struct batch *batch)
{
	if (batch == NULL)
		return;
	batch_shed(batch);
	outbox_done(&batch->outputs.outbox);
	free(batch->offsets);
	free(batch->passed);
	membership_release(batch->membership);
	free(batch);
}

void record_hash(const struct stream_record *record, uint8_t ret[static POSITION_HASH_SIZE])
{
	struct digest digest;

	digest_init(&digest, NULL, POSITION_HASH_SIZE);
	digest_add_part(&digest, record->key);
	digest_add_part(&digest, record->value);
	digest_add(&digest, view_of(&record->time_ms, sizeof record->time_ms));
	digest_finish(&digest, ret);
}

static struct batch_input *input_of(struct batch *batch, size_t input)
{
	for (size_t i = 0; i < batch->input_count; i++) {
		if (batch->inputs[i].input == input)
			return &batch->inputs[i];
	}
	batch->inputs[batch->input_count] = (struct batch_input){.input = input, .after = {.known = true}};
	return &batch->inputs[batch->input_count++];
}

void batch_move_back(struct batch *batch, size_t input, int64_t offset, int64_t now_ms)
{
	input_of(batch, input)->after = (struct position_input){.known = true, .next = offset, .remembered_offset = -1, .current_ms = now_ms};
}

int64_t stream_next_offset(struct stream_batch *open, size_t input)
{
	const struct position *position = batch_of(open)->position;

	return input < position->input_room && position->inputs[input].known ? position->inputs[input].next : -1;
}

/* Works out how far the records move the inputs: the last record of each decides. */
static void scope(struct batch *batch)
{
	const struct stream_record *last[STREAM_INPUTS_MAX] = {NULL};

	batch->inputs = calloc(STREAM_INPUTS_MAX, sizeof *batch->inputs);
	if (batch->inputs == NULL)
		abort();
	for (size_t i = 0; i < batch->open.count; i++)
		last[batch->open.records[i].input] = &batch->open.records[i];
	for (size_t i = 0; i < STREAM_INPUTS_MAX; i++) {
		struct position_input *after;

		if (last[i] == NULL)
			continue;
		after = &input_of(batch, i)->after;
		after->next = last[i]->offset + 1;
		after->remembered_offset = last[i]->offset;
		after->seen = (struct sequence_seen){.generation = last[i]->generation, .number = last[i]->sequence};
		after->current_ms = last[i]->time_ms;
		record_hash(last[i], after->hash);
	}
}

struct batch *batch_part(const struct batch *whole, size_t from, size_t to)
{
	struct batch *part = batch_new(whole->open.stream, whole->membership, whole->open.partition, whole->open.class);

	part->open.records = &whole->open.records[from];
	part->open.count = to - from;
	scope(part);
	return part;
}

void batch_renew(struct batch *batch)
{
	struct stream_batch *open = &batch->open;
	struct arena former = open->arena;
	struct stream_record *records;

	arena_init(&open->arena, former.limit);
	records = arena_array(&open->arena, open->count + 1, sizeof *records);
	memcpy(records, open->records, open->count * sizeof *records);
	open->records = records;
	if (open->unprocessable != NULL)
		open->unprocessable = arena_text(&open->arena, view_text(open->unprocessable));
	open->state = NULL;
	batch->outputs.counts = (struct identity_counts){0};
	batch->undecoded = true;
	arena_done(&former);
}

/* Of inputs that the application judges the mark is where it was, until it does. */
static void forget_judgements(struct batch *batch, const struct position *position)
{
	for (size_t i = 0; i < batch->input_count; i++) {
		struct batch_input *moved = &batch->inputs[i];

		if (batch->open.stream->inputs[moved->input].signed_)
			moved->after.seen = moved->input < position->input_room ? position->inputs[moved->input].seen : (struct sequence_seen){0};
	}
}

enum stream_judgement stream_judge(struct stream_batch *open, const struct stream_record *record, struct error *ret_gap)
{
	struct batch *batch = batch_of(open);
	struct sequence_seen *seen = &input_of(batch, record->input)->after.seen;
	enum sequence_verdict verdict = sequence_judge(*seen, record->generation, record->sequence);

	if (verdict == SEQUENCE_SEEN && !WITHOUT(sequence))
		return STREAM_SEEN;
	if (verdict != SEQUENCE_NEXT && !WITHOUT(sequence)) {
		sequence_error(verdict, *seen, record->generation, record->sequence, open->stream->inputs[record->input].topic, ret_gap);
		return STREAM_GAP;
	}
	*seen = (struct sequence_seen){.generation = record->generation, .number = record->sequence};
	return STREAM_NEW;
}

void batch_begin(struct batch *batch, const struct position *position, struct topics *topics)
{
	struct stream_outputs *outputs = &batch->outputs;

	if (batch->inputs == NULL)
		scope(batch);
	batch->position = position;
	forget_judgements(batch, position);
	batch->open.generation = position->generation;
	batch->open.number = position->batch + 1;
	batch->open.apart = false;
	outbox_done(&outputs->outbox);
	sequences_copy(&outputs->sequences, &position->sequences);
	outputs->counts = (struct identity_counts){0};
	outputs->topics = topics;
	outputs->failed = false;
}

struct batch *batch_of(struct stream_batch *open)
{
	return (struct batch *)(void *)((char *)open - offsetof(struct batch, open));
}

/* Whether ids on the topic are hidden; asked once. */
static void learn_hiding(const struct stream_application *application, struct topic *topic)
{
	if (topic->hidden_known)
		return;
	topic->hidden_known = true;
	topic->hidden = application->hidden_id_key != NULL && application->hidden_id_key(application->context, topic->name, topic->key);
}

void stream_output_add(struct stream_batch *batch, const struct stream_output *output)
{
	struct stream_outputs *outputs = batch->out;
	struct topic *topic = topics_get(outputs->topics, view_text(output->topic));
	char text[IDENTITY_TEXT_SIZE];
	char hidden[IDENTITY_HIDDEN_SIZE];
	struct outbox_frame frame = {
		.topic = view_text(topic->name),
		.partition = output->partition,
		.key = output->key,
		.value = output->value,
		.reason = view_text(output->reason),
		.generation = batch->generation,
	};

	learn_hiding(&batch->stream->application, topic);
	frame.id = view_of(text, identity_text(batch->generation, &output->cause,
					       identity_number(&outputs->counts, &batch->arena, topic->name, &output->cause), text));
	if (topic->hidden) {
		identity_hide(topic->key, frame.id, hidden);
		frame.id = view_of(hidden, sizeof hidden - 1);
	}
	frame.sequence = sequences_next(&outputs->sequences, topic->name, output->partition);
	if (outbox_add(&outputs->outbox, &frame) || outputs->failed)
		return;
	outputs->failed = true;
	(void)error_set(&outputs->error, DISPOSITION_REJECT, "OUTPUT_TOO_LARGE", topic->name, "an output is larger than a topic may take");
}
