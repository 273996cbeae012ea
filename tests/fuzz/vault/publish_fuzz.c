/* Any bytes as a line of `vault-svc publish`: refused by a code, or the event that comes of it is, written and read, the same event. */
#include "tests/fuzz/fuzz.h"

#include "schemas/codec/message.h"
#include "schemas/codec/record.h"
#include "schemas/messages.h"
#include "vault-svc/cli/event_json.h"

static struct schema_registry *registry;
static struct arena arena;
static struct buffer value;

static void begin(void)
{
	static const struct schema_set *const sets[] = {&messages_schemas};

	require(schema_registry_new(sets, 1, &registry, NULL));
	buffer_init(&value, SCHEMA_MAX_MESSAGE);
}

static void check_refused(const struct error *error)
{
	static const char *const codes[] = {"JSON", "TYPE", "UNKNOWN_FIELD", "MISSING", "ENUM", "DAY", "TIME", "TEXT", "ITEMS", "TOO_LARGE"};
	bool known = false;

	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
		known = known || strcmp(error->code, codes[i]) == 0;
	require(known && error->disposition == DISPOSITION_REJECT);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct event_json event = {.at_ms = 1767225600000, .event_id = "0b9f8a3e-0000-4000-8000-000000000001"};
	struct error error = {0};
	struct message message;

	if (registry == NULL)
		begin();
	buffer_clear(&value);
	if (event_json_read(&event, view_of(bytes, size), &arena, &error) && message_encode(event.schema, event.record, &value, &error)) {
		require(message_decode_as(registry, event.schema, buffer_view(&value), NULL, &arena, &message, &error));
		require(message.faults.count == 0 && record_equal(event.schema, event.record, message.record));
	} else {
		check_refused(&error);
	}
	arena_reset(&arena);
	return 0;
}
