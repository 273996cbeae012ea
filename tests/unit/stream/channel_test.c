/* The queue between stages: lanes in order, bounds by what is held. */
#include "tests/unit/check.h"

#include "common/stream/channel.h"

static void the_lowest_lane_comes_first_each_in_order(void **state)
{
	struct channel_link links[4] = {0};
	struct channel channel;

	(void)state;
	channel_init(&channel);
	channel_put(&channel, &links[0], 3, 10);
	channel_put(&channel, &links[1], 3, 10);
	channel_put(&channel, &links[2], 1, 10);
	channel_put(&channel, &links[3], 0, 10);
	check_size(channel_waiting(&channel, 3), 2);
	check(channel_take(&channel, 0) == &links[3]);
	check(channel_take(&channel, 0) == &links[2]);
	check(channel_take(&channel, 0) == &links[0]);
	check(channel_take(&channel, 0) == &links[1]);
	check(channel_take(&channel, 0) == NULL);
	channel_done(&channel);
}

static void higher_lanes_can_be_left_alone(void **state)
{
	struct channel_link links[2] = {0};
	struct channel channel;

	(void)state;
	channel_init(&channel);
	channel_put(&channel, &links[0], 3, 10);
	check(channel_take_below(&channel, 3, 1) == NULL);
	channel_put(&channel, &links[1], 2, 10);
	check(channel_take_below(&channel, 3, 0) == &links[1]);
	check(channel_take_below(&channel, 3, 0) == NULL);
	check(channel_take_below(&channel, 4, 0) == &links[0]);
	channel_done(&channel);
}

static void what_was_taken_counts_until_it_is_released(void **state)
{
	struct channel_link link = {0};
	struct channel channel;

	(void)state;
	channel_init(&channel);
	channel_put(&channel, &link, 0, 100);
	check(channel_take(&channel, 0) == &link);
	check_size(channel_held(&channel), 1);
	check(!channel_wait_room(&channel, 1, 1000, 1));
	check(!channel_wait_room(&channel, 2, 100, 1));
	check(channel_wait_room(&channel, 2, 101, 0));
	channel_release(&channel, 1, 100);
	check_size(channel_held(&channel), 0);
	check(channel_wait_room(&channel, 1, 1, 0));
	channel_done(&channel);
}

static void an_interruption_ends_one_wait(void **state)
{
	struct channel channel;

	(void)state;
	channel_init(&channel);
	channel_interrupt(&channel);
	check(channel_take(&channel, 10000) == NULL);
	check(channel_take(&channel, 1) == NULL);
	channel_done(&channel);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(the_lowest_lane_comes_first_each_in_order),
	cmocka_unit_test(higher_lanes_can_be_left_alone),
	cmocka_unit_test(what_was_taken_counts_until_it_is_released),
	cmocka_unit_test(an_interruption_ends_one_wait),
};

CHECK_MAIN(tests)
