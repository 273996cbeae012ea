#include "tests/unit/vault/events.h"
#include "vault-svc/core/employment.h"

/* The employment of that key, which must be there. */
static const struct employment *held(struct events *events, const char *key)
{
	const struct employment *employment = person_employment(&events->person, view_text(key));

	check(employment != NULL);
	return employment;
}

/* Fails unless the employment has segments of these departments, in order, up to NULL. */
static void check_departments(struct events *events, const char *key, const char *const *expected)
{
	const struct employment *employment = held(events, key);
	size_t count = 0;

	for (; expected[count] != NULL; count++) {
		check(count < employment->segments.count);
		check_view(employment->segments.items[count].department_code, view_text(expected[count]));
	}
	check_size(employment->segments.count, count);
}

#define DEPARTMENTS(events, key, ...) check_departments((events), (key), (const char *const[]){__VA_ARGS__, NULL})
#define NO_DEPARTMENT(events, key) check_size(held((events), (key))->segments.count, 0)

/* An event of an hour that tests can read, of a department. */
static struct employment_event *at(struct events *events, int minutes, enum employment_op op, int32_t effective_date, const char *department)
{
	struct employment_event *event = employment(events, "D1", effective_date);

	AT(event, minutes);
	event->op = op;
	event->department_code = arena_copy(&events->arena, view_text(department));
	return event;
}

#define UPSERT(minutes, offset, department) apply_employment(events, at(events, (minutes), EMPLOYMENT_OP_UPSERT, day(offset), (department)))
#define CORRECT(minutes, offset, department) apply_employment(events, at(events, (minutes), EMPLOYMENT_OP_CORRECT, day(offset), (department)))
#define DELETE(minutes) apply_employment(events, at(events, (minutes), EMPLOYMENT_OP_DELETE, day(0), ""))

static int known_begin(void **state)
{
	if (events_begin(state) != 0)
		return 1;
	apply_employee(*state, employee(*state));
	return 0;
}

static void an_upsert_makes_header_and_segment(void **state)
{
	struct events *events = *state;

	UPSERT(10, 0, "A");
	check_changed(events, true);
	check(events->verdict.current);
	DEPARTMENTS(events, "D1", "A");
	check_view(held(events, "D1")->header->personnel_number, VIEW_LITERAL("P77"));
	UPSERT(20, 30, "C");
	UPSERT(30, 10, "B");
	DEPARTMENTS(events, "D1", "A", "B", "C");
}

static void equal_content_changes_nothing_whatever_its_stamp(void **state)
{
	struct events *events = *state;

	UPSERT(10, 0, "A");
	UPSERT(20, 0, "A");
	check_changed(events, false);
	check(events->verdict.current);
	UPSERT(5, 0, "A");
	check_changed(events, false);
	check_int(held(events, "D1")->header->occurred_at, beginning + 10 * 60000);
	check_int(held(events, "D1")->segments.items[0].occurred_at, beginning + 10 * 60000);
}

static void where_one_register_is_older_the_other_applies(void **state)
{
	struct events *events = *state;
	struct employment_event *event;

	UPSERT(10, 0, "A");
	event = at(events, 30, EMPLOYMENT_OP_UPSERT, day(10), "B");
	event->personnel_number = VIEW_LITERAL("P30");
	apply_employment(events, event);
	event = at(events, 20, EMPLOYMENT_OP_UPSERT, day(0), "A2");
	event->personnel_number = VIEW_LITERAL("P20");
	apply_employment(events, event);
	check_changed(events, true);
	check(!events->verdict.current);
	DEPARTMENTS(events, "D1", "A2", "B");
	check_view(held(events, "D1")->header->personnel_number, VIEW_LITERAL("P30"));
}

static void it_is_stale_when_every_register_is_newer(void **state)
{
	struct events *events = *state;

	UPSERT(30, 0, "A");
	UPSERT(20, 0, "B");
	check_said(events, PROCESSING_OUTCOME_STALE, "STALE");
	check(!events->verdict.changed);
	DEPARTMENTS(events, "D1", "A");
}

static void an_equal_header_of_a_lower_stamp_makes_no_stale(void **state)
{
	struct events *events = *state;

	UPSERT(10, 5, "A");  /* header of 10 */
	UPSERT(30, 0, "B");  /* the same header */
	UPSERT(20, 0, "B2"); /* segment of 30 is newer, header of 10 is not */
	check_changed(events, false);
	check(!events->verdict.current);
	DEPARTMENTS(events, "D1", "B", "A");
}

static void fields_at_fault_keep_what_the_register_holds(void **state)
{
	struct events *events = *state;
	struct employment_event *event = at(events, 10, EMPLOYMENT_OP_UPSERT, day(0), "A");

	event->function_name = VIEW_LITERAL("Clerk");
	event->has_end_date = true;
	event->end_date = day(90);
	apply_employment(events, event);
	event = at(events, 20, EMPLOYMENT_OP_UPSERT, day(0), "A2");
	event->function_name = VIEW_LITERAL("");
	event->has_end_date = true;
	event->end_date = INT32_MAX;
	apply_employment(events, event);
	check(events->verdict.changed && !events->verdict.current);
	check_view(held(events, "D1")->segments.items[0].function_name, VIEW_LITERAL("Clerk"));
	check_int(held(events, "D1")->header->end_date, day(90));
	/* Another segment holds nothing yet. */
	event = at(events, 30, EMPLOYMENT_OP_UPSERT, day(10), "B");
	event->function_name = VIEW_LITERAL("");
	event->has_end_date = true;
	event->end_date = day(90);
	apply_employment(events, event);
	check(view_is_null(held(events, "D1")->segments.items[1].function_name));
}

static void a_correct_replaces_all_that_is_older(void **state)
{
	struct events *events = *state;

	UPSERT(10, 0, "A");
	UPSERT(20, 10, "B");
	CORRECT(30, 5, "C");
	check_changed(events, true);
	check(!events->verdict.current);
	DEPARTMENTS(events, "D1", "C");
}

static void a_late_correct_leaves_what_is_newer(void **state)
{
	struct events *events = *state;

	UPSERT(10, 0, "A");
	UPSERT(40, 10, "B");
	CORRECT(30, 5, "C");
	check_changed(events, true);
	DEPARTMENTS(events, "D1", "C", "B");
	UPSERT(20, 0, "A2");
	check_said(events, PROCESSING_OUTCOME_STALE, "STALE");
	DEPARTMENTS(events, "D1", "C", "B");
}

static void a_correct_again_is_equal_until_a_register_changes(void **state)
{
	struct events *events = *state;

	UPSERT(10, 0, "A");
	CORRECT(30, 5, "C");
	CORRECT(20, 5, "C");
	check_said(events, PROCESSING_OUTCOME_STALE, "STALE");
	CORRECT(40, 5, "C");
	check_changed(events, true);
	UPSERT(35, 8, "D");
	check_said(events, PROCESSING_OUTCOME_STALE, "STALE");
}

static void the_very_same_correct_or_delete_again_changes_nothing(void **state)
{
	struct events *events = *state;
	struct employment_event *correct = at(events, 30, EMPLOYMENT_OP_CORRECT, day(5), "C");
	struct employment_event *delete = at(events, 50, EMPLOYMENT_OP_DELETE, day(5), "C");

	apply_employment(events, correct);
	apply_employment(events, correct);
	check_changed(events, false);
	UPSERT(40, 10, "D");
	apply_employment(events, correct);
	check_changed(events, false);
	DEPARTMENTS(events, "D1", "C", "D");
	apply_employment(events, delete);
	apply_employment(events, delete);
	check_changed(events, false);
	NO_DEPARTMENT(events, "D1");
}

static void a_delete_leaves_nothing_below_it(void **state)
{
	struct events *events = *state;

	UPSERT(10, 0, "A");
	DELETE(30);
	check_changed(events, true);
	NO_DEPARTMENT(events, "D1");
	check(held(events, "D1")->header == NULL);
	UPSERT(20, 0, "A2");
	check_said(events, PROCESSING_OUTCOME_STALE, "STALE");
	UPSERT(40, 0, "B");
	check_changed(events, true);
	DEPARTMENTS(events, "D1", "B");
	DELETE(25);
	check_said(events, PROCESSING_OUTCOME_STALE, "STALE");
}

static void a_delete_of_an_employment_not_seen_yet_holds(void **state)
{
	struct events *events = *state;

	DELETE(30);
	check_changed(events, true);
	UPSERT(20, 0, "A");
	check_said(events, PROCESSING_OUTCOME_STALE, "STALE");
	NO_DEPARTMENT(events, "D1");
}

static void the_header_stays_while_a_segment_does(void **state)
{
	struct events *events = *state;

	UPSERT(10, 0, "A");
	UPSERT(40, 10, "B"); /* the header is equal: it keeps its stamp of 10 */
	DELETE(30);
	DEPARTMENTS(events, "D1", "B");
	check(held(events, "D1")->header != NULL);
}

static struct employment_event *renumbered(struct events *events, const char *key, const char *old)
{
	struct employment_event *event = employment(events, key, day(0));

	event->employment_key_old = arena_copy(&events->arena, view_text(old));
	return event;
}

static void a_key_moves_within_the_person(void **state)
{
	struct events *events = *state;
	struct employment_event *moved;

	apply_employment(events, employment(events, "D1", day(0)));
	apply_absence(events, absence(events, "A1", ABSENCE_OP_START, 1));
	moved = renumbered(events, "D2", "D1");
	apply_employment(events, moved);
	check_changed(events, true);
	check(!events->verdict.current);
	check_size(events->person.employments.count, 1);
	check_view(held(events, "D1")->employment_key, VIEW_LITERAL("D2"));
	check_view(events->person.spells.items[0].steps.items[0].employment_key, VIEW_LITERAL("D2"));
	apply_employment(events, moved);
	check_changed(events, false);
	/* A late event under the former key is still this employment's. */
	apply_employment(events, employment(events, "D1", day(10)));
	check_changed(events, true);
	check_size(events->person.employments.count, 1);
	check_size(held(events, "D2")->segments.count, 2);
}

static void an_unknown_old_key_is_warned_of_and_the_event_taken(void **state)
{
	struct events *events = *state;

	apply_employment(events, renumbered(events, "D2", "D1"));
	check_said(events, PROCESSING_OUTCOME_WARNED, "KEY_UNKNOWN");
	check_view(events->verdict.findings.items[0].field, VIEW_LITERAL("employment_key_old"));
	check(events->verdict.changed);
	check(held(events, "D2")->header != NULL);
}

static void an_unknown_old_key_is_warned_of_once(void **state)
{
	struct events *events = *state;
	struct employment_event *told = renumbered(events, "D2", "D1");

	apply_employment(events, told);
	apply_employment(events, told);
	check_changed(events, false);
	AT(told, 2000);
	apply_employment(events, told);
	check_changed(events, false);
}

static void two_known_employments_never_merge(void **state)
{
	struct events *events = *state;

	apply_employment(events, employment(events, "D1", day(0)));
	apply_employment(events, employment(events, "D2", day(0)));
	apply_employment(events, renumbered(events, "D2", "D1"));
	check_said(events, PROCESSING_OUTCOME_WARNED, "KEY_UNKNOWN");
	check_size(events->person.employments.count, 2);
	check_view(held(events, "D1")->employment_key, VIEW_LITERAL("D1"));
}

static void a_delete_that_named_two_employments_takes_one_however_often_it_comes(void **state)
{
	struct events *events = *state;
	struct employment_event *deleted;

	apply_employment(events, employment(events, "D1", day(0)));
	apply_employment(events, employment(events, "D2", day(0)));
	deleted = renumbered(events, "D2", "D1");
	deleted->op = EMPLOYMENT_OP_DELETE;
	apply_employment(events, deleted);
	check_size(held(events, "D2")->segments.count, 0);
	apply_employment(events, deleted);
	check_changed(events, false);
	check_size(events->person.employments.count, 2);
	check_size(held(events, "D1")->segments.count, 1);
}

static void a_key_that_was_only_deleted_can_be_taken(void **state)
{
	struct events *events = *state;
	struct employment_event *deleted = employment(events, "D2", day(0));

	deleted->op = EMPLOYMENT_OP_DELETE;
	apply_employment(events, employment(events, "D1", day(0)));
	apply_employment(events, deleted);
	apply_employment(events, renumbered(events, "D2", "D1"));
	check_changed(events, true);
	check_size(events->person.employments.count, 1);
	check_size(held(events, "D2")->segments.count, 1);
	check(held(events, "D2")->floor == NULL);
}

static void a_delete_that_is_later_than_the_move_holds_for_what_moves(void **state)
{
	struct events *events = *state;
	struct employment_event *first = employment(events, "D1", day(0));
	struct employment_event *moved = renumbered(events, "D2", "D1");
	struct employment_event *deleted = employment(events, "D2", day(0));

	deleted->op = EMPLOYMENT_OP_DELETE;
	apply_employment(events, first);
	apply_employment(events, deleted);
	apply_employment(events, moved);
	check_said(events, PROCESSING_OUTCOME_STALE, "STALE");
	check_size(events->person.employments.count, 1);
	NO_DEPARTMENT(events, "D2");
}

static void a_former_key_can_be_taken_by_another_employment(void **state)
{
	struct events *events = *state;

	apply_employment(events, employment(events, "D1", day(0)));
	apply_absence(events, absence(events, "A1", ABSENCE_OP_START, 1));
	apply_employment(events, renumbered(events, "D2", "D1"));
	apply_employment(events, employment(events, "D9", day(0)));
	apply_employment(events, renumbered(events, "D1", "D9"));
	check_changed(events, true);
	check_size(events->person.employments.count, 2);
	check_view(held(events, "D9")->employment_key, VIEW_LITERAL("D1"));
	check_view(held(events, "D1")->employment_key, VIEW_LITERAL("D1"));
	/* The spell stays with the employment that it belongs to. */
	check_view(events->person.spells.items[0].steps.items[0].employment_key, VIEW_LITERAL("D2"));
}

static void what_providers_know_follows_the_key(void **state)
{
	struct events *events = *state;
	struct entity entities[] = {{.kind = ENTITY_KIND_EMPLOYMENT, .key = VIEW_LITERAL("D1"), .entity_id = {7}, .published = true}};
	struct provider_view view = {.provider_id = VIEW_LITERAL("P1"), .entities = {.items = entities, .count = 1}};

	events->person.providers = (struct provider_view_array){.items = &view, .count = 1};
	apply_employment(events, employment(events, "D1", day(0)));
	apply_employment(events, renumbered(events, "D2", "D1"));
	check_size(events->person.providers.items[0].entities.count, 1);
	check_view(events->person.providers.items[0].entities.items[0].key, VIEW_LITERAL("D2"));
	check_int(events->person.providers.items[0].entities.items[0].entity_id[0], 7);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, known_begin, events_end)
static void a_person_has_at_most_4096_segments(void **state)
{
	struct events *events = *state;
	struct employment *other;

	UPSERT(10, 0, "A");
	other = employment_add(&events->person, VIEW_LITERAL("D2"), &events->arena);
	other->segments.items = arena_array(&events->arena, 4094, sizeof *other->segments.items);
	other->segments.count = 4094;
	UPSERT(20, 1, "B");
	check_changed(events, true);
	UPSERT(30, 2, "C");
	check_said(events, PROCESSING_OUTCOME_QUARANTINED, "OVERFLOW");
	check(events->verdict.quarantined);
	UPSERT(40, 1, "D");
	check_changed(events, true);
}

static const struct CMUnitTest tests[] = {
	TEST(an_upsert_makes_header_and_segment),
	TEST(a_person_has_at_most_4096_segments),
	TEST(equal_content_changes_nothing_whatever_its_stamp),
	TEST(where_one_register_is_older_the_other_applies),
	TEST(it_is_stale_when_every_register_is_newer),
	TEST(an_equal_header_of_a_lower_stamp_makes_no_stale),
	TEST(fields_at_fault_keep_what_the_register_holds),
	TEST(a_correct_replaces_all_that_is_older),
	TEST(a_late_correct_leaves_what_is_newer),
	TEST(a_correct_again_is_equal_until_a_register_changes),
	TEST(the_very_same_correct_or_delete_again_changes_nothing),
	TEST(a_delete_leaves_nothing_below_it),
	TEST(a_delete_of_an_employment_not_seen_yet_holds),
	TEST(the_header_stays_while_a_segment_does),
	TEST(a_key_moves_within_the_person),
	TEST(an_unknown_old_key_is_warned_of_and_the_event_taken),
	TEST(an_unknown_old_key_is_warned_of_once),
	TEST(two_known_employments_never_merge),
	TEST(a_delete_that_named_two_employments_takes_one_however_often_it_comes),
	TEST(a_key_that_was_only_deleted_can_be_taken),
	TEST(a_delete_that_is_later_than_the_move_holds_for_what_moves),
	TEST(a_former_key_can_be_taken_by_another_employment),
	TEST(what_providers_know_follows_the_key),
};

CHECK_MAIN(tests)
