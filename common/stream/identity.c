#include "common/stream/identity.h"

#include "common/crypto/digest.h"
#include "common/crypto/hex.h"

#include <inttypes.h>
#include <stdio.h>

#define NAME_MAX_BYTES 255

struct identity_count {
	const char *topic; /* NULL: free */
	struct stream_cause cause;
	int64_t next;
};

static size_t slot_of(const char *topic, const struct stream_cause *cause, size_t room)
{
	uint64_t hash = UINT64_C(14695981039346656037);

	for (size_t i = 0; i < cause->name.len; i++)
		hash = (hash ^ cause->name.ptr[i]) * UINT64_C(1099511628211);
	hash ^= (uint64_t)cause->number * UINT64_C(0x9e3779b97f4a7c15);
	hash ^= ((uint64_t)(uint32_t)cause->partition << 32) ^ (uint64_t)(uintptr_t)topic;
	hash *= UINT64_C(0xff51afd7ed558ccd);
	return (size_t)(hash >> 32) & (room - 1);
}

static struct identity_count *find(struct identity_count *table, size_t room, const char *topic, const struct stream_cause *cause)
{
	size_t slot = slot_of(topic, cause, room);

	while (table[slot].topic != NULL) {
		struct identity_count *count = &table[slot];

		if (count->topic == topic && count->cause.number == cause->number && count->cause.partition == cause->partition &&
		    view_equal(count->cause.name, cause->name))
			break;
		slot = (slot + 1) & (room - 1);
	}
	return &table[slot];
}

static void grow(struct identity_counts *counts, struct arena *arena)
{
	size_t room = counts->room == 0 ? 64 : counts->room * 4;
	struct identity_count *table = arena_array(arena, room, sizeof *table);

	for (size_t i = 0; i < counts->room; i++) {
		if (counts->table[i].topic != NULL)
			*find(table, room, counts->table[i].topic, &counts->table[i].cause) = counts->table[i];
	}
	counts->table = table;
	counts->room = room;
}

int64_t identity_number(struct identity_counts *counts, struct arena *arena, const char *topic, const struct stream_cause *cause)
{
	struct identity_count *count;

	if (counts->used * 2 >= counts->room)
		grow(counts, arena);
	count = find(counts->table, counts->room, topic, cause);
	if (count->topic == NULL) {
		*count = (struct identity_count){.topic = topic, .cause = *cause};
		count->cause.name = arena_copy(arena, cause->name);
		counts->used++;
	}
	return count->next++;
}

size_t identity_text(int32_t generation, const struct stream_cause *cause, int64_t n, char ret_text[static IDENTITY_TEXT_SIZE])
{
	int name = cause->name.len > NAME_MAX_BYTES ? NAME_MAX_BYTES : (int)cause->name.len;
	int len = snprintf(ret_text, IDENTITY_TEXT_SIZE, "%" PRId32 "/%.*s/%" PRId32 "/%" PRId64 "/%" PRId64, generation, name,
			   cause->name.ptr == NULL ? "" : (const char *)cause->name.ptr, cause->partition, cause->number, n);

	return len < 0 ? 0 : (size_t)len;
}

void identity_hide(const uint8_t key[static 32], struct view text, char ret_text[static IDENTITY_HIDDEN_SIZE])
{
	uint8_t hash[16];

	digest_of(key, text, hash, sizeof hash);
	hex_encode(hash, sizeof hash, ret_text);
}
