#include "common/base/arena.h"

#include <stdio.h>
#include <stdlib.h>

#define BLOCK_SIZE ((size_t)64 * 1024)

/* With the address sanitizer what is not handed out, and a gap behind all that is, may not be touched. */
#ifdef KLUIS_ADDRESS_SANITIZER
#include <sanitizer/asan_interface.h>
#define GAP sizeof(max_align_t)
#else
#define GAP ((size_t)0)
#define ASAN_POISON_MEMORY_REGION(bytes, size) ((void)(bytes), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(bytes, size) ((void)(bytes), (void)(size))
#endif

struct arena_block {
	struct arena_block *older;
	size_t size;
	size_t used;
	_Alignas(max_align_t) uint8_t bytes[];
};

static _Noreturn void out_of_memory(void)
{
	(void)fputs("level=error event=out_of_memory\n", stderr);
	abort();
}

static void wipe(struct arena_block *block)
{
	ASAN_UNPOISON_MEMORY_REGION(block->bytes, block->used);
	explicit_bzero(block->bytes, block->used);
	ASAN_POISON_MEMORY_REGION(block->bytes, block->used);
	block->used = 0;
}

static struct arena_block *block_new(size_t size, struct arena_block *older)
{
	struct arena_block *block = malloc(sizeof *block + size);

	if (block == NULL)
		out_of_memory();
	block->older = older;
	block->size = size;
	block->used = 0;
	ASAN_POISON_MEMORY_REGION(block->bytes, size);
	return block;
}

void arena_init(struct arena *arena, size_t limit)
{
	*arena = (struct arena){.limit = limit};
}

void arena_done(struct arena *arena)
{
	while (arena->newest != NULL) {
		struct arena_block *block = arena->newest;

		arena->newest = block->older;
		wipe(block);
		free(block);
	}
	arena->used = 0;
	memset(arena->lists, 0, sizeof arena->lists);
}

void arena_reset(struct arena *arena)
{
	while (arena->newest != NULL && arena->newest->older != NULL) {
		struct arena_block *block = arena->newest;

		arena->newest = block->older;
		wipe(block);
		free(block);
	}
	if (arena->newest != NULL)
		wipe(arena->newest);
	arena->used = 0;
	memset(arena->lists, 0, sizeof arena->lists);
}

void *arena_take(struct arena *arena, size_t size)
{
	struct arena_block *block = arena->newest;
	size_t rounded;
	void *result;

	if (size > SIZE_MAX / 2)
		out_of_memory();
	rounded = size + sizeof(max_align_t) - 1;
	rounded -= rounded % sizeof(max_align_t);
	if (rounded == 0)
		rounded = sizeof(max_align_t);
	if (arena->limit != 0 && rounded > arena->limit - arena->used)
		out_of_memory();
	if (block == NULL || block->size - block->used < rounded + GAP) {
		block = block_new(rounded + GAP > BLOCK_SIZE ? rounded + GAP : BLOCK_SIZE, arena->newest);
		arena->newest = block;
	}
	result = &block->bytes[block->used];
	ASAN_UNPOISON_MEMORY_REGION(result, size);
	memset(result, 0, size);
	block->used += rounded + GAP;
	arena->used += rounded;
	return result;
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(count, size, &total))
		out_of_memory();
	return arena_take(arena, total);
}

static struct arena_list *list_slot(struct arena *arena, const void *items)
{
	return &arena->lists[((uintptr_t)items / sizeof(max_align_t)) % ARENA_LISTS];
}

void *arena_grow(struct arena *arena, void *items, size_t used, size_t wanted)
{
	const struct arena_list *held = list_slot(arena, items);
	void *grown;
	size_t room;

	if (items != NULL && held->items == items && held->room >= wanted)
		return items;
	if (__builtin_mul_overflow(wanted, (size_t)2, &room))
		out_of_memory();
	grown = arena_take(arena, room);
	if (items != NULL && used > 0)
		memcpy(grown, items, used);
	*list_slot(arena, grown) = (struct arena_list){.items = grown, .room = room};
	return grown;
}

struct view arena_copy(struct arena *arena, struct view source)
{
	uint8_t *copy;

	if (source.ptr == NULL)
		return VIEW_NULL;
	copy = arena_take(arena, source.len + 1);
	if (source.len > 0)
		memcpy(copy, source.ptr, source.len);
	return view_of(copy, source.len);
}

const char *arena_text(struct arena *arena, struct view source)
{
	return source.ptr == NULL ? "" : (const char *)arena_copy(arena, source).ptr;
}
