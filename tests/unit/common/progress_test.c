/* What is said about how far long work is. */
#include "tests/unit/check.h"

#include "common/cli/progress.h"

static const char *shown(uint64_t total, uint64_t done, int64_t elapsed_ms, int width)
{
	static char text[512];
	const struct progress progress = {.what = "topic", .unit = "records", .total = total};

	progress_format(&progress, done, elapsed_ms, width, text, sizeof text);
	return text;
}

static void a_bar_says_how_much_how_fast_and_how_long_still(void **state)
{
	(void)state;
	check_text(shown(1000, 250, 1000, 60), "topic [##.........]  25% of 1000 records, 250/s, 0:03 left");
	check_text(shown(8000000, 4000000, 4000000, 0), "topic  50% of 8000000 records, 1000/s, 1:06:40 left");
	check_text(shown(1000, 1000, 500, 0), "topic 100% of 1000 records, 2000/s, 0:00 left");
}

static void a_bar_is_left_out_where_there_is_no_room_for_it(void **state)
{
	(void)state;
	check_text(shown(1000, 250, 1000, 53), "topic  25% of 1000 records, 250/s, 0:03 left");
}

/* A total may be an estimate that was too low, and the first look may come at once. */
static void no_numbers_make_it_divide_by_nothing_or_go_beyond_the_whole(void **state)
{
	(void)state;
	check_text(shown(1000, 0, 0, 0), "topic   0% of 1000 records, 0/s, ? left");
	check_text(shown(1000, 2000, 1000, 0), "topic 100% of 1000 records, 2000/s, 0:00 left");
	check_text(shown(0, 2000, 1000, 80), "topic: 2000 records, 2000/s");
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_bar_says_how_much_how_fast_and_how_long_still),
	cmocka_unit_test(a_bar_is_left_out_where_there_is_no_room_for_it),
	cmocka_unit_test(no_numbers_make_it_divide_by_nothing_or_go_beyond_the_whole),
};

CHECK_MAIN(tests)
