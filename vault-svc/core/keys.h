/* Lists of keys as they lie in a state document: no key twice, the oldest first. */
#pragma once

#include "common/base/arena.h"
#include "schemas/schema.h"

/* True when the key is one of them. */
bool keys_have(const struct view_array *keys, struct view key);

/* Adds a copy of the key at the end unless it is there; beyond `most` the oldest goes. */
void keys_add(struct view_array *keys, struct view key, size_t most, struct arena *arena);

/* Takes the key out if it is there. */
void keys_drop(struct view_array *keys, struct view key);
