#include "common/stream/restore.h"

#include "common/stream/engine.h"
#include "common/stream/group_marks.h"
#include "common/stream/kafka_error.h"
#include "common/stream/log_ends.h"
#include "common/stream/look.h"
#include "common/stream/position.h"

#define READ_TIMEOUT_MS 15000

static const struct statement select_positions = {"restore_positions", "SELECT partition, lineage, generation, batch, fence, published FROM "
								       "stream_position"};
static const struct statement select_inputs = {"restore_inputs", "SELECT partition, topic, next_offset, remembered_offset FROM stream_input"};

static struct restore_partition *partition_of(struct restore *restore, int32_t partition)
{
	return partition >= 0 && (size_t)partition < restore->count ? &restore->partitions[partition] : NULL;
}

static bool read_positions(void *context, const struct rows *rows, struct error *error)
{
	for (int i = 0; i < rows_count(rows); i++) {
		struct restore_partition *partition = partition_of(context, row_int4(rows, i, 0));
		struct view lineage = row_text(rows, i, 1);

		if (partition == NULL)
			return error_set(error, DISPOSITION_STOP, "CONFIG", "partitions", "the database has positions of more partitions than that");
		partition->exists = true;
		(void)snprintf(partition->lineage, sizeof partition->lineage, "%.*s", (int)lineage.len, (const char *)lineage.ptr);
		partition->generation = row_int4(rows, i, 2);
		partition->batch = row_int8(rows, i, 3);
		partition->fence = row_int8(rows, i, 4);
		partition->published = row_int8(rows, i, 5);
	}
	return true;
}

static bool read_inputs(void *context, const struct rows *rows, struct error *error)
{
	struct restore *restore = context;

	(void)error;
	for (int i = 0; i < rows_count(rows); i++) {
		struct restore_partition *partition = partition_of(restore, row_int4(rows, i, 0));

		for (size_t j = 0; partition != NULL && j < restore->input_count; j++) {
			struct restore_input *input = &partition->inputs[j];

			if (!view_equal(view_text(input->topic), row_text(rows, i, 1)))
				continue;
			input->known = true;
			input->next = row_int8(rows, i, 2);
			input->remembered_offset = row_int8(rows, i, 3);
		}
	}
	return true;
}

static bool look_at_database(struct restore *restore, struct database *database, struct error *error)
{
	return position_lineage(database, restore->lineage, error) &&
	       database_queue(database, &select_positions, NULL, read_positions, restore, error) &&
	       database_run(database, &select_inputs, NULL, read_inputs, restore, error);
}

static bool look_at_kafka(struct restore *restore, struct stream *stream, struct arena *arena, struct error *error)
{
	int32_t *partitions = arena_array(arena, restore->count, sizeof *partitions);
	struct group_mark *marks = arena_array(arena, restore->count, sizeof *marks);
	struct log_ends *ends = arena_array(arena, restore->count * restore->input_count, sizeof *ends);

	for (size_t i = 0; i < restore->count; i++)
		partitions[i] = (int32_t)i;
	if (!group_marks_read(stream, partitions, restore->count, marks, READ_TIMEOUT_MS, error) ||
	    !log_ends_read(stream, partitions, restore->count, restore->input_count, ends, READ_TIMEOUT_MS, error))
		return false;
	for (size_t i = 0; i < restore->count; i++) {
		struct restore_partition *partition = &restore->partitions[i];

		partition->has_mark = marks[i].known;
		partition->marks_differ = marks[i].differ;
		partition->mark = marks[i].mark;
		for (size_t j = 0; j < restore->input_count; j++) {
			partition->inputs[j].begin = ends[i * restore->input_count + j].begin;
			partition->inputs[j].end = ends[i * restore->input_count + j].end;
		}
	}
	return true;
}

/* What `run` would make of each partition. */
static bool foresee(struct restore *restore, const struct stream_options *options, struct database *database, struct arena *arena,
		    struct error *error)
{
	struct stream_outlook *outlooks = arena_array(arena, restore->count, sizeof *outlooks);

	if (!stream_look(options, database, outlooks, error))
		return false;
	for (size_t i = 0; i < restore->count; i++) {
		if (outlooks[i].verdict == OUTLOOK_UNKNOWN) {
			*error = outlooks[i].error;
			return false;
		}
		restore->partitions[i].halts = outlooks[i].verdict == OUTLOOK_HALTS;
		restore->partitions[i].halt = outlooks[i].error;
	}
	return true;
}

/* A stream that only asks: it never joins the group. */
static bool look(const struct stream_options *options, struct stream *stream, struct database *database, struct arena *arena, struct restore *restore,
		 struct error *error)
{
	bool done;

	restore->count = (size_t)options->partitions;
	restore->input_count = options->input_count;
	restore->partitions = arena_array(arena, restore->count, sizeof *restore->partitions);
	for (size_t i = 0; i < restore->count; i++) {
		struct restore_partition *partition = &restore->partitions[i];

		partition->partition = (int32_t)i;
		partition->inputs = arena_array(arena, restore->input_count, sizeof *partition->inputs);
		for (size_t j = 0; j < restore->input_count; j++)
			partition->inputs[j] = (struct restore_input){
				.topic = options->inputs[j].topic, .remembered_offset = -1, .compacted = options->inputs[j].compacted};
	}
	if (!look_at_database(restore, database, error) || !consumer_new(stream, false, error))
		return false;
	done = look_at_kafka(restore, stream, arena, error);
	rd_kafka_destroy(stream->consumer);
	stream->consumer = NULL;
	return done;
}

bool restore_look(const struct stream_options *options, struct database *database, struct arena *arena, struct restore *ret, struct error *error)
{
	const struct stream_application application = {0};
	struct stream *stream;
	bool done;

	*ret = (struct restore){0};
	if (!stream_new(options, &application, &stream, error))
		return false;
	done = look(options, stream, database, arena, ret, error);
	stream_free(stream);
	done = done && foresee(ret, options, database, arena, error);
	ret->generation = restore_next_generation(ret->partitions, ret->count);
	return done;
}

bool restore_is_needed(const struct restore *restore)
{
	for (size_t i = 0; i < restore->count; i++) {
		const struct restore_partition *partition = &restore->partitions[i];

		if (partition->halts && strcmp(partition->halt.code, "NO_POSITION") != 0)
			return true;
		for (size_t j = 0; j < restore->input_count; j++) {
			if (partition->inputs[j].anew)
				return true;
		}
	}
	return false;
}

bool restore_take_anew(struct restore *restore, const char *topic)
{
	bool found = false;

	for (size_t i = 0; i < restore->count; i++) {
		for (size_t j = 0; j < restore->input_count; j++) {
			struct restore_input *input = &restore->partitions[i].inputs[j];

			if (strcmp(input->topic, topic) != 0)
				continue;
			input->anew = true;
			found = true;
		}
	}
	return found;
}

static bool check_input(const struct restore_input *input, const struct restore_partition *of, struct error *error)
{
	int32_t partition = of->partition;

	if (input->anew || input->compacted || !input->known)
		return true;
	if (of->halts && strcmp(of->halt.code, "LOG_CHANGED") == 0 && strncmp(of->halt.place, input->topic, sizeof of->halt.place - 1) == 0)
		return error_set(
			error, DISPOSITION_STOP, "LOG_CHANGED", input->topic,
			"partition %d: the record that was taken last is another one now: the topic was made anew or cut off. Restore it; or "
			"accept with --anew %s",
			partition, input->topic);
	if (input->begin > input->next)
		return error_set(
			error, DISPOSITION_STOP, "BACKUP_TOO_OLD", input->topic,
			"partition %d: the backup continues at offset %lld, but the log begins at %lld: what lies between is lost to it. Restore "
			"a newer backup; or have it delivered again, and accept with --anew %s",
			partition, (long long)input->next, (long long)input->begin, input->topic);
	if (input->next > input->end)
		return error_set(error, DISPOSITION_STOP, "LOG_SHORTER", input->topic,
				 "partition %d: the database continues at offset %lld, but the log ends at %lld: the topic was made anew or cut off. "
				 "Restore it; or accept with --anew %s",
				 partition, (long long)input->next, (long long)input->end, input->topic);
	return true;
}

static bool all_anew(const struct restore_partition *partition, size_t inputs)
{
	for (size_t i = 0; i < inputs; i++) {
		if (!partition->inputs[i].anew && !partition->inputs[i].compacted)
			return false;
	}
	return true;
}

/* A database that has taken nothing, where Kafka has batches, is none that was backed up, unless somebody wants just that. */
static bool is_empty(const struct restore *restore)
{
	bool published = false;

	for (size_t i = 0; i < restore->count; i++) {
		const struct restore_partition *partition = &restore->partitions[i];

		if (!partition->exists || partition->batch > 0 || all_anew(partition, restore->input_count))
			return false;
		published = published || (partition->has_mark && partition->mark.batch > 0);
	}
	return published;
}

bool restore_check(const struct restore *restore, struct error *error)
{
	if (is_empty(restore))
		return error_set(
			error, DISPOSITION_STOP, "EMPTY_DATABASE", "stream_position",
			"the database has never taken anything, and Kafka has what one did: it was set up anew, and is no backup, and all that "
			"there was before would be unknown to it. Restore one; to begin again with nothing: --anew for each input topic");
	for (size_t i = 0; i < restore->count; i++) {
		const struct restore_partition *partition = &restore->partitions[i];

		if (!partition->exists)
			return error_set(error, DISPOSITION_STOP, "POSITION_LOST", "stream_position",
					 "partition %d has no position: this is no backup of this service's database", partition->partition);
		for (size_t j = 0; j < restore->input_count; j++) {
			if (!check_input(&partition->inputs[j], partition, error))
				return false;
		}
	}
	return true;
}

int32_t restore_next_generation(const struct restore_partition *partitions, size_t count)
{
	int32_t highest = 1;

	for (size_t i = 0; i < count; i++) {
		if (partitions[i].exists && partitions[i].generation > highest)
			highest = partitions[i].generation;
		if (partitions[i].has_mark && partitions[i].mark.generation > highest)
			highest = partitions[i].mark.generation;
	}
	return highest + 1;
}

/*
 * Where Kafka's mark is of this very history and behind, what lies between has been committed and never been published: it still must be. Where it is
 * ahead, or of a later generation, all that the outbox holds has been published. Where nothing can be compared, or Kafka's is behind PostgreSQL's own
 * mark, that one stands: what is then published twice is so byte for byte, under the numbers it had, which readers drop.
 */
int64_t restore_published(const struct restore_partition *partition)
{
	const struct mark *mark = &partition->mark;

	if (partition->has_mark && mark->generation > partition->generation)
		return partition->batch;
	if (!partition->has_mark || partition->marks_differ || mark->generation < partition->generation ||
	    strcmp(mark->lineage, partition->lineage) != 0 || mark->batch < partition->published)
		return partition->published;
	return mark->batch < partition->batch ? mark->batch : partition->batch;
}

static void add_positions(const struct restore *restore, struct parameters *parameters, struct arena *arena)
{
	int32_t *partitions = arena_array(arena, restore->count, sizeof *partitions);
	int64_t *numbers[3];

	for (size_t i = 0; i < 3; i++)
		numbers[i] = arena_array(arena, restore->count, sizeof(int64_t));
	for (size_t i = 0; i < restore->count; i++) {
		partitions[i] = restore->partitions[i].partition;
		numbers[0][i] = restore->partitions[i].batch;
		numbers[1][i] = restore->partitions[i].fence;
		numbers[2][i] = restore_published(&restore->partitions[i]);
	}
	parameters_int4_array(parameters, partitions, NULL, restore->count);
	for (size_t i = 0; i < 3; i++)
		parameters_int8_array(parameters, numbers[i], NULL, restore->count);
	parameters_int4(parameters, restore->generation);
}

static void add_inputs(const struct restore *restore, struct parameters *parameters, struct arena *arena)
{
	size_t count = restore->count * restore->input_count;
	int32_t *partitions = arena_array(arena, count, sizeof *partitions);
	struct view *topics = arena_array(arena, count, sizeof *topics);
	int64_t *nexts = arena_array(arena, count, sizeof *nexts);
	bool *anew = arena_array(arena, count, sizeof *anew);
	int64_t *ends = arena_array(arena, count, sizeof *ends);

	for (size_t i = 0; i < count; i++) {
		const struct restore_partition *partition = &restore->partitions[i / restore->input_count];
		const struct restore_input *input = &partition->inputs[i % restore->input_count];

		partitions[i] = partition->partition;
		topics[i] = view_text(input->topic);
		anew[i] = input->anew || input->compacted;
		nexts[i] = input->known && !anew[i] ? input->next : input->begin;
		/* What is compacted knows no order among topics. */
		ends[i] = input->compacted ? 0 : input->end;
	}
	parameters_int4_array(parameters, partitions, NULL, count);
	parameters_text_array(parameters, topics, count);
	parameters_int8_array(parameters, nexts, NULL, count);
	parameters_bool_array(parameters, anew, NULL, count);
	parameters_int8_array(parameters, ends, NULL, count);
}

bool restore_queue(const struct restore *restore, struct database *database, struct arena *arena, struct error *error)
{
	/* With that the next take-over reads what is compacted again, whatever offset is noted. */
	static const struct statement forget_current = {"restore_forget_current", "DELETE FROM stream_current"};
	static const struct statement accept = {"restore_accept", "SELECT stream_accept($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"};
	struct parameters parameters;

	parameters_init(&parameters, arena);
	add_positions(restore, &parameters, arena);
	add_inputs(restore, &parameters, arena);
	return database_queue(database, &accept, &parameters, NULL, NULL, error) &&
	       database_queue(database, &forget_current, NULL, NULL, NULL, error);
}

bool restore_count_members(const struct stream_options *options, int32_t *ret, struct error *error)
{
	const struct stream_application application = {0};
	const struct rd_kafka_group_list *groups = NULL;
	rd_kafka_resp_err_t err;
	struct stream *stream;

	*ret = 0;
	if (!stream_new(options, &application, &stream, error))
		return false;
	if (!consumer_new(stream, false, error)) {
		stream_free(stream);
		return false;
	}
	err = rd_kafka_list_groups(stream->consumer, options->group, &groups, READ_TIMEOUT_MS);
	for (int i = 0; err == RD_KAFKA_RESP_ERR_NO_ERROR && i < groups->group_cnt; i++)
		*ret += groups->groups[i].member_cnt;
	if (groups != NULL)
		rd_kafka_group_list_destroy(groups);
	rd_kafka_destroy(stream->consumer);
	stream_free(stream);
	return err == RD_KAFKA_RESP_ERR_NO_ERROR || kafka_error_set(error, err, "list_groups");
}
