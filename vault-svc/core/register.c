#include "vault-svc/core/register.h"

#include "schemas/codec/record.h"

/* Bytes that the field's own place in a struct takes, besides its has_ flag. */
static size_t place_size(const struct schema_field *field)
{
	if (field->repeated)
		return sizeof(struct schema_array);
	if (field->nullable && field->kind == SCHEMA_RECORD)
		return sizeof(void *);
	return schema_value_size(field);
}

static bool has_flag(const struct schema_field *field)
{
	return field->nullable && !field->repeated && field->kind != SCHEMA_STRING && field->kind != SCHEMA_BYTES && field->kind != SCHEMA_RECORD;
}

void register_keep(const struct schema *schema, const struct schema *event_schema, uint64_t kept, const void *held, void *next)
{
	if (kept == 0 || held == NULL)
		return;
	for (size_t i = 0; i < event_schema->field_count; i++) {
		const struct schema_field *field;

		if ((kept >> i & 1) == 0)
			continue;
		field = schema_field_named(schema, view_text(event_schema->fields[i].name));
		if (field == NULL)
			continue;
		memcpy((uint8_t *)next + field->offset, (const uint8_t *)held + field->offset, place_size(field));
		if (has_flag(field))
			*(bool *)((uint8_t *)next + field->has_offset) = *((const bool *)((const uint8_t *)held + field->has_offset));
	}
}

bool register_equal(const struct schema *schema, const void *a, const void *b)
{
	static const char *const stamp[] = {"occurred_at", "event_id", "source_system"};

	return record_equal_except(schema, a, b, stamp, sizeof stamp / sizeof stamp[0]);
}
