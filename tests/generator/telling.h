/* The records by which a provider is told of a life: as everything stood when the load was made, on the first day of the span, then each change on
 * its day. Nobody is told anything ahead of its day. */
#pragma once

#include "tests/generator/life.h"
#include "tests/generator/sheaf.h"

struct telling {
	const struct span *span;
	struct view employer_id;
	int32_t norm_hours_x100;
	int32_t corrections;      /* so many of a hundred spells are told wrong at first, half as many are a second one by mistake, later removed */
	const struct view *codes; /* of departments */
	const struct view *names; /* of departments */
	struct sheaf *sheaf;      /* where records go */
	uint64_t employments;     /* told and not removed, so far */
	uint64_t spells;          /* the same */
};

/* A revision of the first generation. */
int64_t telling_revision(int64_t count);

/* Milliseconds at which a day begins (UTC). */
int64_t telling_midnight(int32_t day);

/* Adds the records of a life. What is drawn for them, ids and mistakes, comes from `random`; the arena is scratch. */
MUST_CHECK bool telling_add(struct telling *telling, const struct life *life, struct random *random, struct arena *arena, struct error *error);
