/* avro-c as oracle: random values of every schema, both ways, byte for byte. Needs no server. */
#include "tests/unit/check.h"

#include "schemas/codec/message.h"
#include "schemas/codec/record.h"
#include "schemas/messages.h"
#include "tests/unit/schemas/random_record.h"

#include <avro.h>

#define ROUNDS 100

struct fixture {
	struct schema_registry *registry;
	struct arena arena;
	struct buffer buffer;
	struct error error;
	struct random random;
	uint8_t written[SCHEMA_MAX_MESSAGE];
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

static avro_schema_t avro_schema_of(const struct schema *schema)
{
	static char text[64 * 1024];
	char path[4096];
	avro_schema_t result = NULL;
	size_t length;
	FILE *file;

	(void)snprintf(path, sizeof path, "%s/schemas/%s.avsc", KLUIS_SOURCE, schema->name);
	file = fopen(path, "r");
	if (file == NULL)
		fail_msg("%s cannot be read", path);
	length = fread(text, 1, sizeof text, file);
	(void)fclose(file);
	check_int(avro_schema_from_json_length(text, length, &result), 0);
	return result;
}

static void fill_record(const struct schema *schema, const void *record, avro_value_t *value, struct arena *arena);

static void fill_value(const struct schema_field *field, const void *at, avro_value_t *value, struct arena *arena)
{
	const struct view *bytes = at;

	switch (field->kind) {
	case SCHEMA_BOOLEAN:
		check_int(avro_value_set_boolean(value, *(const bool *)at), 0);
		return;
	case SCHEMA_INT:
		check_int(avro_value_set_int(value, *(const int32_t *)at), 0);
		return;
	case SCHEMA_LONG:
		check_int(avro_value_set_long(value, *(const int64_t *)at), 0);
		return;
	case SCHEMA_STRING: /* avro-c counts the NUL */
		check_int(avro_value_set_string_len(value, (const char *)arena_copy(arena, *bytes).ptr, bytes->len + 1), 0);
		return;
	case SCHEMA_BYTES:
		check_int(avro_value_set_bytes(value, (void *)(uintptr_t)bytes->ptr, bytes->len), 0);
		return;
	case SCHEMA_FIXED:
		check_int(avro_value_set_fixed(value, (void *)(uintptr_t)at, field->size), 0);
		return;
	case SCHEMA_ENUM:
		check_int(avro_value_set_enum(value, *(const int32_t *)at), 0);
		return;
	case SCHEMA_RECORD:
		fill_record(field->record, at, value, arena);
		return;
	}
}

static void fill_field(const struct schema_field *field, const void *record, avro_value_t *value, struct arena *arena)
{
	const void *at = (const uint8_t *)record + field->offset;
	avro_value_t inner;

	if (field->repeated) {
		const struct schema_array *array = at;

		for (size_t i = 0; i < array->count; i++) {
			check_int(avro_value_append(value, &inner, NULL), 0);
			fill_value(field, (const uint8_t *)array->items + i * schema_value_size(field), &inner, arena);
		}
	} else if (field->nullable) {
		bool null = schema_field_null(field, record);

		check_int(avro_value_set_branch(value, null ? 0 : 1, &inner), 0);
		if (null)
			check_int(avro_value_set_null(&inner), 0);
		else
			fill_value(field, field->kind == SCHEMA_RECORD ? *(const void *const *)at : at, &inner, arena);
	} else {
		fill_value(field, at, value, arena);
	}
}

static void fill_record(const struct schema *schema, const void *record, avro_value_t *value, struct arena *arena)
{
	size_t count = 0;

	check_int(avro_value_get_size(value, &count), 0);
	check_size(count, schema->field_count);
	for (size_t i = 0; i < count; i++) {
		avro_value_t field;

		check_int(avro_value_get_by_name(value, schema->fields[i].name, &field, NULL), 0);
		fill_field(&schema->fields[i], record, &field, arena);
	}
}

/* The body that avro-c writes. */
static struct view written_by_avro(struct fixture *fixture, avro_value_t *value)
{
	avro_writer_t writer = avro_writer_memory((const char *)fixture->written, sizeof fixture->written);
	int64_t length;

	check_int(avro_value_write(writer, value), 0);
	length = avro_writer_tell(writer);
	avro_writer_free(writer);
	return view_of(fixture->written, (size_t)length);
}

static void check_one(struct fixture *fixture, const struct schema *schema, avro_value_iface_t *iface)
{
	const void *record = random_record(schema, &fixture->random, &fixture->arena);
	struct message message;
	avro_value_t filled;
	avro_value_t got;
	struct view body;
	avro_reader_t reader;

	buffer_clear(&fixture->buffer);
	check_ok(message_encode(schema, record, &fixture->buffer, &fixture->error), &fixture->error);
	body = view_of(fixture->buffer.bytes + MESSAGE_HEADER, fixture->buffer.len - MESSAGE_HEADER);

	/* what avro-c writes of the same value is the same */
	check_int(avro_generic_value_new(iface, &filled), 0);
	fill_record(schema, record, &filled, &fixture->arena);
	check_view(written_by_avro(fixture, &filled), body);

	/* what avro-c reads of our bytes is the same value */
	check_int(avro_generic_value_new(iface, &got), 0);
	reader = avro_reader_memory((const char *)body.ptr, (int64_t)body.len);
	check_int(avro_value_read(reader, &got), 0);
	avro_reader_free(reader);
	check(avro_value_equal(&filled, &got));
	check_view(written_by_avro(fixture, &got), body);

	/* what we read of avro-c's bytes is the same record */
	buffer_clear(&fixture->buffer);
	check(buffer_put(&fixture->buffer, VIEW_LITERAL("\xc3\x01")));
	check(buffer_put(&fixture->buffer, view_of(schema->fingerprint, SCHEMA_FINGERPRINT)));
	check(buffer_put(&fixture->buffer, written_by_avro(fixture, &filled)));
	check_ok(message_decode_as(fixture->registry, schema, buffer_view(&fixture->buffer), NULL, &fixture->arena, &message, &fixture->error),
		 &fixture->error);
	check_size(message.faults.count, 0);
	check(record_equal(schema, record, message.record));
	avro_value_decref(&filled);
	avro_value_decref(&got);
}

static void avro_c_and_the_codec_agree_byte_for_byte(void **state)
{
	struct fixture *fixture = *state;

	for (size_t i = 0; i < messages_schemas.reader_count; i++) {
		avro_schema_t schema = avro_schema_of(messages_schemas.readers[i]);
		avro_value_iface_t *iface = avro_generic_class_from_schema(schema);

		for (size_t round = 0; round < ROUNDS; round++) {
			check_one(fixture, messages_schemas.readers[i], iface);
			arena_reset(&fixture->arena);
		}
		avro_value_iface_decref(iface);
		avro_schema_decref(schema);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(avro_c_and_the_codec_agree_byte_for_byte),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down) == 0 ? 0 : 1;
}
