/* Inputs of which only what the application believes is judged. */
#include "tests/unit/check.h"

#include "common/stream/batch.h"

enum { PLAIN, SIGNED };

static struct stream stream = {.inputs = {[PLAIN] = {.topic = "plain"}, [SIGNED] = {.topic = "signed", .sequenced = true, .signed_ = true}}};

static struct stream_record numbered(int64_t offset, int64_t generation, int64_t number)
{
	return (struct stream_record){.input = SIGNED, .offset = offset, .generation = generation, .sequence = number};
}

/* A batch of these records, where `seen` was the mark before. */
static struct batch *begun(struct batch *whole, const struct stream_record *records, size_t count, struct position *position,
			   struct sequence_seen seen)
{
	struct batch *batch;

	whole->open.stream = &stream;
	whole->open.records = records;
	whole->open.count = count;
	position_input(position, SIGNED)->seen = seen;
	batch = batch_part(whole, 0, count);
	batch_begin(batch, position, NULL);
	return batch;
}

static struct sequence_seen mark(const struct batch *batch)
{
	check_size(batch->input_count, 1);
	return batch->inputs[0].after.seen;
}

static void what_is_not_believed_moves_nothing(void **state)
{
	const struct stream_record records[] = {numbered(5, 1, 2), numbered(6, 9999, 1), numbered(7, 0, 0), numbered(8, 1, 2)};
	struct batch whole = {0};
	struct position position = {0};
	struct error error = {0};
	struct batch *batch = begun(&whole, records, 4, &position, (struct sequence_seen){1, 1});

	(void)state;
	check_int(mark(batch).number, 1);
	check_int(stream_judge(&batch->open, &batch->open.records[3], &error), STREAM_NEW);
	check_int(mark(batch).generation, 1);
	check_int(mark(batch).number, 2);
	check_int(batch->inputs[0].after.next, 9);
	batch_free(batch);
	position_done(&position);
}

static void a_further_try_begins_where_the_first_did(void **state)
{
	const struct stream_record records[] = {numbered(5, 1, 2), numbered(6, 1, 3)};
	struct batch whole = {0};
	struct position position = {0};
	struct error error = {0};
	struct batch *batch = begun(&whole, records, 2, &position, (struct sequence_seen){1, 1});

	(void)state;
	for (int i = 0; i < 2; i++) {
		batch_begin(batch, &position, NULL);
		check_int(stream_judge(&batch->open, &records[0], &error), STREAM_NEW);
		check_int(stream_judge(&batch->open, &records[1], &error), STREAM_NEW);
		check_int(stream_judge(&batch->open, &records[1], &error), STREAM_SEEN);
		check_int(mark(batch).number, 3);
	}
	batch_free(batch);
	position_done(&position);
}

static void a_gap_of_what_is_believed_stops(void **state)
{
	const struct stream_record records[] = {numbered(5, 1, 3), numbered(6, 0, 0)};
	struct batch whole = {0};
	struct position position = {0};
	struct error error = {0};
	struct batch *batch = begun(&whole, records, 2, &position, (struct sequence_seen){1, 1});

	(void)state;
	check_int(stream_judge(&batch->open, &records[0], &error), STREAM_GAP);
	check_int(error.disposition, DISPOSITION_STOP);
	check_text(error.code, "SEQUENCE_GAP");
	check_int(stream_judge(&batch->open, &records[1], &error), STREAM_GAP);
	check_text(error.code, "SEQUENCE_MISSING");
	check_int(mark(batch).number, 1);
	batch_free(batch);
	position_done(&position);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(what_is_not_believed_moves_nothing),
	cmocka_unit_test(a_further_try_begins_where_the_first_did),
	cmocka_unit_test(a_gap_of_what_is_believed_stops),
};

CHECK_MAIN(tests)
