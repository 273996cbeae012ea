#include "tests/unit/vault/events.h"

static int known_begin(void **state)
{
	struct events *events;

	if (events_begin(state) != 0)
		return 1;
	events = *state;
	apply_employee(events, employee(events));
	apply_employment(events, employment(events, "D1", day(0)));
	return 0;
}

static const struct verdict *step(struct events *events, enum absence_op op, int32_t seq)
{
	return apply_absence(events, absence(events, "A1", op, seq));
}

#define START(seq) step(events, ABSENCE_OP_START, (seq))
#define MUTATE(seq) step(events, ABSENCE_OP_MUTATE, (seq))
#define END(seq) step(events, ABSENCE_OP_END, (seq))
#define CORRECT(seq) step(events, ABSENCE_OP_CORRECT, (seq))
#define DELETE(seq) step(events, ABSENCE_OP_DELETE, (seq))

static const struct spell *spell(struct events *events)
{
	check_size(events->person.spells.count, 1);
	return &events->person.spells.items[0];
}

/* Fails unless the only spell holds steps of exactly these seqs, up to 0. */
static void check_seqs(struct events *events, const int32_t *expected)
{
	size_t count = 0;

	for (; expected[count] != 0; count++) {
		check(count < spell(events)->steps.count);
		check_int(spell(events)->steps.items[count].seq, expected[count]);
	}
	check_size(spell(events)->steps.count, count);
}

#define SEQS(...) check_seqs(events, (const int32_t[]){__VA_ARGS__, 0})

/* Fails unless the last verdict has one finding, about the step that this event told. */
static void check_brought_down(struct events *events, const struct absence_event *told, const char *code)
{
	check_size(events->verdict.findings.count, 1);
	check_int(events->verdict.findings.items[0].outcome, PROCESSING_OUTCOME_REJECTED);
	check_text(events->verdict.findings.items[0].code, code);
	check_view(events->verdict.findings.items[0].event_id, told->event_id);
	check_view(events->verdict.findings.items[0].source_system, told->source_system);
	check(events->verdict.changed);
	check(!events->verdict.current);
}

static void steps_in_order_apply(void **state)
{
	struct events *events = *state;

	START(1);
	check_changed(events, true);
	check(events->verdict.current);
	MUTATE(2);
	check_changed(events, true);
	check(events->verdict.current);
	END(3);
	check_changed(events, true);
	SEQS(1, 2, 3);
}

static void a_step_again_changes_nothing_under_any_stamp(void **state)
{
	struct events *events = *state;

	START(1);
	MUTATE(2);
	START(1);
	check_changed(events, false);
	check(events->verdict.current);
	MUTATE(2);
	check_changed(events, false);
	check(events->verdict.current);
}

static void a_seq_with_other_content_is_rejected(void **state)
{
	struct events *events = *state;
	struct absence_event *other = absence(events, "A1", ABSENCE_OP_START, 1);

	START(1);
	other->absence_pct_x100 = 5000;
	apply_absence(events, other);
	check_said(events, PROCESSING_OUTCOME_REJECTED, "SEQ_REUSED");
	check(!events->verdict.changed);
	check_int(spell(events)->steps.items[0].absence_pct_x100, 10000);
	CORRECT(1);
	check_said(events, PROCESSING_OUTCOME_REJECTED, "SEQ_REUSED");
	SEQS(1);
}

static void the_same_stamp_with_other_content_is_counted(void **state)
{
	struct events *events = *state;
	struct absence_event *told = absence(events, "A1", ABSENCE_OP_START, 1);

	apply_absence(events, told);
	told->absence_pct_x100 = 5000;
	apply_absence(events, told);
	check_changed(events, false);
	check(!events->verdict.current);
}

static void a_step_waits_for_the_one_before(void **state)
{
	struct events *events = *state;

	MUTATE(3);
	check_said(events, PROCESSING_OUTCOME_WAITING, "STEP_MISSING");
	check(events->verdict.changed);
	START(1);
	check_changed(events, true);
	END(4);
	check_changed(events, true);
	check(!events->verdict.current);
	MUTATE(2);
	check_changed(events, true);
	check(events->verdict.current);
	SEQS(1, 2, 3, 4);
	END(4);
	check_changed(events, false);
	check(events->verdict.current);
}

static void a_beginning_applies_at_any_seq_and_clears_what_is_below(void **state)
{
	struct events *events = *state;

	START(1);
	MUTATE(2);
	MUTATE(4);
	check_said(events, PROCESSING_OUTCOME_WAITING, "STEP_MISSING");
	CORRECT(6);
	check_changed(events, true);
	check(events->verdict.current);
	SEQS(6);
	MUTATE(5);
	check_said(events, PROCESSING_OUTCOME_STALE, "STALE");
	START(9);
	check_changed(events, true);
	SEQS(9);
	CORRECT(8);
	check_said(events, PROCESSING_OUTCOME_STALE, "STALE");
}

static void a_correct_brings_what_waits_behind_it_into_reach(void **state)
{
	struct events *events = *state;

	MUTATE(7);
	MUTATE(9);
	CORRECT(6);
	check_changed(events, true);
	SEQS(6, 7, 9);
	MUTATE(8);
	check_changed(events, true);
	SEQS(6, 7, 8, 9);
}

static void another_first_day_is_rejected_when_in_reach(void **state)
{
	struct events *events = *state;
	struct absence_event *other = absence(events, "A1", ABSENCE_OP_MUTATE, 2);

	START(1);
	other->first_day = day(11);
	other->mutation_date = day(11);
	apply_absence(events, other);
	check_said(events, PROCESSING_OUTCOME_REJECTED, "DATE_ORDER");
	SEQS(1);
	MUTATE(3);
	check_said(events, PROCESSING_OUTCOME_WAITING, "STEP_MISSING");
	MUTATE(2);
	check_changed(events, true);
	SEQS(1, 2, 3);
}

static void a_waiting_step_of_another_first_day_goes_when_it_comes_into_reach(void **state)
{
	struct events *events = *state;
	struct absence_event *other = absence(events, "A1", ABSENCE_OP_MUTATE, 3);

	other->first_day = day(11);
	other->mutation_date = day(11);
	START(1);
	apply_absence(events, other);
	check_said(events, PROCESSING_OUTCOME_WAITING, "STEP_MISSING");
	MUTATE(4);
	check_changed(events, true);
	MUTATE(2);
	check_brought_down(events, other, "DATE_ORDER");
	SEQS(1, 2, 4);
	apply_absence(events, other);
	check_said(events, PROCESSING_OUTCOME_REJECTED, "DATE_ORDER");
}

static void another_employment_needs_a_correct(void **state)
{
	struct events *events = *state;
	struct absence_event *other = absence(events, "A1", ABSENCE_OP_MUTATE, 2);
	struct absence_event *correct = absence(events, "A1", ABSENCE_OP_CORRECT, 2);

	apply_employment(events, employment(events, "D2", day(0)));
	other->employment_key = VIEW_LITERAL("D2");
	correct->employment_key = VIEW_LITERAL("D2");
	START(1);
	apply_absence(events, other);
	check_said(events, PROCESSING_OUTCOME_REJECTED, "KEY_UNKNOWN");
	apply_absence(events, correct);
	check_changed(events, true);
	SEQS(2);
}

static void a_former_key_of_the_employment_is_the_same_employment(void **state)
{
	struct events *events = *state;
	struct employment_event *moved = employment(events, "D2", day(0));
	struct absence_event *mutate = absence(events, "A1", ABSENCE_OP_MUTATE, 2);

	START(1);
	moved->employment_key_old = VIEW_LITERAL("D1");
	apply_employment(events, moved);
	START(1);
	check_changed(events, false);
	apply_absence(events, mutate);
	check_changed(events, true);
	mutate->employment_key = VIEW_LITERAL("D2");
	AT(mutate, 999999);
	apply_absence(events, mutate);
	check_changed(events, false);
}

static void after_a_delete_only_a_beginning_revives(void **state)
{
	struct events *events = *state;

	START(1);
	DELETE(2);
	check_changed(events, true);
	check(events->verdict.current);
	SEQS(2);
	MUTATE(3);
	check_said(events, PROCESSING_OUTCOME_REJECTED, "SEQ_AFTER_DELETE");
	check(!events->verdict.changed);
	MUTATE(4);
	check_said(events, PROCESSING_OUTCOME_WAITING, "STEP_MISSING");
	SEQS(2, 4);
	START(3);
	check_changed(events, true);
	SEQS(3, 4);
}

static void a_delete_brings_down_the_step_behind_it(void **state)
{
	struct events *events = *state;
	struct absence_event *third = absence(events, "A1", ABSENCE_OP_MUTATE, 3);

	START(1);
	apply_absence(events, third);
	MUTATE(4);
	DELETE(2);
	check_brought_down(events, third, "SEQ_AFTER_DELETE");
	SEQS(2, 4);
}

static void a_delete_of_a_spell_not_seen_yet_holds(void **state)
{
	struct events *events = *state;

	DELETE(4);
	check_changed(events, true);
	START(1);
	check_said(events, PROCESSING_OUTCOME_STALE, "STALE");
	DELETE(4);
	check_changed(events, false);
}

static void of_a_delete_only_the_keys_count(void **state)
{
	struct events *events = *state;
	struct absence_event *again = absence(events, "A1", ABSENCE_OP_DELETE, 2);

	DELETE(2);
	again->first_day = day(3);
	again->absence_pct_x100 = 1;
	apply_absence(events, again);
	check_changed(events, false);
}

static void an_unknown_employment_is_waited_for_once_per_spell(void **state)
{
	struct events *events = *state;
	struct absence_event *told = absence(events, "A2", ABSENCE_OP_START, 1);

	told->employment_key = VIEW_LITERAL("D7");
	apply_absence(events, told);
	check_said(events, PROCESSING_OUTCOME_WAITING, "EMPLOYMENT_UNKNOWN");
	check(events->verdict.changed);
	told = absence(events, "A2", ABSENCE_OP_MUTATE, 3);
	told->employment_key = VIEW_LITERAL("D7");
	apply_absence(events, told);
	check_changed(events, true);
	told = absence(events, "A3", ABSENCE_OP_START, 1);
	told->employment_key = VIEW_LITERAL("D7");
	apply_absence(events, told);
	check_said(events, PROCESSING_OUTCOME_WAITING, "EMPLOYMENT_UNKNOWN");
}

static void the_thirty_third_waiting_step_of_a_spell_needs_an_operator(void **state)
{
	struct events *events = *state;

	for (int32_t seq = 10; seq < 42; seq++)
		MUTATE(seq);
	MUTATE(42);
	check_said(events, PROCESSING_OUTCOME_QUARANTINED, "OVERFLOW");
	check(events->verdict.quarantined);
	check(!events->verdict.changed);
	MUTATE(41);
	check_changed(events, false);
	START(9);
	check_changed(events, true);
	check_size(spell(events)->steps.count, 33);
	MUTATE(42);
	check_changed(events, true);
	MUTATE(44);
	check_changed(events, true);
}

static void a_person_has_at_most_128_waiting_steps(void **state)
{
	struct events *events = *state;
	char key[8];

	for (int i = 0; i < 128; i++) {
		(void)snprintf(key, sizeof key, "S%d", i / 32);
		apply_absence(events, absence(events, key, ABSENCE_OP_MUTATE, 10 + i % 32));
		check(!events->verdict.quarantined);
	}
	apply_absence(events, absence(events, "S9", ABSENCE_OP_MUTATE, 10));
	check_said(events, PROCESSING_OUTCOME_QUARANTINED, "OVERFLOW");
	check_size(events->person.spells.count, 4);
	apply_absence(events, absence(events, "S9", ABSENCE_OP_START, 10));
	check_changed(events, true);
}

/* Gives the person `count` further spells of `steps` steps each. */
static void fill_spells(struct events *events, size_t count, size_t steps)
{
	struct spell_array *all = &events->person.spells;
	struct spell *items = arena_array(&events->arena, all->count + count, sizeof *items);

	if (all->count > 0)
		memcpy(items, all->items, all->count * sizeof *items);
	for (size_t i = all->count; i < all->count + count; i++) {
		items[i].absence_key = VIEW_LITERAL("FULL");
		items[i].steps.items = arena_array(&events->arena, steps, sizeof *items[i].steps.items);
		items[i].steps.count = steps;
		for (size_t k = 0; k < steps; k++)
			items[i].steps.items[k] = (struct spell_step){.seq = (int32_t)k + 1, .op = ABSENCE_OP_START};
	}
	all->items = items;
	all->count += count;
}

static void a_person_has_at_most_1024_spells(void **state)
{
	struct events *events = *state;

	fill_spells(events, 1023, 1);
	START(1);
	check_changed(events, true);
	apply_absence(events, absence(events, "A2", ABSENCE_OP_START, 1));
	check_said(events, PROCESSING_OUTCOME_QUARANTINED, "OVERFLOW");
	check(events->verdict.quarantined);
	check_size(events->person.spells.count, 1024);
}

static void a_person_has_at_most_4096_steps(void **state)
{
	struct events *events = *state;

	START(1);
	fill_spells(events, 1, 4094);
	MUTATE(2);
	check_changed(events, true);
	MUTATE(3);
	check_said(events, PROCESSING_OUTCOME_QUARANTINED, "OVERFLOW");
	check(events->verdict.quarantined);
}

static struct absence_event *broken_recovery(struct events *events, enum absence_op op, int32_t seq)
{
	struct absence_event *told = absence(events, "A1", op, seq);

	told->has_expected_recovery = true;
	told->expected_recovery = INT32_MAX;
	return told;
}

static void a_field_at_fault_keeps_what_the_step_before_says(void **state)
{
	struct events *events = *state;
	struct absence_event *first = absence(events, "A1", ABSENCE_OP_START, 1);
	struct absence_event *third = broken_recovery(events, ABSENCE_OP_MUTATE, 3);

	first->has_expected_recovery = true;
	first->expected_recovery = day(40);
	apply_absence(events, third);
	check(!spell(events)->steps.items[0].has_expected_recovery);
	apply_absence(events, first);
	apply_absence(events, broken_recovery(events, ABSENCE_OP_MUTATE, 2));
	SEQS(1, 2, 3);
	check_int(spell(events)->steps.items[2].expected_recovery, day(40));
	check(spell(events)->steps.items[2].has_expected_recovery);
	apply_absence(events, third);
	check_changed(events, false);
	apply_absence(events, broken_recovery(events, ABSENCE_OP_CORRECT, 7));
	check_int(spell(events)->steps.items[0].expected_recovery, day(40));
}

static void a_field_at_fault_is_null_where_nothing_is_held(void **state)
{
	struct events *events = *state;

	apply_absence(events, broken_recovery(events, ABSENCE_OP_START, 1));
	check(!spell(events)->steps.items[0].has_expected_recovery);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, known_begin, events_end)
static const struct CMUnitTest tests[] = {
	TEST(steps_in_order_apply),
	TEST(a_step_again_changes_nothing_under_any_stamp),
	TEST(a_seq_with_other_content_is_rejected),
	TEST(the_same_stamp_with_other_content_is_counted),
	TEST(a_step_waits_for_the_one_before),
	TEST(a_beginning_applies_at_any_seq_and_clears_what_is_below),
	TEST(a_correct_brings_what_waits_behind_it_into_reach),
	TEST(another_first_day_is_rejected_when_in_reach),
	TEST(a_waiting_step_of_another_first_day_goes_when_it_comes_into_reach),
	TEST(another_employment_needs_a_correct),
	TEST(a_former_key_of_the_employment_is_the_same_employment),
	TEST(after_a_delete_only_a_beginning_revives),
	TEST(a_delete_brings_down_the_step_behind_it),
	TEST(a_delete_of_a_spell_not_seen_yet_holds),
	TEST(of_a_delete_only_the_keys_count),
	TEST(an_unknown_employment_is_waited_for_once_per_spell),
	TEST(the_thirty_third_waiting_step_of_a_spell_needs_an_operator),
	TEST(a_person_has_at_most_128_waiting_steps),
	TEST(a_person_has_at_most_1024_spells),
	TEST(a_person_has_at_most_4096_steps),
	TEST(a_field_at_fault_keeps_what_the_step_before_says),
	TEST(a_field_at_fault_is_null_where_nothing_is_held),
};

CHECK_MAIN(tests)
