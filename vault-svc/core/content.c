#include "vault-svc/core/content.h"

#include "common/crypto/digest.h"

#define ROOM 1024

/* Gathers small pieces, as BLAKE2b costs less in one go. */
struct gathering {
	struct digest digest;
	uint8_t bytes[ROOM];
	size_t used;
};

static void gather(struct gathering *to, const void *bytes, size_t count)
{
	if (count > ROOM - to->used) {
		digest_add(&to->digest, view_of(to->bytes, to->used));
		to->used = 0;
	}
	if (count > ROOM) {
		digest_add(&to->digest, view_of(bytes, count));
		return;
	}
	if (count > 0)
		memcpy(&to->bytes[to->used], bytes, count);
	to->used += count;
}

/* Lengths and counts: mostly one byte. */
static void gather_size(struct gathering *to, size_t size)
{
	uint8_t small = size < UINT8_MAX ? (uint8_t)size : UINT8_MAX;

	gather(to, &small, sizeof small);
	if (small == UINT8_MAX)
		gather(to, &size, sizeof size);
}

static void gather_record(struct gathering *to, const struct schema *schema, const void *record);

static void gather_value(struct gathering *to, const struct schema_field *field, const void *at)
{
	switch (field->kind) {
	case SCHEMA_BOOLEAN:
		gather(to, *(const bool *)at ? "\1" : "\0", 1);
		return;
	case SCHEMA_INT:
	case SCHEMA_ENUM:
		gather(to, at, sizeof(int32_t));
		return;
	case SCHEMA_LONG:
		gather(to, at, sizeof(int64_t));
		return;
	case SCHEMA_STRING:
	case SCHEMA_BYTES:
		gather_size(to, ((const struct view *)at)->len);
		gather(to, ((const struct view *)at)->ptr, ((const struct view *)at)->len);
		return;
	case SCHEMA_FIXED:
		gather(to, at, field->size);
		return;
	case SCHEMA_RECORD:
		break;
	}
	gather_record(to, field->record, at);
}

static void gather_field(struct gathering *to, const struct schema_field *field, const void *record)
{
	const void *at = (const uint8_t *)record + field->offset;

	if (field->repeated) {
		const struct schema_array *array = at;
		size_t size = schema_value_size(field);

		gather_size(to, array->count);
		for (size_t i = 0; i < array->count; i++)
			gather_value(to, field, (const uint8_t *)array->items + i * size);
		return;
	}
	if (field->nullable) {
		bool null = schema_field_null(field, record);

		gather(to, null ? "\0" : "\1", 1);
		if (null)
			return;
		if (field->kind == SCHEMA_RECORD)
			at = *(const void *const *)at;
	}
	gather_value(to, field, at);
}

static void gather_record(struct gathering *to, const struct schema *schema, const void *record)
{
	for (size_t i = 0; i < schema->field_count; i++)
		gather_field(to, &schema->fields[i], record);
}

void content_digest(const struct schema *schema, const void *record, struct view also, uint8_t ret[static CONTENT_DIGEST])
{
	struct gathering gathering;
	bool in_content = false;

	gathering.used = 0;
	digest_init(&gathering.digest, NULL, CONTENT_DIGEST);
	gather(&gathering, schema->fingerprint, SCHEMA_FINGERPRINT);
	gather_size(&gathering, also.len);
	gather(&gathering, also.ptr, also.len);
	for (size_t i = 0; i < schema->field_count; i++) {
		const struct schema_field *field = &schema->fields[i];

		/* What stands before the operation is the envelope, but for the employer. */
		in_content = in_content || strcmp(field->name, "op") == 0;
		if (in_content || strcmp(field->name, "employer_id") == 0)
			gather_field(&gathering, field, record);
	}
	digest_add(&gathering.digest, view_of(gathering.bytes, gathering.used));
	digest_finish(&gathering.digest, ret);
	explicit_bzero(&gathering, sizeof gathering);
}
