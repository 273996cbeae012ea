#include "provider-svc/cli/dossier_json.h"

#include "common/base/calendar.h"
#include "common/crypto/hex.h"
#include "common/operate/json_text.h"

/* The contract's ints are days but for hours, percentages and house numbers; its longs are times (contract/README.md). */
static bool is_day(const struct schema_field *field)
{
	return strstr(field->name, "_x100") == NULL && strcmp(field->name, "house_number") != 0;
}

static json_t *hex_json(struct view bytes)
{
	char *text = malloc(2 * bytes.len + 1);
	json_t *value;

	if (text == NULL)
		return json_null();
	hex_encode(bytes.ptr, bytes.len, text);
	value = json_string(text);
	free(text);
	return value;
}

static json_t *number_json(const struct schema_field *field, const void *at)
{
	char text[32];

	if (field->kind == SCHEMA_LONG) {
		time_format(*(const int64_t *)at, text);
		return json_string(text);
	}
	if (!is_day(field))
		return json_integer(*(const int32_t *)at);
	day_format(*(const int32_t *)at, text);
	return json_string(text);
}

static json_t *value_json(const struct schema_field *field, const void *at)
{
	const struct view *view = at;

	switch (field->kind) {
	case SCHEMA_BOOLEAN:
		return json_boolean(*(const bool *)at);
	case SCHEMA_INT:
	case SCHEMA_LONG:
		return number_json(field, at);
	case SCHEMA_STRING:
		return json_text(*view);
	case SCHEMA_BYTES:
		return view_is_null(*view) ? json_null() : hex_json(*view);
	case SCHEMA_FIXED:
		return hex_json(view_of(at, field->size));
	case SCHEMA_ENUM:
		return json_string(schema_enum_symbol(field->enumeration, *(const int32_t *)at));
	case SCHEMA_RECORD:
		break;
	}
	return record_json(field->record, at);
}

static json_t *field_json(const struct schema_field *field, const void *record)
{
	const uint8_t *at = (const uint8_t *)record + field->offset;
	const struct schema_array *array = (const void *)at;
	json_t *list;

	if (schema_field_null(field, record))
		return json_null();
	if (!field->repeated)
		return value_json(field, field->kind == SCHEMA_RECORD && field->nullable ? *(const void *const *)(const void *)at : at);
	list = json_array();
	for (size_t i = 0; i < array->count; i++)
		json_array_append_new(list, value_json(field, (const uint8_t *)array->items + i * schema_value_size(field)));
	return list;
}

json_t *record_json(const struct schema *schema, const void *record)
{
	json_t *object = json_object();

	for (size_t i = 0; i < schema->field_count; i++)
		json_object_set_new(object, schema->fields[i].name, field_json(&schema->fields[i], record));
	return object;
}
