/* The engine where an answer is lost: what was done is found out, and not done twice. */
#include "tests/integration/stream/world.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

static void a_commit_whose_answer_is_lost_is_looked_up(void **state)
{
	struct world *world = world_new(true);
	struct error error = {0};
	pid_t pid = world_start(world, "one", NULL);
	int sent = 0;

	(void)state;
	for (int i = 0; i < 60 && (i < 25 || !world_log_has(world, "event=commit_resolved")); i++) {
		world_send_numbers(world, sent, sent + 100);
		sent += 100;
		check_ok(database_script(world->database,
					 "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
					 "WHERE datname = current_database() AND pid <> pg_backend_pid()",
					 &error),
			 &error);
		world_pause(20 + i % 7 * 10);
	}
	check(world_log_has(world, "event=commit_resolved"));
	/* So that what is still under way cannot commit afterwards. */
	check(world_number(world, "SELECT max(fence) FROM stream_position") >= 1000000);
	world_wait_records(world, (size_t)sent, 30000);
	world_check_left_in_order(world_end(pid, SIGTERM));
	world_check_numbers(world, (size_t)sent);
	check_int(world_number(world, "SELECT sum(records)::bigint FROM copier_count"), sent);
	world_free(world);
}

static void batches_of_a_transaction_whose_answer_is_lost_come_out_once_though_the_next_holds_fewer(void **state)
{
	struct world *world = world_new(true);
	char file[64];
	pid_t pid;
	int sent = 0;
	int made;

	(void)state;
	(void)snprintf(file, sizeof file, "%s.unanswered", world->prefix);
	made = open(file, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	check(made >= 0 && close(made) == 0);
	(void)setenv("KLUIS_COPIER_UNANSWERED", file, 1);
	pid = world_start(world, "one", NULL);
	/* The transaction that is kept holds some of the first round; of the others there is a batch a partition and round. */
	for (int round = 0; round < 5; round++) {
		world_send_numbers(world, sent, sent + WORLD_PARTITIONS);
		sent += WORLD_PARTITIONS;
		world_wait_number(world, "SELECT sum(records)::bigint FROM copier_count", sent, 20000);
		world_wait_log(world, "event=commit_kept", 20000);
	}
	check(unlink(file) == 0);
	world_wait_records(world, (size_t)sent, 30000);
	(void)unsetenv("KLUIS_COPIER_UNANSWERED");
	check(world_log_has(world, "code=_TIMED_OUT place=commit_transaction"));
	world_check_left_in_order(world_end(pid, SIGTERM));
	world_read(world);
	world_check_numbers(world, (size_t)sent);
	world_free(world);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_commit_whose_answer_is_lost_is_looked_up),
	cmocka_unit_test(batches_of_a_transaction_whose_answer_is_lost_come_out_once_though_the_next_holds_fewer),
};

CHECK_MAIN(tests)
