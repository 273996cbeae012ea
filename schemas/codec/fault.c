#include "schemas/codec/fault.h"

#define FIRST_ROOM 4

const char *fault_code_name(enum fault_code code)
{
	static const char *const names[] = {"TEXT", "ITEMS", "ENUM"};

	return names[code];
}

void fault_list_add(struct fault_list *list, const struct fault *fault, struct arena *arena)
{
	if (list->count == FAULT_MAX) {
		list->overflow = true;
		return;
	}
	/* Room doubles whenever the count reaches a power of two. */
	if (list->count == 0 || (list->count >= FIRST_ROOM && (list->count & (list->count - 1)) == 0)) {
		struct fault *items = arena_array(arena, list->count == 0 ? FIRST_ROOM : list->count * 2, sizeof *items);

		if (list->count > 0)
			memcpy(items, list->items, list->count * sizeof *items);
		list->items = items;
	}
	list->items[list->count++] = *fault;
}

const struct fault *fault_list_find(const struct fault_list *list, const struct schema_field *field)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->items[i].field == field && list->items[i].list == NULL && strchr(list->items[i].path, '.') == NULL)
			return &list->items[i];
	return NULL;
}
