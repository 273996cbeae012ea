/* Comparing, copying, encoding: on random records of every schema of the contract. */
#include "tests/unit/check.h"

#include "schemas/codec/message.h"
#include "schemas/codec/record.h"
#include "schemas/messages.h"
#include "tests/unit/schemas/random_record.h"

#define ROUNDS 40

struct fixture {
	struct schema_registry *registry;
	struct arena arena;
	struct buffer buffer;
	struct error error;
	struct random random;
};

static int set_up(void **state)
{
	static struct fixture fixture;
	const struct schema_set *sets[] = {&messages_schemas};

	fixture.random = random_seeded();
	buffer_init(&fixture.buffer, SCHEMA_MAX_MESSAGE);
	*state = &fixture;
	return schema_registry_new(sets, 1, &fixture.registry, NULL) ? 0 : 1;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	schema_registry_free(fixture->registry);
	arena_done(&fixture->arena);
	buffer_done(&fixture->buffer);
	return 0;
}

static struct view encoded(struct fixture *fixture, const struct schema *schema, const void *record)
{
	buffer_clear(&fixture->buffer);
	check_ok(message_encode(schema, record, &fixture->buffer, &fixture->error), &fixture->error);
	return arena_copy(&fixture->arena, buffer_view(&fixture->buffer));
}

static void what_is_encoded_decodes_to_the_same(void **state)
{
	struct fixture *fixture = *state;

	for (size_t i = 0; i < messages_schemas.reader_count * ROUNDS; i++) {
		const struct schema *schema = messages_schemas.readers[i / ROUNDS];
		const void *record = random_record(schema, &fixture->random, &fixture->arena);
		struct view bytes = encoded(fixture, schema, record);
		struct message message;

		check_ok(message_decode_as(fixture->registry, schema, bytes, NULL, &fixture->arena, &message, &fixture->error), &fixture->error);
		check_size(message.faults.count, 0);
		check(record_equal(schema, record, message.record));
		check_view(encoded(fixture, schema, message.record), bytes);
		arena_reset(&fixture->arena);
	}
}

static void a_copy_outlives_its_source(void **state)
{
	struct fixture *fixture = *state;

	for (size_t i = 0; i < messages_schemas.reader_count * ROUNDS; i++) {
		const struct schema *schema = messages_schemas.readers[i / ROUNDS];
		struct arena source = {0};
		const void *record = random_record(schema, &fixture->random, &source);
		struct view bytes = encoded(fixture, schema, record);
		const void *copy = record_copy(schema, &fixture->arena, record);

		check(record_equal(schema, record, copy));
		arena_done(&source);
		check_view(encoded(fixture, schema, copy), bytes);
		arena_reset(&fixture->arena);
	}
}

/* Two records are equal exactly when their bytes are. */
static void records_are_equal_when_their_bytes_are(void **state)
{
	struct fixture *fixture = *state;

	for (size_t i = 0; i < messages_schemas.reader_count * ROUNDS; i++) {
		const struct schema *schema = messages_schemas.readers[i / ROUNDS];
		const void *record = random_record(schema, &fixture->random, &fixture->arena);
		const void *other = random_record(schema, &fixture->random, &fixture->arena);
		uint8_t *changed = record_copy(schema, &fixture->arena, record);
		const struct schema_field *field = &schema->fields[random_below(&fixture->random, schema->field_count)];
		size_t end = field + 1 < schema->fields + schema->field_count ? field[1].offset : schema->size;
		size_t begin = field->has_offset != 0 ? field->has_offset : field->offset;

		if (field + 1 < schema->fields + schema->field_count && field[1].has_offset != 0)
			end = field[1].has_offset;
		memcpy(changed + begin, (const uint8_t *)other + begin, end - begin);
		check_int(record_equal(schema, record, changed), view_equal(encoded(fixture, schema, record), encoded(fixture, schema, changed)));
		check(record_equal_except(schema, record, changed, &field->name, 1));
		arena_reset(&fixture->arena);
	}
}

static void what_lies_under_a_null_does_not_count(void **state)
{
	struct employee_event a = {.has_death_date = false, .death_date = 1};
	struct employee_event b = {.has_death_date = false, .death_date = 2};

	(void)state;
	check(record_equal(&employee_event_schema, &a, &b));
	a.has_death_date = true;
	check(!record_equal(&employee_event_schema, &a, &b));
	b.has_death_date = true;
	check(!record_equal(&employee_event_schema, &a, &b));
}

static void a_new_record_holds_the_defaults(void **state)
{
	struct fixture *fixture = *state;
	const struct employee_event *event = record_new(&employee_event_schema, &fixture->arena);
	const struct absence_event *absence = record_new(&absence_event_schema, &fixture->arena);

	check(!view_is_null(event->event_id) && event->event_id.len == 0);
	check(view_is_null(event->bsn));
	check_int(event->gender, GENDER_UNSPECIFIED);
	check_size(event->addresses.count, 0);
	check_int(absence->safety_net, SAFETY_NET_UNKNOWN);
	check(absence->nursing_address == NULL && !absence->has_leave);
	for (size_t i = 0; i < messages_schemas.reader_count; i++)
		(void)encoded(fixture, messages_schemas.readers[i], record_new(messages_schemas.readers[i], &fixture->arena));
}

static void check_not_written(struct fixture *fixture, const struct schema *schema, const void *record, const char *code, const char *place)
{
	buffer_clear(&fixture->buffer);
	check(buffer_put(&fixture->buffer, VIEW_LITERAL("before")));
	check_fails(message_encode(schema, record, &fixture->buffer, &fixture->error), &fixture->error, code);
	check_text(fixture->error.place, place);
	check_int(fixture->error.disposition, DISPOSITION_REJECT);
	check_view(buffer_view(&fixture->buffer), VIEW_LITERAL("before"));
	check(buffer_put(&fixture->buffer, VIEW_LITERAL("more")));
}

static void what_a_reader_would_refuse_is_not_written(void **state)
{
	struct fixture *fixture = *state;
	struct employee_event *event = record_new(&employee_event_schema, &fixture->arena);
	struct contact contacts[65];

	for (size_t i = 0; i < 65; i++)
		contacts[i] = (struct contact){.kind = CONTACT_KIND_PHONE_HOME, .value = VIEW_LITERAL("1")};
	event->bsn = VIEW_LITERAL("1234567890123456789012345678901234567890");
	check_not_written(fixture, &employee_event_schema, event, "TEXT", "bsn");
	event->bsn = VIEW_LITERAL("\xed\xa0\x80");
	check_not_written(fixture, &employee_event_schema, event, "TEXT", "bsn");
	event->bsn = VIEW_NULL;
	event->event_id = VIEW_NULL;
	check_not_written(fixture, &employee_event_schema, event, "MISSING", "event_id");
	event->event_id = VIEW_LITERAL("e");
	event->gender = (enum gender)SCHEMA_NO_SYMBOL;
	check_not_written(fixture, &employee_event_schema, event, "ENUM", "gender");
	event->gender = (enum gender)gender_enum.count;
	check_not_written(fixture, &employee_event_schema, event, "ENUM", "gender");
	event->gender = GENDER_UNSPECIFIED;
	event->contacts = (struct contact_array){.items = contacts, .count = 65};
	check_not_written(fixture, &employee_event_schema, event, "ITEMS", "contacts");
}

static void a_message_over_the_limit_or_the_buffer_is_not_written(void **state)
{
	struct fixture *fixture = *state;
	const struct message_options large = {.limit = SCHEMA_MAX_MESSAGE * 4};
	struct signed_ *message = record_new(&signed_schema, &fixture->arena);
	struct buffer small;
	uint8_t *body = calloc(1, 131072);
	bool done;

	message->body = view_of(body, 131072);
	buffer_init(&small, 131072);
	done = message_encode_with(&signed_schema, message, &large, &small, &fixture->error);
	check_size(small.len, 0);
	buffer_done(&small);
	free(body);
	check_fails(done, &fixture->error, "TOO_LARGE");
}

static void padding_is_written_and_read(void **state)
{
	struct fixture *fixture = *state;
	const struct message_options padded = {.padded = true};
	struct shared_dossier *dossier = record_new(&shared_dossier_schema, &fixture->arena);
	struct message message;
	char surname[200];

	memset(surname, 'x', sizeof surname);
	for (size_t length = 0; length <= sizeof surname; length++) {
		dossier->surname = view_of(surname, length);
		buffer_clear(&fixture->buffer);
		check_ok(message_encode_with(&shared_dossier_schema, dossier, &padded, &fixture->buffer, &fixture->error), &fixture->error);
		check_size(fixture->buffer.len % MESSAGE_PADDING, 0);
		check_ok(message_decode_as(fixture->registry, &shared_dossier_schema, buffer_view(&fixture->buffer), &padded, &fixture->arena,
					   &message, &fixture->error),
			 &fixture->error);
		check(record_equal(&shared_dossier_schema, dossier, message.record));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_encoded_decodes_to_the_same),
		cmocka_unit_test(a_copy_outlives_its_source),
		cmocka_unit_test(records_are_equal_when_their_bytes_are),
		cmocka_unit_test(what_lies_under_a_null_does_not_count),
		cmocka_unit_test(a_new_record_holds_the_defaults),
		cmocka_unit_test(what_a_reader_would_refuse_is_not_written),
		cmocka_unit_test(a_message_over_the_limit_or_the_buffer_is_not_written),
		cmocka_unit_test(padding_is_written_and_read),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down) == 0 ? 0 : 1;
}
