/* Random records by their tables: every field of every kind, within its limits. Test only. */
#pragma once

#include "common/base/arena.h"
#include "schemas/schema.h"

struct random {
	uint64_t state;
};

/* The seed from KLUIS_SEED or the clock; it is printed, so that a failure can be repeated. */
struct random random_seeded(void);

/* A number below limit, which is above 0 (SplitMix64). */
uint64_t random_below(struct random *random, uint64_t limit);

/* A record of that schema that its encoder takes; in the arena. */
void *random_record(const struct schema *schema, struct random *random, struct arena *arena);
