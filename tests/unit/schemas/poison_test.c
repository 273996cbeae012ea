/* Bytes from outside: what is refused, what is read all the same with a fault, and that neither takes memory out of proportion. */
#include "tests/unit/check.h"

#include "schemas/codec/message.h"
#include "schemas/messages.h"
#include "tests/unit/schemas/evolution/older/older.h"
#include "tests/unit/schemas/json_record.h"

enum part { NAME, KIND, STRICT, PERHAPS, COUNT, NOTE, TAGS, INNER, INNERS, MAYBE, STRICTS, KEY, PARTS };

#define INT64_MOST "feffffffffffffffff01"
#define INT64_LEAST "ffffffffffffffffff01"

/* A sound record, field by field. */
static const char *const sound[PARTS] = {"064a616e", "00", "02", "00", "02", "00", "00", "020261", "00", "00", "00", "01020304"};

struct fixture {
	struct schema_registry *registry;
	struct arena arena;
	struct error error;
	struct message message;
};

static int set_up(void **state)
{
	static struct fixture fixture;
	const struct schema_set *sets[] = {&older_schemas, &messages_schemas};

	*state = &fixture;
	return schema_registry_new(sets, 2, &fixture.registry, NULL) ? 0 : 1;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	schema_registry_free(fixture->registry);
	arena_done(&fixture->arena);
	return 0;
}

/* The sound record with one part replaced, in single-object encoding. */
static struct view with(struct fixture *fixture, enum part replaced, const char *hex)
{
	struct buffer buffer;
	struct view bytes;

	buffer_init(&buffer, SCHEMA_MAX_MESSAGE * 2);
	check(buffer_put(&buffer, VIEW_LITERAL("\xc3\x01")));
	check(buffer_put(&buffer, view_of(old_sample_schema.fingerprint, SCHEMA_FINGERPRINT)));
	for (size_t i = 0; i < PARTS; i++)
		check(buffer_put(&buffer, hex_bytes(i == replaced ? hex : sound[i], &fixture->arena)));
	bytes = arena_copy(&fixture->arena, buffer_view(&buffer));
	buffer_done(&buffer);
	return bytes;
}

static bool decode(struct fixture *fixture, struct view bytes)
{
	fixture->message = (struct message){0};
	return message_decode_as(fixture->registry, &old_sample_schema, bytes, NULL, &fixture->arena, &fixture->message, &fixture->error);
}

static const struct old_sample *decoded(struct fixture *fixture, enum part replaced, const char *hex)
{
	check_ok(decode(fixture, with(fixture, replaced, hex)), &fixture->error);
	return fixture->message.record;
}

static void check_unreadable(struct fixture *fixture, enum part replaced, const char *hex)
{
	struct view bytes = with(fixture, replaced, hex);
	size_t used = fixture->arena.used;

	check_fails(decode(fixture, bytes), &fixture->error, "UNREADABLE");
	check_int(fixture->error.disposition, DISPOSITION_REJECT);
	check(fixture->arena.used - used < 4096);
}

static void check_fault(struct fixture *fixture, size_t index, enum fault_code code, const char *path)
{
	check(index < fixture->message.faults.count);
	check_int(fixture->message.faults.items[index].code, code);
	check_text(fixture->message.faults.items[index].path, path);
}

static void the_sound_record_is_read(void **state)
{
	struct fixture *fixture = *state;
	const struct old_sample *got = decoded(fixture, PARTS, "");

	check_view(got->name, VIEW_LITERAL("Jan"));
	check_size(fixture->message.faults.count, 0);
}

static void lengths_that_cannot_be_are_unreadable(void **state)
{
	struct fixture *fixture = *state;

	check_unreadable(fixture, NAME, "01");
	check_unreadable(fixture, NAME, INT64_MOST);
	check_unreadable(fixture, NAME, INT64_LEAST);
	check_unreadable(fixture, NAME, "fe01");
	check_unreadable(fixture, NAME, "8080808080808080808000");
	check_unreadable(fixture, NAME, "ffffffffffffffffff02");
	check_unreadable(fixture, KEY, "010203");
}

static void ordinals_branches_and_numbers_out_of_range_are_unreadable(void **state)
{
	struct fixture *fixture = *state;

	check_unreadable(fixture, KIND, "04");
	check_unreadable(fixture, KIND, "01");
	check_unreadable(fixture, KIND, INT64_MOST);
	check_unreadable(fixture, NOTE, "04");
	check_unreadable(fixture, NOTE, "01");
	check_unreadable(fixture, COUNT, "8080808010");
	check_unreadable(fixture, COUNT, "8180808010");
	check_unreadable(fixture, COUNT, INT64_LEAST);
	check_int(decoded(fixture, COUNT, "feffffff0f")->count, INT32_MAX);
	check_int(decoded(fixture, COUNT, "ffffffff0f")->count, INT32_MIN);
}

static void a_boolean_is_0_or_1(void **state)
{
	struct fixture *fixture = *state;
	struct care_request request = {.command_id = VIEW_LITERAL("c"),
				       .employer_id = VIEW_LITERAL("e"),
				       .actor = VIEW_LITERAL("a"),
				       .provider_id = VIEW_LITERAL("p"),
				       .identifiers = VIEW_LITERAL("x"),
				       .confirm_share = true};
	struct buffer buffer;
	bool seven;
	bool two;

	buffer_init(&buffer, 4096);
	check_ok(message_encode(&care_request_schema, &request, &buffer, &fixture->error), &fixture->error);
	buffer.bytes[buffer.len - 1] = 7;
	seven = message_decode_as(fixture->registry, &care_request_schema, buffer_view(&buffer), NULL, &fixture->arena, &fixture->message,
				  &fixture->error);
	buffer.bytes[buffer.len - 1] = 2;
	two = message_decode_as(fixture->registry, &care_request_schema, buffer_view(&buffer), NULL, &fixture->arena, &fixture->message,
				&fixture->error);
	buffer_done(&buffer);
	check(!seven && !two);
	check_text(fixture->error.place, "confirm_share");
}

static void array_bombs_are_unreadable_and_take_no_memory(void **state)
{
	struct fixture *fixture = *state;

	check_unreadable(fixture, TAGS, INT64_MOST);
	check_unreadable(fixture, TAGS, INT64_LEAST);
	check_unreadable(fixture, TAGS, INT64_LEAST "02");
	check_unreadable(fixture, TAGS, "8094ebdc03");
	check_unreadable(fixture, INNERS, "8094ebdc03");
	check_unreadable(fixture, INNERS, "ff93ebdc0300");
	check_unreadable(fixture, INNERS, "8010");
	check_unreadable(fixture, STRICTS, "fe01");
}

static void blocks_must_be_as_long_as_they_say(void **state)
{
	struct fixture *fixture = *state;

	check_size(decoded(fixture, TAGS, "0104026100")->tags.count, 1);
	check_unreadable(fixture, TAGS, "0106026100");
	check_unreadable(fixture, TAGS, "0102026100");
	check_unreadable(fixture, TAGS, "0101026100");
	check_unreadable(fixture, TAGS, "01fe01026100");
}

static void blocks_add_up(void **state)
{
	struct fixture *fixture = *state;
	char hex[300 * 8 + 3] = "";
	const struct old_sample *got;
	size_t used;

	for (size_t i = 0; i < 300; i++)
		(void)snprintf(hex + i * 8, 9, "02%02x0261", (unsigned)(i % 64) * 2);
	memcpy(hex + (size_t)300 * 8, "00", 3);
	used = fixture->arena.used;
	got = decoded(fixture, INNERS, hex);
	check_size(got->inners.count, 300);
	for (size_t i = 0; i < 300; i++) {
		check_int(got->inners.items[i].a, (int64_t)(i % 64));
		check_view(got->inners.items[i].b, VIEW_LITERAL("a"));
	}
	check(fixture->arena.used - used < (size_t)300 * sizeof(struct old_inner) * 4 + 8192);
}

static void numbers_in_more_bytes_than_needed_are_read(void **state)
{
	struct fixture *fixture = *state;

	check_int(decoded(fixture, COUNT, "828000")->count, 1);
	check_view(decoded(fixture, NAME, "86004a616e")->name, VIEW_LITERAL("Jan"));
}

static void bytes_behind_are_unreadable(void **state)
{
	struct fixture *fixture = *state;

	check_unreadable(fixture, KEY, "0102030400");
	check_text(fixture->error.place, "end");
}

static void what_is_not_framed_is_unreadable(void **state)
{
	struct fixture *fixture = *state;
	uint8_t fingerprint[SCHEMA_FINGERPRINT];

	check_fails(decode(fixture, VIEW_NULL), &fixture->error, "UNREADABLE");
	check_fails(decode(fixture, VIEW_LITERAL("\xc3\x01")), &fixture->error, "UNREADABLE");
	check_fails(decode(fixture, VIEW_LITERAL("{\"type\": \"EmployeeEvent\"}")), &fixture->error, "UNREADABLE");
	check_fails(decode(fixture, VIEW_LITERAL("\xc3\x02"
						 "12345678")),
		    &fixture->error, "UNREADABLE");
	check(!message_identify(VIEW_LITERAL("\xc3\x01"
					     "1234567"),
				fingerprint));
	check(message_identify(VIEW_LITERAL("\xc3\x01"
					    "12345678"),
			       fingerprint));
	check_view(view_of(fingerprint, sizeof fingerprint), VIEW_LITERAL("12345678"));
}

static void unknown_and_not_accepted_schemas_are_told_apart_from_rubbish(void **state)
{
	struct fixture *fixture = *state;
	const struct schema *const accepted[] = {&employee_event_schema, &absence_event_schema};
	struct view bytes = with(fixture, PARTS, "");

	check_fails(decode(fixture, VIEW_LITERAL("\xc3\x01"
						 "12345678")),
		    &fixture->error, "UNKNOWN_SCHEMA");
	check_fails(message_decode(fixture->registry, bytes, accepted, 2, &fixture->arena, &fixture->message, &fixture->error), &fixture->error,
		    "UNKNOWN_SCHEMA");
}

static void a_message_over_its_limit_is_too_large(void **state)
{
	struct fixture *fixture = *state;
	uint8_t *bytes = calloc(1, SCHEMA_MAX_MESSAGE + 1);
	const struct message_options small = {.limit = 20};
	struct error error;
	bool done = message_decode_as(fixture->registry, &old_sample_schema, view_of(bytes, SCHEMA_MAX_MESSAGE + 1), NULL, &fixture->arena,
				      &fixture->message, &error);

	free(bytes);
	check_fails(done, &error, "TOO_LARGE");
	check_fails(message_decode_as(fixture->registry, &old_sample_schema, with(fixture, PARTS, ""), &small, &fixture->arena, &fixture->message,
				      &error),
		    &error, "TOO_LARGE");
}

static void text_that_is_too_long_or_no_utf8_is_a_fault(void **state)
{
	struct fixture *fixture = *state;
	const struct old_sample *got = decoded(fixture, NAME, "166161616161616161616161");

	check_fault(fixture, 0, FAULT_TEXT, "name");
	check(!view_is_null(got->name));
	check_size(got->name.len, 0);
	check(fault_list_find(&fixture->message.faults, &old_sample_schema.fields[NAME]) != NULL);
	got = decoded(fixture, NOTE, "0204c3c3");
	check_fault(fixture, 0, FAULT_TEXT, "note");
	check(view_is_null(got->note));
	check(fault_list_find(&fixture->message.faults, &old_sample_schema.fields[NAME]) == NULL);
}

static void length_counts_code_points(void **state)
{
	struct fixture *fixture = *state;

	check_size(decoded(fixture, NAME, "28c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9")->name.len, 20);
	check_size(fixture->message.faults.count, 0);
	(void)decoded(fixture, NAME, "2ac3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a961");
	check_fault(fixture, 0, FAULT_TEXT, "name");
}

static void a_nul_in_a_text_is_left_to_the_application(void **state)
{
	struct fixture *fixture = *state;

	check_view(decoded(fixture, NAME, "06610062")->name, VIEW_LITERAL("a\0b"));
	check_size(fixture->message.faults.count, 0);
}

static void too_many_items_are_read_past(void **state)
{
	struct fixture *fixture = *state;
	const struct old_sample *got = decoded(fixture, TAGS,
					       "0602610262"
					       "02ff"
					       "020241"
					       "00");

	check_size(fixture->message.faults.count, 1);
	check_fault(fixture, 0, FAULT_ITEMS, "tags");
	check(fixture->message.faults.items[0].list == NULL);
	check_size(got->tags.count, 2);
	check_view(got->tags.items[1], VIEW_LITERAL("b"));
}

/* The last of 1,025 records is read past, with all that is wrong in it. */
static void too_many_records_are_read_past(void **state)
{
	struct fixture *fixture = *state;
	char hex[4 + 1024 * 6 + 6 + 3] = "8210";
	const struct old_sample *got;

	for (size_t i = 0; i < 1024; i++)
		memcpy(hex + 4 + i * 6, "020261", 6);
	memcpy(hex + sizeof hex - 9, "0202ff00", 9);
	got = decoded(fixture, INNERS, hex);
	check_size(got->inners.count, 1024);
	check_size(fixture->message.faults.count, 1);
	check_fault(fixture, 0, FAULT_ITEMS, "inners");
	check_view(view_of(got->key, sizeof got->key), VIEW_LITERAL("\1\2\3\4"));
}

static void a_fault_says_where_it_is(void **state)
{
	struct fixture *fixture = *state;
	const struct old_sample *got = decoded(fixture, TAGS, "0402610c61616161616100");
	const struct fault *fault = &fixture->message.faults.items[0];

	check_fault(fixture, 0, FAULT_TEXT, "tags[1]");
	check(fault->list == &old_sample_schema.fields[TAGS] && fault->field == fault->list);
	check_size(fault->item, 1);
	check_size(got->tags.count, 2);
	(void)decoded(fixture, INNERS,
		      "0402026202126161616161616161"
		      "6100");
	fault = &fixture->message.faults.items[0];
	check_fault(fixture, 0, FAULT_TEXT, "inners[1].b");
	check(fault->list == &old_sample_schema.fields[INNERS] && fault->field == &old_inner_schema.fields[1]);
	check_size(fault->item, 1);
	got = decoded(fixture, MAYBE, "020202ff");
	fault = &fixture->message.faults.items[0];
	check_fault(fixture, 0, FAULT_TEXT, "maybe.b");
	check(fault->list == NULL);
	check(got->maybe != NULL && got->maybe->a == 1);
	check(fault_list_find(&fixture->message.faults, &old_inner_schema.fields[1]) == NULL);
}

static void faults_are_counted_up_to_a_bound(void **state)
{
	struct fixture *fixture = *state;
	char hex[4 + 260 * 6 + 3] = "8804";

	for (size_t i = 0; i < 260; i++)
		memcpy(hex + 4 + i * 6, "0202ff", 6);
	memcpy(hex + sizeof hex - 3, "00", 3);
	check_size(decoded(fixture, INNERS, hex)->inners.count, 260);
	check_size(fixture->message.faults.count, FAULT_MAX);
	check(fixture->message.faults.overflow);
	check_fault(fixture, FAULT_MAX - 1, FAULT_TEXT, "inners[255].b");
}

static void padding_is_zero_bytes_up_to_the_next_multiple(void **state)
{
	struct fixture *fixture = *state;
	const struct message_options padded = {.padded = true};
	struct view sound_bytes = with(fixture, PARTS, "");
	uint8_t *bytes = arena_take(&fixture->arena, MESSAGE_PADDING * 2);
	struct arena *arena = &fixture->arena;

	memcpy(bytes, sound_bytes.ptr, sound_bytes.len);
	check_ok(message_decode_as(fixture->registry, &old_sample_schema, view_of(bytes, MESSAGE_PADDING), &padded, arena, &fixture->message,
				   &fixture->error),
		 &fixture->error);
	check_fails(message_decode_as(fixture->registry, &old_sample_schema, view_of(bytes, MESSAGE_PADDING), NULL, arena, &fixture->message,
				      &fixture->error),
		    &fixture->error, "UNREADABLE");
	check_fails(message_decode_as(fixture->registry, &old_sample_schema, view_of(bytes, MESSAGE_PADDING - 1), &padded, arena, &fixture->message,
				      &fixture->error),
		    &fixture->error, "UNREADABLE");
	check_fails(message_decode_as(fixture->registry, &old_sample_schema, view_of(bytes, MESSAGE_PADDING * 2), &padded, arena, &fixture->message,
				      &fixture->error),
		    &fixture->error, "UNREADABLE");
	bytes[MESSAGE_PADDING - 1] = 1;
	check_fails(message_decode_as(fixture->registry, &old_sample_schema, view_of(bytes, MESSAGE_PADDING), &padded, arena, &fixture->message,
				      &fixture->error),
		    &fixture->error, "UNREADABLE");
}

static void errors_hold_no_value(void **state)
{
	struct fixture *fixture = *state;

	check_fails(decode(fixture, with(fixture, KEY, "4a616e")), &fixture->error, "UNREADABLE");
	check(strstr(fixture->error.text, "Jan") == NULL && strstr(fixture->error.place, "Jan") == NULL);
	check_text(fixture->error.place, "key");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_sound_record_is_read),
		cmocka_unit_test(lengths_that_cannot_be_are_unreadable),
		cmocka_unit_test(ordinals_branches_and_numbers_out_of_range_are_unreadable),
		cmocka_unit_test(a_boolean_is_0_or_1),
		cmocka_unit_test(array_bombs_are_unreadable_and_take_no_memory),
		cmocka_unit_test(blocks_must_be_as_long_as_they_say),
		cmocka_unit_test(blocks_add_up),
		cmocka_unit_test(numbers_in_more_bytes_than_needed_are_read),
		cmocka_unit_test(bytes_behind_are_unreadable),
		cmocka_unit_test(what_is_not_framed_is_unreadable),
		cmocka_unit_test(unknown_and_not_accepted_schemas_are_told_apart_from_rubbish),
		cmocka_unit_test(a_message_over_its_limit_is_too_large),
		cmocka_unit_test(text_that_is_too_long_or_no_utf8_is_a_fault),
		cmocka_unit_test(length_counts_code_points),
		cmocka_unit_test(a_nul_in_a_text_is_left_to_the_application),
		cmocka_unit_test(too_many_items_are_read_past),
		cmocka_unit_test(too_many_records_are_read_past),
		cmocka_unit_test(a_fault_says_where_it_is),
		cmocka_unit_test(faults_are_counted_up_to_a_bound),
		cmocka_unit_test(padding_is_zero_bytes_up_to_the_next_multiple),
		cmocka_unit_test(errors_hold_no_value),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down) == 0 ? 0 : 1;
}
