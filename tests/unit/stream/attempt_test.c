/* Which records are tried singly after a crash, and how often. */
#include "tests/unit/check.h"

#include "common/stream/attempt.h"

static struct suspicion suspicion_of(size_t input, int64_t first, int64_t last, int32_t attempts)
{
	struct suspicion suspicion = {.active = true, .attempts = attempts};

	for (size_t i = 0; i < STREAM_INPUTS_MAX; i++)
		suspicion.first[i] = -1;
	suspicion.first[input] = first;
	suspicion.last[input] = last;
	return suspicion;
}

static struct stream_record record_at(uint32_t input, int64_t offset)
{
	return (struct stream_record){.input = input, .offset = offset};
}

static void records_of_the_batch_that_was_under_way_are_covered(void **state)
{
	const struct suspicion suspicion = suspicion_of(1, 10, 12, 0);
	const struct stream_record inside[] = {record_at(1, 10), record_at(1, 12)};
	const struct stream_record outside[] = {record_at(1, 9), record_at(1, 13), record_at(0, 11)};

	(void)state;
	for (size_t i = 0; i < 2; i++)
		check(suspicion_covers(&suspicion, &inside[i]));
	for (size_t i = 0; i < 3; i++)
		check(!suspicion_covers(&suspicion, &outside[i]));
}

static void a_record_of_several_is_at_its_first_attempt(void **state)
{
	const struct suspicion suspicion = suspicion_of(0, 10, 12, 0);
	const struct stream_record record = record_at(0, 10);

	(void)state;
	check_int(suspicion_attempt(&suspicion, &record), 1);
}

static void the_third_attempt_of_a_record_that_was_alone_is_one_too_many(void **state)
{
	const struct stream_record record = record_at(0, 10);
	struct suspicion suspicion = suspicion_of(0, 10, 10, 1);

	(void)state;
	check_int(suspicion_attempt(&suspicion, &record), 2);
	suspicion.attempts = 2;
	check_int(suspicion_attempt(&suspicion, &record), ATTEMPTS_MAX + 1);
}

static void a_record_that_passed_is_no_longer_suspected(void **state)
{
	const struct stream_record records[] = {record_at(0, 10), record_at(0, 11)};
	struct suspicion suspicion = suspicion_of(0, 10, 11, 0);

	(void)state;
	suspicion_clear(&suspicion, &records[0]);
	check(!suspicion_covers(&suspicion, &records[0]));
	check(suspicion_covers(&suspicion, &records[1]));
	check_int(suspicion_attempt(&suspicion, &records[1]), 1);
	suspicion_clear(&suspicion, &records[1]);
	check(!suspicion.active);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(records_of_the_batch_that_was_under_way_are_covered),
	cmocka_unit_test(a_record_of_several_is_at_its_first_attempt),
	cmocka_unit_test(the_third_attempt_of_a_record_that_was_alone_is_one_too_many),
	cmocka_unit_test(a_record_that_passed_is_no_longer_suspected),
};

CHECK_MAIN(tests)
