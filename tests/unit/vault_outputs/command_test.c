#include "vault-svc/core/command.h"

#include "schemas/codec/record.h"
#include "tests/unit/vault_outputs/fixture.h"

static const char *const ISSUER = "employer:E1";

/* A command under test: the body, who sends it, and the employer as it is. */
struct sent {
	struct message body;
	const char *issuer;
	struct employer_state *employer;
	int64_t now_ms;
};

static void sign(struct sent *sent, const struct schema *schema, void *record)
{
	sent->body = (struct message){.schema = schema, .writer = schema, .record = record};
}

static struct share_command *share_sent(struct fixture *fixture, struct sent *sent)
{
	struct share_command *command = record_new(&share_command_schema, &fixture->arena);

	*command = (struct share_command){
		.command_id = VIEW_LITERAL("0b9f8a3e-0000-4000-8000-000000000001"),
		.employer_id = VIEW_LITERAL("E1"),
		.expires_at = fixture->context.now_ms + MS_PER_HOUR,
		.actor = VIEW_LITERAL("j.jansen"),
		.provider_id = VIEW_LITERAL("P1"),
		.employee_key = VIEW_LITERAL("K1"),
		.kind = CARE_KIND_SICK_REPORT,
		.reason = VIEW_LITERAL("Toelichting"),
		.confirm = true,
	};
	*sent = (struct sent){.issuer = ISSUER, .employer = fixture->employer, .now_ms = fixture->context.now_ms};
	sign(sent, &share_command_schema, command);
	return command;
}

static struct employer_command *employer_sent(struct fixture *fixture, struct sent *sent, enum employer_action action, const char *issuer)
{
	struct employer_command *command = record_new(&employer_command_schema, &fixture->arena);

	command->command_id = VIEW_LITERAL("0b9f8a3e-0000-4000-8000-000000000002");
	command->employer_id = VIEW_LITERAL("E1");
	command->expires_at = fixture->context.now_ms + MS_PER_HOUR;
	command->actor = VIEW_LITERAL("b.heerder");
	command->action = action;
	command->provider_ids.items = arena_array(&fixture->arena, 2, sizeof *command->provider_ids.items);
	command->provider_ids.items[0] = VIEW_LITERAL("P1");
	command->provider_ids.count = 1;
	*sent = (struct sent){.issuer = issuer, .employer = fixture->employer, .now_ms = fixture->context.now_ms};
	sign(sent, &employer_command_schema, command);
	return command;
}

/* The code as text, with the detail behind a space. */
static const char *verdict(struct fixture *fixture, const struct sent *sent)
{
	struct command command;
	struct command_answer answer = {0};
	char *text = arena_take(&fixture->arena, 128);

	check(command_of(&sent->body, view_text(sent->issuer), &command));
	if (command_check(&command, &sent->body, sent->employer, sent->now_ms, &answer))
		return "passed";
	(void)snprintf(text, 128, "%s%s%s", result_code_name(answer.code), answer.detail == NULL ? "" : " ",
		       answer.detail == NULL ? "" : answer.detail);
	return text;
}

static void a_command_is_read_with_its_issuer(void **state)
{
	struct fixture *fixture = *state;
	struct sent sent;
	struct command command;

	(void)share_sent(fixture, &sent);
	check(command_of(&sent.body, VIEW_LITERAL("employer:E1"), &command));
	check_int(command.kind, COMMAND_SHARE);
	check_int(command.issuer_kind, ISSUER_EMPLOYER);
	check_view(command.issuer_name, VIEW_LITERAL("E1"));
	check_view(command.actor, VIEW_LITERAL("j.jansen"));
	check(command_of(&sent.body, VIEW_LITERAL("provider:P1"), &command));
	check_int(command.issuer_kind, ISSUER_PROVIDER);
	check(command_of(&sent.body, VIEW_LITERAL("vault:V1"), &command));
	check_int(command.issuer_kind, ISSUER_OTHER);
	check(command_of(&sent.body, VIEW_LITERAL("employer:"), &command));
	check_int(command.issuer_kind, ISSUER_OTHER);
}

static void what_is_no_command_or_of_an_unknown_kind_is_none(void **state)
{
	struct fixture *fixture = *state;
	struct sent sent;
	struct command command;

	share_sent(fixture, &sent)->kind = (enum care_kind)SCHEMA_NO_SYMBOL;
	check(!command_of(&sent.body, view_text(ISSUER), &command));
	employer_sent(fixture, &sent, EMPLOYER_ACTION_ENABLE, ISSUER)->action = (enum employer_action)SCHEMA_NO_SYMBOL;
	check(!command_of(&sent.body, view_text(ISSUER), &command));
	sent.body.schema = &care_request_schema;
	check(!command_of(&sent.body, view_text(ISSUER), &command));
}

static void only_the_employer_shares_and_only_its_own_kinds(void **state)
{
	static const struct {
		const char *issuer;
		enum care_kind kind;
		const char *verdict;
	} cases[] = {
		{"employer:E1", CARE_KIND_SICK_REPORT, "passed"},
		{"employer:E1", CARE_KIND_CASEMANAGER_CONTACT, "passed"},
		{"employer:E1", CARE_KIND_PREVENTIVE_CONSULT, "passed"},
		{"employer:E1", CARE_KIND_WORKING_CONDITIONS_CONSULT, "passed"},
		{"employer:E1", CARE_KIND_OPEN_CONSULT, "passed"},
		{"employer:E1", CARE_KIND_WALK_IN, "NOT_AUTHORISED"},
		{"employer:E1", CARE_KIND_PROVIDER_SICK_LINE, "NOT_AUTHORISED"},
		{"employer:E2", CARE_KIND_SICK_REPORT, "NOT_AUTHORISED"},
		{"employer:E", CARE_KIND_SICK_REPORT, "NOT_AUTHORISED"},
		{"operator:E1", CARE_KIND_SICK_REPORT, "NOT_AUTHORISED"},
		{"provider:P1", CARE_KIND_OPEN_CONSULT, "NOT_AUTHORISED"},
		{"vault:E1", CARE_KIND_SICK_REPORT, "NOT_AUTHORISED"},
		{"E1", CARE_KIND_SICK_REPORT, "NOT_AUTHORISED"},
	};
	struct fixture *fixture = *state;
	struct sent sent;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		share_sent(fixture, &sent)->kind = cases[i].kind;
		sent.issuer = cases[i].issuer;
		check_text(verdict(fixture, &sent), cases[i].verdict);
	}
}

static void a_command_expires_and_may_not_last_longer_than_a_day(void **state)
{
	struct fixture *fixture = *state;
	struct sent sent;
	struct share_command *command = share_sent(fixture, &sent);

	command->expires_at = sent.now_ms;
	check_text(verdict(fixture, &sent), "passed");
	command->expires_at = sent.now_ms - 1;
	check_text(verdict(fixture, &sent), "EXPIRED");
	command->expires_at = INT64_MIN;
	check_text(verdict(fixture, &sent), "EXPIRED");
	command->expires_at = sent.now_ms + MS_PER_DAY;
	check_text(verdict(fixture, &sent), "passed");
	command->expires_at++;
	check_text(verdict(fixture, &sent), "INVALID expires_at");
	command->expires_at = INT64_MAX;
	check_text(verdict(fixture, &sent), "INVALID expires_at");
}

static void each_field_of_a_share_has_its_rule(void **state)
{
	struct fixture *fixture = *state;
	struct sent sent;

	share_sent(fixture, &sent)->command_id = VIEW_LITERAL("0B9F8A3E-0000-4000-8000-000000000001");
	check_text(verdict(fixture, &sent), "INVALID command_id");
	share_sent(fixture, &sent)->command_id = VIEW_LITERAL("");
	check_text(verdict(fixture, &sent), "INVALID command_id");
	share_sent(fixture, &sent)->actor = VIEW_LITERAL("");
	check_text(verdict(fixture, &sent), "INVALID actor");
	share_sent(fixture, &sent)->actor = VIEW_NULL;
	check_text(verdict(fixture, &sent), "INVALID actor");
	share_sent(fixture, &sent)->provider_id = VIEW_LITERAL("");
	check_text(verdict(fixture, &sent), "INVALID provider_id");
	share_sent(fixture, &sent)->employee_key = VIEW_LITERAL("a\tb");
	check_text(verdict(fixture, &sent), "INVALID employee_key");
	share_sent(fixture, &sent)->absence_key = VIEW_LITERAL("");
	check_text(verdict(fixture, &sent), "INVALID absence_key");
	share_sent(fixture, &sent)->reason = VIEW_LITERAL("");
	check_text(verdict(fixture, &sent), "INVALID reason");
	share_sent(fixture, &sent)->reason = VIEW_LITERAL("regel\nregel");
	check_text(verdict(fixture, &sent), "INVALID reason");
}

static void what_the_decoder_could_not_take_is_invalid(void **state)
{
	struct fixture *fixture = *state;
	struct sent sent;
	struct fault fault = {.code = FAULT_TEXT, .field = schema_field_named(&share_command_schema, VIEW_LITERAL("absence_key"))};

	(void)share_sent(fixture, &sent);
	sent.body.faults = (struct fault_list){.items = &fault, .count = 1};
	check_text(verdict(fixture, &sent), "INVALID absence_key");
}

static void the_checks_come_in_their_order(void **state)
{
	struct fixture *fixture = *state;
	struct sent sent;
	struct share_command *command = share_sent(fixture, &sent);

	command->kind = CARE_KIND_WALK_IN;
	command->expires_at = 0;
	command->reason = VIEW_LITERAL("");
	command->confirm = false;
	command->provider_id = VIEW_LITERAL("P9");
	sent.employer = NULL;
	check_text(verdict(fixture, &sent), "NOT_AUTHORISED");
	command->kind = CARE_KIND_SICK_REPORT;
	check_text(verdict(fixture, &sent), "EXPIRED");
	command->expires_at = sent.now_ms;
	check_text(verdict(fixture, &sent), "INVALID reason");
	command->reason = VIEW_LITERAL("r");
	check_text(verdict(fixture, &sent), "NO_CONFIRM");
	command->confirm = true;
	check_text(verdict(fixture, &sent), "NOT_ACTIVE");
	sent.employer = fixture->employer;
	check_text(verdict(fixture, &sent), "UNKNOWN_PROVIDER");
	command->provider_id = VIEW_LITERAL("P1");
	check_text(verdict(fixture, &sent), "passed");
}

static void a_share_needs_an_active_employer(void **state)
{
	struct fixture *fixture = *state;
	struct sent sent;

	(void)share_sent(fixture, &sent);
	for (enum employer_lifecycle at = EMPLOYER_LIFECYCLE_ENABLED; at <= EMPLOYER_LIFECYCLE_TERMINATED; at++) {
		fixture->employer->state = at;
		check_text(verdict(fixture, &sent), at == EMPLOYER_LIFECYCLE_ACTIVE ? "passed" : "NOT_ACTIVE");
	}
}

static void each_action_has_the_states_it_needs(void **state)
{
	static const char *const none = "NOT_ACTIVE";
	static const char *const twice = "CONFLICT";
	static const char *const yes = "passed";
	const struct {
		enum employer_action action;
		const char *issuer;
		const char *never;
		const char *by_state[6];
	} cases[] = {
		{EMPLOYER_ACTION_ENABLE, "operator:ops", yes, {twice, twice, twice, twice, twice, twice}},
		{EMPLOYER_ACTION_ACCEPT, "employer:E1", none, {yes, twice, twice, twice, none, none}},
		{EMPLOYER_ACTION_ACTIVATE, "operator:ops", none, {none, yes, twice, yes, none, none}},
		{EMPLOYER_ACTION_CHANGE_SETTINGS, "employer:E1", none, {yes, yes, yes, yes, none, none}},
	};
	struct fixture *fixture = *state;
	struct sent sent;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		(void)employer_sent(fixture, &sent, cases[i].action, cases[i].issuer);
		sent.employer = NULL;
		check_text(verdict(fixture, &sent), cases[i].never);
		sent.employer = fixture->employer;
		for (size_t at = 0; at < 6; at++) {
			fixture->employer->state = (enum employer_lifecycle)at;
			check_text(verdict(fixture, &sent), cases[i].by_state[at]);
		}
	}
}

static void an_activation_that_was_aborted_may_be_asked_for_again(void **state)
{
	struct fixture *fixture = *state;
	struct sent sent;

	(void)employer_sent(fixture, &sent, EMPLOYER_ACTION_ACTIVATE, "operator:ops");
	fixture->employer->state = EMPLOYER_LIFECYCLE_ACTIVATING;
	check_text(verdict(fixture, &sent), "CONFLICT");
	fixture->employer->activation_aborted = true;
	check_text(verdict(fixture, &sent), "passed");
}

static void another_provider_may_be_added_while_enabled_alone(void **state)
{
	struct fixture *fixture = *state;
	struct sent sent;

	employer_sent(fixture, &sent, EMPLOYER_ACTION_ENABLE, "provider:P2")->provider_ids.items[0] = VIEW_LITERAL("P2");
	fixture->employer->state = EMPLOYER_LIFECYCLE_ENABLED;
	check_text(verdict(fixture, &sent), "passed");
	fixture->employer->state = EMPLOYER_LIFECYCLE_ACCEPTED;
	check_text(verdict(fixture, &sent), "CONFLICT");
}

static void who_may_do_what_to_an_employer(void **state)
{
	static const struct {
		enum employer_action action;
		const char *employer;
		const char *operator;
		const char *provider;
	} cases[] = {
		{EMPLOYER_ACTION_ENABLE, "NOT_AUTHORISED", "passed", "passed"},
		{EMPLOYER_ACTION_ACCEPT, "NOT_ACTIVE", "NOT_AUTHORISED", "NOT_AUTHORISED"},
		{EMPLOYER_ACTION_ACTIVATE, "NOT_AUTHORISED", "NOT_ACTIVE", "NOT_AUTHORISED"},
		{EMPLOYER_ACTION_CHANGE_SETTINGS, "NOT_ACTIVE", "NOT_AUTHORISED", "NOT_AUTHORISED"},
		{EMPLOYER_ACTION_ADD_PROVIDER, "NOT_ACTIVE", "NOT_AUTHORISED", "NOT_AUTHORISED"},
		{EMPLOYER_ACTION_REMOVE_PROVIDER, "NOT_ACTIVE", "NOT_AUTHORISED", "NOT_AUTHORISED"},
		{EMPLOYER_ACTION_TERMINATE, "NOT_ACTIVE", "NOT_AUTHORISED", "NOT_AUTHORISED"},
	};
	struct fixture *fixture = *state;
	struct sent sent;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		(void)employer_sent(fixture, &sent, cases[i].action, "employer:E1");
		sent.employer = NULL;
		check_text(verdict(fixture, &sent), cases[i].employer);
		sent.issuer = "operator:ops";
		check_text(verdict(fixture, &sent), cases[i].operator);
		sent.issuer = "provider:P1";
		check_text(verdict(fixture, &sent), cases[i].provider);
	}
}

static void providers_come_and_go_one_after_the_other(void **state)
{
	struct fixture *fixture = *state;
	struct sent sent;
	struct employer_command *command = employer_sent(fixture, &sent, EMPLOYER_ACTION_ADD_PROVIDER, ISSUER);
	struct leaving_provider leaving = {.provider_id = VIEW_LITERAL("P2"), .run_id = VIEW_LITERAL("r"), .actor = VIEW_LITERAL("a")};

	command->provider_ids.count = 0;
	check_text(verdict(fixture, &sent), "INVALID provider_ids");
	command->provider_ids.items[command->provider_ids.count++] = VIEW_LITERAL("P1");
	check_text(verdict(fixture, &sent), "CONFLICT");
	command->provider_ids.items[0] = VIEW_LITERAL("P2");
	check_text(verdict(fixture, &sent), "passed");
	fixture->employer->leaving = (struct leaving_provider_array){.items = &leaving, .count = 1};
	check_text(verdict(fixture, &sent), "CONFLICT");
	command->action = EMPLOYER_ACTION_REMOVE_PROVIDER;
	check_text(verdict(fixture, &sent), "UNKNOWN_PROVIDER");
	leaving.run_id = VIEW_NULL;
	check_text(verdict(fixture, &sent), "passed");
	command->provider_ids.items[0] = VIEW_LITERAL("P1");
	check_text(verdict(fixture, &sent), "passed");
	command->provider_ids.items[0] = VIEW_LITERAL("P3");
	check_text(verdict(fixture, &sent), "UNKNOWN_PROVIDER");
	fixture->employer->state = EMPLOYER_LIFECYCLE_TERMINATING;
	check_text(verdict(fixture, &sent), "NOT_ACTIVE");
}

static void a_service_ends_once_unless_its_run_was_given_up(void **state)
{
	struct fixture *fixture = *state;
	struct sent sent;

	(void)employer_sent(fixture, &sent, EMPLOYER_ACTION_TERMINATE, ISSUER);
	check_text(verdict(fixture, &sent), "passed");
	fixture->employer->state = EMPLOYER_LIFECYCLE_ENABLED;
	check_text(verdict(fixture, &sent), "passed");
	fixture->employer->state = EMPLOYER_LIFECYCLE_TERMINATING;
	check_text(verdict(fixture, &sent), "CONFLICT");
	fixture->employer->termination_aborted = true;
	check_text(verdict(fixture, &sent), "passed");
	fixture->employer->state = EMPLOYER_LIFECYCLE_TERMINATED;
	check_text(verdict(fixture, &sent), "CONFLICT");
}

static void a_provider_enables_for_itself_and_without_settings(void **state)
{
	struct fixture *fixture = *state;
	struct sent sent;
	struct employer_command *command = employer_sent(fixture, &sent, EMPLOYER_ACTION_ENABLE, "provider:P1");

	sent.employer = NULL;
	command->settings = record_new(&employer_settings_schema, &fixture->arena);
	check_text(verdict(fixture, &sent), "NOT_AUTHORISED");
	command->settings = NULL;
	command->provider_ids.items[1] = VIEW_LITERAL("P2");
	command->provider_ids.count = 2;
	check_text(verdict(fixture, &sent), "NOT_AUTHORISED");
	command->provider_ids.count = 0;
	check_text(verdict(fixture, &sent), "INVALID provider_ids");
}

static void settings_have_their_ranges(void **state)
{
	static const struct {
		int32_t min_group;
		int32_t shrink;
		int32_t months;
		const char *verdict;
	} cases[] = {
		{5, 0, 0, "passed"},
		{100, 100, 60, "passed"},
		{4, 10, 24, "INVALID min_group"},
		{101, 10, 24, "INVALID min_group"},
		{10, -1, 24, "INVALID snapshot_shrink_limit_pct"},
		{10, 101, 24, "INVALID snapshot_shrink_limit_pct"},
		{10, 10, -1, "INVALID absence_history_months"},
		{10, 10, 61, "INVALID absence_history_months"},
	};
	struct fixture *fixture = *state;
	struct sent sent;
	struct employer_command *command = employer_sent(fixture, &sent, EMPLOYER_ACTION_CHANGE_SETTINGS, ISSUER);

	check_text(verdict(fixture, &sent), "passed");
	command->settings = record_new(&employer_settings_schema, &fixture->arena);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		command->settings->min_group = cases[i].min_group;
		command->settings->snapshot_shrink_limit_pct = cases[i].shrink;
		command->settings->absence_history_months = cases[i].months;
		check_text(verdict(fixture, &sent), cases[i].verdict);
	}
}

static void the_absence_provider_is_one_of_the_employers(void **state)
{
	struct fixture *fixture = *state;
	struct sent sent;
	struct employer_command *command = employer_sent(fixture, &sent, EMPLOYER_ACTION_CHANGE_SETTINGS, ISSUER);

	command->settings = record_new(&employer_settings_schema, &fixture->arena);
	command->settings->absence_provider = VIEW_LITERAL("P1");
	check_text(verdict(fixture, &sent), "passed");
	command->settings->absence_provider = VIEW_LITERAL("P2");
	check_text(verdict(fixture, &sent), "UNKNOWN_PROVIDER");
	command->settings->absence_provider = VIEW_LITERAL("");
	check_text(verdict(fixture, &sent), "INVALID absence_provider");
	command = employer_sent(fixture, &sent, EMPLOYER_ACTION_ENABLE, "operator:ops");
	sent.employer = NULL;
	command->settings = record_new(&employer_settings_schema, &fixture->arena);
	command->settings->absence_provider = VIEW_LITERAL("P1");
	check_text(verdict(fixture, &sent), "passed");
	command->settings->absence_provider = VIEW_LITERAL("P2");
	check_text(verdict(fixture, &sent), "UNKNOWN_PROVIDER");
}

static void the_employer_alone_erases(void **state)
{
	struct fixture *fixture = *state;
	struct erase_command *erase = record_new(&erase_command_schema, &fixture->arena);
	struct sent sent = {.issuer = ISSUER, .employer = fixture->employer, .now_ms = fixture->context.now_ms};

	erase->employer_id = VIEW_LITERAL("E1");
	erase->expires_at = sent.now_ms;
	erase->command_id = VIEW_LITERAL("00000000-0000-4000-8000-000000000001");
	erase->actor = VIEW_LITERAL("a");
	sign(&sent, &erase_command_schema, erase);
	check_text(verdict(fixture, &sent), "INVALID employee_key");
	erase->employee_key = VIEW_LITERAL("K1");
	check_text(verdict(fixture, &sent), "INVALID reason");
	erase->reason = VIEW_LITERAL("r");
	check_text(verdict(fixture, &sent), "passed");
	sent.issuer = "operator:ops";
	check_text(verdict(fixture, &sent), "NOT_AUTHORISED");
	sent.issuer = "provider:P1";
	check_text(verdict(fixture, &sent), "NOT_AUTHORISED");
	sent.issuer = "employer:E2";
	check_text(verdict(fixture, &sent), "NOT_AUTHORISED");
	sent.issuer = ISSUER;
	fixture->employer->state = EMPLOYER_LIFECYCLE_TERMINATING;
	check_text(verdict(fixture, &sent), "NOT_ACTIVE");
}

static void who_may_withdraw(void **state)
{
	struct fixture *fixture = *state;
	struct withdraw_command *withdraw = record_new(&withdraw_command_schema, &fixture->arena);
	struct sent sent = {.issuer = ISSUER, .employer = fixture->employer, .now_ms = fixture->context.now_ms};

	withdraw->employer_id = VIEW_LITERAL("E1");
	withdraw->expires_at = sent.now_ms;
	sign(&sent, &withdraw_command_schema, withdraw);
	check_text(verdict(fixture, &sent), "INVALID command_id");
	withdraw->command_id = VIEW_LITERAL("00000000-0000-4000-8000-000000000001");
	check_text(verdict(fixture, &sent), "INVALID actor");
	withdraw->actor = VIEW_LITERAL("a");
	check_text(verdict(fixture, &sent), "INVALID provider_id");
	withdraw->provider_id = VIEW_LITERAL("P9");
	check_text(verdict(fixture, &sent), "INVALID employee_key");
	withdraw->employee_key = VIEW_LITERAL("K1");
	check_text(verdict(fixture, &sent), "INVALID reason");
	withdraw->reason = VIEW_LITERAL("r");
	check_text(verdict(fixture, &sent), "UNKNOWN_PROVIDER");
	withdraw->provider_id = VIEW_LITERAL("P1");
	check_text(verdict(fixture, &sent), "passed");
	withdraw->wrong_person = true;
	check_text(verdict(fixture, &sent), "NOT_AUTHORISED");
	sent.issuer = "operator:ops";
	check_text(verdict(fixture, &sent), "passed");
	withdraw->expires_at--;
	check_text(verdict(fixture, &sent), "EXPIRED");
	withdraw->wrong_person = false;
	check_text(verdict(fixture, &sent), "NOT_AUTHORISED");
}

static void a_share_needs_a_known_employee_with_identity(void **state)
{
	struct fixture *fixture = *state;
	struct person_state *person = some_person(fixture);
	struct command_answer answer = {0};

	check(command_check_person(person, &answer));
	check(!command_check_person(NULL, &answer));
	check_int(answer.code, RESULT_CODE_UNKNOWN_EMPLOYEE);
	person->identity = NULL;
	check(!command_check_person(person, &answer));
	check_int(answer.code, RESULT_CODE_UNKNOWN_EMPLOYEE);
}

static const struct CMUnitTest tests[] = {
	IN_FIXTURE(a_command_is_read_with_its_issuer),
	IN_FIXTURE(what_is_no_command_or_of_an_unknown_kind_is_none),
	IN_FIXTURE(only_the_employer_shares_and_only_its_own_kinds),
	IN_FIXTURE(a_command_expires_and_may_not_last_longer_than_a_day),
	IN_FIXTURE(each_field_of_a_share_has_its_rule),
	IN_FIXTURE(what_the_decoder_could_not_take_is_invalid),
	IN_FIXTURE(the_checks_come_in_their_order),
	IN_FIXTURE(a_share_needs_an_active_employer),
	IN_FIXTURE(each_action_has_the_states_it_needs),
	IN_FIXTURE(an_activation_that_was_aborted_may_be_asked_for_again),
	IN_FIXTURE(another_provider_may_be_added_while_enabled_alone),
	IN_FIXTURE(who_may_do_what_to_an_employer),
	IN_FIXTURE(a_provider_enables_for_itself_and_without_settings),
	IN_FIXTURE(settings_have_their_ranges),
	IN_FIXTURE(the_absence_provider_is_one_of_the_employers),
	IN_FIXTURE(the_employer_alone_erases),
	IN_FIXTURE(providers_come_and_go_one_after_the_other),
	IN_FIXTURE(a_service_ends_once_unless_its_run_was_given_up),
	IN_FIXTURE(who_may_withdraw),
	IN_FIXTURE(a_share_needs_a_known_employee_with_identity),
};

CHECK_MAIN(tests)
