/*
 * Everything that a population topic says at present, in memory: what the tables hold, from the records alone. Batches go in by the rules of
 * provider-svc/core/population.h; then persons come out one by one, in the order of their pseudonyms. Some 200 bytes an entity, on the heap. Of
 * a person only what the figures need is kept.
 */
#pragma once

#include "provider-svc/core/figures/course.h"
#include "provider-svc/core/population.h"
#include "schemas/codec/message.h"

struct roll;

/* One record; value null: a tombstone. */
struct roll_record {
	struct view key;
	struct view value;
};

/* What one employer's figures rest on. */
enum roll_standing {
	ROLL_COMPLETE, /* all that the employer's population holds is there */
	ROLL_LOADING,  /* a load has not come to its end: figures are of what is there so far */
	ROLL_ENDED,    /* this provider serves the employer no more */
};

/* An empty roll; roll_free. The registry lives as long. STOP NO_MEMORY. */
MUST_CHECK bool roll_new(const struct schema_registry *registry, struct roll **ret, struct error *error);

/* Accepts NULL. */
void roll_free(struct roll *roll);

/* Takes the next records, in the order of the log; the arena is for what is of the batch alone. STOP: with the codec's code what cannot be read or
 * breaks its schema's limits, KEY where a key is not what the content asks for, NO_MEMORY; *ret_at is then the record's index in the batch. */
MUST_CHECK bool roll_take(struct roll *roll, const struct roll_record *records, size_t count, struct arena *arena, size_t *ret_at,
			  struct error *error);

/* Employers named so far, in the order in which they came. */
const struct population_employer *roll_employers(const struct roll *roll, size_t *ret_count);

/* See above; of an employer in the roll. */
enum roll_standing roll_standing(const struct population_employer *employer);

/* Entities held. */
size_t roll_count(const struct roll *roll);

/* Called for each person; false with *error filled ends the walk. */
typedef bool roll_visit(void *context, const struct course_person *person, struct error *error);

/* Goes through the persons. What the visitor gets is valid until it returns. Nothing may be taken afterwards. */
MUST_CHECK bool roll_walk(struct roll *roll, roll_visit *visit, void *context, struct error *error);

/* Every unit, in the arena. */
MUST_CHECK bool roll_units(struct roll *roll, struct arena *arena, const struct population_unit *const **ret_units, size_t *ret_count,
			   struct error *error);

/* "COMPLETE"; static. */
const char *roll_standing_name(enum roll_standing standing);
