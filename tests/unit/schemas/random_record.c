#include "tests/unit/check.h"

#include "tests/unit/schemas/random_record.h"

#define MAX_TEXT 40
#define MAX_LIST 5

struct random random_seeded(void)
{
	struct timespec now;
	struct random random;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	random.state = check_seed((uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec);
	return random;
}

uint64_t random_below(struct random *random, uint64_t limit)
{
	uint64_t z = random->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (z ^ (z >> 31)) % limit;
}

/* Any 64 bits, small ones as often as large ones. */
static int64_t random_number(struct random *random, unsigned bits)
{
	uint64_t number = random_below(random, UINT64_MAX) >> (64 - 1 - random_below(random, bits));

	return random_below(random, 2) == 0 ? (int64_t)number : -(int64_t)number - 1;
}

static size_t random_length(const struct schema_field *field, struct random *random)
{
	size_t most = field->max_length == 0 || field->max_length > MAX_TEXT ? MAX_TEXT : field->max_length;

	return random_below(random, 4) == 0 ? most : (size_t)random_below(random, most + 1);
}

static struct view random_text(const struct schema_field *field, struct random *random, struct arena *arena)
{
	static const char *const letters[] = {"a", "Z", "0", " ", "\303\251", "\305\276", "\342\202\254", "\360\237\230\200", "\357\277\277"};
	size_t length = random_length(field, random);
	char *text = arena_take(arena, length * 4 + 1);
	size_t used = 0;

	for (size_t i = 0; i < length; i++) {
		const char *letter = letters[random_below(random, sizeof letters / sizeof *letters)];

		memcpy(text + used, letter, strlen(letter));
		used += strlen(letter);
	}
	return view_of(text, used);
}

static void random_bytes(size_t length, struct random *random, uint8_t *ret_bytes)
{
	for (size_t i = 0; i < length; i++)
		ret_bytes[i] = (uint8_t)random_below(random, 256);
}

static void random_value(const struct schema_field *field, struct random *random, struct arena *arena, void *at)
{
	uint8_t *bytes;
	size_t length;

	switch (field->kind) {
	case SCHEMA_BOOLEAN:
		*(bool *)at = random_below(random, 2) == 1;
		return;
	case SCHEMA_INT:
		*(int32_t *)at = (int32_t)random_number(random, 31);
		return;
	case SCHEMA_LONG:
		*(int64_t *)at = random_number(random, 63);
		return;
	case SCHEMA_STRING:
		*(struct view *)at = random_text(field, random, arena);
		return;
	case SCHEMA_BYTES:
		length = random_length(field, random);
		bytes = arena_take(arena, length + 1);
		random_bytes(length, random, bytes);
		*(struct view *)at = view_of(bytes, length);
		return;
	case SCHEMA_FIXED:
		random_bytes(field->size, random, at);
		return;
	case SCHEMA_ENUM:
		*(int32_t *)at = (int32_t)random_below(random, (uint64_t)field->enumeration->count);
		return;
	case SCHEMA_RECORD:
		memcpy(at, random_record(field->record, random, arena), field->record->size);
		return;
	}
}

static void random_field(const struct schema_field *field, struct random *random, struct arena *arena, uint8_t *record)
{
	void *at = record + field->offset;

	if (field->repeated) {
		size_t most = field->max_items < MAX_LIST ? field->max_items : MAX_LIST;
		size_t count = (size_t)random_below(random, most + 1);
		uint8_t *items = arena_array(arena, count + 1, schema_value_size(field));

		for (size_t i = 0; i < count; i++)
			random_value(field, random, arena, items + i * schema_value_size(field));
		*(struct schema_array *)at = (struct schema_array){.items = items, .count = count};
		return;
	}
	if (field->nullable && random_below(random, 3) == 0)
		return;
	if (field->nullable && field->kind == SCHEMA_RECORD) {
		*(void **)at = random_record(field->record, random, arena);
		return;
	}
	if (field->nullable && field->kind != SCHEMA_STRING && field->kind != SCHEMA_BYTES)
		*(bool *)(void *)(record + field->has_offset) = true;
	random_value(field, random, arena, at);
}

void *random_record(const struct schema *schema, struct random *random, struct arena *arena)
{
	uint8_t *record = arena_take(arena, schema->size);

	for (size_t i = 0; i < schema->field_count; i++)
		random_field(&schema->fields[i], random, arena, record);
	return record;
}
