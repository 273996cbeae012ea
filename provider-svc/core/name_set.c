#include "provider-svc/core/name_set.h"

#include "common/base/partition.h"

void name_set_init(struct name_set *set, struct arena *arena, size_t most)
{
	size_t slots = 16;

	while (slots < most * 2)
		slots *= 2;
	*set = (struct name_set){
		.names = arena_array(arena, most + 1, sizeof *set->names),
		.slots = arena_array(arena, slots, sizeof *set->slots),
		.slot_count = slots,
	};
}

size_t name_set_put(struct name_set *set, struct view name, bool *ret_new)
{
	size_t slot = (uint32_t)murmur2(name) & (set->slot_count - 1);

	for (; set->slots[slot] != 0; slot = (slot + 1) & (set->slot_count - 1)) {
		if (!view_equal(set->names[set->slots[slot] - 1], name))
			continue;
		if (ret_new != NULL)
			*ret_new = false;
		return set->slots[slot] - 1;
	}
	set->names[set->count++] = name;
	set->slots[slot] = (uint32_t)set->count;
	if (ret_new != NULL)
		*ret_new = true;
	return set->count - 1;
}
