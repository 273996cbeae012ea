/* The take-over table, row by row. */
#include "tests/unit/check.h"

#include "common/stream/group_marks.h"
#include "common/stream/takeover.h"

#include <string.h>

#define HERE "7000000000000000001-1"
#define ELSEWHERE "7000000000000000002-1"

/* A partition in ordinary running: batch 10 in PostgreSQL, 8 in Kafka, one input at offset 100 of a log that holds 0..149. */
struct scene {
	struct takeover_input inputs[2];
	struct takeover_seen seen;
	struct error error;
	struct takeover result;
};

static struct scene ordinary(void)
{
	return (struct scene){
		.inputs = {{.topic = "a", .known = true, .next = 100, .remembered_offset = 99, .log_begin = 0, .log_end = 150},
			   {.topic = "b", .known = true, .next = 5, .remembered_offset = -1, .log_begin = 5, .log_end = 5}},
		.seen = {.lineage = HERE,
			 .has_position = true,
			 .position_lineage = HERE,
			 .generation = 2,
			 .batch = 10,
			 .published = 7,
			 .has_mark = true,
			 .mark = {.lineage = HERE, .generation = 2, .batch = 8},
			 .input_count = 2},
	};
}

static void decide(struct scene *scene)
{
	scene->seen.inputs = scene->inputs;
	scene->result = takeover_decide(&scene->seen, &scene->error);
}

static void check_halts(struct scene *scene, const char *code)
{
	decide(scene);
	check_int(scene->result.verdict, TAKEOVER_HALT);
	check_text(scene->error.code, code);
	check_int(scene->error.disposition, DISPOSITION_STOP);
	check(scene->error.text[0] != '\0');
}

static void without_any_position_it_halts_until_setup_first(void **state)
{
	struct scene scene = ordinary();

	(void)state;
	scene.seen.has_position = false;
	scene.seen.has_mark = false;
	check_halts(&scene, "NO_POSITION");
	check(strstr(takeover_remedy(scene.error.code), "setup --first") != NULL);
}

static void a_first_start_that_was_allowed_begins(void **state)
{
	struct scene scene = ordinary();

	(void)state;
	scene.seen.has_mark = false;
	scene.seen.batch = 0;
	scene.seen.published = 0;
	scene.inputs[0] = (struct takeover_input){.topic = "a", .log_begin = 30, .log_end = 150};
	decide(&scene);
	check_int(scene.result.verdict, TAKEOVER_BEGIN);
	check_int(scene.inputs[0].start, 30);
	check_int(scene.inputs[0].next, 30);
	check(!scene.inputs[0].compare);
}

static void behind_in_kafka_the_rest_is_published(void **state)
{
	struct scene scene = ordinary();

	(void)state;
	decide(&scene);
	check_int(scene.result.verdict, TAKEOVER_GO_ON);
	check_int(scene.result.published, 8);
}

static void level_in_kafka_nothing_is_published(void **state)
{
	struct scene scene = ordinary();

	(void)state;
	scene.seen.mark.batch = 10;
	decide(&scene);
	check_int(scene.result.verdict, TAKEOVER_GO_ON);
	check_int(scene.result.published, 10);
}

static void a_mark_that_went_back_is_replaced_by_the_noted_one(void **state)
{
	struct scene scene = ordinary();

	(void)state;
	scene.seen.mark.batch = 6;
	decide(&scene);
	check_int(scene.result.verdict, TAKEOVER_NO_MARK);
	check_int(scene.result.published, 7);
	scene.seen.mark.batch = 7;
	decide(&scene);
	check_int(scene.result.verdict, TAKEOVER_GO_ON);
}

static void expired_group_offsets_are_replaced_by_the_noted_mark(void **state)
{
	struct scene scene = ordinary();

	(void)state;
	scene.seen.has_mark = false;
	decide(&scene);
	check_int(scene.result.verdict, TAKEOVER_NO_MARK);
	check_int(scene.result.published, 7);
}

static void ahead_in_kafka_halts(void **state)
{
	struct scene scene = ordinary();

	(void)state;
	scene.seen.mark.batch = 11;
	check_halts(&scene, "DATABASE_BEHIND");
}

static void another_lineage_in_kafka_halts(void **state)
{
	struct scene scene = ordinary();

	(void)state;
	(void)snprintf(scene.seen.mark.lineage, sizeof scene.seen.mark.lineage, ELSEWHERE);
	check_halts(&scene, "OTHER_LINEAGE");
}

static void another_lineage_of_the_position_halts_even_without_a_mark(void **state)
{
	struct scene scene = ordinary();

	(void)state;
	scene.seen.position_lineage = ELSEWHERE;
	scene.seen.has_mark = false;
	check_halts(&scene, "OTHER_LINEAGE");
}

static void a_higher_generation_in_kafka_halts(void **state)
{
	struct scene scene = ordinary();

	(void)state;
	scene.seen.mark.generation = 3;
	check_halts(&scene, "OTHER_LINEAGE");
}

static void an_accepted_restore_passes_over_the_marks_of_the_former_generation(void **state)
{
	struct scene scene = ordinary();

	(void)state;
	scene.seen.mark = (struct mark){.lineage = ELSEWHERE, .generation = 1, .batch = 500};
	decide(&scene);
	check_int(scene.result.verdict, TAKEOVER_NO_MARK);
	check_int(scene.result.published, 7);
}

static void an_empty_database_beside_a_group_that_is_known_halts(void **state)
{
	struct scene scene = ordinary();

	(void)state;
	scene.seen.has_position = false;
	check_halts(&scene, "POSITION_LOST");
}

static void a_new_position_beside_a_group_that_is_further_halts(void **state)
{
	struct scene scene = ordinary();

	(void)state;
	scene.seen.batch = 0;
	scene.seen.published = 0;
	check_halts(&scene, "DATABASE_BEHIND");
}

static void marks_that_differ_halt(void **state)
{
	struct scene scene = ordinary();

	(void)state;
	scene.seen.marks_differ = true;
	check_halts(&scene, "MARKS_DIFFER");
}

static void a_log_that_ends_before_the_next_offset_halts(void **state)
{
	struct scene scene = ordinary();

	(void)state;
	scene.inputs[0].log_end = 99;
	check_halts(&scene, "LOG_SHORTER");
	check_text(scene.error.place, "a");
}

static void a_log_that_begins_behind_the_next_offset_halts(void **state)
{
	struct scene scene = ordinary();

	(void)state;
	scene.inputs[1].log_begin = 6;
	scene.inputs[1].log_end = 20;
	check_halts(&scene, "EVENTS_LOST");
	check_text(scene.error.place, "b");
}

static void the_remembered_record_is_compared_while_the_log_holds_it(void **state)
{
	struct scene scene = ordinary();

	(void)state;
	decide(&scene);
	check(scene.inputs[0].compare);
	check_int(scene.inputs[0].start, 99);
	check_int(scene.inputs[0].next, 100);
	check(!scene.inputs[1].compare);
	check_int(scene.inputs[1].start, 5);
}

static void a_remembered_record_that_the_log_no_longer_holds_is_not_looked_for(void **state)
{
	struct scene scene = ordinary();

	(void)state;
	scene.inputs[0].log_begin = 100;
	decide(&scene);
	check(!scene.inputs[0].compare);
	check_int(scene.inputs[0].start, 100);
}

static void a_new_input_begins_where_its_log_begins(void **state)
{
	struct scene scene = ordinary();

	(void)state;
	scene.inputs[1] = (struct takeover_input){.topic = "b", .log_begin = 12, .log_end = 40};
	decide(&scene);
	check_int(scene.result.verdict, TAKEOVER_GO_ON);
	check_int(scene.inputs[1].start, 12);
}

static void a_mark_reads_as_it_was_written(void **state)
{
	const struct mark mark = {.lineage = HERE, .generation = 3, .batch = INT64_C(123456789012)};
	char text[MARK_TEXT_SIZE] = "";
	size_t len = mark_format(&mark, text);
	struct mark read = {0};

	(void)state;
	check_size(len, strlen(text));
	check_text(text, HERE ":3:123456789012");
	check(mark_parse(text, strlen(text), &read));
	check_text(read.lineage, mark.lineage);
	check_int(read.generation, 3);
	check_int(read.batch, mark.batch);
}

static void what_is_no_mark_is_refused(void **state)
{
	static const char *const wrong[] = {"",       "x",      "a:1",    "a:1:",    ":1:2",   "a:0:2",          "a:1:-2",
					    "a:1:2 ", "a:01:2", "a:1:02", "a:1:2:3", "a: 1:2", "a:2147483648:1", "a:1:9223372036854775807999"};
	struct mark mark;

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		check(!mark_parse(wrong[i], strlen(wrong[i]), &mark));
	check(!mark_parse("a:1\0:2", 6, &mark));
	check(!mark_parse(NULL, 0, &mark));
}

static struct group_mark marks_of(const char *const *texts, size_t count)
{
	struct group_mark known = {0};

	for (size_t i = 0; i < count; i++)
		group_mark_add(&known, texts[i], strlen(texts[i]));
	return known;
}

static void the_newest_mark_of_several_inputs_counts(void **state)
{
	static const char *const orders[][3] = {{HERE ":2:7", HERE ":2:9", ELSEWHERE ":1:50"}, {ELSEWHERE ":1:50", HERE ":2:9", HERE ":2:7"}};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct group_mark mark = marks_of(orders[i], 3);

		check(mark.known && !mark.differ);
		check_int(mark.mark.generation, 2);
		check_int(mark.mark.batch, 9);
	}
}

static void marks_of_two_databases_and_unreadable_ones_differ(void **state)
{
	static const char *const pairs[][2] = {{HERE ":2:7", ELSEWHERE ":2:7"}, {HERE ":2:7", "written by something else"}};

	(void)state;
	for (size_t i = 0; i < 2; i++)
		check(marks_of(pairs[i], 2).differ);
}

/* As ordinary(), the first input compacted, with tombstones for 1,000 ms, and read up to the time 50,000. */
static struct scene compacted(int64_t now_ms)
{
	struct scene scene = ordinary();

	scene.inputs[0].compacted = true;
	scene.inputs[0].current_ms = 50000;
	scene.inputs[0].tombstones_ms = 1000;
	scene.seen.now_ms = now_ms;
	return scene;
}

static void who_was_away_as_long_as_tombstones_are_kept_goes_on(void **state)
{
	struct scene scene = compacted(51000);

	(void)state;
	decide(&scene);
	check_int(scene.result.verdict, TAKEOVER_GO_ON);
	check(!scene.inputs[0].again);
	check_int(scene.inputs[0].next, 100);
}

static void who_was_away_longer_reads_a_compacted_input_again(void **state)
{
	struct scene scene = compacted(51001);

	(void)state;
	scene.inputs[0].log_begin = 20;
	decide(&scene);
	check_int(scene.result.verdict, TAKEOVER_GO_ON);
	check(scene.inputs[0].again);
	check_int(scene.inputs[0].start, 20);
	check_int(scene.inputs[0].next, 20);
	check(!scene.inputs[0].compare);
	check(!scene.inputs[1].again);
	check_int(scene.inputs[1].next, 5);
}

static void nothing_is_missed_where_nothing_came(void **state)
{
	struct scene scene = compacted(90000);

	(void)state;
	scene.inputs[0].log_end = 100;
	decide(&scene);
	check(!scene.inputs[0].again);
}

static void a_compacted_input_is_read_whole_at_first_and_where_nobody_knows_until_when_it_was(void **state)
{
	struct scene first = compacted(50000);
	struct scene unknown = compacted(50000);

	(void)state;
	first.inputs[0].known = false;
	decide(&first);
	check(first.inputs[0].again);
	unknown.inputs[0].current_ms = 0;
	unknown.inputs[0].log_end = 100;
	decide(&unknown);
	check(unknown.inputs[0].again);
}

static void a_compacted_log_that_is_shorter_halts_however_long_one_was_away(void **state)
{
	struct scene scene = compacted(90000);

	(void)state;
	scene.inputs[0].log_end = 99;
	check_halts(&scene, "LOG_SHORTER");
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(without_any_position_it_halts_until_setup_first),
	cmocka_unit_test(a_first_start_that_was_allowed_begins),
	cmocka_unit_test(behind_in_kafka_the_rest_is_published),
	cmocka_unit_test(level_in_kafka_nothing_is_published),
	cmocka_unit_test(a_mark_that_went_back_is_replaced_by_the_noted_one),
	cmocka_unit_test(expired_group_offsets_are_replaced_by_the_noted_mark),
	cmocka_unit_test(ahead_in_kafka_halts),
	cmocka_unit_test(another_lineage_in_kafka_halts),
	cmocka_unit_test(another_lineage_of_the_position_halts_even_without_a_mark),
	cmocka_unit_test(a_higher_generation_in_kafka_halts),
	cmocka_unit_test(an_accepted_restore_passes_over_the_marks_of_the_former_generation),
	cmocka_unit_test(an_empty_database_beside_a_group_that_is_known_halts),
	cmocka_unit_test(a_new_position_beside_a_group_that_is_further_halts),
	cmocka_unit_test(marks_that_differ_halt),
	cmocka_unit_test(a_log_that_ends_before_the_next_offset_halts),
	cmocka_unit_test(a_log_that_begins_behind_the_next_offset_halts),
	cmocka_unit_test(the_remembered_record_is_compared_while_the_log_holds_it),
	cmocka_unit_test(a_remembered_record_that_the_log_no_longer_holds_is_not_looked_for),
	cmocka_unit_test(a_new_input_begins_where_its_log_begins),
	cmocka_unit_test(the_newest_mark_of_several_inputs_counts),
	cmocka_unit_test(marks_of_two_databases_and_unreadable_ones_differ),
	cmocka_unit_test(a_mark_reads_as_it_was_written),
	cmocka_unit_test(what_is_no_mark_is_refused),
	cmocka_unit_test(who_was_away_as_long_as_tombstones_are_kept_goes_on),
	cmocka_unit_test(who_was_away_longer_reads_a_compacted_input_again),
	cmocka_unit_test(nothing_is_missed_where_nothing_came),
	cmocka_unit_test(a_compacted_input_is_read_whole_at_first_and_where_nobody_knows_until_when_it_was),
	cmocka_unit_test(a_compacted_log_that_is_shorter_halts_however_long_one_was_away),
};

CHECK_MAIN(tests)
