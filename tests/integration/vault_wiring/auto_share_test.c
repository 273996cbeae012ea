/* A sick report that shares by itself, where absence is told after a share only. */
#include "tests/integration/vault_wiring/wired.h"

#include "common/base/calendar.h"
#include "common/crypto/box.h"
#include "vault-svc/store/trust_store.h"

enum { HR_EVENTS = 3 };

static const int64_t now = INT64_C(1794823200000); /* 2026-11-16 */

static int wired_end(void **state)
{
	wired_free(*state);
	return 0;
}

static struct stream_record recorded(struct wired *wired, const struct schema *schema, const void *event, int64_t offset)
{
	struct buffer buffer;
	struct error error;
	struct stream_record record = {.input = HR_EVENTS, .offset = offset, .time_ms = now, .key = VIEW_LITERAL("E1")};

	buffer_init(&buffer, SCHEMA_MAX_MESSAGE);
	check_ok(message_encode(schema, event, &buffer, &error), &error);
	record.value = arena_copy(&wired->arena, buffer_view(&buffer));
	buffer_done(&buffer);
	return record;
}

#define HEAD(number)                                                                                                                                 \
	.event_id = VIEW_LITERAL("00000000-0000-4000-8000-00000000000" number), .employer_id = VIEW_LITERAL("E1"), .occurred_at = now,               \
	.source_system = VIEW_LITERAL("HR"), .employee_key = VIEW_LITERAL("K1")

/* A person with an employment, in one batch; then a sick report. */
static void hire_and_report_sick(struct wired *wired, int32_t today)
{
	const struct employee_event employee = {HEAD("1"), .surname = VIEW_LITERAL("Jansen"), .birth_date = VIEW_LITERAL("19800517")};
	const struct employment_event employment = {HEAD("2"),
						    .employment_key = VIEW_LITERAL("D1"),
						    .start_date = today - 1000,
						    .effective_date = today - 1000,
						    .department_code = VIEW_LITERAL("A"),
						    .contract_hours_x100 = 3600,
						    .norm_hours_x100 = 4000};
	const struct absence_event absence = {HEAD("3"),
					      .op = ABSENCE_OP_START,
					      .employment_key = VIEW_LITERAL("D1"),
					      .absence_key = VIEW_LITERAL("A1"),
					      .seq = 1,
					      .first_day = today,
					      .mutation_date = today,
					      .absence_pct_x100 = 10000};
	const struct stream_record records[] = {recorded(wired, &employee_event_schema, &employee, 0),
						recorded(wired, &employment_event_schema, &employment, 1),
						recorded(wired, &absence_event_schema, &absence, 2)};

	wired_take(wired, STREAM_EVENTS, records, 2, 1);
	(void)wired_said(wired, "population.P1", &population_employment_schema);
	wired_take(wired, STREAM_EVENTS, records + 2, 1, 2);
}

static struct wired *wired_with(const char *name, bool automatic)
{
	static const uint8_t secret[CRYPTO_KEY_LEN] = {2};
	struct wired *wired = wired_new(name, 0);
	struct box_pair *box = box_pair_new(secret);
	struct employer *employer = wired_employer(wired, "E1", EMPLOYER_LIFECYCLE_ACTIVE);
	struct employer_state *state = record_copy(&employer_state_schema, &wired->arena, employer->state);
	struct error error;

	check_ok(trust_add(wired->database, TRUST_PROVIDER, VIEW_LITERAL("P1"), box->public_key, box->public_key, NULL, 0, &wired->arena, &error),
		 &error);
	check_ok(vault_refresh_trust(wired->vault, wired->database, &error), &error);
	box_pair_free(box);
	state->settings.absence_facts = ABSENCE_FACTS_AFTER_SHARE;
	state->settings.auto_share_on_absence = automatic;
	employer_change(employer, state);
	return wired;
}

static void a_sick_report_that_shares_tells_its_spell_in_the_same_batch(void **state)
{
	struct wired *wired = *state = wired_with("after", true);
	const struct share_notice *notice;
	const struct signed_ *envelope;
	struct message message = {0};
	struct error error;

	hire_and_report_sick(wired, amsterdam_day(now));
	envelope = wired_said(wired, "share.P1", &signed_schema);
	check_ok(message_decode_as(wired->vault->registry, &share_event_schema, envelope->body, NULL, &wired->arena, &message, &error), &error);
	check_view(((const struct share_event *)message.record)->provider_id, VIEW_LITERAL("P1"));
	check_int(((const struct population_absence *)wired_said(wired, "population.P1", &population_absence_schema))->first_day, amsterdam_day(now));
	notice = wired_said(wired, "vault.results", &share_notice_schema);
	check_int(notice->change, SHARE_CHANGE_SHARED);
	check_view(notice->absence_key, VIEW_LITERAL("A1"));
}

static void a_sick_report_that_does_not_share_tells_no_spell(void **state)
{
	struct wired *wired = *state = wired_with("required", false);

	hire_and_report_sick(wired, amsterdam_day(now));
	check_int(((const struct share_notice *)wired_said(wired, "vault.results", &share_notice_schema))->change, SHARE_CHANGE_REQUIRED);
	for (const struct said_output *output = wired->outputs; output != NULL; output = output->next)
		check(strcmp(output->topic, "population.P1") != 0 && strcmp(output->topic, "share.P1") != 0);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test_teardown(a_sick_report_that_shares_tells_its_spell_in_the_same_batch, wired_end),
	cmocka_unit_test_teardown(a_sick_report_that_does_not_share_tells_no_spell, wired_end),
};

CHECK_MAIN(tests)
