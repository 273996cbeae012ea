#include "schemas/codec/message.h"

#include "schemas/codec/text.h"

static bool encode_record(const struct schema *schema, const void *record, struct buffer *buffer, struct error *error);

static bool refuse(struct error *error, const struct schema_field *field, const char *code, const char *what)
{
	return error_set(error, DISPOSITION_REJECT, code, field->name, "cannot be written: %s", what);
}

static bool encode_text(const struct schema_field *field, struct view text, struct buffer *buffer, struct error *error)
{
	size_t length = text.len;

	if (text.ptr == NULL)
		return refuse(error, field, "MISSING", "no value where there must be one");
	if (field->kind == SCHEMA_STRING && !text_is_utf8(text, &length))
		return refuse(error, field, "TEXT", "not UTF-8");
	if (field->max_length != 0 && length > field->max_length)
		return refuse(error, field, "TEXT", "too long");
	(void)buffer_long(buffer, (int64_t)text.len);
	(void)buffer_put(buffer, text);
	return true;
}

static bool encode_symbol(const struct schema_field *field, int32_t value, struct buffer *buffer, struct error *error)
{
	if (value < 0 || value >= field->enumeration->count)
		return refuse(error, field, "ENUM", "no symbol of its enum");
	(void)buffer_long(buffer, value);
	return true;
}

/* One value that is not null, of an array one item. Running out of the buffer shows at the end. */
static bool encode_value(const struct schema_field *field, const void *at, struct buffer *buffer, struct error *error)
{
	switch (field->kind) {
	case SCHEMA_BOOLEAN:
		(void)buffer_byte(buffer, *(const bool *)at ? 1 : 0);
		return true;
	case SCHEMA_INT:
		(void)buffer_long(buffer, *(const int32_t *)at);
		return true;
	case SCHEMA_LONG:
		(void)buffer_long(buffer, *(const int64_t *)at);
		return true;
	case SCHEMA_STRING:
	case SCHEMA_BYTES:
		return encode_text(field, *(const struct view *)at, buffer, error);
	case SCHEMA_FIXED:
		(void)buffer_put(buffer, view_of(at, field->size));
		return true;
	case SCHEMA_ENUM:
		return encode_symbol(field, *(const int32_t *)at, buffer, error);
	case SCHEMA_RECORD:
		break;
	}
	return encode_record(field->record, at, buffer, error);
}

static bool encode_array(const struct schema_field *field, const struct schema_array *array, struct buffer *buffer, struct error *error)
{
	size_t size = schema_value_size(field);

	if (array->count > field->max_items)
		return refuse(error, field, "ITEMS", "too many items");
	if (array->count > 0)
		(void)buffer_long(buffer, (int64_t)array->count);
	for (size_t i = 0; i < array->count && !buffer->failed; i++)
		if (!encode_value(field, (const uint8_t *)array->items + i * size, buffer, error))
			return false;
	(void)buffer_byte(buffer, 0);
	return true;
}

static bool encode_field(const struct schema_field *field, const void *record, struct buffer *buffer, struct error *error)
{
	const void *at = (const uint8_t *)record + field->offset;

	if (field->repeated)
		return encode_array(field, at, buffer, error);
	if (!field->nullable)
		return encode_value(field, at, buffer, error);
	if (schema_field_null(field, record))
		return buffer_byte(buffer, 0) || buffer->failed;
	(void)buffer_byte(buffer, 2);
	return encode_value(field, field->kind == SCHEMA_RECORD ? *(const void *const *)at : at, buffer, error);
}

static bool encode_record(const struct schema *schema, const void *record, struct buffer *buffer, struct error *error)
{
	for (size_t i = 0; i < schema->field_count; i++)
		if (!encode_field(&schema->fields[i], record, buffer, error))
			return false;
	return true;
}

bool message_encode_with(const struct schema *schema, const void *record, const struct message_options *options, struct buffer *buffer,
			 struct error *error)
{
	static const uint8_t marker[] = {0xc3, 0x01};
	size_t limit = options == NULL || options->limit == 0 ? SCHEMA_MAX_MESSAGE : options->limit;
	size_t start = buffer->len;
	bool failed_before = buffer->failed;
	bool done;

	(void)buffer_put(buffer, view_of(marker, sizeof marker));
	(void)buffer_put(buffer, view_of(schema->fingerprint, SCHEMA_FINGERPRINT));
	done = encode_record(schema, record, buffer, error);
	if (done && options != NULL && options->padded)
		(void)buffer_zeros(buffer, (MESSAGE_PADDING - (buffer->len - start) % MESSAGE_PADDING) % MESSAGE_PADDING);
	if (done && (buffer->failed || buffer->len - start > limit))
		done = error_set(error, DISPOSITION_REJECT, "TOO_LARGE", schema->name, "cannot be written in %zu bytes", limit);
	if (!done) {
		buffer->len = start; /* what was written stays in the room and is wiped with it */
		buffer->failed = failed_before;
	}
	return done;
}

bool message_encode(const struct schema *schema, const void *record, struct buffer *buffer, struct error *error)
{
	return message_encode_with(schema, record, NULL, buffer, error);
}
