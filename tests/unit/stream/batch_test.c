/* What a batch keeps when it is tried again. */
#include "tests/unit/check.h"

#include "common/stream/batch.h"

static struct batch *batch_with_records(size_t count)
{
	struct batch *batch = batch_new(NULL, NULL, 3, STREAM_EVENTS);
	struct stream_record *records = arena_array(&batch->open.arena, count, sizeof *records);

	for (size_t i = 0; i < count; i++)
		records[i] = (struct stream_record){.offset = (int64_t)i + 100};
	batch->open.records = records;
	batch->open.count = count;
	return batch;
}

static void a_renewed_batch_has_its_records_and_nothing_that_was_made_of_them(void **state)
{
	struct batch *batch = batch_with_records(5);
	size_t used;

	(void)state;
	batch_renew(batch);
	used = batch->open.arena.used;
	for (int try = 0; try < 20; try++) {
		batch->open.state = arena_take(&batch->open.arena, 100000);
		batch->undecoded = false;
		batch_renew(batch);
	}
	check(batch->open.arena.used <= used);
	check(batch->open.state == NULL && batch->undecoded);
	check_size(batch->open.count, 5);
	for (size_t i = 0; i < 5; i++)
		check_int(batch->open.records[i].offset, (int64_t)i + 100);
	batch_free(batch);
}

static void a_renewed_part_is_still_unprocessable_and_leaves_the_whole_alone(void **state)
{
	struct batch *whole = batch_with_records(5);
	struct batch *part = batch_part(whole, 2, 3);

	(void)state;
	part->open.unprocessable = arena_text(&part->open.arena, VIEW_LITERAL("CODE"));
	batch_renew(part);
	check_text(part->open.unprocessable, "CODE");
	check_int(part->open.records[0].offset, 102);
	batch_free(part);
	check_int(whole->open.records[2].offset, 102);
	batch_free(whole);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_renewed_batch_has_its_records_and_nothing_that_was_made_of_them),
	cmocka_unit_test(a_renewed_part_is_still_unprocessable_and_leaves_the_whole_alone),
};

CHECK_MAIN(tests)
