/* The contract's vectors, which another implementation made. */
#include "tests/unit/check.h"

#include "common/base/partition.h"
#include "schemas/codec/message.h"
#include "schemas/codec/record.h"
#include "schemas/messages.h"
#include "tests/unit/schemas/json_record.h"

#define PARTITIONS 12

struct fixture {
	json_t *vectors;
	struct schema_registry *registry;
	struct arena arena;
	struct buffer buffer;
};

static int set_up(void **state)
{
	static struct fixture fixture;
	const struct schema_set *sets[] = {&messages_schemas};

	fixture.vectors = json_file("schemas/vectors.json");
	buffer_init(&fixture.buffer, SCHEMA_MAX_MESSAGE);
	*state = &fixture;
	return schema_registry_new(sets, 1, &fixture.registry, NULL) ? 0 : 1;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	json_decref(fixture->vectors);
	schema_registry_free(fixture->registry);
	arena_done(&fixture->arena);
	buffer_done(&fixture->buffer);
	return 0;
}

static const struct schema *schema_named(const char *name)
{
	for (size_t i = 0; i < messages_schemas.reader_count; i++)
		if (strcmp(messages_schemas.readers[i]->name, name) == 0)
			return messages_schemas.readers[i];
	fail_msg("no schema %s", name);
	return NULL;
}

static void every_schema_has_a_vector(void **state)
{
	struct fixture *fixture = *state;

	check_size(json_array_size(json_object_get(fixture->vectors, "records")), messages_schemas.reader_count);
	check_size(messages_schemas.reader_count, 27);
}

static void fingerprints_are_those_of_the_vectors(void **state)
{
	struct fixture *fixture = *state;
	size_t i;
	json_t *vector;

	json_array_foreach(json_object_get(fixture->vectors, "records"), i, vector)
	{
		const struct schema *schema = schema_named(json_string_value(json_object_get(vector, "schema")));

		check_view(view_of(schema->fingerprint, SCHEMA_FINGERPRINT),
			   hex_bytes(json_string_value(json_object_get(vector, "fingerprint_wire")), &fixture->arena));
	}
}

static void values_encode_to_the_bytes_of_the_vectors(void **state)
{
	struct fixture *fixture = *state;
	struct error error = {0};
	size_t i;
	json_t *vector;

	json_array_foreach(json_object_get(fixture->vectors, "records"), i, vector)
	{
		const struct schema *schema = schema_named(json_string_value(json_object_get(vector, "schema")));
		const void *record = json_record(schema, json_object_get(vector, "value"), &fixture->arena);

		buffer_clear(&fixture->buffer);
		check_ok(message_encode(schema, record, &fixture->buffer, &error), &error);
		check_view(buffer_view(&fixture->buffer), hex_bytes(json_string_value(json_object_get(vector, "encoded")), &fixture->arena));
	}
}

static void bytes_of_the_vectors_decode_to_their_values(void **state)
{
	struct fixture *fixture = *state;
	struct error error = {0};
	size_t i;
	json_t *vector;

	json_array_foreach(json_object_get(fixture->vectors, "records"), i, vector)
	{
		const struct schema *schema = schema_named(json_string_value(json_object_get(vector, "schema")));
		const void *record = json_record(schema, json_object_get(vector, "value"), &fixture->arena);
		struct view bytes = hex_bytes(json_string_value(json_object_get(vector, "encoded")), &fixture->arena);
		struct message message;

		check_ok(message_decode(fixture->registry, bytes, messages_schemas.readers, messages_schemas.reader_count, &fixture->arena, &message,
					&error),
			 &error);
		check(message.schema == schema && message.writer == schema);
		check_size(message.faults.count, 0);
		check(record_equal(schema, message.record, record));
	}
}

static void a_vector_cut_at_any_byte_is_unreadable(void **state)
{
	struct fixture *fixture = *state;
	struct error error;
	size_t i;
	json_t *vector;

	json_array_foreach(json_object_get(fixture->vectors, "records"), i, vector)
	{
		const struct schema *schema = schema_named(json_string_value(json_object_get(vector, "schema")));
		struct view bytes = hex_bytes(json_string_value(json_object_get(vector, "encoded")), &fixture->arena);

		for (size_t length = 0; length < bytes.len; length++) {
			/* a heap copy of just that length, so that the sanitizer sees a read beyond it */
			uint8_t *cut = malloc(length + 1);
			struct message message;

			memcpy(cut, bytes.ptr, length);
			check_fails(message_decode_as(fixture->registry, schema, view_of(cut, length), NULL, &fixture->arena, &message, &error),
				    &error, "UNREADABLE");
			free(cut);
			arena_reset(&fixture->arena);
			bytes = hex_bytes(json_string_value(json_object_get(vector, "encoded")), &fixture->arena);
		}
	}
}

static void keys_hash_as_the_java_client_hashes(void **state)
{
	struct fixture *fixture = *state;
	size_t i;
	json_t *vector;

	json_array_foreach(json_object_get(fixture->vectors, "murmur2"), i, vector)
	{
		struct view key = view_text(json_string_value(json_object_get(vector, "key")));

		check_int(murmur2(key), json_integer_value(json_object_get(vector, "hash")));
		check_int(partition_of(key, PARTITIONS), json_integer_value(json_object_get(vector, "partition_of_12")));
	}
	check_size(i, 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_schema_has_a_vector),
		cmocka_unit_test(fingerprints_are_those_of_the_vectors),
		cmocka_unit_test(values_encode_to_the_bytes_of_the_vectors),
		cmocka_unit_test(bytes_of_the_vectors_decode_to_their_values),
		cmocka_unit_test(a_vector_cut_at_any_byte_is_unreadable),
		cmocka_unit_test(keys_hash_as_the_java_client_hashes),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down) == 0 ? 0 : 1;
}
