/* Lists as they lie in a state document: exactly as many items as there are, in an arena. */
#pragma once

#include "common/base/arena.h"

/* The items with a gap of one zeroed item at `at` (0..count): new memory, the old items stay as they were. The caller sets items and count + 1. */
static inline void *list_opened(struct arena *arena, const void *items, size_t count, size_t size, size_t at)
{
	uint8_t *opened = arena_array(arena, count + 1, size);

	if (at > 0)
		memcpy(opened, items, at * size);
	if (at < count)
		memcpy(opened + (at + 1) * size, (const uint8_t *)items + at * size, (count - at) * size);
	return opened;
}

/* Takes the item at `at` out of the items, in place. The caller sets count - 1. */
static inline void list_close(void *items, size_t count, size_t size, size_t at)
{
	memmove((uint8_t *)items + at * size, (uint8_t *)items + (at + 1) * size, (count - at - 1) * size);
}
