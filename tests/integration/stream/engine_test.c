/* The engine on a real Kafka and a real PostgreSQL: exactly once whatever dies, and a halt where going on would do harm. */
#include "tests/integration/stream/world.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>

static void records_come_out_once_however_often_the_process_is_killed(void **state)
{
	struct world *world = world_new(true);
	unsigned seed = (unsigned)time(NULL);
	const char *given = getenv("KLUIS_SEED");
	pid_t pid;
	int sent = 0;

	(void)state;
	if (given != NULL)
		seed = (unsigned)strtoul(given, NULL, 10);
	print_message("KLUIS_SEED=%u\n", seed);
	pid = world_start(world, "one", NULL);
	for (int kill = 0; kill < 10; kill++) {
		for (int part = 0; part < 5; part++) {
			world_send_numbers(world, sent, sent + 100);
			sent += 100;
			world_pause((int)(seed % 120));
			seed = seed * 1103515245 + 12345;
			seed ^= seed >> 16;
		}
		(void)world_end(pid, SIGKILL);
		pid = world_start(world, "one", NULL);
	}
	world_wait_records(world, (size_t)sent, 30000);
	world_check_left_in_order(world_end(pid, SIGTERM));
	world_read(world);
	world_check_numbers(world, (size_t)sent);
	check_int(world_number(world, "SELECT sum(records)::bigint FROM copier_count"), sent);
	world_free(world);
}

static void a_stop_in_order_finishes_what_was_taken(void **state)
{
	struct world *world = world_new(true);
	pid_t pid = world_start(world, "one", NULL);

	(void)state;
	world_send_numbers(world, 0, 4000);
	world_wait_number(world, "SELECT count(*) FROM stream_position WHERE batch > 0", WORLD_PARTITIONS, 20000);
	world_check_left_in_order(world_end(pid, SIGTERM));
	check_int(world_number(world, "SELECT count(*) FROM stream_position WHERE clean AND published = batch"), WORLD_PARTITIONS);
	world_read(world);
	check_int(world_number(world, "SELECT sum(records)::bigint FROM copier_count"), (int64_t)world->record_count);
	pid = world_start(world, "one", NULL);
	world_wait_records(world, 4000, 20000);
	world_check_left_in_order(world_end(pid, SIGTERM));
	world_check_numbers(world, 4000);
	world_free(world);
}

static void a_second_stop_does_not_wait_for_what_hangs(void **state)
{
	struct world *world = world_new(true);
	pid_t pid = world_start(world, "one", NULL);
	int status;

	(void)state;
	world_send(world, "in", 0, "key", "HANG", NULL);
	world_flush(world);
	world_wait_number(world, "SELECT count(*) FROM stream_attempt", 1, 20000);
	(void)kill(pid, SIGTERM);
	world_pause(200);
	(void)kill(pid, SIGTERM);
	status = world_wait_end(pid, 6000);
	check(WIFEXITED(status));
	check_int(WEXITSTATUS(status), 70);
	world_free(world);
}

static void a_second_instance_takes_a_share_and_the_first_takes_it_back(void **state)
{
	struct world *world = world_new(true);
	pid_t one = world_start(world, "one", NULL);
	pid_t two;

	(void)state;
	world_send_numbers(world, 0, 1000);
	world_wait_number(world, "SELECT count(*) FROM stream_position WHERE batch > 0", WORLD_PARTITIONS, 20000);
	two = world_start(world, "two", NULL);
	world_wait_number(world, "SELECT count(*) FROM stream_position WHERE owner = 'two'", WORLD_PARTITIONS / 2, 30000);
	world_send_numbers(world, 1000, 2000);
	world_wait_records(world, 2000, 20000);
	world_send_numbers(world, 2000, 2500);
	(void)world_end(two, SIGKILL);
	world_send_numbers(world, 2500, 3000);
	world_wait_number(world, "SELECT count(*) FROM stream_position WHERE owner = 'one'", WORLD_PARTITIONS, 30000);
	world_wait_records(world, 3000, 20000);
	world_check_left_in_order(world_end(one, SIGTERM));
	world_check_numbers(world, 3000);
	world_free(world);
}

static void a_stopped_owner_that_comes_back_changes_nothing(void **state)
{
	struct world *world = world_new(true);
	pid_t one = world_start(world, "one", NULL);
	pid_t two;

	(void)state;
	world_wait_number(world, "SELECT count(*) FROM stream_position WHERE owner = 'one'", WORLD_PARTITIONS, 20000);
	world_send_numbers(world, 0, 1500);
	(void)kill(one, SIGSTOP);
	world_send_numbers(world, 1500, 2000);
	two = world_start(world, "two", NULL);
	world_wait_number(world, "SELECT count(*) FROM stream_position WHERE owner = 'two'", WORLD_PARTITIONS, 40000);
	(void)kill(one, SIGCONT);
	world_send_numbers(world, 2000, 3000);
	world_wait_records(world, 3000, 40000);
	world_check_left_in_order(world_end(two, SIGTERM));
	(void)world_end(one, SIGKILL);
	world_read(world);
	world_check_numbers(world, 3000);
	check_int(world_number(world, "SELECT sum(records)::bigint FROM copier_count"), 3000);
	world_free(world);
}

static void an_owner_paused_in_the_middle_of_a_batch_does_not_hold_up_the_next(void **state)
{
	struct world *world = world_new(true);
	struct database *paused = NULL;
	struct error error = {0};
	pid_t pid;

	(void)state;
	check_ok(database_open(world->conninfo, &paused, &error), &error);
	check_ok(database_script(paused, "BEGIN; SELECT stream_advance(1, 0, 0, 0, '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}')", &error),
		 &error);
	world_send_numbers(world, 0, 100);
	pid = world_start(world, "one", NULL);
	world_wait_number(world, "SELECT count(*) FROM stream_position WHERE owner = 'one'", WORLD_PARTITIONS, 15000);
	check(!database_script(paused, "COMMIT", &error));
	world_wait_records(world, 100, 20000);
	world_check_left_in_order(world_end(pid, SIGTERM));
	world_check_numbers(world, 100);
	database_free(paused);
	world_free(world);
}

static size_t count_value(const struct world *world, const char *value)
{
	size_t count = 0;

	for (size_t i = 0; i < world->record_count; i++)
		count += strcmp(world->records[i].value, value) == 0;
	return count;
}

static void send_with_culprit(struct world *world, const char *culprit)
{
	for (int i = 0; i < 200; i++) {
		char key[24];

		(void)snprintf(key, sizeof key, "%d", i);
		world_send(world, "in", 0, key, i == 77 ? culprit : "good", NULL);
	}
	world_flush(world);
}

static void a_refused_record_is_found_among_the_others(void **state)
{
	static const char *const culprits[][2] = {{"REJECT", "UNPROCESSABLE TEST_REJECT"}, {"REFUSED", "UNPROCESSABLE 22012"}};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct world *world = world_new(true);
		pid_t pid;

		send_with_culprit(world, culprits[i][0]);
		pid = world_start(world, "one", NULL);
		world_wait_records(world, 200, 20000);
		world_check_left_in_order(world_end(pid, SIGTERM));
		check_size(count_value(world, culprits[i][1]), 1);
		check_size(count_value(world, "good"), 199);
		check_text(world->records[77].value, culprits[i][1]);
		world_free(world);
	}
}

static void a_record_that_crashes_the_process_is_passed_over_at_its_third_single_try(void **state)
{
	struct world *world = world_new(true);
	int crashes = 0;
	pid_t pid = 0;

	(void)state;
	send_with_culprit(world, "CRASH");
	/* Once with all the others, then twice alone. */
	while (!world_log_has(world, "code=CRASHED") && crashes < 6) {
		int status;

		pid = world_start(world, "one", NULL);
		for (int waited = 0; waited < 20000 && waitpid(pid, &status, WNOHANG) == 0 && !world_log_has(world, "code=CRASHED"); waited += 20)
			world_pause(20);
		if (!world_log_has(world, "code=CRASHED"))
			crashes++;
	}
	check_int(crashes, 3);
	world_wait_records(world, 200, 20000);
	world_check_left_in_order(world_end(pid, SIGTERM));
	check_size(count_value(world, "UNPROCESSABLE CRASHED"), 1);
	check_size(count_value(world, "good"), 199);
	world_free(world);
}

static void check_fails_with(struct world *world, const char *option, const char *code)
{
	int status = world_wait_end(world_start(world, "one", option), 30000);

	check(WIFEXITED(status));
	check_int(WEXITSTATUS(status), 1);
	check(world_log_has(world, code));
}

static void without_a_position_nothing_begins(void **state)
{
	struct world *world = world_new(false);

	(void)state;
	check_fails_with(world, NULL, "code=NO_POSITION");
	world_free(world);
}

/* Runs until 400 records are through, and stops in order. */
static struct world *world_with_history(void)
{
	struct world *world = world_new(true);
	pid_t pid = world_start(world, "one", NULL);

	world_send_numbers(world, 0, 400);
	world_wait_records(world, 400, 20000);
	world_check_left_in_order(world_end(pid, SIGTERM));
	return world;
}

static void a_database_that_went_back_in_time_halts(void **state)
{
	struct world *world = world_with_history();
	struct error error = {0};

	(void)state;
	check_ok(database_script(world->database, "UPDATE stream_position SET batch = batch - 1, published = batch - 1", &error), &error);
	check_fails_with(world, NULL, "code=DATABASE_BEHIND");
	world_free(world);
}

static void a_position_of_another_database_halts(void **state)
{
	struct world *world = world_with_history();
	struct error error = {0};

	(void)state;
	check_ok(database_script(world->database, "UPDATE stream_position SET lineage = '1-1'", &error), &error);
	check_fails_with(world, NULL, "code=OTHER_LINEAGE");
	world_free(world);
}

static void a_topic_made_anew_halts_though_it_is_as_long(void **state)
{
	struct world *world = world_with_history();

	(void)state;
	world_recreate_topic(world, "in");
	world_send_numbers(world, 0, 800);
	check_fails_with(world, NULL, "code=LOG_CHANGED");
	world_free(world);
}

static void a_topic_made_anew_and_shorter_halts(void **state)
{
	struct world *world = world_with_history();

	(void)state;
	world_recreate_topic(world, "in");
	check_fails_with(world, NULL, "code=LOG_SHORTER");
	world_free(world);
}

static void one_halted_partition_leaves_the_others_going(void **state)
{
	struct world *world = world_with_history();
	struct error error = {0};
	pid_t pid;

	(void)state;
	check_ok(database_script(world->database, "UPDATE stream_position SET batch = batch - 1, published = batch - 1 WHERE partition = 2", &error),
		 &error);
	world_send_numbers(world, 400, 800);
	pid = world_start(world, "one", NULL);
	world_wait_records(world, 700, 20000);
	world_check_left_in_order(world_end(pid, SIGTERM));
	check(world_log_has(world, "code=DATABASE_BEHIND"));
	world_free(world);
}

static void a_gap_in_a_peers_numbers_halts_after_what_came_before(void **state)
{
	static const char *const numbers[] = {"1.1", "1.2", "1.2", "1.1", "1.3", "1.5"};
	struct world *world = world_new(true);
	pid_t pid;

	(void)state;
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
		world_send(world, "in", 1, numbers[i], "sequenced", numbers[i]);
	world_flush(world);
	pid = world_start(world, "one", "sequenced");
	world_wait_records(world, 3, 20000);
	check_text(world->records[0].key, "1.1");
	check_text(world->records[1].key, "1.2");
	check_text(world->records[2].key, "1.3");
	for (int waited = 0; waited < 10000 && !world_log_has(world, "code=SEQUENCE_GAP"); waited += 50)
		world_pause(50);
	check(world_log_has(world, "code=SEQUENCE_GAP"));
	world_check_left_in_order(world_end(pid, SIGTERM));
	world_read(world);
	check_size(world->record_count, 3);
	world_free(world);
}

static void an_input_added_while_running_is_taken_from_its_beginning(void **state)
{
	struct world *world = world_new(true);
	pid_t pid;

	(void)state;
	for (int32_t p = 0; p < WORLD_PARTITIONS; p++)
		world_send(world, "extra", p, "early", "extra", NULL);
	world_send_numbers(world, 0, 100);
	pid = world_start(world, "one", "adding");
	world_wait_records(world, 100 + WORLD_PARTITIONS, 30000);
	for (int32_t p = 0; p < WORLD_PARTITIONS; p++)
		world_send(world, "extra", p, "late", "extra", NULL);
	world_flush(world);
	world_wait_records(world, 100 + 2 * WORLD_PARTITIONS, 20000);
	world_check_left_in_order(world_end(pid, SIGTERM));
	check_size(count_value(world, "extra"), 2 * (size_t)WORLD_PARTITIONS);
	world_free(world);
}

/* librdkafka then assigns anew without revoking: what it assigned first has not been answered yet. */
static void an_input_that_goes_and_comes_during_a_take_over_does_not_stall_it(void **state)
{
	struct world *world = world_new(true);
	struct error error = {0};
	pid_t pid;

	(void)state;
	check_ok(database_script(world->database, "BEGIN; SELECT 1 FROM stream_position FOR UPDATE", &error), &error);
	pid = world_start(world, "one", "extra");
	world_wait_log(world, "event=assigned", 20000);
	world_delete_topic(world, "extra");
	world_wait_log(world, "event=rebalance word=assign partitions=8 early=true", 60000);
	world_create_topic(world, "extra");
	world_wait_log(world, "event=rebalance word=assign partitions=12 early=true", 60000);
	check_ok(database_script(world->database, "COMMIT", &error), &error);
	world_send_numbers(world, 0, 100);
	world_wait_records(world, 100, 30000);
	world_check_left_in_order(world_end(pid, SIGTERM));
	world_check_numbers(world, 100);
	check(world_log_has(world, "replaced=true"));
	world_free(world);
}

static void a_partition_without_a_leader_waits_and_the_others_go_on(void **state)
{
	struct world *world = world_new(true);
	char file[80];
	FILE *leaderless;
	pid_t pid;

	(void)state;
	(void)snprintf(file, sizeof file, "%s.leaderless", world->prefix);
	leaderless = fopen(file, "we");
	check(leaderless != NULL);
	(void)fclose(leaderless);
	(void)setenv("KLUIS_COPIER_LEADERLESS", file, 1);
	world_send_numbers(world, 0, 400);
	pid = world_start(world, "one", NULL);
	world_wait_number(world, "SELECT count(*) FROM stream_position WHERE batch > 0", WORLD_PARTITIONS - 1, 30000);
	check(world_log_has(world, "event=take_over_waits partition=2"));
	check_int(world_number(world, "SELECT batch FROM stream_position WHERE partition = 2"), 0);
	world_send_numbers(world, 400, 600);
	(void)remove(file);
	(void)unsetenv("KLUIS_COPIER_LEADERLESS");
	world_send_numbers(world, 600, 800);
	world_wait_records(world, 800, 30000);
	world_check_left_in_order(world_end(pid, SIGTERM));
	world_check_numbers(world, 800);
	world_free(world);
}

static void a_drain_that_a_lock_holds_up_ends_by_its_limit(void **state)
{
	struct world *world = world_new(true);
	struct error error = {0};
	int status;
	pid_t pid;

	(void)state;
	(void)setenv("KLUIS_COPIER_DRAIN_MS", "2000", 1);
	pid = world_start(world, "one", NULL);
	(void)unsetenv("KLUIS_COPIER_DRAIN_MS");
	world_wait_number(world, "SELECT count(*) FROM stream_position WHERE owner = 'one'", WORLD_PARTITIONS, 20000);
	check_ok(database_script(world->database, "BEGIN; LOCK TABLE stream_outbox, stream_attempt", &error), &error);
	world_send_numbers(world, 0, 400);
	world_pause(500);
	(void)kill(pid, SIGTERM);
	status = world_wait_end(pid, 7000);
	check(WIFEXITED(status));
	check(WEXITSTATUS(status) != 0);
	check(world_log_has(world, "code=DRAIN_LIMIT"));
	check_ok(database_script(world->database, "COMMIT", &error), &error);
	pid = world_start(world, "one", NULL);
	world_wait_records(world, 400, 30000);
	world_check_left_in_order(world_end(pid, SIGTERM));
	world_check_numbers(world, 400);
	world_free(world);
}

/* Retention removes the marker in the end: a position before it would look like a loss. */
static void the_position_moves_behind_transaction_markers_without_making_work(void **state)
{
	static const char next[] = "SELECT next_offset FROM stream_input WHERE partition = 0 AND topic LIKE '%.in'";
	struct world *world = world_new(true);
	pid_t pid;

	(void)state;
	world_send_transaction(world, "in", 0, 3);
	pid = world_start(world, "one", NULL);
	world_wait_number(world, next, 4, 20000);
	check(world_number(world, "SELECT batch FROM stream_position WHERE partition = 0") == 1);
	world_send_transaction(world, "in", 0, 2);
	world_wait_number(world, next, 7, 20000);
	world_check_left_in_order(world_end(pid, SIGTERM));
	pid = world_start(world, "one", NULL);
	world_send_transaction(world, "in", 0, 1);
	world_wait_number(world, next, 9, 20000);
	world_check_left_in_order(world_end(pid, SIGTERM));
	world_wait_records(world, 6, 20000);
	check(world_number(world, "SELECT batch FROM stream_position WHERE partition = 0") <= 6);
	world_free(world);
}

static void a_missing_output_topic_is_named_and_publishing_waits_for_it(void **state)
{
	struct world *world = world_new(true);
	char place[64];
	pid_t pid;

	(void)state;
	(void)snprintf(place, sizeof place, "place=%s.out", world->prefix);
	world_delete_topic(world, "out");
	world_pause(1000);
	pid = world_start(world, "one", NULL);
	world_send_numbers(world, 0, 100);
	world_wait_log(world, "remedy=", 60000);
	check(world_log_has(world, place));
	world_create_topic(world, "out");
	world_pause(1000);
	world_wait_records(world, 100, 60000);
	world_check_left_in_order(world_end(pid, SIGTERM));
	world_check_numbers(world, 100);
	world_free(world);
}

static void steps_of_long_work_go_between_the_batches(void **state)
{
	struct world *world = world_new(true);
	pid_t pid;

	(void)state;
	world_send_numbers(world, 0, 400);
	pid = world_start(world, "one", "working");
	world_wait_records(world, 400 + 10 * WORLD_PARTITIONS, 30000);
	world_check_left_in_order(world_end(pid, SIGTERM));
	check_size(count_value(world, "step"), 10 * (size_t)WORLD_PARTITIONS);
	world_free(world);
}

static void large_outputs_turn_the_outbox_and_it_is_emptied(void **state)
{
	struct world *world = world_new(true);
	pid_t pid;

	(void)state;
	pid = world_start(world, "one", NULL);
	for (int i = 0; i < 70; i++) {
		world_send_bulk(world, "in", 0, 4, 250000);
		world_wait_number(world, "SELECT next_offset FROM stream_input WHERE partition = 0 AND topic LIKE '%.in'", (int64_t)(i + 1) * 4,
				  20000);
	}
	world_wait_records(world, 280, 30000);
	check(world_number(world, "SELECT sum(octet_length(frames))::bigint FROM stream_outbox") < INT64_C(40) * 1024 * 1024);
	world_check_left_in_order(world_end(pid, SIGTERM));
	world_free(world);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(records_come_out_once_however_often_the_process_is_killed),
	cmocka_unit_test(a_stop_in_order_finishes_what_was_taken),
	cmocka_unit_test(a_second_stop_does_not_wait_for_what_hangs),
	cmocka_unit_test(a_second_instance_takes_a_share_and_the_first_takes_it_back),
	cmocka_unit_test(a_stopped_owner_that_comes_back_changes_nothing),
	cmocka_unit_test(an_owner_paused_in_the_middle_of_a_batch_does_not_hold_up_the_next),
	cmocka_unit_test(a_refused_record_is_found_among_the_others),
	cmocka_unit_test(a_record_that_crashes_the_process_is_passed_over_at_its_third_single_try),
	cmocka_unit_test(without_a_position_nothing_begins),
	cmocka_unit_test(a_database_that_went_back_in_time_halts),
	cmocka_unit_test(a_position_of_another_database_halts),
	cmocka_unit_test(a_topic_made_anew_halts_though_it_is_as_long),
	cmocka_unit_test(a_topic_made_anew_and_shorter_halts),
	cmocka_unit_test(one_halted_partition_leaves_the_others_going),
	cmocka_unit_test(a_gap_in_a_peers_numbers_halts_after_what_came_before),
	cmocka_unit_test(an_input_added_while_running_is_taken_from_its_beginning),
	cmocka_unit_test(an_input_that_goes_and_comes_during_a_take_over_does_not_stall_it),
	cmocka_unit_test(a_partition_without_a_leader_waits_and_the_others_go_on),
	cmocka_unit_test(a_drain_that_a_lock_holds_up_ends_by_its_limit),
	cmocka_unit_test(the_position_moves_behind_transaction_markers_without_making_work),
	cmocka_unit_test(a_missing_output_topic_is_named_and_publishing_waits_for_it),
	cmocka_unit_test(steps_of_long_work_go_between_the_batches),
	cmocka_unit_test(large_outputs_turn_the_outbox_and_it_is_emptied),
};

CHECK_MAIN(tests)
