/* Distinct names in the order in which they came, found by hash. Memory from an arena. */
#pragma once

#include "common/base/arena.h"

struct name_set {
	struct view *names; /* borrowed bytes */
	size_t count;
	uint32_t *slots; /* open addressing; 0 is empty, else index + 1 */
	size_t slot_count;
};

/* An empty set with room for `most` names. */
void name_set_init(struct name_set *set, struct arena *arena, size_t most);

/* The index of the name, which is added when it is not there yet; *ret_new (may be NULL) says so. */
size_t name_set_put(struct name_set *set, struct view name, bool *ret_new);
