#include "schemas/schema.h"

const char *schema_enum_symbol(const struct schema_enum *enumeration, int32_t value)
{
	return value >= 0 && value < enumeration->count ? enumeration->symbols[value] : "";
}

bool schema_enum_value(const struct schema_enum *enumeration, struct view symbol, int32_t *ret_value)
{
	for (int32_t i = 0; i < enumeration->count; i++)
		if (view_equal(view_text(enumeration->symbols[i]), symbol)) {
			*ret_value = i;
			return true;
		}
	return false;
}

const struct schema_field *schema_field_named(const struct schema *schema, struct view name)
{
	for (size_t i = 0; i < schema->field_count; i++)
		if (view_equal(view_text(schema->fields[i].name), name))
			return &schema->fields[i];
	return NULL;
}

size_t schema_value_size(const struct schema_field *field)
{
	switch (field->kind) {
	case SCHEMA_BOOLEAN:
		return sizeof(bool);
	case SCHEMA_INT:
	case SCHEMA_ENUM:
		return sizeof(int32_t);
	case SCHEMA_LONG:
		return sizeof(int64_t);
	case SCHEMA_STRING:
	case SCHEMA_BYTES:
		return sizeof(struct view);
	case SCHEMA_FIXED:
		return field->size;
	case SCHEMA_RECORD:
		break;
	}
	return field->record->size;
}

bool schema_field_null(const struct schema_field *field, const void *record)
{
	const uint8_t *bytes = record;

	if (!field->nullable)
		return false;
	if (field->kind == SCHEMA_STRING || field->kind == SCHEMA_BYTES)
		return ((const struct view *)(const void *)(bytes + field->offset))->ptr == NULL;
	if (field->kind == SCHEMA_RECORD)
		return *(void *const *)(const void *)(bytes + field->offset) == NULL;
	return !*(const bool *)(bytes + field->has_offset);
}
