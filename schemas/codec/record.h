/* Records as such, by their tables: comparing and copying. */
#pragma once

#include "common/base/arena.h"
#include "schemas/schema.h"

/* True when both structs of that schema hold the same. */
bool record_equal(const struct schema *schema, const void *a, const void *b);

/* True when they hold the same but for the fields of these names (of the record itself, not of nested ones). */
bool record_equal_except(const struct schema *schema, const void *a, const void *b, const char *const *ignored, size_t ignored_count);

/* A copy that shares nothing with the source; in the arena. */
void *record_copy(const struct schema *schema, struct arena *arena, const void *source);

/* As record_copy, into a struct that is there already; what it pointed at is not freed. */
void record_copy_into(const struct schema *schema, struct arena *arena, const void *source, void *ret_record);

/* A record with every default of its schema, the rest null, zero, empty (required strings too); in the arena. */
void *record_new(const struct schema *schema, struct arena *arena);
