/* Any bytes as the body of any schema: they are refused, or what was read can be written and read again as the same; and memory stays in
 * proportion. The first byte chooses the schema. */
#include "schemas/codec/message.h"
#include "schemas/codec/record.h"
#include "schemas/messages.h"

/* The most an input byte may cost: an empty string is one byte, and a struct view in a list that doubled twice. */
#define BYTES_EACH 64
#define BYTES_ALWAYS 32768

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static struct schema_registry *registry;

static void require(bool condition)
{
	if (!condition)
		abort();
}

static void check_same_again(const struct message *message, struct arena *arena)
{
	struct buffer buffer;
	struct message again;

	buffer_init(&buffer, SCHEMA_MAX_MESSAGE);
	require(message_encode(message->schema, message->record, &buffer, NULL));
	require(message_decode_as(registry, message->schema, buffer_view(&buffer), NULL, arena, &again, NULL));
	require(again.faults.count == 0 && record_equal(message->schema, message->record, again.record));
	buffer_done(&buffer);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	const struct schema_set *sets[] = {&messages_schemas};
	const struct schema *schema;
	struct arena arena = {0};
	struct message message;
	uint8_t *framed;

	if (registry == NULL)
		require(schema_registry_new(sets, 1, &registry, NULL));
	if (size == 0)
		return 0;
	schema = messages_schemas.readers[bytes[0] % messages_schemas.reader_count];
	framed = malloc(size - 1 + MESSAGE_HEADER);
	require(framed != NULL);
	framed[0] = 0xc3;
	framed[1] = 0x01;
	memcpy(framed + 2, schema->fingerprint, SCHEMA_FINGERPRINT);
	memcpy(framed + MESSAGE_HEADER, bytes + 1, size - 1);
	if (message_decode_as(registry, schema, view_of(framed, size - 1 + MESSAGE_HEADER), NULL, &arena, &message, NULL)) {
		require(arena.used <= size * BYTES_EACH + BYTES_ALWAYS);
		if (message.faults.count == 0)
			check_same_again(&message, &arena);
	} else {
		require(arena.used <= size * BYTES_EACH + BYTES_ALWAYS);
	}
	arena_done(&arena);
	free(framed);
	return 0;
}
