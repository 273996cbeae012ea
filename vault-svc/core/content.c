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

static void gather_number(struct gathering *to, uint64_t number)
{
	gather(to, &number, sizeof number);
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
		gather_number(to, ((const struct view *)at)->len);
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

		gather_number(to, array->count);
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

/* True for what a raw event carries beside its content. */
static bool is_envelope(const struct schema_field *field)
{
	static const char *const names[] = {"event_id", "occurred_at", "source_system", "source_ref", "test", "snapshot_id"};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(field->name, names[i]) == 0)
			return true;
	return false;
}

void content_digest(const struct schema *schema, const void *record, struct view also, uint8_t ret[static CONTENT_DIGEST])
{
	struct gathering gathering;
	bool all_seen = false;

	gathering.used = 0;
	digest_init(&gathering.digest, NULL, CONTENT_DIGEST);
	gather(&gathering, schema->fingerprint, SCHEMA_FINGERPRINT);
	gather_number(&gathering, also.len);
	gather(&gathering, also.ptr, also.len);
	for (size_t i = 0; i < schema->field_count; i++) {
		const struct schema_field *field = &schema->fields[i];

		/* The envelope ends where the operation begins: the names need not be compared from there on. */
		all_seen = all_seen || strcmp(field->name, "op") == 0;
		if (all_seen || !is_envelope(field))
			gather_field(&gathering, field, record);
	}
	digest_add(&gathering.digest, view_of(gathering.bytes, gathering.used));
	digest_finish(&gathering.digest, ret);
	explicit_bzero(&gathering, sizeof gathering);
}
