/* Memory that is freed all at once: one arena per batch, or per command. Nothing in it is freed singly. */
#pragma once

#include "common/base/view.h"

struct arena_block;

enum { ARENA_LISTS = 16 };

/* A list that arena_grow has made. */
struct arena_list {
	const void *items;
	size_t room; /* bytes */
};

/* Zero is an empty arena without a limit; arena_init sets one. Used by one thread at a time. */
struct arena {
	struct arena_block *newest;
	size_t used;                          /* bytes handed out since the last reset */
	size_t limit;                         /* 0: none; beyond it the process stops, as on any lack of memory */
	struct arena_list lists[ARENA_LISTS]; /* the last grown ones, by address */
};

/* Makes an empty arena that refuses to grow beyond limit bytes (0: no limit). */
void arena_init(struct arena *arena, size_t limit);

/* Wipes and frees everything. The arena is empty afterwards and can be used again. Fits CLEANUP(). */
void arena_done(struct arena *arena);

/* Wipes everything but keeps one block for use again. */
void arena_reset(struct arena *arena);

/* size bytes, zeroed, aligned for any type. Never NULL: lack of memory ends the process (limits on input keep demand bounded). */
void *arena_take(struct arena *arena, size_t size) __attribute__((malloc, returns_nonnull));

/* Room for count items of size bytes, zeroed; an overflow ends the process. */
void *arena_array(struct arena *arena, size_t count, size_t size) __attribute__((malloc, returns_nonnull));

/*
 * The items, of which `used` bytes hold something, with room for `wanted` bytes: where they are when arena_grow has made them with room to spare,
 * else copied into new memory of twice the size, so that a list that gets item after item takes no more than four times its size. Only the start of a
 * list's memory may be given, never a place inside it. What is beyond `used` is not cleared.
 */
void *arena_grow(struct arena *arena, void *items, size_t used, size_t wanted) __attribute__((returns_nonnull));

/* A copy of the view's bytes with a NUL behind them (not counted); the null view stays null. */
struct view arena_copy(struct arena *arena, struct view source);

/* The view's bytes as a C string (a copy); null gives "". A NUL inside ends the string early. */
const char *arena_text(struct arena *arena, struct view source);
