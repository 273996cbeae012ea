/* How much is done at once: a lot of a backlog alone, little while somebody waits beside it. */
#include "tests/unit/check.h"

#include "common/stream/pace.h"

enum { MOST = 5000, COUNT = 1000 };

static void a_backlog_alone_gets_large_batches_without_a_rest(void **state)
{
	struct pace pace = {0};

	(void)state;
	check(!pace_is_asked(&pace));
	check_size(pace_records(&pace, MOST), MOST);
	/* 0.1 ms a record: 1,500 in 150 ms. */
	check_int(pace_note(&pace, COUNT, 100000), 0);
	check(pace_records(&pace, MOST) > 1400);
	check(pace_records(&pace, MOST) <= 1500);
	check_size(pace_records(&pace, 700), 700);
}

static void who_waits_makes_batches_small_and_gives_the_machine_a_rest(void **state)
{
	struct pace pace = {0};
	size_t waiting = pace_waiting_bytes(&pace);
	size_t transaction = pace_transaction_bytes(&pace);

	(void)state;
	(void)pace_note(&pace, COUNT, 100000);
	pace_ask(&pace);
	check(pace_is_asked(&pace));
	check(pace_records(&pace, MOST) <= 150);
	check(pace_records(&pace, MOST) >= 100);
	check(pace_waiting_bytes(&pace) < waiting);
	check(pace_transaction_bytes(&pace) < transaction);
	/* Twice as long as the batch took, and never for long. */
	check_int(pace_note(&pace, COUNT, 20000), 41);
	check(pace_note(&pace, COUNT, 10000000) <= 50);
}

static void what_is_slow_still_goes_on(void **state)
{
	struct pace pace = {0};

	(void)state;
	(void)pace_note(&pace, COUNT, 600000000);
	pace_ask(&pace);
	check(pace_records(&pace, MOST) >= 100);
	check_size(pace_records(&pace, 10), 10);
}

static void a_handful_says_nothing(void **state)
{
	struct pace pace = {0};

	(void)state;
	pace_ask(&pace);
	check_int(pace_note(&pace, 3, 90000), 0);
	check_size(pace_records(&pace, MOST), MOST);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_backlog_alone_gets_large_batches_without_a_rest),
	cmocka_unit_test(who_waits_makes_batches_small_and_gives_the_machine_a_rest),
	cmocka_unit_test(what_is_slow_still_goes_on),
	cmocka_unit_test(a_handful_says_nothing),
};

CHECK_MAIN(tests)
