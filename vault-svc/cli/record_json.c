#include "vault-svc/cli/record_json.h"

#include <stdio.h>

#include "common/base/calendar.h"
#include "common/crypto/hex.h"
#include "schemas/codec/record.h"

/* Where in the object we are, for the error. */
struct path {
	char text[160];
};

static struct path path_of(const struct path *parent, const char *name)
{
	struct path path;

	(void)snprintf(path.text, sizeof path.text, "%.90s%s%.64s", parent->text, parent->text[0] == '\0' ? "" : ".", name);
	return path;
}

static bool fault(struct error *error, const char *code, const struct path *path, const char *text)
{
	return error_set(error, DISPOSITION_REJECT, code, path->text, "%s", text);
}

static struct view text_of(json_t *value)
{
	return view_of(json_string_value(value), json_string_length(value));
}

static bool read_int(json_t *value, const struct path *path, void *at, struct error *error)
{
	int32_t day;

	if (json_is_string(value)) {
		if (!day_parse(text_of(value), &day))
			return fault(error, "DAY", path, "a day is YYYY-MM-DD and exists");
		*(int32_t *)at = day;
		return true;
	}
	if (!json_is_integer(value) || json_integer_value(value) < INT32_MIN || json_integer_value(value) > INT32_MAX)
		return fault(error, "TYPE", path, "a whole number of 32 bits, or a day as YYYY-MM-DD, is meant");
	*(int32_t *)at = (int32_t)json_integer_value(value);
	return true;
}

static bool read_long(json_t *value, const struct path *path, void *at, struct error *error)
{
	int64_t time_ms;

	if (json_is_string(value)) {
		if (!time_parse(text_of(value), &time_ms))
			return fault(error, "TIME", path, "a time is RFC 3339, such as 2026-01-31T09:00:00Z");
		*(int64_t *)at = time_ms;
		return true;
	}
	if (!json_is_integer(value))
		return fault(error, "TYPE", path, "a whole number, or a time as RFC 3339, is meant");
	*(int64_t *)at = json_integer_value(value);
	return true;
}

static bool read_bytes(const struct schema_field *field, json_t *value, const struct path *path, struct arena *arena, void *at, struct error *error)
{
	size_t n = json_is_string(value) ? json_string_length(value) / 2 : 0;
	uint8_t *bytes = field->kind == SCHEMA_FIXED ? at : arena_take(arena, n + 1);

	if (!json_is_string(value) || (field->kind == SCHEMA_FIXED && n != field->size) || !hex_decode(text_of(value), bytes, n))
		return fault(error, "TYPE", path, "bytes are written in hexadecimal, in the length that the schema says");
	if (field->kind == SCHEMA_BYTES)
		*(struct view *)at = view_of(bytes, n);
	return true;
}

static bool read_record(const struct schema *schema, json_t *object, const char *ignored, const struct path *path, struct arena *arena, void *record,
			struct error *error);

/* One value that is not null: a plain field's, or an item's. */
static bool read_value(const struct schema_field *field, json_t *value, const struct path *path, struct arena *arena, void *at, struct error *error)
{
	switch (field->kind) {
	case SCHEMA_BOOLEAN:
		if (!json_is_boolean(value))
			return fault(error, "TYPE", path, "true or false is meant");
		*(bool *)at = json_is_true(value);
		return true;
	case SCHEMA_INT:
		return read_int(value, path, at, error);
	case SCHEMA_LONG:
		return read_long(value, path, at, error);
	case SCHEMA_STRING:
		if (!json_is_string(value))
			return fault(error, "TYPE", path, "text is meant");
		*(struct view *)at = arena_copy(arena, text_of(value));
		return true;
	case SCHEMA_BYTES:
	case SCHEMA_FIXED:
		return read_bytes(field, value, path, arena, at, error);
	case SCHEMA_ENUM:
		if (!json_is_string(value) || !schema_enum_value(field->enumeration, text_of(value), at))
			return fault(error, "ENUM", path, "not one of the symbols that the schema lists");
		return true;
	case SCHEMA_RECORD:
		break;
	}
	if (!json_is_object(value))
		return fault(error, "TYPE", path, "an object is meant");
	return read_record(field->record, value, NULL, path, arena, at, error);
}

static bool read_array(const struct schema_field *field, json_t *value, const struct path *path, struct arena *arena, struct schema_array *array,
		       struct error *error)
{
	size_t size = schema_value_size(field);

	if (!json_is_array(value))
		return fault(error, "TYPE", path, "a list is meant");
	array->count = json_array_size(value);
	array->items = arena_array(arena, array->count + 1, size);
	for (size_t i = 0; i < array->count; i++) {
		struct path item;

		(void)snprintf(item.text, sizeof item.text, "%.120s[%zu]", path->text, i);
		if (!read_value(field, json_array_get(value, i), &item, arena, (uint8_t *)array->items + i * size, error))
			return false;
	}
	return true;
}

static bool read_field(const struct schema_field *field, json_t *value, const struct path *path, struct arena *arena, void *record,
		       struct error *error)
{
	uint8_t *at = (uint8_t *)record + field->offset;

	if (field->repeated)
		return read_array(field, value, path, arena, (struct schema_array *)(void *)at, error);
	if (!field->nullable)
		return read_value(field, value, path, arena, at, error);
	if (field->kind == SCHEMA_RECORD) {
		void *inner = json_is_null(value) ? NULL : arena_take(arena, field->record->size);

		*(void **)(void *)at = inner;
		return inner == NULL || read_value(field, value, path, arena, inner, error);
	}
	if (field->kind == SCHEMA_STRING || field->kind == SCHEMA_BYTES) {
		*(struct view *)(void *)at = VIEW_NULL;
		return json_is_null(value) || read_value(field, value, path, arena, at, error);
	}
	*(bool *)((uint8_t *)record + field->has_offset) = !json_is_null(value);
	return json_is_null(value) || read_value(field, value, path, arena, at, error);
}

static bool read_record(const struct schema *schema, json_t *object, const char *ignored, const struct path *path, struct arena *arena, void *record,
			struct error *error)
{
	const char *name;
	json_t *value;

	memcpy(record, record_new(schema, arena), schema->size);
	json_object_foreach(object, name, value)
	{
		const struct schema_field *field = schema_field_named(schema, view_text(name));
		struct path inner = path_of(path, name);

		if (field == NULL && ignored != NULL && strcmp(name, ignored) == 0)
			continue;
		if (field == NULL)
			return fault(error, "UNKNOWN_FIELD", &inner, "the schema has no such field");
		if (!read_field(field, value, &inner, arena, record, error))
			return false;
	}
	for (size_t i = 0; i < schema->field_count; i++) {
		const struct schema_field *field = &schema->fields[i];
		struct path inner = path_of(path, field->name);

		if (!field->has_default && json_object_get(object, field->name) == NULL)
			return fault(error, "MISSING", &inner, "this field must be given");
	}
	return true;
}

bool record_from_json(const struct schema *schema, json_t *object, const char *ignored, struct arena *arena, void *ret_record, struct error *error)
{
	const struct path top = {0};

	return read_record(schema, object, ignored, &top, arena, ret_record, error);
}
