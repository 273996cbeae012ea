#include "vault-svc/core/keys.h"

#include "vault-svc/core/list.h"

/* Where the key is; count when it is not there. */
static size_t key_place(const struct view_array *keys, struct view key)
{
	size_t at = 0;

	while (at < keys->count && !view_equal(keys->items[at], key))
		at++;
	return at;
}

bool keys_have(const struct view_array *keys, struct view key)
{
	return key_place(keys, key) < keys->count;
}

void keys_add(struct view_array *keys, struct view key, size_t most, struct arena *arena)
{
	if (keys_have(keys, key))
		return;
	if (keys->count >= most)
		keys_drop(keys, keys->items[0]);
	keys->items = list_opened(arena, keys->items, keys->count, sizeof *keys->items, keys->count);
	keys->items[keys->count++] = arena_copy(arena, key);
}

void keys_drop(struct view_array *keys, struct view key)
{
	size_t at = key_place(keys, key);

	if (at == keys->count)
		return;
	list_close(keys->items, keys->count, sizeof *keys->items, at);
	keys->count--;
}
