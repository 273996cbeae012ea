/* Lists as they lie in a state: an array in an arena that grows there, and counts only what is in it. */
#pragma once

#include "common/base/arena.h"

/* The items with a gap of one zeroed item at `at` (0..count), in place where there is room. `items` is the start of the list's memory. The caller
 * sets items and count + 1. */
static inline void *list_opened(struct arena *arena, void *items, size_t count, size_t size, size_t at)
{
	uint8_t *opened = arena_grow(arena, items, count * size, (count + 1) * size);

	memmove(opened + (at + 1) * size, opened + at * size, (count - at) * size);
	memset(opened + at * size, 0, size);
	return opened;
}

/* Takes the first `count` of `all` items out, in place. The caller sets the count. */
static inline void list_cut(void *items, size_t all, size_t size, size_t count)
{
	memmove(items, (uint8_t *)items + count * size, (all - count) * size);
}

/* Takes the item at `at` out of the items, in place. The caller sets count - 1. */
static inline void list_close(void *items, size_t count, size_t size, size_t at)
{
	memmove((uint8_t *)items + at * size, (uint8_t *)items + (at + 1) * size, (count - at - 1) * size);
}
