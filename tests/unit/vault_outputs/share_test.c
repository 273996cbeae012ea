#include "tests/unit/vault_outputs/fixture.h"

#include "schemas/codec/record.h"

static const uint8_t person_key[32] = {9};

/* A person with an employment since 2020. */
static struct person_state *employee(struct fixture *fixture)
{
	struct person_state *person = some_person(fixture);

	(void)add_employment(fixture, person, "D1", on(2020, 1, 1), NO_END);
	return person;
}

static enum share_decision share(struct fixture *fixture, struct person_state *person, enum care_kind kind, const char *cause,
				 struct share_outputs *outputs)
{
	const struct share_content content = {
		.origin = SHARE_ORIGIN_EMPLOYER,
		.kind = kind,
		.shared_at = fixture->context.now_ms,
		.shared_by = view_text("j.jansen"),
		.reason = view_text(cause),
	};

	return share_begin(person, person_key, VIEW_LITERAL("P1"), view_text(cause), &content, &fixture->context, outputs);
}

static void a_share_begins_with_the_whole_payload_under_the_pseudonym(void **state)
{
	struct fixture *fixture = *state;
	struct person_state *person = employee(fixture);
	struct share_outputs outputs = {0};
	const struct shared_dossier *dossier;

	check(reconcile(fixture, person));
	check_int(share(fixture, person, CARE_KIND_SICK_REPORT, "c1", &outputs), SHARE_BEGUN);
	check_size(outputs.count, 1);
	check_view(outputs.items[0].provider_id, VIEW_LITERAL("P1"));
	check(memcmp(outputs.items[0].pseudonym, person->providers.items[0].pseudonym, 16) == 0);
	check_int(outputs.items[0].share_revision, (INT64_C(1) << 40) + 1);
	dossier = opened(fixture, outputs.items[0].payload);
	check_int(dossier->form, SHARE_FORM_FULL);
	check(dossier->employer_informed);
	check_view(dossier->shared_by, VIEW_LITERAL("j.jansen"));
	check_view(dossier->reason, VIEW_LITERAL("c1"));
	check_view(dossier->surname, VIEW_LITERAL("Zandbergen"));
	check(memcmp(dossier->employments.items[0].entity_id, person->providers.items[0].entities.items[0].entity_id, 16) == 0);
	check(!reconcile(fixture, person));
}

static void a_share_as_wide_or_wider_is_already_there(void **state)
{
	struct fixture *fixture = *state;
	struct person_state *person = employee(fixture);
	struct share_outputs outputs = {0};

	check_int(share(fixture, person, CARE_KIND_CASEMANAGER_CONTACT, "c1", &outputs), SHARE_BEGUN);
	check_int(share(fixture, person, CARE_KIND_OPEN_CONSULT, "c2", &outputs), SHARE_ALREADY);
	check_int(share(fixture, person, CARE_KIND_CASEMANAGER_CONTACT, "c3", &outputs), SHARE_ALREADY);
	check_size(outputs.count, 1);
	check_view(person->providers.items[0].share->reason, VIEW_LITERAL("c1"));
}

static void widening_updates_the_same_share_and_becomes_its_reason(void **state)
{
	struct fixture *fixture = *state;
	struct person_state *person = employee(fixture);
	struct share_outputs outputs = {0};
	const struct shared_dossier *dossier;

	person->identity->bsn = VIEW_LITERAL("123456782");
	(void)share(fixture, person, CARE_KIND_OPEN_CONSULT, "c1", &outputs);
	at_noon(fixture, on(2026, 11, 25));
	check_int(share(fixture, person, CARE_KIND_SICK_REPORT, "c2", &outputs), SHARE_WIDENED);
	check_size(outputs.count, 2);
	check(memcmp(outputs.items[0].share_id, outputs.items[1].share_id, 16) == 0);
	check_int(outputs.items[1].share_revision, (INT64_C(1) << 40) + 2);
	dossier = opened(fixture, outputs.items[1].payload);
	check_int(dossier->form, SHARE_FORM_UPDATE);
	check_int(dossier->kind, CARE_KIND_SICK_REPORT);
	check_view(dossier->reason, VIEW_LITERAL("c2"));
	check_int(dossier->shared_at, fixture->context.now_ms);
	check_view(dossier->bsn, VIEW_LITERAL("123456782"));
	check(view_is_null(opened(fixture, outputs.items[0].payload)->bsn));
	check_int(person->providers.items[0].live_shares, 1);
}

static void a_share_id_depends_on_everything_it_is_made_of(void **state)
{
	static const uint8_t other_key[32] = {8};
	uint8_t id[16];
	uint8_t other[16];

	(void)state;
	share_id(person_key, VIEW_LITERAL("P1"), VIEW_LITERAL("c"), false, 0, id);
	share_id(person_key, VIEW_LITERAL("P1"), VIEW_LITERAL("c"), false, 0, other);
	check(memcmp(id, other, 16) == 0);
	share_id(other_key, VIEW_LITERAL("P1"), VIEW_LITERAL("c"), false, 0, other);
	check(memcmp(id, other, 16) != 0);
	share_id(person_key, VIEW_LITERAL("P1c"), VIEW_LITERAL(""), false, 0, other);
	check(memcmp(id, other, 16) != 0);
	share_id(person_key, VIEW_LITERAL("P1"), VIEW_LITERAL("d"), false, 0, other);
	check(memcmp(id, other, 16) != 0);
	share_id(person_key, VIEW_LITERAL("P1"), VIEW_LITERAL("c"), true, 0, other);
	check(memcmp(id, other, 16) != 0);
	share_id(person_key, VIEW_LITERAL("P1"), VIEW_LITERAL("c"), false, 1, other);
	check(memcmp(id, other, 16) != 0);
}

static void a_share_after_a_revoked_one_has_another_id(void **state)
{
	struct fixture *fixture = *state;
	struct person_state *person = employee(fixture);
	struct share_outputs outputs = {0};

	(void)share(fixture, person, CARE_KIND_SICK_REPORT, "c1", &outputs);
	share_revoke(person, REVOCATION_CAUSE_WITHDRAWN, REVOCATION_ACTION_DELETE_DOSSIER, &fixture->context, &outputs);
	check_size(outputs.count, 2);
	check(view_is_null(outputs.items[1].payload));
	check_int(outputs.items[1].cause, REVOCATION_CAUSE_WITHDRAWN);
	check_int(outputs.items[1].share_revision, (INT64_C(1) << 40) + 2);
	check(person->providers.items[0].share == NULL);
	check_int(share(fixture, person, CARE_KIND_SICK_REPORT, "c1", &outputs), SHARE_BEGUN);
	check(memcmp(outputs.items[0].share_id, outputs.items[2].share_id, 16) != 0);
	check_int(outputs.items[2].share_revision, (INT64_C(1) << 40) + 1);
}

/* A shared person, a copy of it as it was, and what an update gives. */
static size_t updates(struct fixture *fixture, struct person_state *person, const struct person_state *before,
		      const struct employer_state *before_employer, struct share_outputs *outputs)
{
	*outputs = (struct share_outputs){0};
	(void)reconcile(fixture, person);
	(void)share_update(person, before, before_employer, &fixture->context, outputs);
	return outputs->count;
}

static void only_a_change_of_what_the_kind_gives_makes_an_update(void **state)
{
	struct fixture *fixture = *state;
	struct person_state *person = employee(fixture);
	struct share_outputs outputs = {0};
	struct person_state *before;

	(void)reconcile(fixture, person);
	(void)share(fixture, person, CARE_KIND_OPEN_CONSULT, "c1", &outputs);
	at_noon(fixture, on(2027, 5, 1));
	before = copy_of(fixture, person);
	check_size(updates(fixture, person, before, fixture->employer, &outputs), 0);
	person->identity->bsn = VIEW_LITERAL("123456782");
	check_size(updates(fixture, person, before, fixture->employer, &outputs), 0);
	person->identity->call_name = VIEW_LITERAL("Jo");
	check_size(updates(fixture, person, before, fixture->employer, &outputs), 1);
	check_int(opened(fixture, outputs.items[0].payload)->form, SHARE_FORM_UPDATE);
	check_view(opened(fixture, outputs.items[0].payload)->call_name, VIEW_LITERAL("Jo"));
	check_view(opened(fixture, outputs.items[0].payload)->reason, VIEW_LITERAL("c1"));
	check_int(outputs.items[0].share_revision, (INT64_C(1) << 40) + 2);
	check_size(updates(fixture, person, copy_of(fixture, person), fixture->employer, &outputs), 0);
}

static void an_update_that_was_not_sent_goes_with_the_next_change(void **state)
{
	struct fixture *fixture = *state;
	struct person_state *person = employee(fixture);
	struct share_outputs outputs = {0};

	(void)reconcile(fixture, person);
	(void)share(fixture, person, CARE_KIND_OPEN_CONSULT, "c1", &outputs);
	person->providers.items[0].share->unsent = true;
	check_size(updates(fixture, person, copy_of(fixture, person), fixture->employer, &outputs), 1);
	check_int(opened(fixture, outputs.items[0].payload)->form, SHARE_FORM_UPDATE);
	check_size(updates(fixture, person, copy_of(fixture, person), fixture->employer, &outputs), 0);
}

static void a_change_of_settings_makes_an_update_where_the_payload_differs(void **state)
{
	struct fixture *fixture = *state;
	struct person_state *person = employee(fixture);
	struct share_outputs outputs = {0};
	struct employer_state before = *fixture->employer;

	person->identity->iban = VIEW_LITERAL("NL91ABNA0417164300");
	(void)reconcile(fixture, person);
	(void)share(fixture, person, CARE_KIND_SICK_REPORT, "c1", &outputs);
	fixture->employer->settings.min_group = 20;
	check_size(updates(fixture, person, copy_of(fixture, person), &before, &outputs), 0);
	fixture->employer->settings.share_iban = true;
	check_size(updates(fixture, person, copy_of(fixture, person), &before, &outputs), 1);
	check_view(opened(fixture, outputs.items[0].payload)->iban, VIEW_LITERAL("NL91ABNA0417164300"));
}

static void passing_time_alone_makes_no_update(void **state)
{
	struct fixture *fixture = *state;
	struct person_state *person = employee(fixture);
	struct share_outputs outputs = {0};
	struct spell_step *end;

	end = add_step(fixture, add_sick(fixture, person, "A1", on(2026, 1, 5)), ABSENCE_OP_END, 2, on(2026, 1, 5), on(2026, 1, 9), 0);
	end->has_recovered_on = true;
	end->recovered_on = on(2026, 1, 9);
	(void)add_segment(fixture, &person->employments.items[0], on(2027, 1, 1), "B");
	fixture->employer->settings.registration = REGISTRATION_MODE_NEGATIVE;
	(void)share(fixture, person, CARE_KIND_SICK_REPORT, "c1", &outputs);
	check_size(opened(fixture, outputs.items[0].payload)->absences.count, 1);
	at_noon(fixture, on(2032, 1, 1));
	check_size(updates(fixture, person, copy_of(fixture, person), fixture->employer, &outputs), 0);
}

static void what_time_brings_into_a_share_makes_no_update_either(void **state)
{
	struct fixture *fixture = *state;
	struct person_state *person = employee(fixture);
	struct share_outputs outputs = {0};
	const struct person_state *before;

	(void)add_sick(fixture, person, "A1", on(2026, 12, 1));
	fixture->employer->settings.registration = REGISTRATION_MODE_NEGATIVE;
	(void)share(fixture, person, CARE_KIND_SICK_REPORT, "c1", &outputs);
	check_size(opened(fixture, outputs.items[0].payload)->absences.count, 0);
	at_noon(fixture, on(2026, 12, 1));
	before = copy_of(fixture, person);
	check_size(updates(fixture, person, before, fixture->employer, &outputs), 0);
	check_size(before->providers.items[0].entities.count, 1);
	person->identity->call_name = VIEW_LITERAL("Jo");
	check_size(updates(fixture, person, before, fixture->employer, &outputs), 1);
	check_size(opened(fixture, outputs.items[0].payload)->absences.count, 1);
}

static void ids_that_only_a_share_names_stay_and_are_the_populations_later(void **state)
{
	struct fixture *fixture = *state;
	struct person_state *person = employee(fixture);
	struct share_outputs outputs = {0};
	const struct shared_dossier *dossier;

	(void)add_sick(fixture, person, "A1", on(2026, 11, 2));
	fixture->employer->settings.registration = REGISTRATION_MODE_NEGATIVE;
	(void)share(fixture, person, CARE_KIND_SICK_REPORT, "c1", &outputs);
	dossier = opened(fixture, outputs.items[0].payload);
	check_size(dossier->absences.count, 1);
	check(memcmp(dossier->absences.items[0].employment_id, dossier->employments.items[0].entity_id, 16) == 0);
	check(!reconcile(fixture, person));
	check_size(fixture->output.count, 0);
	fixture->employer->settings.registration = REGISTRATION_MODE_VAULT;
	check(reconcile(fixture, person));
	check_size(fixture->output.count, 2);
	check(memcmp(fixture->output.items[0].key + 16, dossier->employments.items[0].entity_id, 16) == 0);
	check(memcmp(fixture->output.items[1].key + 16, dossier->absences.items[0].entity_id, 16) == 0);
	check_size(updates(fixture, person, copy_of(fixture, person), fixture->employer, &outputs), 0);
}

static void a_spell_that_begins_makes_an_update_of_the_wide_share_alone(void **state)
{
	struct fixture *fixture = *state;
	static const enum care_kind kinds[] = {CARE_KIND_SICK_REPORT, CARE_KIND_CASEMANAGER_CONTACT, CARE_KIND_OPEN_CONSULT};
	static const size_t expected[] = {1, 1, 0};

	for (size_t i = 0; i < 3; i++) {
		struct person_state *person = employee(fixture);
		struct share_outputs outputs = {0};
		struct person_state *before;

		(void)reconcile(fixture, person);
		(void)share(fixture, person, kinds[i], "c1", &outputs);
		before = copy_of(fixture, person);
		(void)add_sick(fixture, person, "A1", on(2026, 11, 20));
		check_size(updates(fixture, person, before, fixture->employer, &outputs), expected[i]);
	}
}

static struct shared_dossier payload_now(struct fixture *fixture, struct person_state *person)
{
	const struct share_content content = {.kind = CARE_KIND_SICK_REPORT, .employer_informed = true};
	struct shared_dossier dossier;

	share_payload(person, VIEW_LITERAL("P1"), &content, &fixture->context, &dossier);
	return dossier;
}

static void the_segment_in_force_is_given_else_the_nearest(void **state)
{
	struct fixture *fixture = *state;
	struct person_state *person = employee(fixture);
	struct employment_header *header = person->employments.items[0].header;

	(void)add_segment(fixture, &person->employments.items[0], on(2021, 1, 1), "B");
	(void)add_segment(fixture, &person->employments.items[0], on(2022, 1, 1), "C");
	at_noon(fixture, on(2019, 6, 1));
	check_view(payload_now(fixture, person).employments.items[0].department_code, VIEW_LITERAL("A"));
	at_noon(fixture, on(2021, 12, 31));
	check_view(payload_now(fixture, person).employments.items[0].department_code, VIEW_LITERAL("B"));
	check_int(payload_now(fixture, person).employments.items[0].segment_from, on(2021, 1, 1));
	at_noon(fixture, on(2026, 1, 1));
	check_view(payload_now(fixture, person).employments.items[0].department_code, VIEW_LITERAL("C"));
	header->has_end_date = true;
	header->end_date = on(2021, 6, 30);
	check_view(payload_now(fixture, person).employments.items[0].department_code, VIEW_LITERAL("B"));
}

static void absences_are_those_with_a_day_within_the_history(void **state)
{
	static const struct {
		int32_t months;
		int32_t recovered_on; /* days from the day that many months before */
		size_t given;
	} cases[] = {{24, 0, 0}, {24, 1, 1}, {0, 0, 0}, {60, 1, 1}};
	struct fixture *fixture = *state;
	int32_t today = on(2026, 3, 31);

	at_noon(fixture, today);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct person_state *person = employee(fixture);
		struct spell_step *step = &add_sick(fixture, person, "A1", on(2020, 2, 1))->steps.items[0];

		fixture->employer->settings.absence_history_months = cases[i].months;
		step->has_recovered_on = true;
		step->recovered_on = day_months_before(today, cases[i].months) + cases[i].recovered_on;
		check_size(payload_now(fixture, person).absences.count, cases[i].given);
		step->has_recovered_on = false;
		check_size(payload_now(fixture, person).absences.count, 1);
	}
}

static void a_spell_that_has_yet_to_begin_or_has_no_days_is_not_given(void **state)
{
	struct fixture *fixture = *state;
	struct person_state *person = employee(fixture);
	struct spell_step *step = &add_sick(fixture, person, "A1", on(2026, 11, 22))->steps.items[0];

	check_size(payload_now(fixture, person).absences.count, 1);
	at_noon(fixture, on(2026, 11, 21));
	check_size(payload_now(fixture, person).absences.count, 0);
	at_noon(fixture, on(2026, 11, 23));
	step->has_recovered_on = true;
	step->recovered_on = step->first_day;
	check_size(payload_now(fixture, person).absences.count, 0);
}

static void sixteen_employments_are_given_those_in_force_first_then_the_latest(void **state)
{
	struct fixture *fixture = *state;
	struct person_state *person = some_person(fixture);
	struct shared_dossier dossier;
	char key[8];

	for (int32_t i = 0; i < 20; i++) {
		(void)snprintf(key, sizeof key, "D%d", i);
		(void)add_employment(fixture, person, key, on(2000 + i, 1, 1), i == 2 ? NO_END : on(2000 + i, 12, 31));
	}
	dossier = payload_now(fixture, person);
	check_size(dossier.employments.count, 16);
	check_int(dossier.employments.items[0].start_date, on(2002, 1, 1));
	check_int(dossier.employments.items[1].start_date, on(2005, 1, 1));
	check_int(dossier.employments.items[15].start_date, on(2019, 1, 1));
}

static const struct CMUnitTest tests[] = {
	IN_FIXTURE(a_share_begins_with_the_whole_payload_under_the_pseudonym),
	IN_FIXTURE(a_share_as_wide_or_wider_is_already_there),
	IN_FIXTURE(widening_updates_the_same_share_and_becomes_its_reason),
	IN_FIXTURE(a_share_id_depends_on_everything_it_is_made_of),
	IN_FIXTURE(a_share_after_a_revoked_one_has_another_id),
	IN_FIXTURE(only_a_change_of_what_the_kind_gives_makes_an_update),
	IN_FIXTURE(an_update_that_was_not_sent_goes_with_the_next_change),
	IN_FIXTURE(a_change_of_settings_makes_an_update_where_the_payload_differs),
	IN_FIXTURE(passing_time_alone_makes_no_update),
	IN_FIXTURE(what_time_brings_into_a_share_makes_no_update_either),
	IN_FIXTURE(ids_that_only_a_share_names_stay_and_are_the_populations_later),
	IN_FIXTURE(a_spell_that_begins_makes_an_update_of_the_wide_share_alone),
	IN_FIXTURE(the_segment_in_force_is_given_else_the_nearest),
	IN_FIXTURE(absences_are_those_with_a_day_within_the_history),
	IN_FIXTURE(a_spell_that_has_yet_to_begin_or_has_no_days_is_not_given),
	IN_FIXTURE(sixteen_employments_are_given_those_in_force_first_then_the_latest),
};

CHECK_MAIN(tests)
