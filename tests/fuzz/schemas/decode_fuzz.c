/*
 * Any bytes as a message or as a document that the vault keeps: the fingerprint picks the schema, and where there is none the first byte does. They
 * are refused, or what was read can be written and read again as the same; and memory stays in proportion.
 */
#include "tests/fuzz/fuzz.h"

#include "schemas/codec/message.h"
#include "schemas/codec/record.h"
#include "schemas/messages.h"
#include "vault-svc/core/state/state.h"
#include "vault-svc/store/records/records.h"

/* The most an input byte may cost: an empty string is one byte, and a struct view in a list that doubled twice. */
#define BYTES_EACH 64
#define BYTES_ALWAYS 32768
#define READERS_MAX 64

static struct schema_registry *registry;
static const struct schema *readers[READERS_MAX];
static size_t reader_count;
static struct arena arena;
static struct buffer first;
static struct buffer second;

static void begin(void)
{
	static const struct schema_set *const sets[] = {&messages_schemas, &state_schemas, &records_schemas};

	require(schema_registry_new(sets, 3, &registry, NULL));
	for (size_t i = 0; i < 3; i++) {
		for (size_t k = 0; k < sets[i]->reader_count; k++) {
			require(reader_count < READERS_MAX);
			readers[reader_count++] = sets[i]->readers[k];
		}
	}
	buffer_init(&first, SCHEMA_MAX_MESSAGE);
	buffer_init(&second, SCHEMA_MAX_MESSAGE);
}

/* What was read is written, read again as equal, and written again byte for byte. */
static void check_same_again(const struct message *message)
{
	struct message again;

	buffer_clear(&first);
	buffer_clear(&second);
	require(message_encode(message->schema, message->record, &first, NULL));
	require(message_decode_as(registry, message->schema, buffer_view(&first), NULL, &arena, &again, NULL));
	require(again.faults.count == 0 && record_equal(message->schema, message->record, again.record));
	require(message_encode(message->schema, record_copy(message->schema, &arena, again.record), &second, NULL));
	require(view_equal(buffer_view(&first), buffer_view(&second)));
}

static void check_refused(const struct error *error)
{
	require(error->disposition == DISPOSITION_REJECT);
	require(strcmp(error->code, "UNREADABLE") == 0 || strcmp(error->code, "UNKNOWN_SCHEMA") == 0);
}

static void check_decoding(struct view framed, bool padded)
{
	const struct message_options options = {.padded = padded};
	struct error error = {0};
	struct message message;
	bool done = padded ? message_decode_as(registry, &shared_dossier_schema, framed, &options, &arena, &message, &error)
			   : message_decode(registry, framed, readers, reader_count, &arena, &message, &error);

	require(arena.used <= framed.len * BYTES_EACH + BYTES_ALWAYS);
	if (!done)
		check_refused(&error);
	else if (message.faults.count == 0)
		check_same_again(&message);
	arena_reset(&arena);
}

/* The bytes behind the header of the schema that the first byte names. */
static void check_framed(const uint8_t *bytes, size_t size)
{
	const struct schema *schema = readers[bytes[0] % reader_count];
	uint8_t *framed = malloc(size - 1 + MESSAGE_HEADER);

	require(framed != NULL);
	framed[0] = 0xc3;
	framed[1] = 0x01;
	memcpy(framed + 2, schema->fingerprint, SCHEMA_FINGERPRINT);
	memcpy(framed + MESSAGE_HEADER, bytes + 1, size - 1);
	check_decoding(view_of(framed, size - 1 + MESSAGE_HEADER), false);
	if (schema == &shared_dossier_schema)
		check_decoding(view_of(framed, size - 1 + MESSAGE_HEADER), true);
	free(framed);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	uint8_t fingerprint[SCHEMA_FINGERPRINT];

	if (registry == NULL)
		begin();
	check_decoding(view_of(bytes, size), false);
	if (size > 0 && !message_identify(view_of(bytes, size), fingerprint))
		check_framed(bytes, size);
	return 0;
}
