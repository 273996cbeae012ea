#include "tests/unit/check.h"

#include "common/base/calendar.h"
#include "common/base/partition.h"
#include "provider-svc/action_record.h"

enum { PARTITIONS = 4 };

static const int64_t now_ms = INT64_C(1780000000000);

struct fixture {
	struct arena arena;
	struct schema_registry *registry;
	struct sign_pair *signing;
	struct box_pair *box;
	struct action_judge judge;
	struct dossier_action action; /* what is signed; tests change it */
	struct stream_record from;
};

static int set_up(void **state)
{
	static const struct schema_set *const sets[] = {&messages_schemas};
	static const uint8_t seed[CRYPTO_KEY_LEN] = {7};
	static struct fixture fixture;
	struct error error;

	fixture = (struct fixture){0};
	check_ok(crypto_start(&error), &error);
	check_ok(schema_registry_new(sets, 1, &fixture.registry, &error), &error);
	fixture.signing = sign_pair_new(seed);
	fixture.box = box_pair_new(seed);
	fixture.judge = (struct action_judge){
		.issuer = VIEW_LITERAL("provider:P1"), .signing = fixture.signing, .box = fixture.box, .partitions = PARTITIONS};
	fixture.action = (struct dossier_action){.command_id = VIEW_LITERAL("0d9f1c1e-3c58-4c0e-9a56-0a4b4c6a7d11"),
						 .employer_id = VIEW_LITERAL("E1"),
						 .expires_at = now_ms + MS_PER_HOUR,
						 .actor = VIEW_LITERAL("dr. Arts"),
						 .action = DOSSIER_ACTION_KIND_NOTE};
	check_ok(box_seal(&fixture.arena, fixture.box->public_key, VIEW_LITERAL("gesproken"), NULL, &fixture.action.note, &error), &error);
	fixture.from =
		(struct stream_record){.partition = partition_of(VIEW_LITERAL("E1"), PARTITIONS), .time_ms = now_ms, .key = VIEW_LITERAL("E1")};
	*state = &fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	schema_registry_free(fixture->registry);
	sign_pair_free(fixture->signing);
	box_pair_free(fixture->box);
	arena_done(&fixture->arena);
	return 0;
}

/* The action signed as its provider signs it, in the arena. */
static struct view signed_value(struct fixture *fixture)
{
	CLEANUP(buffer_done) struct buffer body;
	CLEANUP(buffer_done) struct buffer value;
	struct signed_ envelope = {.issuer = fixture->judge.issuer};
	struct error error;

	buffer_init(&body, SCHEMA_MAX_MESSAGE);
	buffer_init(&value, SCHEMA_MAX_MESSAGE);
	check_ok(message_encode(&dossier_action_schema, &fixture->action, &body, &error), &error);
	envelope.body = buffer_view(&body);
	memcpy(envelope.key_id, fixture->signing->key_id, sizeof envelope.key_id);
	sign_body(fixture->signing, "provider.commands", envelope.issuer, envelope.body, envelope.signature);
	check_ok(message_encode(&signed_schema, &envelope, &value, &error), &error);
	return arena_copy(&fixture->arena, buffer_view(&value));
}

static struct action_record judged(struct fixture *fixture, struct view value)
{
	struct action_record record;

	action_record_read(&record, fixture->registry, value, &fixture->arena);
	action_record_judge(&record, &fixture->judge, &fixture->from, &fixture->arena);
	return record;
}

/* "" where the action is to be looked at, else its code. */
static const char *code(struct fixture *fixture)
{
	struct action_record record = judged(fixture, signed_value(fixture));

	check(record.poison == NULL);
	return record.refused == NULL ? "" : record.refused;
}

static void what_the_provider_signed_is_believed_and_its_note_opened(void **state)
{
	struct fixture *fixture = *state;
	struct action_record record = judged(fixture, signed_value(fixture));

	check(record.poison == NULL && record.refused == NULL);
	check_view(record.text, VIEW_LITERAL("gesproken"));
}

static void no_bit_can_be_another_and_no_byte_be_missing(void **state)
{
	struct fixture *fixture = *state;
	struct view value = signed_value(fixture);
	uint8_t *changed = arena_take(&fixture->arena, value.len);

	memcpy(changed, value.ptr, value.len);
	for (size_t bit = 0; bit < value.len * 8; bit++) {
		changed[bit / 8] ^= (uint8_t)(1U << bit % 8);
		check(judged(fixture, view_of(changed, value.len)).poison != NULL);
		changed[bit / 8] ^= (uint8_t)(1U << bit % 8);
	}
	for (size_t len = 0; len < value.len; len++)
		check(judged(fixture, view_of(value.ptr, len)).poison != NULL);
	check(judged(fixture, view_of(changed, value.len)).poison == NULL);
}

static void another_issuer_or_key_is_not_believed(void **state)
{
	static const uint8_t seed[CRYPTO_KEY_LEN] = {8};
	struct fixture *fixture = *state;
	struct view value = signed_value(fixture);
	struct sign_pair *other = sign_pair_new(seed);

	fixture->judge.issuer = VIEW_LITERAL("provider:P2");
	check_text(judged(fixture, value).poison, "BAD_SIGNATURE");
	fixture->judge.issuer = VIEW_LITERAL("provider:P1");
	fixture->judge.signing = other;
	check_text(judged(fixture, value).poison, "BAD_SIGNATURE");
	sign_pair_free(other);
}

static void another_key_or_partition_is_not_the_employers(void **state)
{
	struct fixture *fixture = *state;
	struct view value = signed_value(fixture);

	fixture->from.partition = (fixture->from.partition + 1) % PARTITIONS;
	check_text(judged(fixture, value).poison, "WRONG_PARTITION");
	fixture->from.key = VIEW_LITERAL("E2");
	fixture->from.partition = partition_of(fixture->from.key, PARTITIONS);
	check_text(judged(fixture, value).poison, "WRONG_PARTITION");
	fixture->from.key = VIEW_NULL;
	check_text(judged(fixture, value).poison, "WRONG_PARTITION");
}

static void an_action_is_valid_until_it_expires_and_for_a_day_at_most(void **state)
{
	struct fixture *fixture = *state;

	fixture->action.expires_at = now_ms;
	check_text(code(fixture), "");
	fixture->action.expires_at = now_ms - 1;
	check_text(code(fixture), "EXPIRED");
	fixture->action.expires_at = now_ms + MS_PER_DAY;
	check_text(code(fixture), "");
	fixture->action.expires_at = now_ms + MS_PER_DAY + 1;
	check_text(code(fixture), "EXPIRES_AT");
	fixture->action.expires_at = INT64_MIN;
	check_text(code(fixture), "EXPIRED");
	fixture->action.expires_at = INT64_MAX;
	check_text(code(fixture), "EXPIRES_AT");
}

static void a_note_has_a_text_that_only_the_provider_can_open(void **state)
{
	static const uint8_t secret[CRYPTO_KEY_LEN] = {9};
	struct fixture *fixture = *state;
	struct box_pair *other = box_pair_new(secret);
	struct error error;

	check_ok(box_seal(&fixture->arena, other->public_key, VIEW_LITERAL("x"), NULL, &fixture->action.note, &error), &error);
	check_text(code(fixture), "CANNOT_OPEN");
	fixture->action.note = VIEW_NULL;
	check_text(code(fixture), "TEXT");
	check_ok(box_seal(&fixture->arena, fixture->box->public_key, VIEW_LITERAL("a\033[2Jb"), NULL, &fixture->action.note, &error), &error);
	check_text(code(fixture), "TEXT");
	check_ok(box_seal(&fixture->arena, fixture->box->public_key, VIEW_LITERAL("een\n\ttwee"), NULL, &fixture->action.note, &error), &error);
	check_text(code(fixture), "");
	box_pair_free(other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_the_provider_signed_is_believed_and_its_note_opened, set_up, tear_down),
		cmocka_unit_test_setup_teardown(no_bit_can_be_another_and_no_byte_be_missing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(another_issuer_or_key_is_not_believed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(another_key_or_partition_is_not_the_employers, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_action_is_valid_until_it_expires_and_for_a_day_at_most, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_note_has_a_text_that_only_the_provider_can_open, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) == 0 ? 0 : 1;
}
