/* How the bytes of one writer's version become the present struct: read this, put it there, read past that, default this. */
#pragma once

#include "common/base/arena.h"
#include "common/base/error.h"
#include "schemas/schema.h"

#define PLAN_MAX_DEPTH 8

/* One field as its writer wrote it, in the writer's order. */
struct step {
	const struct schema_field *source; /* the writer's field */
	const struct schema_field *target; /* where it goes; NULL: read past */
	const int32_t *symbols;            /* of an enum: the reader's ordinal by the writer's, or SCHEMA_NO_SYMBOL */
	const struct plan *record;         /* of a record */
	size_t least;                      /* bytes that one value, of an array one item, takes at the least; never 0 */
};

struct plan {
	const struct schema *reader; /* NULL: the whole record is read past */
	const struct schema *writer;
	const struct step *steps; /* one for each field of the writer */
	const struct schema_field **standards;
	size_t standard_count; /* fields of the reader that the writer lacks */
	size_t least;
};

/* Resolves the writer's record against the reader's (NULL: all of it is read past). In the arena. False (stop, code INCOMPATIBLE) when
 * Avro's rules do not allow it. */
MUST_CHECK bool plan_new(const struct schema *writer, const struct schema *reader, struct arena *arena, const struct plan **ret_plan,
			 struct error *error);

/* Puts the field's default into a zeroed record. */
void plan_standard(const struct schema_field *field, void *record);
