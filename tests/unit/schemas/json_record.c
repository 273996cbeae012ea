#include "tests/unit/check.h"

#include "tests/unit/schemas/json_record.h"

struct view hex_bytes(const char *hex, struct arena *arena)
{
	size_t count = strlen(hex) / 2;
	uint8_t *bytes = arena_take(arena, count + 1);

	for (size_t i = 0; i < count; i++) {
		char digits[3] = {hex[2 * i], hex[2 * i + 1], '\0'};
		char *end;

		bytes[i] = (uint8_t)strtoul(digits, &end, 16);
		check(*end == '\0');
	}
	return view_of(bytes, count);
}

static struct view json_bytes(const json_t *json, struct arena *arena)
{
	if (json_is_string(json))
		return arena_copy(arena, view_of(json_string_value(json), json_string_length(json)));
	check(json_is_object(json));
	return hex_bytes(json_string_value(json_object_get(json, "hex")), arena);
}

static void put_value(const struct schema_field *field, const json_t *json, void *at, struct arena *arena)
{
	struct view bytes;

	switch (field->kind) {
	case SCHEMA_BOOLEAN:
		check(json_is_boolean(json));
		*(bool *)at = json_is_true(json);
		return;
	case SCHEMA_INT:
		check(json_is_integer(json));
		*(int32_t *)at = (int32_t)json_integer_value(json);
		return;
	case SCHEMA_LONG:
		check(json_is_integer(json));
		*(int64_t *)at = json_integer_value(json);
		return;
	case SCHEMA_STRING:
	case SCHEMA_BYTES:
		*(struct view *)at = json_bytes(json, arena);
		return;
	case SCHEMA_FIXED:
		bytes = json_bytes(json, arena);
		check_size(bytes.len, field->size);
		memcpy(at, bytes.ptr, bytes.len);
		return;
	case SCHEMA_ENUM:
		check(schema_enum_value(field->enumeration, view_text(json_string_value(json)), at));
		return;
	case SCHEMA_RECORD:
		memcpy(at, json_record(field->record, json, arena), field->record->size);
		return;
	}
}

static void put_field(const struct schema_field *field, const json_t *json, uint8_t *record, struct arena *arena)
{
	void *at = record + field->offset;

	check(json != NULL);
	if (field->repeated) {
		size_t count = json_array_size(json);
		size_t size = schema_value_size(field);
		uint8_t *items = arena_array(arena, count + 1, size);

		for (size_t i = 0; i < count; i++)
			put_value(field, json_array_get(json, i), items + i * size, arena);
		*(struct schema_array *)at = (struct schema_array){.items = items, .count = count};
	} else if (field->nullable && json_is_null(json)) {
		return;
	} else if (field->nullable && field->kind == SCHEMA_RECORD) {
		*(void **)at = json_record(field->record, json, arena);
	} else {
		if (field->nullable && field->kind != SCHEMA_STRING && field->kind != SCHEMA_BYTES)
			*(bool *)(void *)(record + field->has_offset) = true;
		put_value(field, json, at, arena);
	}
}

void *json_record(const struct schema *schema, const json_t *json, struct arena *arena)
{
	void *record = arena_take(arena, schema->size);

	for (size_t i = 0; i < schema->field_count; i++)
		put_field(&schema->fields[i], json_object_get(json, schema->fields[i].name), record, arena);
	return record;
}

json_t *json_file(const char *path)
{
	char full[4096];
	json_error_t fault;
	json_t *json;

	(void)snprintf(full, sizeof full, "%s/%s", KLUIS_SOURCE, path);
	json = json_load_file(full, 0, &fault);
	if (json == NULL)
		fail_msg("%s: %s", full, fault.text);
	return json;
}
