#include "common/stream/position.h"

#include "common/base/crash_point.h"
#include "common/stream/topics.h"

#include <stdio.h>
#include <stdlib.h>

/* An outbox table is left for the other one when it has grown to this size or age, and emptied as soon as all in it is published. */
#ifdef KLUIS_FAULTS /* so that there is something to break off */
#define SIDE_SIZE ((size_t)4096)
#define SIDE_AGE_MS INT64_C(1000)
#define EMPTYING_INTERVAL_MS 50
#else
#define SIDE_SIZE ((size_t)16 * 1024 * 1024)
#define SIDE_AGE_MS INT64_C(600000)
#define EMPTYING_INTERVAL_MS 1000
#endif
#define RESOLVED_FENCE 1000000 /* take-overs move it by one: so many do not happen while one commit is in doubt */

static const struct statement lineage_select = {"stream_lineage", "SELECT stream_lineage()"};
static const struct statement take_over_call = {"stream_take_over", "SELECT partition, batch, generation, fence, lineage, published, clean "
								    "FROM stream_take_over($1, $2)"};
static const struct statement look_select = {"stream_look", "SELECT partition, batch, generation, fence, lineage, published, clean "
							    "FROM stream_position WHERE partition = ANY ($1)"};
static const struct statement inputs_select = {
	"stream_inputs", "SELECT partition, topic, next_offset, remembered_offset, remembered_hash, generation, sequence, current_at, catch_up "
			 "FROM stream_input LEFT JOIN stream_current USING (partition, topic) WHERE partition = ANY ($1)"};
static const struct statement sequences_select = {"stream_sequences", "SELECT partition, topic, output_partition, number FROM stream_sequence "
								      "WHERE partition = ANY ($1)"};
static const struct statement sides_select = {"stream_sides", "SELECT slot, max(batch), sum(octet_length(frames))::bigint FROM stream_outbox "
							      "WHERE slot = ANY ($1) GROUP BY slot"};
static const struct statement advance_call = {"stream_advance", "SELECT stream_advance($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"};
static const struct statement resolve_call = {"stream_resolve", "SELECT * FROM stream_resolve($1, $2, $3)"};
static const struct statement published_call = {"stream_note_published", "SELECT stream_note_published($1, $2, $3, $4)"};
static const struct statement truncate_call = {"stream_truncate_outbox", "SELECT stream_truncate_outbox($1, $2, $3, $4)"};

struct position_input *position_input(struct position *position, size_t input)
{
	if (input >= position->input_room) {
		size_t room = input + 8;
		struct position_input *inputs = reallocarray(position->inputs, room, sizeof *inputs);

		if (inputs == NULL)
			abort();
		for (size_t i = position->input_room; i < room; i++)
			inputs[i] = (struct position_input){.remembered_offset = -1};
		position->inputs = inputs;
		position->input_room = room;
	}
	return &position->inputs[input];
}

bool position_is_behind(const struct position *position, size_t input_count)
{
	for (size_t i = 0; i < input_count; i++) {
		if (position->catch_up[i] > 0 && (i >= position->input_room || position->inputs[i].next < position->catch_up[i]))
			return true;
	}
	return false;
}

void position_done(struct position *position)
{
	free(position->inputs);
	sequences_done(&position->sequences);
	*position = (struct position){.partition = position->partition};
}

static bool read_lineage(void *context, const struct rows *rows, struct error *error)
{
	struct view text = rows_count(rows) == 1 ? row_text(rows, 0, 0) : VIEW_NULL;

	if (text.len == 0 || text.len >= LINEAGE_SIZE)
		return error_set(error, DISPOSITION_STOP, "LINEAGE", "stream_lineage", "the database does not tell its identity");
	(void)snprintf(context, LINEAGE_SIZE, "%.*s", (int)text.len, (const char *)text.ptr);
	return true;
}

bool position_lineage(struct database *database, char ret[static LINEAGE_SIZE], struct error *error)
{
	return database_run(database, &lineage_select, NULL, read_lineage, ret, error);
}

static struct position *position_of(struct position_table *table, int64_t partition)
{
	return partition >= 0 && partition < table->partitions ? &table->positions[partition] : NULL;
}

static bool read_positions(void *context, const struct rows *rows, struct error *error)
{
	(void)error;
	for (int i = 0; i < rows_count(rows); i++) {
		struct position *position = position_of(context, row_int8(rows, i, 0));
		struct view lineage = row_text(rows, i, 4);

		if (position == NULL)
			continue;
		position->exists = true;
		position->batch = row_int8(rows, i, 1);
		position->generation = row_int4(rows, i, 2);
		position->fence = row_int8(rows, i, 3);
		(void)snprintf(position->lineage, sizeof position->lineage, "%.*s", (int)lineage.len, (const char *)lineage.ptr);
		position->published = row_int8(rows, i, 5);
		position->clean = row_bool(rows, i, 6);
	}
	return true;
}

static bool read_inputs(void *context, const struct rows *rows, struct error *error)
{
	struct position_table *table = context;

	(void)error;
	for (int i = 0; i < rows_count(rows); i++) {
		struct position *position = position_of(table, row_int8(rows, i, 0));
		struct view topic = row_text(rows, i, 1);
		struct view hash = row_bytea(rows, i, 4);
		struct position_input *input;
		size_t index = 0;

		while (index < table->input_count && !view_equal(view_text(table->inputs[index]), topic))
			index++;
		if (position == NULL || index == table->input_count)
			continue;
		position->catch_up[index] = row_int8(rows, i, 8);
		input = position_input(position, index);
		*input = (struct position_input){
			.known = true,
			.noted = true,
			.next = row_int8(rows, i, 2),
			.remembered_offset = hash.len == POSITION_HASH_SIZE ? row_int8(rows, i, 3) : -1,
			.seen = {.generation = row_int8(rows, i, 5), .number = row_int8(rows, i, 6)},
			.current_ms = row_is_null(rows, i, 7) ? 0 : row_time(rows, i, 7),
		};
		if (hash.len == POSITION_HASH_SIZE)
			memcpy(input->hash, hash.ptr, POSITION_HASH_SIZE);
	}
	return true;
}

static bool read_sequences(void *context, const struct rows *rows, struct error *error)
{
	struct position_table *table = context;

	(void)error;
	for (int i = 0; i < rows_count(rows); i++) {
		struct position *position = position_of(table, row_int8(rows, i, 0));

		if (position != NULL)
			sequences_set(&position->sequences, topics_get(table->topics, row_text(rows, i, 1))->name, row_int4(rows, i, 2),
				      row_int8(rows, i, 3));
	}
	return true;
}

static bool read_sides(void *context, const struct rows *rows, struct error *error)
{
	(void)error;
	for (int i = 0; i < rows_count(rows); i++) {
		int32_t slot = row_int4(rows, i, 0);
		struct position *position = position_of(context, slot / 2);

		if (position == NULL)
			continue;
		position->sides[slot % 2] = (struct position_side){.last = row_int8(rows, i, 1), .size = (size_t)row_int8(rows, i, 2)};
		position->side = position->sides[1].last > position->sides[0].last ? 1 : 0;
	}
	return true;
}

bool position_take_over(struct position_table *table, struct database *database, const int32_t *partitions, size_t count, const char *owner,
			struct error *error)
{
	CLEANUP(arena_done) struct arena arena = {0};
	int32_t *slots = arena_array(&arena, count * 2, sizeof *slots);
	struct parameters parameters;

	for (size_t i = 0; i < count; i++) {
		position_done(&table->positions[partitions[i]]);
		slots[2 * i] = partitions[i] * 2;
		slots[2 * i + 1] = partitions[i] * 2 + 1;
	}
	/* The fence first, in a transaction of its own: what is read after it cannot be moved by a former owner. */
	parameters_init(&parameters, &arena);
	parameters_int4_array(&parameters, partitions, NULL, count);
	parameters_text(&parameters, view_text(owner));
	if (!database_run(database, &take_over_call, &parameters, read_positions, table, error))
		return false;
	parameters_init(&parameters, &arena);
	parameters_int4_array(&parameters, partitions, NULL, count);
	if (!database_queue(database, &inputs_select, &parameters, read_inputs, table, error) ||
	    !database_queue(database, &sequences_select, &parameters, read_sequences, table, error))
		return false;
	parameters_init(&parameters, &arena);
	parameters_int4_array(&parameters, slots, NULL, count * 2);
	return database_run(database, &sides_select, &parameters, read_sides, table, error);
}

bool position_look_again(struct position_table *table, struct database *database, const int32_t *partitions, size_t count, struct error *error)
{
	CLEANUP(arena_done) struct arena arena = {0};
	struct parameters parameters;

	parameters_init(&parameters, &arena);
	parameters_int4_array(&parameters, partitions, NULL, count);
	return database_run(database, &look_select, &parameters, read_positions, table, error);
}

bool position_look(struct position_table *table, struct database *database, const int32_t *partitions, size_t count, struct error *error)
{
	CLEANUP(arena_done) struct arena arena = {0};
	struct parameters parameters;

	for (size_t i = 0; i < count; i++)
		position_done(&table->positions[partitions[i]]);
	parameters_init(&parameters, &arena);
	parameters_int4_array(&parameters, partitions, NULL, count);
	return position_look_again(table, database, partitions, count, error) &&
	       database_run(database, &inputs_select, &parameters, read_inputs, table, error);
}

static void add_inputs(struct parameters *parameters, struct arena *arena, const struct position_move *move)
{
	struct view *topics = arena_array(arena, move->input_count, sizeof *topics);
	struct view *hashes = arena_array(arena, move->input_count, sizeof *hashes);
	int64_t *numbers[4];
	size_t n = 0;

	for (size_t i = 0; i < 4; i++)
		numbers[i] = arena_array(arena, move->input_count, sizeof(int64_t));
	for (size_t i = 0; i < move->input_count; i++) {
		const struct position_input *input = &move->inputs[i];

		if (!move->moved[i])
			continue;
		topics[n] = view_text(move->names[i]);
		hashes[n] = input->remembered_offset < 0 ? VIEW_NULL : view_of(input->hash, sizeof input->hash);
		numbers[0][n] = input->next;
		numbers[1][n] = input->remembered_offset;
		numbers[2][n] = input->seen.generation;
		numbers[3][n] = input->seen.number;
		n++;
	}
	parameters_text_array(parameters, topics, n);
	parameters_int8_array(parameters, numbers[0], NULL, n);
	parameters_int8_array(parameters, numbers[1], NULL, n);
	parameters_bytea_array(parameters, hashes, n);
	parameters_int8_array(parameters, numbers[2], NULL, n);
	parameters_int8_array(parameters, numbers[3], NULL, n);
}

static void add_sequences(struct parameters *parameters, struct arena *arena, const struct sequences *sequences)
{
	struct view *topics = arena_array(arena, sequences->count, sizeof *topics);
	int32_t *partitions = arena_array(arena, sequences->count, sizeof *partitions);
	int64_t *numbers = arena_array(arena, sequences->count, sizeof *numbers);
	size_t n = 0;

	for (size_t i = 0; i < sequences->count; i++) {
		if (!sequences->items[i].moved)
			continue;
		topics[n] = view_text(sequences->items[i].topic);
		partitions[n] = sequences->items[i].partition;
		numbers[n++] = sequences->items[i].number;
	}
	parameters_text_array(parameters, topics, n);
	parameters_int4_array(parameters, partitions, NULL, n);
	parameters_int8_array(parameters, numbers, NULL, n);
}

bool position_queue_advance(struct database *database, struct arena *arena, const struct position_move *move, struct error *error)
{
	struct parameters parameters;

	parameters_init(&parameters, arena);
	parameters_int4(&parameters, move->position->partition);
	parameters_int8(&parameters, move->position->batch);
	parameters_int8(&parameters, move->position->fence);
	parameters_int8(&parameters, move->published);
	add_inputs(&parameters, arena, move);
	add_sequences(&parameters, arena, move->sequences);
	return database_queue(database, &advance_call, &parameters, NULL, NULL, error);
}

struct resolved {
	const struct position *position;
	bool committed;
};

static bool read_resolved(void *context, const struct rows *rows, struct error *error)
{
	struct resolved *resolved = context;
	const struct position *position = resolved->position;

	if (rows_count(rows) != 1)
		return error_set(error, DISPOSITION_STOP, DATABASE_FENCED, "stream_position", "another instance has taken the partition over");
	resolved->committed = row_int8(rows, 0, 0) == position->batch + 1;
	if (!resolved->committed && row_int8(rows, 0, 0) != position->batch)
		return error_set(error, DISPOSITION_STOP, DATABASE_FENCED, "stream_position", "the position is neither before nor after the batch");
	return true;
}

bool position_resolve(struct database *database, struct arena *arena, struct position *position, bool *ret_committed, struct error *error)
{
	struct resolved resolved = {.position = position};
	int64_t fence = position->fence + RESOLVED_FENCE;
	struct parameters parameters;

	parameters_init(&parameters, arena);
	parameters_int4(&parameters, position->partition);
	parameters_int8(&parameters, position->fence);
	parameters_int8(&parameters, fence);
	if (!database_run(database, &resolve_call, &parameters, read_resolved, &resolved, error))
		return false;
	position->fence = fence;
	*ret_committed = resolved.committed;
	return true;
}

bool position_queue_published(struct database *database, struct arena *arena, const int32_t *partitions, const int64_t *fences, const int64_t *marks,
			      size_t count, struct error *error)
{
	struct parameters parameters;

	parameters_init(&parameters, arena);
	parameters_int4_array(&parameters, partitions, NULL, count);
	parameters_int8_array(&parameters, fences, NULL, count);
	parameters_int8_array(&parameters, marks, NULL, count);
	parameters_bool(&parameters, false);
	return database_queue(database, &published_call, &parameters, NULL, NULL, error);
}

static bool read_truncated(void *context, const struct rows *rows, struct error *error)
{
	(void)error;
	*(bool *)context = rows_count(rows) == 1 && row_bool(rows, 0, 0);
	return true;
}

/* Empties the table that is not in use; *side is marked as empty when that has been done. */
static bool empty_side(struct position *position, struct database *database, struct arena *arena, int64_t published, struct error *error)
{
	struct parameters parameters;
	bool truncated = false;

	parameters_init(&parameters, arena);
	parameters_int4(&parameters, position->partition);
	parameters_int8(&parameters, position->fence);
	parameters_int8(&parameters, published);
	parameters_int4(&parameters, position->partition * 2 + 1 - (int32_t)position->side);
	CRASH_POINT(outbox_before_truncate);
	if (!database_queue(database, &truncate_call, &parameters, read_truncated, &truncated, error) || !database_sync_send(database, error))
		return false;
	CRASH_POINT(outbox_truncate_sent);
	if (!database_sync_finish(database, error))
		return false;
	CRASH_POINT(outbox_truncated);
	if (truncated)
		position->sides[1 - position->side] = (struct position_side){0};
	return true;
}

bool position_turn_outbox(struct position *position, struct database *database, struct arena *arena, int64_t published, int64_t now_ms,
			  struct error *error)
{
	const struct position_side *other = &position->sides[1 - position->side];
	const struct position_side *used = &position->sides[position->side];

	if (other->last > 0 && other->last <= published && now_ms >= position->next_emptying_ms) {
		position->next_emptying_ms = now_ms + EMPTYING_INTERVAL_MS;
		if (!empty_side(position, database, arena, published, error))
			return false;
	}
	if (other->last == 0 && used->last > 0 && (used->size >= SIDE_SIZE || now_ms - used->began_ms >= SIDE_AGE_MS)) {
		position->side = 1 - position->side;
		CRASH_POINT(outbox_turned);
	}
	return true;
}
