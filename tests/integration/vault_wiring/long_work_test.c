/* Runs, in process and with the database: the yearly one, and an activation that is given up. */
#include "tests/integration/vault_wiring/wired.h"

#include "common/crypto/sign.h"
#include "vault-svc/store/trust_store.h"

#include <time.h>

enum { COMMANDS = 0 };

static int64_t now_ms(void)
{
	return (int64_t)time(NULL) * 1000;
}

static int wired_end(void **state)
{
	wired_free(*state);
	return 0;
}

static void an_active_employer_gets_one_yearly_run_and_others_none(void **state)
{
	static const struct statement runs = {"test_runs", "SELECT count(*) FROM run WHERE kind = 'YEARLY'"};
	struct wired *wired = *state = wired_new("yearly", 0);
	const struct run_report *report;

	(void)wired_employer(wired, "E1", EMPLOYER_LIFECYCLE_ACTIVE);
	(void)wired_employer(wired, "E2", EMPLOYER_LIFECYCLE_ACTIVATING);
	(void)wired_employer(wired, "E3", EMPLOYER_LIFECYCLE_ACCEPTED);
	check(wired_work(wired, NULL));
	check(wired->outputs == NULL);
	check(wired_work(wired, NULL));
	report = wired_said(wired, "vault.reports", &run_report_schema);
	check_view(report->employer_id, VIEW_LITERAL("E1"));
	check_int(report->kind, RUN_KIND_YEARLY);
	check_int(report->outcome, RUN_OUTCOME_DONE);
	check(!wired_work(wired, NULL) && !wired_work(wired, NULL));
	wired->vault->year_asked = wired->vault->run_asked = 0;
	check(!wired_work(wired, NULL));
	check_int(wired_number(wired, &runs), 1);
}

static void a_beginning_that_is_refused_aborts_no_run(void **state)
{
	static const struct statement runs = {"test_runs", "SELECT count(*) FROM run"};
	struct wired *wired = *state = wired_new("refused", 0);

	(void)wired_employer(wired, "E1", EMPLOYER_LIFECYCLE_ACTIVE);
	check(!wired_work(wired, "22000"));
	check_int(wired_number(wired, &runs), 0);
	check(wired_work(wired, NULL));
}

/* An operator's ACTIVATE of E1, with that command_id; the code of its answer. */
static enum result_code activated(struct wired *wired, const struct sign_pair *operator, const char * command_id)
{
	struct employer_command *command = record_new(&employer_command_schema, &wired->arena);
	struct signed_ envelope = {.issuer = VIEW_LITERAL("operator:ops")};
	struct buffer body;
	struct buffer value;
	struct error error;
	struct stream_record record = {.input = COMMANDS, .time_ms = now_ms(), .key = VIEW_LITERAL("E1")};

	command->command_id = view_text(command_id);
	command->employer_id = VIEW_LITERAL("E1");
	command->actor = VIEW_LITERAL("test");
	command->expires_at = now_ms() + 60000;
	command->action = EMPLOYER_ACTION_ACTIVATE;
	buffer_init(&body, SCHEMA_MAX_MESSAGE);
	buffer_init(&value, SCHEMA_MAX_MESSAGE);
	check_ok(message_encode(&employer_command_schema, command, &body, &error), &error);
	memcpy(envelope.key_id, operator->key_id, sizeof envelope.key_id);
	envelope.body = buffer_view(&body);
	sign_body(operator, "vault.commands", envelope.issuer, envelope.body, envelope.signature);
	check_ok(message_encode(&signed_schema, &envelope, &value, &error), &error);
	record.value = buffer_view(&value);
	wired_take(wired, STREAM_COMMANDS, &record, 1, 7);
	buffer_done(&body);
	buffer_done(&value);
	return ((const struct command_result *)wired_said(wired, "vault.results", &command_result_schema))->code;
}

static void an_activation_that_was_given_up_is_begun_again_by_another_command(void **state)
{
	static const uint8_t seed[CRYPTO_KEY_LEN] = {1};
	struct wired *wired = *state = wired_new("aborted", 0);
	struct sign_pair *operator= sign_pair_new(seed);
	const struct run_report *report;
	struct error error;

	check_ok(trust_add(wired->database, TRUST_OPERATOR, VIEW_LITERAL("ops"), operator->public_key, NULL, NULL, 0, &wired->arena, &error), &error);
	(void)wired_employer(wired, "E1", EMPLOYER_LIFECYCLE_ACCEPTED);
	check_int(activated(wired, operator, "00000000-0000-4000-8000-000000000001"), RESULT_CODE_ACCEPTED);
	check_int(activated(wired, operator, "00000000-0000-4000-8000-000000000002"), RESULT_CODE_CONFLICT);
	check(wired_work(wired, "22000"));
	report = wired_said(wired, "vault.reports", &run_report_schema);
	check_int(report->outcome, RUN_OUTCOME_ABORTED);
	check(!wired_work(wired, NULL));
	employer_forget_partition(&wired->vault->employers, 0);
	check_int(activated(wired, operator, "00000000-0000-4000-8000-000000000003"), RESULT_CODE_ACCEPTED);
	check_int(activated(wired, operator, "00000000-0000-4000-8000-000000000004"), RESULT_CODE_CONFLICT);
	check(wired_work(wired, NULL));
	report = wired_said(wired, "vault.reports", &run_report_schema);
	check_int(report->outcome, RUN_OUTCOME_DONE);
	check_view(report->run_id, VIEW_LITERAL("00000000-0000-4000-8000-000000000003"));
	check_int(employer_find(&wired->vault->employers, VIEW_LITERAL("E1"))->state->state, EMPLOYER_LIFECYCLE_ACTIVE);
	check(!wired_work(wired, NULL));
	sign_pair_free(operator);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test_teardown(an_active_employer_gets_one_yearly_run_and_others_none, wired_end),
	cmocka_unit_test_teardown(a_beginning_that_is_refused_aborts_no_run, wired_end),
	cmocka_unit_test_teardown(an_activation_that_was_given_up_is_begun_again_by_another_command, wired_end),
};

CHECK_MAIN(tests)
