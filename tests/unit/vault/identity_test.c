#include "tests/unit/vault/events.h"

static void the_first_event_makes_the_identity(void **state)
{
	struct events *events = *state;

	apply_employee(events, employee(events));
	check_changed(events, true);
	check(events->verdict.current);
	check_view(events->person.identity->surname, VIEW_LITERAL("Jansen"));
	check_size(events->person.identity->addresses.count, 1);
	check_view(events->person.identity->addresses.items[0].postcode, VIEW_LITERAL("1234AB"));
	check_view(events->person.identity->source_system, VIEW_LITERAL("AFAS"));
}

static void equal_content_changes_not_even_the_stamp(void **state)
{
	struct events *events = *state;
	struct employee_event *first = employee(events);
	struct employee_event *again = employee(events);

	again->source_ref = VIEW_LITERAL("other");
	apply_employee(events, first);
	apply_employee(events, again);
	check_changed(events, false);
	check(events->verdict.current);
	check_int(events->person.identity->occurred_at, first->occurred_at);
}

static void an_older_event_is_stale(void **state)
{
	struct events *events = *state;
	struct employee_event *older = employee(events);

	older->call_name = VIEW_LITERAL("Bo");
	apply_employee(events, employee(events));
	apply_employee(events, older);
	check_said(events, PROCESSING_OUTCOME_STALE, "STALE");
	check(!events->verdict.changed);
	check(view_is_null(events->person.identity->call_name));
}

static void an_older_event_of_equal_content_is_not_stale(void **state)
{
	struct events *events = *state;
	struct employee_event *older = employee(events);

	apply_employee(events, employee(events));
	apply_employee(events, older);
	check_changed(events, false);
}

static void of_equal_times_the_event_id_decides(void **state)
{
	struct events *events = *state;
	struct employee_event *lower = employee(events);
	struct employee_event *higher = employee(events);

	lower->call_name = VIEW_LITERAL("Low");
	higher->call_name = VIEW_LITERAL("High");
	lower->occurred_at = higher->occurred_at;
	apply_employee(events, higher);
	apply_employee(events, lower);
	check_said(events, PROCESSING_OUTCOME_STALE, "STALE");
	check_view(events->person.identity->call_name, VIEW_LITERAL("High"));
}

static void an_equal_stamp_is_counted_and_nothing_else(void **state)
{
	struct events *events = *state;
	struct employee_event *told = employee(events);

	apply_employee(events, told);
	told->call_name = VIEW_LITERAL("Bo");
	apply_employee(events, told);
	check_changed(events, false);
	check(!events->verdict.current);
	check(view_is_null(events->person.identity->call_name));
}

static void a_later_event_replaces_the_whole(void **state)
{
	struct events *events = *state;
	struct employee_event *later;

	apply_employee(events, employee(events));
	later = employee(events);
	later->initials = VIEW_NULL;
	later->addresses.count = 0;
	apply_employee(events, later);
	check_changed(events, true);
	check(view_is_null(events->person.identity->initials));
	check_size(events->person.identity->addresses.count, 0);
}

static void a_field_at_fault_keeps_the_held_value(void **state)
{
	struct events *events = *state;
	struct employee_event *later;

	apply_employee(events, employee(events));
	later = employee(events);
	later->bsn = VIEW_LITERAL("123456789");
	later->iban = VIEW_NULL;
	apply_employee(events, later);
	check(events->verdict.changed);
	check(!events->verdict.current);
	check_view(events->person.identity->bsn, VIEW_LITERAL("111222333"));
	check(view_is_null(events->person.identity->iban));
}

static void a_field_at_fault_alone_changes_nothing(void **state)
{
	struct events *events = *state;
	struct employee_event *later;

	apply_employee(events, employee(events));
	later = employee(events);
	later->bsn = VIEW_LITERAL("123456789");
	later->has_death_date = true;
	later->death_date = INT32_MAX;
	apply_employee(events, later);
	check_changed(events, false);
	check(!events->verdict.current);
}

static void a_field_at_fault_is_null_where_nothing_is_held(void **state)
{
	struct events *events = *state;
	struct employee_event *first = employee(events);

	first->bsn = VIEW_LITERAL("123456789");
	apply_employee(events, first);
	check(events->verdict.changed);
	check(view_is_null(events->person.identity->bsn));
}

static void another_bsn_needs_an_operator(void **state)
{
	struct events *events = *state;
	struct employee_event *later;

	apply_employee(events, employee(events));
	later = employee(events);
	later->bsn = VIEW_LITERAL("123456782");
	apply_employee(events, later);
	check_said(events, PROCESSING_OUTCOME_QUARANTINED, "IDENTITY_CHANGED");
	check(events->verdict.quarantined);
	check(!events->verdict.changed);
	check_view(events->person.identity->bsn, VIEW_LITERAL("111222333"));
}

static void a_bsn_may_come_and_go(void **state)
{
	struct events *events = *state;
	struct employee_event *later;

	apply_employee(events, employee(events));
	later = employee(events);
	later->bsn = VIEW_NULL;
	apply_employee(events, later);
	check_changed(events, true);
	later = employee(events);
	later->bsn = VIEW_LITERAL("123456782");
	apply_employee(events, later);
	check_changed(events, true);
}

static void birth_date_and_surname_together_need_an_operator(void **state)
{
	struct events *events = *state;
	struct employee_event *later;

	apply_employee(events, employee(events));
	later = employee(events);
	later->surname = VIEW_LITERAL("De Vries");
	apply_employee(events, later);
	check_changed(events, true);
	later = employee(events);
	later->surname = VIEW_LITERAL("De Vries");
	later->birth_date = VIEW_LITERAL("19800518");
	apply_employee(events, later);
	check_changed(events, true);
	later = employee(events);
	later->birth_date = VIEW_LITERAL("19800517");
	apply_employee(events, later);
	check_said(events, PROCESSING_OUTCOME_QUARANTINED, "IDENTITY_CHANGED");
}

static void what_is_stale_needs_no_operator(void **state)
{
	struct events *events = *state;
	struct employee_event *older = employee(events);

	older->bsn = VIEW_LITERAL("123456782");
	apply_employee(events, employee(events));
	apply_employee(events, older);
	check_said(events, PROCESSING_OUTCOME_STALE, "STALE");
	check(!events->verdict.quarantined);
}

static void a_bsn_of_somebody_else_needs_an_operator(void **state)
{
	struct events *events = *state;

	events->bsn_taken = true;
	apply_employee(events, employee(events));
	check_said(events, PROCESSING_OUTCOME_QUARANTINED, "BSN_TAKEN");
	check(events->person.identity == NULL);
	events->bsn_taken = false;
	apply_employee(events, employee(events));
	check_changed(events, true);
}

static void a_bsn_that_is_held_already_may_be_taken_too(void **state)
{
	struct events *events = *state;
	struct employee_event *later;

	apply_employee(events, employee(events));
	events->bsn_taken = true;
	apply_employee(events, employee(events));
	check_changed(events, false);
	check(!events->verdict.quarantined);
	later = employee(events);
	later->call_name = VIEW_LITERAL("Bo");
	apply_employee(events, later);
	check_said(events, PROCESSING_OUTCOME_QUARANTINED, "BSN_TAKEN");
	later->bsn = VIEW_NULL;
	apply_employee(events, later);
	check_changed(events, true);
}

static void a_delete_older_than_the_identity_is_stale(void **state)
{
	struct events *events = *state;
	struct employee_event *older = employee(events);
	struct employee_event *later;

	older->op = EMPLOYEE_OP_DELETE;
	judge(events, &employee_event_schema, older, NULL);
	check(!person_delete_is_stale(&events->person, &events->event));
	apply_employee(events, employee(events));
	later = employee(events);
	later->op = EMPLOYEE_OP_DELETE;
	judge(events, &employee_event_schema, older, NULL);
	check(person_delete_is_stale(&events->person, &events->event));
	judge(events, &employee_event_schema, later, NULL);
	check(!person_delete_is_stale(&events->person, &events->event));
}

static void keys_are_taken_and_lost(void **state)
{
	struct events *events = *state;
	struct person_state *person = &events->person;

	check(!person_take_key(person, VIEW_LITERAL("K1"), &events->arena));
	check(person_take_key(person, VIEW_LITERAL("K2"), &events->arena));
	check_view(person->employee_key, VIEW_LITERAL("K2"));
	check(person_has_key(person, VIEW_LITERAL("K1")));
	check(person_has_key(person, VIEW_LITERAL("K2")));
	check(!person_has_key(person, VIEW_LITERAL("K3")));
	check(!person_lose_key(person, VIEW_LITERAL("K2"), &events->arena));
	check(person_lose_key(person, VIEW_LITERAL("K1"), &events->arena));
	check(!person_has_key(person, VIEW_LITERAL("K1")));
	check_size(person->lost_keys.count, 1);
	check(person_take_key(person, VIEW_LITERAL("K1"), &events->arena));
	check_size(person->lost_keys.count, 0);
	check_size(person->former_keys.count, 1);
	check(person_take_key(person, VIEW_LITERAL("K2"), &events->arena));
	check_size(person->former_keys.count, 1);
	check_view(person->former_keys.items[0], VIEW_LITERAL("K1"));
}

static void a_person_without_identity_is_waited_for_once(void **state)
{
	struct events *events = *state;

	apply_employment(events, employment(events, "D1", day(0)));
	check_said(events, PROCESSING_OUTCOME_WAITING, "EMPLOYEE_UNKNOWN");
	check(events->verdict.changed);
	apply_employment(events, employment(events, "D2", day(0)));
	check_changed(events, true);
	apply_absence(events, absence(events, "A1", ABSENCE_OP_START, 1));
	check_changed(events, true);
	apply_employee(events, employee(events));
	check_changed(events, true);
}

static void a_person_is_active_with_an_employment_today_or_later(void **state)
{
	struct events *events = *state;
	struct employment_event *ended = employment(events, "D1", day(0));

	ended->has_end_date = true;
	ended->end_date = day(50);
	apply_employment(events, ended);
	check(!person_is_active(&events->person, day(10)));
	apply_employee(events, employee(events));
	check(person_is_active(&events->person, day(50)));
	check(person_is_active(&events->person, day(-100)));
	check(!person_is_active(&events->person, day(51)));
	apply_employment(events, employment(events, "D2", day(0)));
	check(person_is_active(&events->person, day(51)));
}

/* A second person, of key K2, with what came under that key. */
static struct person_state *other_person(struct events *events)
{
	struct person_state first = events->person;
	struct person_state *other = arena_take(&events->arena, sizeof *other);
	struct employment_event *later;

	person_begin(&events->person, 4712, VIEW_LITERAL("K2"), &events->arena);
	later = employment(events, "D1", day(0));
	later->department_code = VIEW_LITERAL("New");
	apply_employment(events, later);
	apply_employment(events, employment(events, "D9", day(0)));
	apply_absence(events, absence(events, "A1", ABSENCE_OP_MUTATE, 2));
	apply_absence(events, absence(events, "A9", ABSENCE_OP_START, 1));
	*other = events->person;
	events->person = first;
	return other;
}

static void a_person_without_identity_moves_in_with_all_steps(void **state)
{
	struct events *events = *state;
	struct person_state *other;

	apply_employee(events, employee(events));
	apply_employment(events, employment(events, "D1", day(0)));
	apply_absence(events, absence(events, "A1", ABSENCE_OP_START, 1));
	other = other_person(events);
	check(person_take_key(&events->person, VIEW_LITERAL("K2"), &events->arena));
	person_absorb(&events->person, other, &events->arena);
	check_size(events->person.employments.count, 2);
	check_view(events->person.employments.items[0].segments.items[0].department_code, VIEW_LITERAL("New"));
	check_size(events->person.employments.items[0].segments.count, 1);
	check_size(events->person.spells.count, 2);
	check_size(events->person.spells.items[0].steps.count, 2);
	check(person_employment(&events->person, VIEW_LITERAL("D9")) != NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, events_begin, events_end)
static const struct CMUnitTest tests[] = {
	TEST(the_first_event_makes_the_identity),
	TEST(equal_content_changes_not_even_the_stamp),
	TEST(an_older_event_is_stale),
	TEST(an_older_event_of_equal_content_is_not_stale),
	TEST(of_equal_times_the_event_id_decides),
	TEST(an_equal_stamp_is_counted_and_nothing_else),
	TEST(a_later_event_replaces_the_whole),
	TEST(a_field_at_fault_keeps_the_held_value),
	TEST(a_field_at_fault_alone_changes_nothing),
	TEST(a_field_at_fault_is_null_where_nothing_is_held),
	TEST(another_bsn_needs_an_operator),
	TEST(a_bsn_may_come_and_go),
	TEST(birth_date_and_surname_together_need_an_operator),
	TEST(what_is_stale_needs_no_operator),
	TEST(a_bsn_of_somebody_else_needs_an_operator),
	TEST(a_bsn_that_is_held_already_may_be_taken_too),
	TEST(a_delete_older_than_the_identity_is_stale),
	TEST(keys_are_taken_and_lost),
	TEST(a_person_without_identity_is_waited_for_once),
	TEST(a_person_is_active_with_an_employment_today_or_later),
	TEST(a_person_without_identity_moves_in_with_all_steps),
};

CHECK_MAIN(tests)
