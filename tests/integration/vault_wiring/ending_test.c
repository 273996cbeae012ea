/* How persons and employers end, in process and with the database: after a restore, and where runs are given up. */
#include "tests/integration/vault_wiring/wired.h"

#include "common/crypto/sign.h"
#include "vault-svc/store/trust_store.h"

#include <time.h>

enum { COMMANDS = 0, HR_EVENTS = 3 };

static const struct statement count_persons = {"test_persons", "SELECT count(*) FROM person"};

static int64_t now_ms(void)
{
	static int64_t now;

	if (now == 0)
		now = (int64_t)time(NULL) * 1000;
	return now;
}

static int wired_end(void **state)
{
	wired_free(*state);
	return 0;
}

static struct stream_record recorded(struct wired *wired, uint32_t input, const struct schema *schema, const void *value)
{
	struct stream_record record = {.input = input, .time_ms = now_ms(), .key = VIEW_LITERAL("E1")};
	struct buffer buffer;
	struct error error;

	buffer_init(&buffer, SCHEMA_MAX_MESSAGE);
	check_ok(message_encode(schema, value, &buffer, &error), &error);
	record.value = arena_copy(&wired->arena, buffer_view(&buffer));
	buffer_done(&buffer);
	return record;
}

/* An employer that signs, in that state. */
static struct wired *wired_with(const char *name, enum employer_lifecycle lifecycle, struct sign_pair **ret_employer)
{
	static const uint8_t seed[CRYPTO_KEY_LEN] = {3};
	struct wired *wired = wired_new(name, 0);
	struct error error;

	*ret_employer = sign_pair_new(seed);
	check_ok(trust_add(wired->database, TRUST_EMPLOYER, VIEW_LITERAL("E1"), (*ret_employer)->public_key, NULL, NULL, 0, &wired->arena, &error) &&
			 trust_add(wired->database, TRUST_OPERATOR, VIEW_LITERAL("ops"), (*ret_employer)->public_key, NULL, NULL, 0, &wired->arena,
				   &error),
		 &error);
	(void)wired_employer(wired, "E1", lifecycle);
	return wired;
}

/* Takes a command; the code of its answer. */
static enum result_code told(struct wired *wired, const struct sign_pair *key, const char *issuer, const struct schema *schema, const void *command)
{
	struct stream_record body = recorded(wired, COMMANDS, schema, command);
	struct signed_ envelope = {.issuer = view_text(issuer), .body = body.value};
	struct stream_record record;

	memcpy(envelope.key_id, key->key_id, sizeof envelope.key_id);
	sign_body(key, "vault.commands", envelope.issuer, envelope.body, envelope.signature);
	record = recorded(wired, COMMANDS, &signed_schema, &envelope);
	wired_take(wired, STREAM_COMMANDS, &record, 1, 7);
	return ((const struct command_result *)wired_said(wired, "vault.results", &command_result_schema))->code;
}

static enum result_code ordered(struct wired *wired, const struct sign_pair *key, enum employer_action action, char number)
{
	struct employer_command *command = record_new(&employer_command_schema, &wired->arena);
	char id[] = "00000000-0000-4000-8000-000000000000";
	struct view provider = VIEW_LITERAL("P1");

	id[sizeof id - 2] = number;
	command->command_id = view_text(id);
	command->employer_id = VIEW_LITERAL("E1");
	command->actor = VIEW_LITERAL("test");
	command->expires_at = now_ms() + 60000;
	command->action = action;
	command->provider_ids = (struct view_array){.items = &provider, .count = 1};
	return told(wired, key, action == EMPLOYER_ACTION_ACTIVATE ? "operator:ops" : "employer:E1", &employer_command_schema, command);
}

static enum result_code erased(struct wired *wired, const struct sign_pair *key, char number)
{
	struct erase_command *command = record_new(&erase_command_schema, &wired->arena);
	char id[] = "00000000-0000-4000-8000-000000000000";

	id[sizeof id - 2] = number;
	command->command_id = view_text(id);
	command->employer_id = VIEW_LITERAL("E1");
	command->actor = VIEW_LITERAL("test");
	command->expires_at = now_ms() + 60000;
	command->employee_key = VIEW_LITERAL("K1");
	command->reason = VIEW_LITERAL("test");
	return told(wired, key, "employer:E1", &erase_command_schema, command);
}

/* A DELETE of K1. */
static struct stream_record of_delete(struct wired *wired)
{
	const struct employee_event event = {.event_id = VIEW_LITERAL("00000000-0000-4000-8000-0000000000d1"),
					     .employer_id = VIEW_LITERAL("E1"),
					     .occurred_at = now_ms(),
					     .source_system = VIEW_LITERAL("HR"),
					     .op = EMPLOYEE_OP_DELETE,
					     .surname = VIEW_LITERAL("Jansen"),
					     .birth_date = VIEW_LITERAL("19800517"),
					     .employee_key = VIEW_LITERAL("K1")};

	return recorded(wired, HR_EVENTS, &employee_event_schema, &event);
}

static void deleted(struct wired *wired)
{
	const struct stream_record record = of_delete(wired);

	wired_take(wired, STREAM_EVENTS, &record, 1, 1);
}

/* An absence of K1 that begins on day 20000. */
static struct stream_record of_absence(struct wired *wired, int64_t occurred_at, int32_t mutation_date)
{
	const struct absence_event event = {.event_id = VIEW_LITERAL("00000000-0000-4000-8000-0000000000a1"),
					    .employer_id = VIEW_LITERAL("E1"),
					    .occurred_at = occurred_at,
					    .source_system = VIEW_LITERAL("HR"),
					    .employee_key = VIEW_LITERAL("K1"),
					    .op = ABSENCE_OP_START,
					    .employment_key = VIEW_LITERAL("D1"),
					    .absence_key = VIEW_LITERAL("A1"),
					    .seq = 1,
					    .first_day = 20000,
					    .mutation_date = mutation_date,
					    .absence_pct_x100 = 10000};

	return recorded(wired, HR_EVENTS, &absence_event_schema, &event);
}

/* It came before the DELETE and says to be later. */
static void reported_sick(struct wired *wired)
{
	const struct stream_record record = of_absence(wired, now_ms() + 1000, 20000);

	wired_take(wired, STREAM_EVENTS, &record, 1, 2);
}

static void a_delete_that_is_taken_again_after_a_restore_ends_whom_earlier_events_made(void **state)
{
	struct sign_pair *key;
	struct wired *wired = *state = wired_with("again", EMPLOYER_LIFECYCLE_ACTIVE, &key);

	deleted(wired);
	reported_sick(wired);
	check_int(wired_number(wired, &count_persons), 1);
	deleted(wired);
	check_int(wired_number(wired, &count_persons), 1);
	wired->behind = true;
	deleted(wired);
	check_int(wired_number(wired, &count_persons), 0);
	sign_pair_free(key);
}

static void an_erasure_that_is_taken_again_after_a_restore_gets_its_old_answer(void **state)
{
	struct sign_pair *key;
	struct wired *wired = *state = wired_with("answer", EMPLOYER_LIFECYCLE_ACTIVE, &key);

	check_int(erased(wired, key, '1'), RESULT_CODE_UNKNOWN_EMPLOYEE);
	deleted(wired);
	check_int(erased(wired, key, '2'), RESULT_CODE_UNKNOWN_EMPLOYEE);
	reported_sick(wired);
	check_int(erased(wired, key, '3'), RESULT_CODE_UNKNOWN_EMPLOYEE);
	wired->behind = true;
	check_int(erased(wired, key, '4'), RESULT_CODE_ACCEPTED);
	check_int(wired_number(wired, &count_persons), 0);
	check_int(erased(wired, key, '5'), RESULT_CODE_ACCEPTED);
	sign_pair_free(key);
}

static void a_faulty_event_behind_the_delete_in_its_batch_is_of_somebody_erased(void **state)
{
	struct sign_pair *key;
	struct wired *wired = *state = wired_with("faulty", EMPLOYER_LIFECYCLE_ACTIVE, &key);
	const struct stream_record records[] = {of_delete(wired), of_absence(wired, now_ms() - 1000, 20001)};
	const struct processing_report *report;

	wired_take(wired, STREAM_EVENTS, &records[1], 1, 1);
	report = wired_said(wired, "vault.reports", &processing_report_schema);
	check_view(report->code, VIEW_LITERAL("DATE_ORDER"));
	wired_take(wired, STREAM_EVENTS, records, 2, 2);
	report = wired_said(wired, "vault.reports", &processing_report_schema);
	check_int(report->outcome, PROCESSING_OUTCOME_DROPPED);
	check_view(report->code, VIEW_LITERAL("ERASED"));
	sign_pair_free(key);
}

/* The report of the last step. */
static void reported(struct wired *wired, enum run_kind kind, enum run_outcome outcome)
{
	const struct run_report *report = wired_said(wired, "vault.reports", &run_report_schema);

	check_int(report->kind, kind);
	check_int(report->outcome, outcome);
}

static void the_end_of_the_service_gives_up_the_employers_other_runs(void **state)
{
	static const struct statement keys = {"test_keys", "SELECT count(*) FROM employer_secret"};
	struct sign_pair *key;
	struct wired *wired = *state = wired_with("others", EMPLOYER_LIFECYCLE_ACCEPTED, &key);

	check_int(ordered(wired, key, EMPLOYER_ACTION_ACTIVATE, '1'), RESULT_CODE_ACCEPTED);
	check_int(ordered(wired, key, EMPLOYER_ACTION_TERMINATE, '2'), RESULT_CODE_ACCEPTED);
	check(wired_work(wired, NULL));
	reported(wired, RUN_KIND_ACTIVATION, RUN_OUTCOME_ABORTED);
	check_int(employer_find(&wired->vault->employers, VIEW_LITERAL("E1"))->state->state, EMPLOYER_LIFECYCLE_TERMINATING);
	check(wired_work(wired, NULL));
	reported(wired, RUN_KIND_TERMINATION, RUN_OUTCOME_DONE);
	check(wired_work(wired, NULL));
	check(!wired_work(wired, NULL));
	check_int(wired_number(wired, &keys), 1);
	employer_forget_partition(&wired->vault->employers, 0);
	check_int(ordered(wired, key, EMPLOYER_ACTION_TERMINATE, '3'), RESULT_CODE_CONFLICT);
	check_int(employer_find(&wired->vault->employers, VIEW_LITERAL("E1"))->state->state, EMPLOYER_LIFECYCLE_TERMINATED);
	sign_pair_free(key);
}

static void a_departure_that_was_given_up_is_begun_again_by_the_same_command(void **state)
{
	struct sign_pair *key;
	struct wired *wired = *state = wired_with("given_up", EMPLOYER_LIFECYCLE_ACTIVATING, &key);

	check_int(ordered(wired, key, EMPLOYER_ACTION_REMOVE_PROVIDER, '1'), RESULT_CODE_ACCEPTED);
	check_int(ordered(wired, key, EMPLOYER_ACTION_REMOVE_PROVIDER, '2'), RESULT_CODE_UNKNOWN_PROVIDER);
	check(wired_work(wired, "22000"));
	reported(wired, RUN_KIND_PROVIDER_REMOVED, RUN_OUTCOME_ABORTED);
	check_int(ordered(wired, key, EMPLOYER_ACTION_REMOVE_PROVIDER, '3'), RESULT_CODE_ACCEPTED);
	check(wired_work(wired, NULL));
	reported(wired, RUN_KIND_PROVIDER_REMOVED, RUN_OUTCOME_DONE);
	check(wired_work(wired, NULL));
	check_int(ordered(wired, key, EMPLOYER_ACTION_TERMINATE, '4'), RESULT_CODE_ACCEPTED);
	check(wired_work(wired, "22000"));
	reported(wired, RUN_KIND_TERMINATION, RUN_OUTCOME_ABORTED);
	check_int(ordered(wired, key, EMPLOYER_ACTION_TERMINATE, '5'), RESULT_CODE_ACCEPTED);
	check(wired_work(wired, NULL));
	reported(wired, RUN_KIND_TERMINATION, RUN_OUTCOME_DONE);
	sign_pair_free(key);
}

static void an_ending_that_is_refused_is_set_aside_and_counted(void **state)
{
	static const struct statement refused = {"test_refused", "SELECT count(*) FROM ending WHERE refused"};
	struct sign_pair *key;
	struct wired *wired = *state = wired_with("aside", EMPLOYER_LIFECYCLE_ACTIVATING, &key);

	check_int(ordered(wired, key, EMPLOYER_ACTION_REMOVE_PROVIDER, '1'), RESULT_CODE_ACCEPTED);
	check(wired_work(wired, NULL));
	check(wired_work(wired, "22000"));
	check_int(wired_number(wired, &refused), 1);
	check(!wired_work(wired, NULL));
	sign_pair_free(key);
}

/* Requests and commands come by topics of their own: the broker's time of one says nothing about which is taken first. */
static void a_silent_share_that_says_to_be_later_than_the_removal_is_revoked_by_it(void **state)
{
	static const struct statement made = {
		"test_made", "WITH made AS (INSERT INTO silent_share (share_id, employer_no, person, provider_id, pseudonym, kind, state, revision, "
			     "begun_at, changed_at) SELECT decode('00000000000040008000000000000001', 'hex'), employer_no, 1, 'P1', "
			     "decode('00000000000040008000000000000002', 'hex'), 'CONSULT', 'SHARED', 1, 9000000000000, 0 FROM employer RETURNING 1) "
			     "SELECT count(*) FROM made"};
	static const struct statement revoked = {"test_revoked", "SELECT count(*) FROM silent_share WHERE state = 'REVOKED'"};
	static const struct statement named = {"test_named", "SELECT count(*) FROM silent_share WHERE pseudonym IS NOT NULL"};
	struct sign_pair *key;
	struct wired *wired = *state = wired_with("later", EMPLOYER_LIFECYCLE_ACTIVATING, &key);

	check_int(ordered(wired, key, EMPLOYER_ACTION_REMOVE_PROVIDER, '1'), RESULT_CODE_ACCEPTED);
	check_int(wired_number(wired, &made), 1);
	check(wired_work(wired, NULL));
	check(wired_work(wired, NULL));
	check_int(wired_number(wired, &revoked), 1);
	check_int(wired_number(wired, &named), 1);
	check_int(ordered(wired, key, EMPLOYER_ACTION_TERMINATE, '2'), RESULT_CODE_ACCEPTED);
	check(wired_work(wired, NULL));
	check(wired_work(wired, NULL));
	check_int(wired_number(wired, &named), 0);
	sign_pair_free(key);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test_teardown(a_delete_that_is_taken_again_after_a_restore_ends_whom_earlier_events_made, wired_end),
	cmocka_unit_test_teardown(an_erasure_that_is_taken_again_after_a_restore_gets_its_old_answer, wired_end),
	cmocka_unit_test_teardown(a_faulty_event_behind_the_delete_in_its_batch_is_of_somebody_erased, wired_end),
	cmocka_unit_test_teardown(the_end_of_the_service_gives_up_the_employers_other_runs, wired_end),
	cmocka_unit_test_teardown(a_departure_that_was_given_up_is_begun_again_by_the_same_command, wired_end),
	cmocka_unit_test_teardown(an_ending_that_is_refused_is_set_aside_and_counted, wired_end),
	cmocka_unit_test_teardown(a_silent_share_that_says_to_be_later_than_the_removal_is_revoked_by_it, wired_end),
};

CHECK_MAIN(tests)
