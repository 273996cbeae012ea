/* Accepting a restored database: the new generation, what is still to be published, and what is refused. */
#include "tests/unit/check.h"

#include "common/stream/restore.h"

#define HERE "7000000000000000001-1"
#define ELSEWHERE "7000000000000000002-1"

/* One partition restored at batch 10, of which 7 were noted as published; Kafka had got to 20. */
struct scene {
	struct restore_input input;
	struct restore_partition partition;
	struct restore restore;
	struct error error;
};

static void set(struct scene *scene)
{
	*scene = (struct scene){
		.input = {.topic = "a", .known = true, .next = 100, .remembered_offset = 99, .begin = 50, .end = 150},
		.partition = {.exists = true,
			      .lineage = HERE,
			      .generation = 3,
			      .batch = 10,
			      .published = 7,
			      .has_mark = true,
			      .mark = {.lineage = HERE, .generation = 3, .batch = 20},
			      .halts = true,
			      .halt = {.code = "DATABASE_BEHIND"}},
	};
	scene->partition.inputs = &scene->input;
	scene->restore = (struct restore){.lineage = HERE, .partitions = &scene->partition, .count = 1, .input_count = 1};
}

static void the_generation_is_higher_than_any_that_either_side_knows(void **state)
{
	struct restore_partition partitions[2] = {{.exists = true, .generation = 2},
						  {.exists = true, .generation = 1, .has_mark = true, .mark = {.generation = 4, .batch = 1}}};

	(void)state;
	check_int(restore_next_generation(partitions, 1), 3);
	check_int(restore_next_generation(partitions, 2), 5);
	check_int(restore_next_generation(partitions, 0), 2);
}

static void what_kafka_is_ahead_of_has_all_been_published(void **state)
{
	struct scene scene;

	(void)state;
	set(&scene);
	check_int(restore_published(&scene.partition), 10);
}

static void what_kafka_does_not_have_yet_is_still_published(void **state)
{
	struct scene scene;

	(void)state;
	set(&scene);
	scene.partition.mark.batch = 8;
	check_int(restore_published(&scene.partition), 8);
}

static void without_a_mark_that_can_be_compared_the_noted_one_stands(void **state)
{
	struct scene scene;

	(void)state;
	set(&scene);
	scene.partition.has_mark = false;
	check_int(restore_published(&scene.partition), 7);
	set(&scene);
	scene.partition.mark = (struct mark){.lineage = ELSEWHERE, .generation = 3, .batch = 20};
	check_int(restore_published(&scene.partition), 7);
	set(&scene);
	scene.partition.marks_differ = true;
	check_int(restore_published(&scene.partition), 7);
}

static void nothing_of_an_earlier_generation_is_published_behind_a_later_one(void **state)
{
	struct scene scene;

	(void)state;
	set(&scene);
	scene.partition.mark.generation = 4;
	scene.partition.mark.batch = 2;
	check_int(restore_published(&scene.partition), 10);
}

static void a_backup_that_the_logs_do_not_reach_back_to_is_refused(void **state)
{
	struct scene scene;

	(void)state;
	set(&scene);
	check(restore_check(&scene.restore, &scene.error));
	scene.input.begin = 101;
	check(!restore_check(&scene.restore, &scene.error));
	check_text(scene.error.code, "BACKUP_TOO_OLD");
	check_int(scene.error.disposition, DISPOSITION_STOP);
	check(restore_take_anew(&scene.restore, "a"));
	check(restore_check(&scene.restore, &scene.error));
	check(!restore_take_anew(&scene.restore, "b"));
}

static void a_log_that_is_another_one_and_a_lost_position_are_refused(void **state)
{
	struct scene scene;

	(void)state;
	set(&scene);
	scene.input.end = 99;
	check(!restore_check(&scene.restore, &scene.error));
	check_text(scene.error.code, "LOG_SHORTER");
	set(&scene);
	scene.partition.halt = (struct error){.code = "LOG_CHANGED", .place = "a"};
	check(!restore_check(&scene.restore, &scene.error));
	check_text(scene.error.code, "LOG_CHANGED");
	set(&scene);
	scene.partition.exists = false;
	check(!restore_check(&scene.restore, &scene.error));
	check_text(scene.error.code, "POSITION_LOST");
}

static void what_is_compacted_is_read_from_its_beginning_whatever_the_log_holds(void **state)
{
	struct scene scene;

	(void)state;
	set(&scene);
	scene.input.begin = 101;
	check(!restore_check(&scene.restore, &scene.error));
	scene.input.compacted = true;
	check(restore_check(&scene.restore, &scene.error));
	scene.input.end = 99;
	check(restore_check(&scene.restore, &scene.error));
}

static void there_is_something_to_accept_only_where_a_partition_halts(void **state)
{
	struct scene scene;

	(void)state;
	set(&scene);
	check(restore_is_needed(&scene.restore));
	scene.partition.halts = false;
	check(!restore_is_needed(&scene.restore));
	scene.input.anew = true;
	check(restore_is_needed(&scene.restore));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(the_generation_is_higher_than_any_that_either_side_knows),
	cmocka_unit_test(what_kafka_is_ahead_of_has_all_been_published),
	cmocka_unit_test(what_kafka_does_not_have_yet_is_still_published),
	cmocka_unit_test(without_a_mark_that_can_be_compared_the_noted_one_stands),
	cmocka_unit_test(nothing_of_an_earlier_generation_is_published_behind_a_later_one),
	cmocka_unit_test(a_backup_that_the_logs_do_not_reach_back_to_is_refused),
	cmocka_unit_test(a_log_that_is_another_one_and_a_lost_position_are_refused),
	cmocka_unit_test(what_is_compacted_is_read_from_its_beginning_whatever_the_log_holds),
	cmocka_unit_test(there_is_something_to_accept_only_where_a_partition_halts),
};

CHECK_MAIN(tests)
