#include "vault-svc/store/document.h"

/* The subject, the schema's name with its length, what else there is: no kind of document can stand in another's place. */
static struct view binding(const struct schema *schema, const struct seal_subject *subject, struct arena *arena)
{
	size_t name = strlen(schema->name);
	size_t len = sizeof subject->bytes + 1 + name + subject->also.len;
	uint8_t *bytes = arena_take(arena, len);

	memcpy(bytes, subject->bytes, sizeof subject->bytes);
	bytes[sizeof subject->bytes] = (uint8_t)name;
	memcpy(bytes + sizeof subject->bytes + 1, schema->name, name);
	if (subject->also.len > 0)
		memcpy(bytes + sizeof subject->bytes + 1 + name, subject->also.ptr, subject->also.len);
	return view_of(bytes, len);
}

bool document_seal(const struct schema *schema, const void *record, const uint8_t key[static CRYPTO_KEY_LEN], uint32_t epoch,
		   const struct seal_subject *subject, struct arena *arena, struct view *ret, struct error *error)
{
	const struct message_options options = {.limit = DOCUMENT_LIMIT};
	struct buffer buffer CLEANUP(buffer_done);
	struct error cause = {0};

	buffer_init(&buffer, DOCUMENT_LIMIT);
	if (!message_encode_with(schema, record, &options, &buffer, &cause))
		return error_set(error, DISPOSITION_REJECT, "OVERFLOW", cause.place, "a state document cannot be encoded: %s", cause.code);
	*ret = seal_make(arena, key, epoch, binding(schema, subject, arena), buffer_view(&buffer), NULL);
	return true;
}

bool document_open(const struct schema_registry *registry, const struct schema *schema, const uint8_t key[static CRYPTO_KEY_LEN],
		   const struct seal_subject *subject, struct view sealed, struct arena *arena, void **ret_record, struct error *error)
{
	const struct message_options options = {.limit = DOCUMENT_LIMIT};
	struct message message = {0};
	struct view plain = VIEW_NULL;
	struct error cause = {0};

	if (!seal_open(arena, key, binding(schema, subject, arena), sealed, &plain, error))
		return false;
	if (!message_decode_as(registry, schema, plain, &options, arena, &message, &cause) || message.faults.count != 0)
		return error_set(error, DISPOSITION_STOP, "DOCUMENT", schema->name, "a state document cannot be read by this binary: %s", cause.code);
	*ret_record = message.record;
	return true;
}
