#include "schemas/codec/record.h"

#include "schemas/codec/plan.h"

static bool value_equal(const struct schema_field *field, const void *a, const void *b)
{
	switch (field->kind) {
	case SCHEMA_BOOLEAN:
		return *(const bool *)a == *(const bool *)b;
	case SCHEMA_INT:
	case SCHEMA_ENUM:
		return *(const int32_t *)a == *(const int32_t *)b;
	case SCHEMA_LONG:
		return *(const int64_t *)a == *(const int64_t *)b;
	case SCHEMA_STRING:
	case SCHEMA_BYTES:
		return view_equal(*(const struct view *)a, *(const struct view *)b);
	case SCHEMA_FIXED:
		return memcmp(a, b, field->size) == 0;
	case SCHEMA_RECORD:
		break;
	}
	return record_equal(field->record, a, b);
}

static bool array_equal(const struct schema_field *field, const struct schema_array *a, const struct schema_array *b)
{
	size_t size = schema_value_size(field);

	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (!value_equal(field, (const uint8_t *)a->items + i * size, (const uint8_t *)b->items + i * size))
			return false;
	return true;
}

static bool field_equal(const struct schema_field *field, const void *record_a, const void *record_b)
{
	const void *a = (const uint8_t *)record_a + field->offset;
	const void *b = (const uint8_t *)record_b + field->offset;

	if (field->repeated)
		return array_equal(field, a, b);
	if (schema_field_null(field, record_a) || schema_field_null(field, record_b))
		return schema_field_null(field, record_a) == schema_field_null(field, record_b);
	if (field->nullable && field->kind == SCHEMA_RECORD)
		return value_equal(field, *(const void *const *)a, *(const void *const *)b);
	return value_equal(field, a, b);
}

bool record_equal_except(const struct schema *schema, const void *a, const void *b, const char *const *ignored, size_t ignored_count)
{
	for (size_t i = 0; i < schema->field_count; i++) {
		bool ignore = false;

		for (size_t k = 0; k < ignored_count && !ignore; k++)
			ignore = strcmp(ignored[k], schema->fields[i].name) == 0;
		if (!ignore && !field_equal(&schema->fields[i], a, b))
			return false;
	}
	return true;
}

bool record_equal(const struct schema *schema, const void *a, const void *b)
{
	return record_equal_except(schema, a, b, NULL, 0);
}

/* Makes what a copied value still shares with its source its own. */
static void own_value(const struct schema_field *field, struct arena *arena, const void *source, void *copy)
{
	if (field->kind == SCHEMA_STRING || field->kind == SCHEMA_BYTES)
		*(struct view *)copy = arena_copy(arena, *(const struct view *)source);
	else if (field->kind == SCHEMA_RECORD)
		record_copy_into(field->record, arena, source, copy);
}

static void own_field(const struct schema_field *field, struct arena *arena, const void *source_record, void *copy_record)
{
	const void *source = (const uint8_t *)source_record + field->offset;
	void *copy = (uint8_t *)copy_record + field->offset;

	if (field->repeated) {
		const struct schema_array *from = source;
		struct schema_array *to = copy;
		size_t size = schema_value_size(field);

		to->items = from->count == 0 ? NULL : arena_array(arena, from->count, size);
		if (from->count > 0)
			memcpy(to->items, from->items, from->count * size);
		for (size_t i = 0; i < from->count; i++)
			own_value(field, arena, (const uint8_t *)from->items + i * size, (uint8_t *)to->items + i * size);
	} else if (field->nullable && field->kind == SCHEMA_RECORD) {
		const void *nested = *(const void *const *)source;

		*(void **)copy = nested == NULL ? NULL : record_copy(field->record, arena, nested);
	} else {
		own_value(field, arena, source, copy);
	}
}

void record_copy_into(const struct schema *schema, struct arena *arena, const void *source, void *ret_record)
{
	if (ret_record != source)
		memcpy(ret_record, source, schema->size);
	for (size_t i = 0; i < schema->field_count; i++)
		own_field(&schema->fields[i], arena, source, ret_record);
}

void *record_copy(const struct schema *schema, struct arena *arena, const void *source)
{
	void *copy = arena_take(arena, schema->size);

	record_copy_into(schema, arena, source, copy);
	return copy;
}

void *record_new(const struct schema *schema, struct arena *arena)
{
	uint8_t *record = arena_take(arena, schema->size);

	for (size_t i = 0; i < schema->field_count; i++) {
		const struct schema_field *field = &schema->fields[i];

		if (field->has_default)
			plan_standard(field, record);
		else if (!field->nullable && !field->repeated && (field->kind == SCHEMA_STRING || field->kind == SCHEMA_BYTES))
			*(struct view *)(void *)(record + field->offset) = VIEW_LITERAL("");
		else if (!field->nullable && !field->repeated && field->kind == SCHEMA_RECORD)
			record_copy_into(field->record, arena, record_new(field->record, arena), record + field->offset);
	}
	return record;
}
