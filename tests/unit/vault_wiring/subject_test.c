/* Whom poison names. */
#include "tests/unit/check.h"

#include "schemas/codec/message.h"
#include "schemas/codec/record.h"
#include "schemas/messages.h"
#include "vault-svc/subject.h"

struct fixture {
	struct arena arena;
	struct schema_registry *registry;
	struct buffer buffer;
	struct buffer outer;
};

static int set_up(void **state)
{
	static const struct schema_set *const sets[] = {&messages_schemas};
	static struct fixture fixture;
	struct error error;

	fixture = (struct fixture){0};
	buffer_init(&fixture.buffer, SCHEMA_MAX_MESSAGE);
	buffer_init(&fixture.outer, SCHEMA_MAX_MESSAGE);
	*state = &fixture;
	return schema_registry_new(sets, 1, &fixture.registry, &error) ? 0 : -1;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	buffer_done(&fixture->buffer);
	buffer_done(&fixture->outer);
	schema_registry_free(fixture->registry);
	arena_done(&fixture->arena);
	return 0;
}

static struct view employee(struct fixture *fixture)
{
	struct employee_event *event = record_new(&employee_event_schema, &fixture->arena);
	struct error error;

	event->event_id = VIEW_LITERAL("x");
	event->employer_id = VIEW_LITERAL("E1");
	event->source_system = VIEW_LITERAL("hr");
	event->employee_key = VIEW_LITERAL("K1");
	event->employee_key_old = VIEW_LITERAL("K0");
	check_ok(message_encode(&employee_event_schema, event, &fixture->buffer, &error), &error);
	return buffer_view(&fixture->buffer);
}

static void an_event_that_ends_behind_its_keys_names_its_employee(void **state)
{
	struct fixture *fixture = *state;
	struct view whole = employee(fixture);
	struct subject subject = subject_read(fixture->registry, view_of(whole.ptr, whole.len - 3));

	check_view(subject.employee_key, VIEW_LITERAL("K1"));
	check_view(subject.employee_key_old, VIEW_LITERAL("K0"));
}

static void the_body_of_a_signed_command_names_its_employee(void **state)
{
	struct fixture *fixture = *state;
	struct erase_command *command = record_new(&erase_command_schema, &fixture->arena);
	struct signed_ *envelope = record_new(&signed_schema, &fixture->arena);
	struct error error;

	command->command_id = VIEW_LITERAL("x");
	command->employer_id = VIEW_LITERAL("E1");
	command->actor = VIEW_LITERAL("someone");
	command->employee_key = VIEW_LITERAL("K7");
	command->reason = VIEW_LITERAL("asked");
	check_ok(message_encode(&erase_command_schema, command, &fixture->buffer, &error), &error);
	envelope->issuer = VIEW_LITERAL("employer:E1");
	envelope->body = buffer_view(&fixture->buffer);
	check_ok(message_encode(&signed_schema, envelope, &fixture->outer, &error), &error);
	check_view(subject_read(fixture->registry, buffer_view(&fixture->outer)).employee_key, VIEW_LITERAL("K7"));
}

/* Every length that a record can be cut off at, and every byte that can be wrong: nobody, or somebody whose key lies within the bytes. */
static void rubbish_names_nobody_beyond_its_bytes(void **state)
{
	struct fixture *fixture = *state;
	struct view whole = employee(fixture);
	uint8_t *bytes = arena_take(&fixture->arena, whole.len);

	for (size_t at = 0; at < whole.len; at++) {
		struct subject subject;

		memcpy(bytes, whole.ptr, whole.len);
		check(subject_read(fixture->registry, view_of(bytes, at)).employee_key.len <= at);
		bytes[at] = 0xff;
		subject = subject_read(fixture->registry, view_of(bytes, whole.len));
		if (subject.employee_key.len > 0)
			check(subject.employee_key.ptr >= bytes && subject.employee_key.ptr + subject.employee_key.len <= bytes + whole.len);
	}
	check(view_is_null(subject_read(fixture->registry, VIEW_NULL).employee_key));
	check(view_is_null(subject_read(fixture->registry, VIEW_LITERAL("\xc3\x01 unknown schema")).employee_key));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test_setup_teardown(an_event_that_ends_behind_its_keys_names_its_employee, set_up, tear_down),
	cmocka_unit_test_setup_teardown(the_body_of_a_signed_command_names_its_employee, set_up, tear_down),
	cmocka_unit_test_setup_teardown(rubbish_names_nobody_beyond_its_bytes, set_up, tear_down),
};

CHECK_MAIN(tests)
