#include "tests/generator/sheaf.h"

#include "schemas/codec/message.h"

#include <stdlib.h>

enum { BYTES_LIMIT = 1 << 30 };

void sheaf_init(struct sheaf *sheaf)
{
	*sheaf = (struct sheaf){0};
	buffer_init(&sheaf->bytes, BYTES_LIMIT);
}

void sheaf_done(struct sheaf *sheaf)
{
	buffer_done(&sheaf->bytes);
	free(sheaf->entries);
	*sheaf = (struct sheaf){0};
}

bool sheaf_add(struct sheaf *sheaf, int64_t time, const uint8_t key[static SHEAF_KEY], const struct schema *schema, const void *record,
	       struct error *error)
{
	struct sheaf_entry *entry;

	if (sheaf->count == sheaf->room) {
		size_t room = sheaf->room == 0 ? 4096 : 2 * sheaf->room;
		struct sheaf_entry *entries = reallocarray(sheaf->entries, room, sizeof *entries);

		if (entries == NULL)
			return error_set(error, DISPOSITION_STOP, "NO_MEMORY", "sheaf", "an employer does not fit into memory");
		sheaf->entries = entries;
		sheaf->room = room;
	}
	entry = &sheaf->entries[sheaf->count];
	*entry = (struct sheaf_entry){.time = time, .order = (uint32_t)sheaf->count, .offset = sheaf->bytes.len};
	memcpy(entry->key, key, SHEAF_KEY);
	if (record != NULL && !message_encode(schema, record, &sheaf->bytes, error))
		return false;
	entry->len = (uint32_t)(sheaf->bytes.len - entry->offset);
	sheaf->count++;
	return true;
}

static int compare(const void *a, const void *b)
{
	const struct sheaf_entry *x = a;
	const struct sheaf_entry *y = b;

	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	return x->order < y->order ? -1 : 1;
}

bool sheaf_empty(struct sheaf *sheaf, sheaf_take *take, void *context, struct error *error)
{
	if (sheaf->count > 1)
		qsort(sheaf->entries, sheaf->count, sizeof *sheaf->entries, compare);
	for (size_t i = 0; i < sheaf->count; i++) {
		const struct sheaf_entry *entry = &sheaf->entries[i];
		const struct sheaf_record record = {
			.key = view_of(entry->key, SHEAF_KEY),
			.value = entry->len == 0 ? VIEW_NULL : view_of(sheaf->bytes.bytes + entry->offset, entry->len),
		};

		if (!take(context, &record, error))
			return false;
	}
	sheaf->count = 0;
	buffer_clear(&sheaf->bytes);
	return true;
}
