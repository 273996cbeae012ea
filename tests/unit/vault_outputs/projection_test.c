#include "tests/unit/vault_outputs/fixture.h"

static struct projection seen(struct fixture *fixture, const struct person_state *person)
{
	struct projection projection;

	project(person, &fixture->arena, &projection);
	return projection;
}

static void without_identity_nothing_is_seen(void **state)
{
	struct fixture *fixture = *state;
	struct person_state *person = some_person(fixture);

	(void)add_employment(fixture, person, "D1", on(2020, 1, 1), NO_END);
	(void)add_sick(fixture, person, "A1", on(2026, 11, 1));
	check_size(seen(fixture, person).employment_count, 1);
	check_size(seen(fixture, person).spell_count, 1);
	person->identity = NULL;
	check_size(seen(fixture, person).employment_count, 0);
	check_size(seen(fixture, person).spell_count, 0);
}

static void an_employment_needs_header_segment_birth_before_start_and_start_before_end(void **state)
{
	struct fixture *fixture = *state;
	struct person_state *person = some_person(fixture);
	struct employment *employment = add_employment(fixture, person, "D1", on(2020, 1, 1), on(2020, 1, 1));
	struct employment_header *header = employment->header;

	check_size(seen(fixture, person).employment_count, 1);
	employment->header = NULL;
	check_size(seen(fixture, person).employment_count, 0);
	employment->header = header;
	employment->segments.count = 0;
	check_size(seen(fixture, person).employment_count, 0);
	employment->segments.count = 1;
	header->end_date = on(2019, 12, 31);
	check_size(seen(fixture, person).employment_count, 0);
	header->end_date = on(2020, 1, 1);
	person->identity->birth_date = VIEW_LITERAL("20200101");
	check_size(seen(fixture, person).employment_count, 0);
	person->identity->birth_date = VIEW_LITERAL("20191231");
	check_size(seen(fixture, person).employment_count, 1);
	person->identity->birth_date = VIEW_LITERAL("00000000");
	check_size(seen(fixture, person).employment_count, 1);
}

static void segments_before_the_start_are_cut_and_the_one_in_force_is_moved_to_it(void **state)
{
	struct fixture *fixture = *state;
	struct person_state *person = some_person(fixture);
	struct employment *employment = add_employment(fixture, person, "D1", on(2020, 1, 1), NO_END);
	const struct employment_segment_array *segments;

	(void)add_segment(fixture, employment, on(2020, 2, 1), "B");
	(void)add_segment(fixture, employment, on(2020, 6, 1), "C");
	employment->header->start_date = on(2020, 3, 1);
	segments = &seen(fixture, person).employments[0].segments;
	check_size(segments->count, 2);
	check_int(segments->items[0].from, on(2020, 3, 1));
	check_view(segments->items[0].department_code, VIEW_LITERAL("B"));
	check_int(segments->items[1].from, on(2020, 6, 1));
}

static void a_later_first_segment_is_extended_back_to_the_start(void **state)
{
	struct fixture *fixture = *state;
	struct person_state *person = some_person(fixture);
	struct employment *employment = add_employment(fixture, person, "D1", on(2020, 5, 1), on(2020, 3, 1));
	const struct employment_segment_array *segments;

	employment->header->start_date = on(2020, 1, 1);
	segments = &seen(fixture, person).employments[0].segments;
	check_size(segments->count, 1);
	check_int(segments->items[0].from, on(2020, 1, 1));
}

static void segments_after_the_end_are_cut_and_one_on_the_last_day_stays(void **state)
{
	struct fixture *fixture = *state;
	struct person_state *person = some_person(fixture);
	struct employment *employment = add_employment(fixture, person, "D1", on(2020, 1, 1), on(2020, 5, 31));
	const struct employment_segment_array *segments;

	(void)add_segment(fixture, employment, on(2020, 5, 31), "B");
	(void)add_segment(fixture, employment, on(2020, 6, 1), "C");
	segments = &seen(fixture, person).employments[0].segments;
	check_size(segments->count, 2);
	check_view(segments->items[1].department_code, VIEW_LITERAL("B"));
}

static void equal_neighbours_merge_and_each_field_tells_them_apart(void **state)
{
	struct fixture *fixture = *state;
	struct person_state *person = some_person(fixture);
	struct employment *employment = add_employment(fixture, person, "D1", on(2020, 1, 1), NO_END);
	struct employment_register *second = add_segment(fixture, employment, on(2020, 2, 1), "A");
	struct employment_register equal = *second;
	struct view *const texts[] = {&second->department_code, &second->department_name, &second->parent_department_code, &second->function_code,
				      &second->function_name,   &second->cost_centre,     &second->employment_kind};

	check_size(seen(fixture, person).employments[0].segments.count, 1);
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		*texts[i] = VIEW_LITERAL("other");
		check_size(seen(fixture, person).employments[0].segments.count, 2);
		*second = equal;
	}
	second->contract_hours_x100++;
	check_size(seen(fixture, person).employments[0].segments.count, 2);
	*second = equal;
	second->norm_hours_x100++;
	check_size(seen(fixture, person).employments[0].segments.count, 2);
	*second = equal;
	second->contract_term = CONTRACT_TERM_FIXED;
	check_size(seen(fixture, person).employments[0].segments.count, 2);
}

static void of_more_segments_than_a_record_holds_the_latest_stay(void **state)
{
	struct fixture *fixture = *state;
	struct person_state *person = some_person(fixture);
	struct employment *employment = add_employment(fixture, person, "D1", on(2020, 1, 1), NO_END);
	const struct employment_segment_array *segments;

	for (int32_t i = 1; i < 300; i++)
		(void)add_segment(fixture, employment, on(2020, 1, 1) + i, i % 2 == 0 ? "A" : "B");
	segments = &seen(fixture, person).employments[0].segments;
	check_size(segments->count, 256);
	check_int(segments->items[0].from, on(2020, 1, 1));
	check_int(segments->items[1].from, on(2020, 1, 1) + 45);
	check_int(segments->items[255].from, on(2020, 1, 1) + 299);
}

static void entities_come_in_order_of_their_keys(void **state)
{
	struct fixture *fixture = *state;
	struct person_state *person = some_person(fixture);
	struct projection projection;

	(void)add_employment(fixture, person, "D2", on(2021, 1, 1), NO_END);
	(void)add_employment(fixture, person, "D1", on(2020, 1, 1), NO_END);
	(void)add_sick(fixture, person, "B", on(2026, 1, 1));
	(void)add_sick(fixture, person, "A", on(2026, 2, 1));
	projection = seen(fixture, person);
	check_view(projection.employments[0].key, VIEW_LITERAL("D1"));
	check_view(projection.employments[1].key, VIEW_LITERAL("D2"));
	check_view(projection.spells[0].key, VIEW_LITERAL("A"));
	check_view(projection.spells[1].key, VIEW_LITERAL("B"));
	check(projection_spell(&projection, VIEW_LITERAL("B")) == &projection.spells[1]);
	check(projection_spell(&projection, VIEW_LITERAL("C")) == NULL);
}

/* A person with one employment since 2020 and one spell begun on the day, as every test of a spell has it. */
struct sick {
	struct person_state *person;
	struct employment *employment;
	struct spell *spell;
	int32_t day;
};

static struct sick sick_person(struct fixture *fixture)
{
	struct sick sick = {.person = some_person(fixture), .day = on(2026, 3, 2)};

	sick.employment = add_employment(fixture, sick.person, "D1", on(2020, 1, 1), NO_END);
	sick.spell = add_sick(fixture, sick.person, "A1", sick.day);
	return sick;
}

static struct projected_spell only_spell(struct fixture *fixture, const struct person_state *person)
{
	struct projection projection = seen(fixture, person);

	check_size(projection.spell_count, 1);
	return projection.spells[0];
}

static void each_mutation_date_has_one_segment_and_the_highest_seq_wins(void **state)
{
	struct fixture *fixture = *state;
	struct sick sick = sick_person(fixture);
	struct projected_spell spell;

	(void)add_step(fixture, sick.spell, ABSENCE_OP_MUTATE, 2, sick.day, sick.day + 20, 5000);
	(void)add_step(fixture, sick.spell, ABSENCE_OP_MUTATE, 3, sick.day, sick.day + 10, 8000);
	(void)add_step(fixture, sick.spell, ABSENCE_OP_MUTATE, 4, sick.day, sick.day + 20, 2500);
	spell = only_spell(fixture, sick.person);
	check_size(spell.segments.count, 3);
	check_int(spell.segments.items[1].from, sick.day + 10);
	check_int(spell.segments.items[1].absence_pct_x100, 8000);
	check_int(spell.segments.items[2].from, sick.day + 20);
	check_int(spell.segments.items[2].absence_pct_x100, 2500);
	check(!spell.has_recovered_on && !spell.recovered);
}

static void equal_percentages_merge(void **state)
{
	struct fixture *fixture = *state;
	struct sick sick = sick_person(fixture);

	(void)add_step(fixture, sick.spell, ABSENCE_OP_MUTATE, 2, sick.day, sick.day + 20, 10000);
	check_size(only_spell(fixture, sick.person).segments.count, 1);
}

static void steps_behind_a_gap_do_not_count(void **state)
{
	struct fixture *fixture = *state;
	struct sick sick = sick_person(fixture);

	(void)add_step(fixture, sick.spell, ABSENCE_OP_MUTATE, 3, sick.day, sick.day + 20, 5000);
	check_size(only_spell(fixture, sick.person).segments.count, 1);
	sick.spell->steps.items[0].op = ABSENCE_OP_MUTATE;
	check_size(seen(fixture, sick.person).spell_count, 0);
}

static void a_recovery_ends_the_spell_on_any_op(void **state)
{
	struct fixture *fixture = *state;
	struct sick sick = sick_person(fixture);
	struct spell_step *step = add_step(fixture, sick.spell, ABSENCE_OP_MUTATE, 2, sick.day, sick.day + 5, 5000);
	struct projected_spell spell;

	step->has_recovered_on = true;
	step->recovered_on = sick.day + 9;
	spell = only_spell(fixture, sick.person);
	check(spell.has_recovered_on && spell.recovered);
	check_int(spell.recovered_on, sick.day + 9);
	check_size(spell.segments.count, 2);
	step->recovered_on = sick.day + 5;
	check_size(only_spell(fixture, sick.person).segments.count, 1);
}

static void an_end_with_a_reason_alone_ends_on_its_mutation_date_and_makes_no_segment(void **state)
{
	static const struct {
		enum absence_end reason;
		bool recovered;
	} reasons[] = {{ABSENCE_END_UNKNOWN, false}, {ABSENCE_END_RECOVERED, true},   {ABSENCE_END_DECEASED, false}, {ABSENCE_END_LEFT, false},
		       {ABSENCE_END_TO_WAZO, true},  {ABSENCE_END_WIA, false},        {ABSENCE_END_WGA_LT35, false}, {ABSENCE_END_WGA_35_80, false},
		       {ABSENCE_END_IVA, false},     {ABSENCE_END_WIA_80_100, false}, {ABSENCE_END_END_WGA, false},  {ABSENCE_END_LEFT_SICK, false}};
	struct fixture *fixture = *state;
	struct sick sick = sick_person(fixture);
	struct spell_step *end = add_step(fixture, sick.spell, ABSENCE_OP_END, 2, sick.day, sick.day + 7, 2000);

	end->has_end_reason = true;
	for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
		struct projected_spell spell;

		end->end_reason = reasons[i].reason;
		spell = only_spell(fixture, sick.person);
		check(spell.has_recovered_on);
		check_int(spell.recovered_on, sick.day + 7);
		check_size(spell.segments.count, 1);
		check_int(spell.recovered, reasons[i].recovered);
	}
}

static void a_mutation_after_the_end_opens_the_spell_again(void **state)
{
	struct fixture *fixture = *state;
	struct sick sick = sick_person(fixture);
	struct spell_step *end = add_step(fixture, sick.spell, ABSENCE_OP_END, 2, sick.day, sick.day + 7, 0);
	struct projected_spell spell;

	end->has_recovered_on = true;
	end->recovered_on = sick.day + 7;
	check(only_spell(fixture, sick.person).has_recovered_on);
	(void)add_step(fixture, sick.spell, ABSENCE_OP_MUTATE, 3, sick.day, sick.day + 9, 3000);
	spell = only_spell(fixture, sick.person);
	check(!spell.has_recovered_on && !spell.recovered);
	check_size(spell.segments.count, 2);
}

static void a_deleted_spell_is_not_seen_and_a_start_or_correction_revives_it(void **state)
{
	struct fixture *fixture = *state;
	struct sick sick = sick_person(fixture);

	(void)add_step(fixture, sick.spell, ABSENCE_OP_DELETE, 2, sick.day, sick.day, 0);
	check_size(seen(fixture, sick.person).spell_count, 0);
	(void)add_step(fixture, sick.spell, ABSENCE_OP_MUTATE, 3, sick.day, sick.day, 5000);
	check_size(seen(fixture, sick.person).spell_count, 0);
	(void)add_step(fixture, sick.spell, ABSENCE_OP_START, 4, sick.day + 1, sick.day + 1, 5000);
	check_int(only_spell(fixture, sick.person).first_day, sick.day + 1);
}

static void a_correction_replaces_the_spell_and_reaches_back_to_its_first_day(void **state)
{
	struct fixture *fixture = *state;
	struct sick sick = sick_person(fixture);
	struct projected_spell spell;

	(void)add_step(fixture, sick.spell, ABSENCE_OP_MUTATE, 2, sick.day, sick.day + 5, 5000);
	(void)add_step(fixture, sick.spell, ABSENCE_OP_CORRECT, 5, sick.day - 3, sick.day + 2, 7500);
	(void)add_step(fixture, sick.spell, ABSENCE_OP_MUTATE, 6, sick.day - 3, sick.day + 9, 1000);
	spell = only_spell(fixture, sick.person);
	check_int(spell.first_day, sick.day - 3);
	check_size(spell.segments.count, 2);
	check_int(spell.segments.items[0].from, sick.day - 3);
	check_int(spell.segments.items[0].absence_pct_x100, 7500);
	check_int(spell.segments.items[1].from, sick.day + 9);
}

static void a_spell_is_clipped_at_the_day_after_its_employment_and_is_then_no_recovery(void **state)
{
	struct fixture *fixture = *state;
	struct sick sick = sick_person(fixture);
	struct spell_step *step = add_step(fixture, sick.spell, ABSENCE_OP_MUTATE, 2, sick.day, sick.day + 20, 5000);
	struct projected_spell spell;

	sick.employment->header->has_end_date = true;
	sick.employment->header->end_date = sick.day + 9;
	spell = only_spell(fixture, sick.person);
	check(spell.has_recovered_on && !spell.recovered);
	check_int(spell.recovered_on, sick.day + 10);
	check_size(spell.segments.count, 1);
	step->mutation_date = sick.day + 2;
	step->has_recovered_on = true;
	step->recovered_on = sick.day + 11;
	check(!only_spell(fixture, sick.person).recovered);
	step->recovered_on = sick.day + 10;
	check(only_spell(fixture, sick.person).recovered);
	check_int(only_spell(fixture, sick.person).recovered_on, sick.day + 10);
}

static void a_spell_that_begins_outside_its_employment_is_not_seen(void **state)
{
	struct fixture *fixture = *state;
	struct sick sick = sick_person(fixture);

	sick.employment->header->has_end_date = true;
	sick.employment->header->end_date = sick.day;
	check_size(seen(fixture, sick.person).spell_count, 1);
	sick.employment->header->end_date = sick.day - 1;
	check_size(seen(fixture, sick.person).spell_count, 0);
	sick.employment->header->has_end_date = false;
	sick.employment->header->start_date = sick.day + 1;
	check_size(seen(fixture, sick.person).spell_count, 0);
	sick.employment->header->start_date = sick.day;
	check_size(seen(fixture, sick.person).spell_count, 1);
	sick.spell->steps.items[0].employment_key = VIEW_LITERAL("D9");
	check_size(seen(fixture, sick.person).spell_count, 0);
}

static void a_spell_of_no_days_stays_with_one_segment(void **state)
{
	struct fixture *fixture = *state;
	struct sick sick = sick_person(fixture);
	struct spell_step *end = add_step(fixture, sick.spell, ABSENCE_OP_END, 2, sick.day, sick.day, 0);
	struct projected_spell spell;

	end->has_recovered_on = true;
	end->recovered_on = sick.day;
	spell = only_spell(fixture, sick.person);
	check_int(spell.recovered_on, sick.day);
	check(spell.recovered);
	check_size(spell.segments.count, 1);
	check_int(spell.segments.items[0].from, sick.day);
	check(!spell_open_on(&spell, sick.day));
}

static void a_spell_follows_its_employment_to_a_new_key(void **state)
{
	struct fixture *fixture = *state;
	struct sick sick = sick_person(fixture);

	sick.employment->former_keys.items = &(struct view){0};
	sick.employment->former_keys.items[0] = VIEW_LITERAL("D1");
	sick.employment->former_keys.count = 1;
	sick.employment->employment_key = VIEW_LITERAL("D2");
	check_view(only_spell(fixture, sick.person).employment_key, VIEW_LITERAL("D2"));
}

static const struct CMUnitTest tests[] = {
	IN_FIXTURE(without_identity_nothing_is_seen),
	IN_FIXTURE(an_employment_needs_header_segment_birth_before_start_and_start_before_end),
	IN_FIXTURE(segments_before_the_start_are_cut_and_the_one_in_force_is_moved_to_it),
	IN_FIXTURE(a_later_first_segment_is_extended_back_to_the_start),
	IN_FIXTURE(segments_after_the_end_are_cut_and_one_on_the_last_day_stays),
	IN_FIXTURE(equal_neighbours_merge_and_each_field_tells_them_apart),
	IN_FIXTURE(of_more_segments_than_a_record_holds_the_latest_stay),
	IN_FIXTURE(entities_come_in_order_of_their_keys),
	IN_FIXTURE(each_mutation_date_has_one_segment_and_the_highest_seq_wins),
	IN_FIXTURE(equal_percentages_merge),
	IN_FIXTURE(steps_behind_a_gap_do_not_count),
	IN_FIXTURE(a_recovery_ends_the_spell_on_any_op),
	IN_FIXTURE(an_end_with_a_reason_alone_ends_on_its_mutation_date_and_makes_no_segment),
	IN_FIXTURE(a_mutation_after_the_end_opens_the_spell_again),
	IN_FIXTURE(a_deleted_spell_is_not_seen_and_a_start_or_correction_revives_it),
	IN_FIXTURE(a_correction_replaces_the_spell_and_reaches_back_to_its_first_day),
	IN_FIXTURE(a_spell_is_clipped_at_the_day_after_its_employment_and_is_then_no_recovery),
	IN_FIXTURE(a_spell_that_begins_outside_its_employment_is_not_seen),
	IN_FIXTURE(a_spell_of_no_days_stays_with_one_segment),
	IN_FIXTURE(a_spell_follows_its_employment_to_a_new_key),
};

CHECK_MAIN(tests)
