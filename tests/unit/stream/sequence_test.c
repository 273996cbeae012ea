/* Dense output numbers, and the judgement of a peer's. */
#include "tests/unit/check.h"

#include "common/stream/sequence.h"

#include <string.h>

static const char topic_a[] = "a";
static const char topic_b[] = "b";

static void numbers_are_dense_from_one_for_each_topic_and_partition(void **state)
{
	struct sequences sequences = {0};

	(void)state;
	for (int64_t i = 1; i <= 100; i++) {
		check_int(sequences_next(&sequences, topic_a, 3), i);
		check_int(sequences_next(&sequences, topic_b, 3), i);
		if (i % 2 == 0)
			check_int(sequences_next(&sequences, topic_a, 4), i / 2);
	}
	sequences_done(&sequences);
}

static void a_batch_that_is_dropped_leaves_no_gap(void **state)
{
	struct sequences sequences = {0};
	struct sequences batch = {0};

	(void)state;
	sequences_set(&sequences, topic_a, 0, 41);
	sequences_copy(&batch, &sequences);
	check_int(sequences_next(&batch, topic_a, 0), 42);
	check_int(sequences_next(&batch, topic_b, 0), 1);
	sequences_copy(&batch, &sequences);
	check_int(sequences_next(&batch, topic_a, 0), 42);
	sequences_settle(&sequences, &batch);
	check_int(sequences_next(&sequences, topic_a, 0), 43);
	check_int(sequences_next(&sequences, topic_b, 0), 1);
	sequences_done(&sequences);
	sequences_done(&batch);
}

static void only_what_a_batch_moved_is_marked(void **state)
{
	struct sequences sequences = {0};
	struct sequences batch = {0};

	(void)state;
	sequences_set(&sequences, topic_a, 0, 1);
	sequences_set(&sequences, topic_b, 0, 1);
	sequences_copy(&batch, &sequences);
	(void)sequences_next(&batch, topic_b, 0);
	check(!batch.items[0].moved);
	check(batch.items[1].moved);
	sequences_done(&sequences);
	sequences_done(&batch);
}

static void the_next_number_is_taken_and_former_ones_are_dropped(void **state)
{
	const struct sequence_seen seen = {.generation = 2, .number = 10};

	(void)state;
	check_int(sequence_judge(seen, 2, 11), SEQUENCE_NEXT);
	check_int(sequence_judge(seen, 2, 10), SEQUENCE_SEEN);
	check_int(sequence_judge(seen, 2, 1), SEQUENCE_SEEN);
	check_int(sequence_judge(seen, 1, 99), SEQUENCE_SEEN);
}

static void what_is_missing_is_a_gap(void **state)
{
	const struct sequence_seen seen = {.generation = 2, .number = 10};

	(void)state;
	check_int(sequence_judge(seen, 2, 12), SEQUENCE_GAP);
	check_int(sequence_judge(seen, 3, 2), SEQUENCE_GAP);
	check_int(sequence_judge(seen, 2, INT64_MAX), SEQUENCE_GAP);
}

static void a_higher_generation_begins_anew(void **state)
{
	(void)state;
	check_int(sequence_judge((struct sequence_seen){.generation = 2, .number = 10}, 3, 1), SEQUENCE_NEXT);
}

static void the_first_record_ever_seen_is_a_beginning(void **state)
{
	(void)state;
	check_int(sequence_judge((struct sequence_seen){0}, 4, 1000), SEQUENCE_NEXT);
}

static void a_record_without_a_number_is_missing_it(void **state)
{
	(void)state;
	check_int(sequence_judge((struct sequence_seen){0}, 0, 0), SEQUENCE_MISSING);
	check_int(sequence_judge((struct sequence_seen){.generation = 1, .number = 1}, 1, 0), SEQUENCE_MISSING);
}

static void a_number_is_read_strictly(void **state)
{
	static const char *const wrong[] = {"",     "1",    "1.",   ".1",  "1.0",  "0.1",   "01.1",
					    "1.01", "+1.1", "1.1 ", "1,1", "-1.1", "1.1.1", "1.9223372036854775808"};
	int64_t generation = 0;
	int64_t number = 0;

	(void)state;
	check(sequence_parse("12.9223372036854775807", 22, &generation, &number));
	check_int(generation, 12);
	check_int(number, INT64_MAX);
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		check(!sequence_parse(wrong[i], strlen(wrong[i]), &generation, &number));
	check(!sequence_parse(NULL, 0, &generation, &number));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(numbers_are_dense_from_one_for_each_topic_and_partition),
	cmocka_unit_test(a_batch_that_is_dropped_leaves_no_gap),
	cmocka_unit_test(only_what_a_batch_moved_is_marked),
	cmocka_unit_test(the_next_number_is_taken_and_former_ones_are_dropped),
	cmocka_unit_test(what_is_missing_is_a_gap),
	cmocka_unit_test(a_higher_generation_begins_anew),
	cmocka_unit_test(the_first_record_ever_seen_is_a_beginning),
	cmocka_unit_test(a_record_without_a_number_is_missing_it),
	cmocka_unit_test(a_number_is_read_strictly),
};

CHECK_MAIN(tests)
