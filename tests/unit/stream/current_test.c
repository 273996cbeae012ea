/* Until when a reader of a compacted topic is current. */
#include "tests/unit/check.h"

#include "common/stream/current.h"
#include "common/stream/position.h"

static struct position_input input_at(int64_t next, int64_t current_ms)
{
	return (struct position_input){.known = true, .next = next, .current_ms = current_ms};
}

static void who_is_at_the_end_is_as_current_as_the_asking(void **state)
{
	struct position_input input = input_at(10, 1000);

	(void)state;
	current_asked(&input, 10, 2000);
	check_int(input.current_ms, 2000);
}

static void who_is_not_there_yet_is_as_current_as_before(void **state)
{
	struct position_input input = input_at(9, 1000);

	(void)state;
	current_reached(&input, 10, 2000);
	current_asked(&input, 10, 2000);
	check_int(input.current_ms, 1000);
}

static void an_end_that_is_reached_later_counts_as_of_when_it_was_asked_for(void **state)
{
	struct position_input input = input_at(9, 1000);

	(void)state;
	current_asked(&input, 10, 2000);
	input.next = 15;
	current_asked(&input, 20, 3000);
	check_int(input.current_ms, 2000);
	input.next = 19;
	current_asked(&input, 25, 4000);
	check_int(input.current_ms, 2000);
	input.next = 20;
	current_asked(&input, 30, 5000);
	check_int(input.current_ms, 3000);
}

static void an_older_time_changes_nothing(void **state)
{
	struct position_input input = input_at(10, 3000);

	(void)state;
	current_reached(&input, 10, 2000);
	current_asked(&input, 10, 2500);
	check_int(input.current_ms, 3000);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(who_is_at_the_end_is_as_current_as_the_asking),
	cmocka_unit_test(who_is_not_there_yet_is_as_current_as_before),
	cmocka_unit_test(an_end_that_is_reached_later_counts_as_of_when_it_was_asked_for),
	cmocka_unit_test(an_older_time_changes_nothing),
};

CHECK_MAIN(tests)
