/* A person's entities as they would be seen from outside: segments cut and merged, spells clipped (contract/rules.md, Employments and Spells). Pure. */
#pragma once

#include "vault-svc/core/person.h"

/* As many segments as a record of the population may hold; beyond them the oldest go, and the first that stays is extended back. */
enum { PROJECTED_SEGMENTS_MAX = 256 };

struct projected_employment {
	struct view key;
	const struct employment *source; /* as held */
	const struct employment_header *header;
	int32_t start_date;
	bool has_end_date;
	int32_t end_date;
	struct employment_segment_array segments; /* of the contract's EmploymentSegment, ordered, the first at start_date, equal neighbours merged */
};

struct projected_spell {
	struct view key;
	struct view employment_key; /* present key of its employment */
	const struct spell_step *beginning;
	const struct spell_step *latest; /* highest applied step: all else of the spell is as it says */
	int32_t first_day;
	bool has_recovered_on;
	int32_t recovered_on; /* end of the spell after clipping; has_recovered_on false while open */
	bool recovered;
	struct absence_segment_array segments;
};

struct projection {
	struct projected_employment *employments; /* ordered by key, bytewise */
	size_t employment_count;
	struct projected_spell *spells; /* ordered by key, bytewise; only those whose employment is projected and whose first day lies in it */
	size_t spell_count;
};

/* What is to be seen of a person; empty without identity. Memory from the arena; views and pointers into `person`. */
void project(const struct person_state *person, struct arena *arena, struct projection *ret);

/* The projected employment or spell of that present key; NULL when there is none. Borrowed. */
const struct projected_employment *projection_employment(const struct projection *projection, struct view key);
const struct projected_spell *projection_spell(const struct projection *projection, struct view key);

/* True when the employment is in force on the day. */
bool employment_in_force(const struct projected_employment *employment, int32_t day);

/* True when the spell has begun by that day and has not ended by it. */
bool spell_open_on(const struct projected_spell *spell, int32_t day);

/*
 * The steps of a spell that apply: from its beginning (the highest START, CORRECT or DELETE) to the first gap, as index and count. False when there
 * is no beginning or it is a DELETE.
 */
bool spell_applied(const struct spell *spell, size_t *ret_from, size_t *ret_count);
