#include "vault-svc/core/auto_share.h"

#include "tests/unit/vault_outputs/fixture.h"

static const uint8_t person_key[32] = {9};

static int32_t today(const struct fixture *fixture)
{
	return amsterdam_day(fixture->context.now_ms);
}

/* A person with an employment since 2020 and, of an employer that shares by itself, one spell that began some days ago. */
static struct person_state *sick_since(struct fixture *fixture, int32_t days)
{
	struct person_state *person = some_person(fixture);

	(void)add_employment(fixture, person, "D1", on(2020, 1, 1), NO_END);
	(void)add_sick(fixture, person, "A1", today(fixture) - days);
	fixture->employer->settings.auto_share_on_absence = true;
	return person;
}

struct outcome {
	bool changed;
	struct share_outputs shares;
	struct auto_share_notices notices;
};

static struct outcome judged_as(struct fixture *fixture, struct person_state *person, const struct auto_share_occasion *occasion)
{
	struct outcome outcome = {0};

	outcome.changed = auto_share(person, person_key, occasion, &fixture->context, &outcome.shares, &outcome.notices);
	return outcome;
}

/* At the end of a batch that began spell A1. */
static struct outcome judged(struct fixture *fixture, struct person_state *person)
{
	const struct view begun = VIEW_LITERAL("A1");

	return judged_as(fixture, person, &(struct auto_share_occasion){.begun = &begun, .begun_count = 1});
}

static void check_only(const struct outcome *outcome, enum auto_share_result result, size_t shares)
{
	check(outcome->changed);
	check_size(outcome->notices.count, 1);
	check_int(outcome->notices.items[0].result, result);
	check_view(outcome->notices.items[0].absence_key, VIEW_LITERAL("A1"));
	check_size(outcome->shares.count, shares);
}

static void check_nothing(const struct outcome *outcome)
{
	check_size(outcome->notices.count, 0);
	check_size(outcome->shares.count, 0);
}

static void share_by_command(struct fixture *fixture, struct person_state *person, enum care_kind kind)
{
	const struct share_content content = {.origin = SHARE_ORIGIN_EMPLOYER, .kind = kind, .shared_at = fixture->context.now_ms};
	struct share_outputs outputs = {0};

	check_int(share_begin(person, person_key, VIEW_LITERAL("P1"), VIEW_LITERAL("c1"), &content, &fixture->context, &outputs), SHARE_BEGUN);
}

static void a_sick_report_shares_by_itself_once(void **state)
{
	struct fixture *fixture = *state;
	struct person_state *person = sick_since(fixture, AUTO_SHARE_DAYS);
	struct outcome outcome = judged(fixture, person);
	const struct shared_dossier *dossier;

	check_only(&outcome, AUTO_SHARE_SHARED, 1);
	dossier = opened(fixture, outcome.shares.items[0].payload);
	check_int(dossier->form, SHARE_FORM_FULL);
	check_int(dossier->origin, SHARE_ORIGIN_ABSENCE);
	check_int(dossier->kind, CARE_KIND_SICK_REPORT);
	check(view_is_null(dossier->shared_by) && view_is_null(dossier->reason));
	check_size(dossier->absences.count, 1);
	share_revoke(person, REVOCATION_CAUSE_WITHDRAWN, REVOCATION_ACTION_DELETE_DOSSIER, &fixture->context, &outcome.shares);
	outcome = judged(fixture, person);
	check(!outcome.changed);
	check_nothing(&outcome);
}

static void without_the_setting_it_asks_once_where_nothing_is_shared(void **state)
{
	struct fixture *fixture = *state;
	struct person_state *person = sick_since(fixture, 1);
	struct outcome outcome;

	fixture->employer->settings.auto_share_on_absence = false;
	outcome = judged(fixture, person);
	check_only(&outcome, AUTO_SHARE_REQUIRED, 0);
	outcome = judged(fixture, person);
	check_nothing(&outcome);
	person = sick_since(fixture, 1);
	fixture->employer->settings.auto_share_on_absence = false;
	share_by_command(fixture, person, CARE_KIND_OPEN_CONSULT);
	outcome = judged(fixture, person);
	check(!outcome.changed);
	check_nothing(&outcome);
}

static void a_narrower_share_is_widened(void **state)
{
	struct fixture *fixture = *state;
	struct person_state *person = sick_since(fixture, 1);
	struct outcome outcome;

	share_by_command(fixture, person, CARE_KIND_OPEN_CONSULT);
	outcome = judged(fixture, person);
	check_only(&outcome, AUTO_SHARE_WIDENED, 1);
	check_int(opened(fixture, outcome.shares.items[0].payload)->form, SHARE_FORM_UPDATE);
}

static void a_spell_open_under_a_wide_share_counts_as_having_led_to_one(void **state)
{
	struct fixture *fixture = *state;
	struct person_state *person = sick_since(fixture, 1);
	struct share_outputs revoked = {0};
	struct outcome outcome;

	check(!auto_share_count_shared(person, &fixture->context));
	share_by_command(fixture, person, CARE_KIND_SICK_REPORT);
	check(auto_share_count_shared(person, &fixture->context));
	share_revoke(person, REVOCATION_CAUSE_WITHDRAWN, REVOCATION_ACTION_DELETE_DOSSIER, &fixture->context, &revoked);
	outcome = judged(fixture, person);
	check_nothing(&outcome);
}

static void an_older_spell_is_late_once_and_not_shared(void **state)
{
	struct fixture *fixture = *state;
	struct person_state *person = sick_since(fixture, AUTO_SHARE_DAYS + 1);
	struct outcome outcome = judged_as(fixture, person, &(struct auto_share_occasion){0});

	check_nothing(&outcome);
	outcome = judged(fixture, person);
	check_only(&outcome, AUTO_SHARE_LATE, 0);
	outcome = judged(fixture, person);
	check_nothing(&outcome);
}

static void activation_takes_every_open_spell_whenever_it_began(void **state)
{
	struct fixture *fixture = *state;
	struct person_state *person = sick_since(fixture, 400);
	struct outcome outcome = judged_as(fixture, person, &(struct auto_share_occasion){.activation = true});

	check_only(&outcome, AUTO_SHARE_SHARED, 1);
}

static void leave_and_closed_and_unshown_spells_share_nothing(void **state)
{
	struct fixture *fixture = *state;
	struct person_state *person = sick_since(fixture, 1);
	struct outcome outcome;

	person->spells.items[0].steps.items[0].has_leave = true;
	outcome = judged(fixture, person);
	check_nothing(&outcome);
	person = sick_since(fixture, 3);
	person->spells.items[0].steps.items[0].has_recovered_on = true;
	person->spells.items[0].steps.items[0].recovered_on = today(fixture) - 1;
	outcome = judged(fixture, person);
	check_nothing(&outcome);
	person = sick_since(fixture, 3);
	person->employments.count = 0;
	outcome = judged(fixture, person);
	check(!outcome.changed);
	check_nothing(&outcome);
	person = sick_since(fixture, -1);
	outcome = judged(fixture, person);
	check(!outcome.changed);
	check_nothing(&outcome);
}

static void of_several_providers_only_the_named_one_gets_sick_reports(void **state)
{
	struct fixture *fixture = *state;
	struct person_state *person = sick_since(fixture, 1);
	struct outcome outcome;

	serve(fixture, "P2");
	outcome = judged(fixture, person);
	check(!outcome.changed);
	check_nothing(&outcome);
	fixture->employer->settings.absence_provider = VIEW_LITERAL("P3");
	outcome = judged(fixture, person);
	check_nothing(&outcome);
	fixture->employer->settings.absence_provider = VIEW_LITERAL("P2");
	outcome = judged(fixture, person);
	check_only(&outcome, AUTO_SHARE_SHARED, 1);
	check_view(outcome.shares.items[0].provider_id, VIEW_LITERAL("P2"));
}

static void of_two_spells_one_shares_and_the_other_counts_as_having(void **state)
{
	struct fixture *fixture = *state;
	struct person_state *person = sick_since(fixture, 2);
	struct outcome outcome;

	(void)add_sick(fixture, person, "A2", today(fixture) - 1);
	outcome = judged(fixture, person);
	check_only(&outcome, AUTO_SHARE_SHARED, 1);
	check(person->spells.items[0].led_to_share && person->spells.items[1].led_to_share);
}

static void turning_the_setting_on_shares_nothing_by_itself(void **state)
{
	struct fixture *fixture = *state;
	struct person_state *person = sick_since(fixture, 1);
	struct outcome outcome;

	check(auto_share_count_open(person, &fixture->context));
	check(!auto_share_count_open(person, &fixture->context));
	outcome = judged(fixture, person);
	check_nothing(&outcome);
	outcome = judged_as(fixture, person, &(struct auto_share_occasion){.activation = true});
	check_nothing(&outcome);
}

static void a_leave_that_was_open_when_another_spell_shared_counts_as_having_led_to_one(void **state)
{
	struct fixture *fixture = *state;
	struct person_state *person = sick_since(fixture, 1);
	struct share_outputs revoked = {0};
	struct outcome outcome;

	(void)add_sick(fixture, person, "A2", today(fixture));
	person->spells.items[0].steps.items[0].has_leave = true;
	check_size(judged(fixture, person).shares.count, 1);
	share_revoke(person, REVOCATION_CAUSE_WITHDRAWN, REVOCATION_ACTION_DELETE_DOSSIER, &fixture->context, &revoked);
	person->spells.items[0].steps.items[0].has_leave = false;
	outcome = judged(fixture, person);
	check(!outcome.changed);
	check_nothing(&outcome);
}

static const struct CMUnitTest tests[] = {
	IN_FIXTURE(a_sick_report_shares_by_itself_once),
	IN_FIXTURE(without_the_setting_it_asks_once_where_nothing_is_shared),
	IN_FIXTURE(a_narrower_share_is_widened),
	IN_FIXTURE(a_spell_open_under_a_wide_share_counts_as_having_led_to_one),
	IN_FIXTURE(an_older_spell_is_late_once_and_not_shared),
	IN_FIXTURE(activation_takes_every_open_spell_whenever_it_began),
	IN_FIXTURE(leave_and_closed_and_unshown_spells_share_nothing),
	IN_FIXTURE(of_several_providers_only_the_named_one_gets_sick_reports),
	IN_FIXTURE(of_two_spells_one_shares_and_the_other_counts_as_having),
	IN_FIXTURE(a_leave_that_was_open_when_another_spell_shared_counts_as_having_led_to_one),
	IN_FIXTURE(turning_the_setting_on_shares_nothing_by_itself),
};

CHECK_MAIN(tests)
