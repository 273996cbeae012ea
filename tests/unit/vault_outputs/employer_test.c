#include "schemas/codec/record.h"
#include "tests/unit/vault_outputs/fixture.h"
#include "vault-svc/core/command.h"

static bool knows_p1_and_p2(void *context, struct view provider_id)
{
	(void)context;
	return view_equal(provider_id, VIEW_LITERAL("P1")) || view_equal(provider_id, VIEW_LITERAL("P2"));
}

/* What came of one command. */
struct outcome {
	struct command_answer answer;
	struct employer_state *employer;
	struct employer_change change;
};

static struct employer_command *action(struct fixture *fixture, enum employer_action kind, const char *provider)
{
	struct employer_command *command = record_new(&employer_command_schema, &fixture->arena);

	command->action = kind;
	command->employer_id = VIEW_LITERAL("E1");
	command->actor = VIEW_LITERAL("b.heerder");
	command->provider_ids.items = arena_array(&fixture->arena, 1, sizeof *command->provider_ids.items);
	if (provider != NULL)
		command->provider_ids.items[command->provider_ids.count++] = view_text(provider);
	return command;
}

static struct outcome done(struct fixture *fixture, const struct employer_state *employer, struct employer_command *record, const char *issuer)
{
	const struct message body = {.schema = &employer_command_schema, .record = record};
	struct outcome outcome = {0};
	struct command command;

	check(command_of(&body, view_text(issuer), &command));
	outcome.answer = employer_apply(&command, employer, fixture->context.now_ms, knows_p1_and_p2, NULL, &fixture->entropy, &fixture->arena,
					&outcome.employer, &outcome.change);
	return outcome;
}

static struct employer_state *enabled(struct fixture *fixture)
{
	struct outcome outcome = done(fixture, NULL, action(fixture, EMPLOYER_ACTION_ENABLE, "P1"), "provider:P1");

	check_int(outcome.answer.code, RESULT_CODE_ACCEPTED);
	return outcome.employer;
}

static void enabling_makes_an_employer_with_standard_settings(void **state)
{
	struct fixture *fixture = *state;
	struct employer_state *employer = enabled(fixture);
	static const uint8_t zero[32] = {0};

	check_view(employer->employer_id, VIEW_LITERAL("E1"));
	check_int(employer->state, EMPLOYER_LIFECYCLE_ENABLED);
	check_int(employer->settings.registration, REGISTRATION_MODE_VAULT);
	check_int(employer->settings.absence_history_months, 24);
	check_int(employer->settings.min_group, 10);
	check_size(employer->providers.count, 1);
	check(employer_provider(employer, VIEW_LITERAL("P1")) != NULL);
	check(memcmp(employer->providers.items[0].personnel_number_key, zero, 32) != 0);
	check_view(employer->enabled_by.items[0], VIEW_LITERAL("provider:P1"));
	check(!employer_speaks(employer));
}

static void a_second_provider_is_added_with_a_key_of_its_own_and_the_first_profile_stays(void **state)
{
	struct fixture *fixture = *state;
	struct employer_command *first = action(fixture, EMPLOYER_ACTION_ENABLE, "P1");
	struct employer_command *second = action(fixture, EMPLOYER_ACTION_ENABLE, "P2");
	struct outcome outcome;

	first->profile = record_new(&employer_profile_schema, &fixture->arena);
	first->profile->name = VIEW_LITERAL("Bouwbedrijf");
	second->profile = record_new(&employer_profile_schema, &fixture->arena);
	second->profile->name = VIEW_LITERAL("Anders");
	outcome = done(fixture, NULL, first, "provider:P1");
	outcome = done(fixture, outcome.employer, second, "provider:P2");
	check_int(outcome.answer.code, RESULT_CODE_ACCEPTED);
	check_size(outcome.employer->providers.count, 2);
	check_size(outcome.employer->enabled_by.count, 2);
	check(memcmp(outcome.employer->providers.items[0].personnel_number_key, outcome.employer->providers.items[1].personnel_number_key, 32) != 0);
	check_view(outcome.employer->profile->name, VIEW_LITERAL("Bouwbedrijf"));
	outcome = done(fixture, outcome.employer, second, "operator:ops");
	check_view(outcome.employer->profile->name, VIEW_LITERAL("Anders"));
	check_size(outcome.employer->providers.count, 2);
}

static void a_provider_that_the_vault_does_not_know_enables_nothing(void **state)
{
	struct fixture *fixture = *state;
	struct outcome outcome = done(fixture, NULL, action(fixture, EMPLOYER_ACTION_ENABLE, "P9"), "operator:ops");

	check_int(outcome.answer.code, RESULT_CODE_UNKNOWN_PROVIDER);
	check(outcome.employer == NULL);
}

static void accepting_then_activating_leads_to_the_run(void **state)
{
	struct fixture *fixture = *state;
	struct employer_state *employer = enabled(fixture);
	struct outcome outcome = done(fixture, employer, action(fixture, EMPLOYER_ACTION_ACCEPT, NULL), "employer:E1");

	check_int(outcome.employer->state, EMPLOYER_LIFECYCLE_ACCEPTED);
	check_view(outcome.employer->accepted_by, VIEW_LITERAL("b.heerder"));
	check(outcome.employer->has_accepted_at);
	check_int(outcome.employer->accepted_at, fixture->context.now_ms);
	check(!outcome.change.run_activation);
	check_int(employer->state, EMPLOYER_LIFECYCLE_ENABLED);
	outcome = done(fixture, outcome.employer, action(fixture, EMPLOYER_ACTION_ACTIVATE, NULL), "operator:ops");
	check_int(outcome.employer->state, EMPLOYER_LIFECYCLE_ACTIVATING);
	check(outcome.change.run_activation);
	check(employer_speaks(outcome.employer));
}

static void an_aborted_activation_is_begun_again_by_another_command(void **state)
{
	struct fixture *fixture = *state;
	struct outcome outcome;

	fixture->employer->state = EMPLOYER_LIFECYCLE_ACTIVATING;
	fixture->employer->activation_aborted = true;
	outcome = done(fixture, fixture->employer, action(fixture, EMPLOYER_ACTION_ACTIVATE, NULL), "operator:ops");
	check_int(outcome.answer.code, RESULT_CODE_ACCEPTED);
	check_int(outcome.employer->state, EMPLOYER_LIFECYCLE_ACTIVATING);
	check(!outcome.employer->activation_aborted);
	check(outcome.change.run_activation);
}

static void an_activation_is_by_the_ages_of_its_year_and_one_of_an_active_employer_leaves_them_to_the_yearly_run(void **state)
{
	struct fixture *fixture = *state;
	struct outcome outcome;

	fixture->employer->state = EMPLOYER_LIFECYCLE_ACCEPTED;
	fixture->context.now_ms = on(2026, 12, 31) * MS_PER_DAY + 23 * MS_PER_HOUR;
	outcome = done(fixture, fixture->employer, action(fixture, EMPLOYER_ACTION_ACTIVATE, NULL), "operator:ops");
	check_int(outcome.employer->age_year, 2027);
	fixture->employer->state = EMPLOYER_LIFECYCLE_ACTIVE;
	fixture->employer->age_year = 2026;
	outcome = done(fixture, fixture->employer, action(fixture, EMPLOYER_ACTION_ACTIVATE, NULL), "operator:ops");
	check_int(outcome.employer->age_year, 2026);
}

static void activating_an_active_employer_reconciles_it_and_leaves_it_active(void **state)
{
	struct fixture *fixture = *state;
	struct outcome outcome = done(fixture, fixture->employer, action(fixture, EMPLOYER_ACTION_ACTIVATE, NULL), "operator:ops");

	check_int(outcome.employer->state, EMPLOYER_LIFECYCLE_ACTIVE);
	check(outcome.change.run_activation);
}

static void settings_are_replaced_whole_and_lead_to_a_run_where_persons_are_concerned(void **state)
{
	struct fixture *fixture = *state;
	struct employer_command *command = action(fixture, EMPLOYER_ACTION_CHANGE_SETTINGS, NULL);
	struct outcome outcome = done(fixture, fixture->employer, command, "employer:E1");

	check(!outcome.change.run_settings && !outcome.change.min_group_changed);
	command->settings = record_new(&employer_settings_schema, &fixture->arena);
	check(!done(fixture, fixture->employer, command, "employer:E1").change.run_settings);
	command->settings->min_group = 12;
	command->settings->provider_reporting = true;
	outcome = done(fixture, fixture->employer, command, "employer:E1");
	check(!outcome.change.run_settings && outcome.change.min_group_changed);
	check_int(outcome.employer->settings.min_group, 12);
	check(outcome.employer->settings.provider_reporting);
	command->settings->registration = REGISTRATION_MODE_NEGATIVE;
	check(done(fixture, fixture->employer, command, "employer:E1").change.run_settings);
	check(view_is_null(outcome.employer->absence_settings_run));
	command->settings->auto_share_on_absence = true;
	outcome = done(fixture, fixture->employer, command, "employer:E1");
	check(outcome.change.run_settings);
	check_view(outcome.employer->absence_settings_run, command->command_id);
	fixture->employer->state = EMPLOYER_LIFECYCLE_ACCEPTED;
	outcome = done(fixture, fixture->employer, command, "employer:E1");
	check(!outcome.change.run_settings && !outcome.change.min_group_changed);
	check_int(outcome.employer->settings.registration, REGISTRATION_MODE_NEGATIVE);
}

/* Of P1 and P2, telling, with an automatic share for the provider named (NULL: nobody named). */
static struct employer_state *of_two(struct fixture *fixture, const char *absence_provider)
{
	struct employer_state *employer =
		done(fixture, fixture->employer, action(fixture, EMPLOYER_ACTION_ADD_PROVIDER, "P2"), "employer:E1").employer;

	employer->absence_settings_run = VIEW_NULL;
	employer->settings.auto_share_on_absence = true;
	employer->settings.absence_provider = absence_provider == NULL ? VIEW_NULL : view_text(absence_provider);
	return employer;
}

static void a_provider_is_added_with_a_run_where_providers_are_told_and_with_none_before(void **state)
{
	struct fixture *fixture = *state;
	struct employer_command *command = action(fixture, EMPLOYER_ACTION_ADD_PROVIDER, "P2");
	struct outcome outcome = done(fixture, fixture->employer, command, "employer:E1");

	check_int(outcome.answer.code, RESULT_CODE_ACCEPTED);
	check(outcome.change.run_addition && employer_provider(outcome.employer, VIEW_LITERAL("P2")) != NULL);
	check_int(employer_provider(outcome.employer, VIEW_LITERAL("P2"))->begun_generation, 0);
	fixture->employer->state = EMPLOYER_LIFECYCLE_ACCEPTED;
	outcome = done(fixture, fixture->employer, command, "employer:E1");
	check(!outcome.change.run_addition && outcome.employer->providers.count == 2);
	command->provider_ids.items[0] = VIEW_LITERAL("P9");
	check_int(done(fixture, fixture->employer, command, "employer:E1").answer.code, RESULT_CODE_UNKNOWN_PROVIDER);
}

static void a_provider_that_is_removed_is_on_its_way_out_until_its_run_is_done(void **state)
{
	struct fixture *fixture = *state;
	struct employer_command *command = action(fixture, EMPLOYER_ACTION_REMOVE_PROVIDER, "P2");
	struct employer_state *employer = of_two(fixture, "P1");
	struct outcome outcome;

	command->command_id = VIEW_LITERAL("00000000-0000-4000-8000-000000000009");
	outcome = done(fixture, employer, command, "employer:E1");
	check(outcome.change.run_removal && employer_provider(outcome.employer, VIEW_LITERAL("P2")) == NULL);
	check_view(employer_leaving(outcome.employer, VIEW_LITERAL("P2"))->run_id, command->command_id);
	check_view(employer_leaving(outcome.employer, VIEW_LITERAL("P2"))->actor, VIEW_LITERAL("b.heerder"));
	check(outcome.employer->settings.auto_share_on_absence);
	check(view_is_null(outcome.employer->absence_settings_run));
	employer_left(outcome.employer, command->command_id, true);
	check(view_is_null(employer_leaving(outcome.employer, VIEW_LITERAL("P2"))->run_id));
	outcome = done(fixture, outcome.employer, command, "employer:E1");
	check(outcome.change.run_removal && outcome.employer->leaving.count == 1);
	employer_left(outcome.employer, VIEW_LITERAL("another"), false);
	check_size(outcome.employer->leaving.count, 1);
	employer_left(outcome.employer, command->command_id, false);
	check_size(outcome.employer->leaving.count, 0);
	employer->state = EMPLOYER_LIFECYCLE_ENABLED;
	outcome = done(fixture, employer, command, "employer:E1");
	check(!outcome.change.run_removal && outcome.employer->leaving.count == 0 && outcome.employer->providers.count == 1);
}

static void a_removal_makes_nobody_the_one_who_gets_the_sick_reports_by_themselves(void **state)
{
	static const char *const named[] = {"P1", NULL};
	struct fixture *fixture = *state;
	struct employer_command *command = action(fixture, EMPLOYER_ACTION_REMOVE_PROVIDER, "P1");

	command->command_id = VIEW_LITERAL("00000000-0000-4000-8000-000000000009");
	for (size_t i = 0; i < 2; i++) {
		struct outcome outcome = done(fixture, of_two(fixture, named[i]), command, "employer:E1");

		check(!outcome.employer->settings.auto_share_on_absence);
		check(view_is_null(outcome.employer->settings.absence_provider));
		check_view(outcome.employer->absence_settings_run, command->command_id);
	}
}

static void the_end_of_the_service_leaves_a_name_and_a_state(void **state)
{
	struct fixture *fixture = *state;
	struct outcome outcome = done(fixture, fixture->employer, action(fixture, EMPLOYER_ACTION_TERMINATE, NULL), "employer:E1");
	const struct employer_state *rest;

	check(outcome.change.run_termination);
	check_int(outcome.employer->state, EMPLOYER_LIFECYCLE_TERMINATING);
	check_view(outcome.employer->terminated_by, VIEW_LITERAL("b.heerder"));
	check(!employer_speaks(outcome.employer));
	rest = employer_terminated(outcome.employer, &fixture->arena);
	check_int(rest->state, EMPLOYER_LIFECYCLE_TERMINATED);
	check_view(rest->employer_id, VIEW_LITERAL("E1"));
	check(rest->profile == NULL && rest->providers.count == 0 && view_is_null(rest->terminated_by) && view_is_null(rest->accepted_by));
}

static const struct CMUnitTest tests[] = {
	IN_FIXTURE(enabling_makes_an_employer_with_standard_settings),
	IN_FIXTURE(a_second_provider_is_added_with_a_key_of_its_own_and_the_first_profile_stays),
	IN_FIXTURE(a_provider_that_the_vault_does_not_know_enables_nothing),
	IN_FIXTURE(accepting_then_activating_leads_to_the_run),
	IN_FIXTURE(an_aborted_activation_is_begun_again_by_another_command),
	IN_FIXTURE(an_activation_is_by_the_ages_of_its_year_and_one_of_an_active_employer_leaves_them_to_the_yearly_run),
	IN_FIXTURE(activating_an_active_employer_reconciles_it_and_leaves_it_active),
	IN_FIXTURE(settings_are_replaced_whole_and_lead_to_a_run_where_persons_are_concerned),
	IN_FIXTURE(a_provider_is_added_with_a_run_where_providers_are_told_and_with_none_before),
	IN_FIXTURE(a_provider_that_is_removed_is_on_its_way_out_until_its_run_is_done),
	IN_FIXTURE(a_removal_makes_nobody_the_one_who_gets_the_sick_reports_by_themselves),
	IN_FIXTURE(the_end_of_the_service_leaves_a_name_and_a_state),
};

CHECK_MAIN(tests)
