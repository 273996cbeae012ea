#include "common/stream/attempt.h"

/* What a session that is still there has noted says nothing against a record: its process was shut out in the middle, and lives. */
static const struct statement attempts_select = {
	"stream_attempts", "SELECT a.partition, a.batch, a.attempts, r.topic, r.first, r.last "
			   "FROM stream_attempt a, unnest(a.topics, a.firsts, a.lasts) AS r (topic, first, last) WHERE a.partition = ANY ($1) "
			   "AND NOT EXISTS (SELECT 1 FROM pg_stat_get_activity(a.writer) s WHERE s.backend_start = a.writer_since)"};
static const struct statement attempt_upsert = {
	"stream_attempt", "INSERT INTO stream_attempt (partition, batch, attempts, topics, firsts, lasts, writer, writer_since) "
			  "SELECT $1, $2, $3, $4, $5, $6, s.pid, s.backend_start FROM pg_stat_get_activity(pg_backend_pid()) s "
			  "ON CONFLICT (partition) DO UPDATE SET batch = excluded.batch, attempts = excluded.attempts, topics = excluded.topics, "
			  "firsts = excluded.firsts, lasts = excluded.lasts, writer = excluded.writer, writer_since = excluded.writer_since"};
static const struct statement attempts_withdraw = {"stream_withdraw_attempts",
						   "UPDATE stream_attempt a SET batch = -1 FROM pg_stat_get_activity(pg_backend_pid()) s "
						   "WHERE a.writer = s.pid AND a.writer_since = s.backend_start"};

struct reading {
	struct suspicion *suspicions;
	const struct position_table *table;
};

static bool read_attempts(void *context, const struct rows *rows, struct error *error)
{
	struct reading *reading = context;
	const struct position_table *table = reading->table;

	(void)error;
	for (int i = 0; i < rows_count(rows); i++) {
		int32_t partition = row_int4(rows, i, 0);
		const struct position *position = &table->positions[partition];
		struct suspicion *suspicion = &reading->suspicions[partition];
		size_t input = 0;

		while (input < table->input_count && !view_equal(view_text(table->inputs[input]), row_text(rows, i, 3)))
			input++;
		if (position->clean || row_int8(rows, i, 1) != position->batch + 1 || input == table->input_count)
			continue;
		suspicion->active = true;
		suspicion->attempts = row_int4(rows, i, 2);
		suspicion->first[input] = row_int8(rows, i, 4);
		suspicion->last[input] = row_int8(rows, i, 5);
	}
	return true;
}

bool attempts_read(struct suspicion *suspicions, const struct position_table *table, struct database *database, const int32_t *partitions,
		   size_t count, struct error *error)
{
	CLEANUP(arena_done) struct arena arena = {0};
	struct reading reading = {.suspicions = suspicions, .table = table};
	struct parameters parameters;

	for (size_t i = 0; i < count; i++) {
		struct suspicion *suspicion = &suspicions[partitions[i]];

		*suspicion = (struct suspicion){0};
		for (size_t input = 0; input < STREAM_INPUTS_MAX; input++)
			suspicion->first[input] = -1;
	}
	parameters_init(&parameters, &arena);
	parameters_int4_array(&parameters, partitions, NULL, count);
	return database_run(database, &attempts_select, &parameters, read_attempts, &reading, error);
}

bool suspicion_covers(const struct suspicion *suspicion, const struct stream_record *record)
{
	int64_t first = suspicion->first[record->input];

	return suspicion->active && first >= 0 && record->offset >= first && record->offset <= suspicion->last[record->input];
}

int32_t suspicion_attempt(const struct suspicion *suspicion, const struct stream_record *record)
{
	bool alone = suspicion->first[record->input] == record->offset && suspicion->last[record->input] == record->offset;

	for (size_t input = 0; input < STREAM_INPUTS_MAX; input++)
		alone = alone && (input == record->input || suspicion->first[input] < 0);
	return alone ? suspicion->attempts + 1 : 1;
}

void suspicion_clear(struct suspicion *suspicion, const struct stream_record *record)
{
	if (suspicion->first[record->input] < 0 || record->offset < suspicion->first[record->input])
		return;
	suspicion->attempts = 0;
	suspicion->first[record->input] = record->offset >= suspicion->last[record->input] ? -1 : record->offset + 1;
	suspicion->active = false;
	for (size_t input = 0; input < STREAM_INPUTS_MAX; input++)
		suspicion->active = suspicion->active || suspicion->first[input] >= 0;
}

bool attempt_note(const struct batch *batch, int64_t number, int32_t attempt, struct database *database, struct arena *arena, struct error *error)
{
	struct view *topics = arena_array(arena, STREAM_INPUTS_MAX, sizeof *topics);
	int64_t *firsts = arena_array(arena, STREAM_INPUTS_MAX, sizeof *firsts);
	int64_t *lasts = arena_array(arena, STREAM_INPUTS_MAX, sizeof *lasts);
	const struct stream_input *inputs = batch->open.stream->inputs;
	struct parameters parameters;
	size_t places[STREAM_INPUTS_MAX] = {0}; /* by input: 1 more than its place, 0 while it has none */
	size_t n = 0;

	/* One range an input, however its records lie among the others'. */
	for (size_t i = 0; i < batch->open.count; i++) {
		const struct stream_record *record = &batch->open.records[i];

		if (places[record->input] == 0) {
			topics[n] = view_text(inputs[record->input].topic);
			firsts[n] = record->offset;
			places[record->input] = ++n;
		}
		lasts[places[record->input] - 1] = record->offset;
	}
	parameters_init(&parameters, arena);
	parameters_int4(&parameters, batch->open.partition);
	parameters_int8(&parameters, number);
	parameters_int4(&parameters, attempt);
	parameters_text_array(&parameters, topics, n);
	parameters_int8_array(&parameters, firsts, NULL, n);
	parameters_int8_array(&parameters, lasts, NULL, n);
	return database_run(database, &attempt_upsert, &parameters, NULL, NULL, error);
}

bool attempts_withdraw_own(struct database *database, struct error *error)
{
	return database_run(database, &attempts_withdraw, NULL, NULL, NULL, error);
}
