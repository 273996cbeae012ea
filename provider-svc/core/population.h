/*
 * What a batch of the population topic comes down to (contract/rules.md, Population): the highest revision wins, a tombstone removes, and markers say
 * what of an employer is gone. Pure; memory from the arena. The result is applied to the tables purges first, then removals, then rows, then
 * employers.
 */
#pragma once

#include "common/base/arena.h"
#include "provider-svc/core/name_set.h"
#include "schemas/messages.h"

enum population_kind { POPULATION_REMOVED, POPULATION_EMPLOYMENT, POPULATION_ABSENCE, POPULATION_UNIT };

enum { POPULATION_KEY_LEN = 32, POPULATION_GENERATION_SHIFT = 40 };

/* The last word on one entity in this batch. */
struct population_change {
	enum population_kind kind;
	uint8_t key[POPULATION_KEY_LEN];
	int64_t revision;
	struct view employer_id;
	bool dropped; /* overtaken by a marker */
	union {
		const struct population_employment *employment;
		const struct population_absence *absence;
		const struct population_unit *unit;
	};
};

/* What is known of one employer: from the table before the batch, as the markers leave it after. */
struct population_employer {
	struct view employer_id;
	int32_t begun_generation;
	int32_t complete_generation; /* 0: the first load has not ended */
	bool ended;
	int32_t min_group;
	int32_t least_group; /* of an earlier load of the tables, which show its rows until this one's END; 0: none */
	int64_t recorded_at;
	bool changed;
	int64_t purge_below; /* rows of a lower revision go; 0: none */
};

/* Where a key's search begins in a table of so many slots, a power of two. Keys are random bytes or hashes: eight of them, folded, spread well. */
size_t population_slot(const uint8_t key[static POPULATION_KEY_LEN], size_t slot_count);

struct population_fold {
	struct arena *arena;
	struct population_employer *employers;
	size_t employer_count;
	struct name_set employer_names; /* of employers, in the same order */
	struct population_change *changes;
	size_t change_count;
	size_t change_room;
	uint32_t *slots; /* open addressing over changes, by key; 0 is empty, else index + 1 */
	size_t slot_count;
};

/* Makes room for at most `records` records and takes the employers as the table has them (those that the batch names; others are taken as new). */
void population_fold_init(struct population_fold *fold, struct arena *arena, size_t records, struct population_employer *employers,
			  size_t employer_count);

/* A tombstone for a 32-byte key. */
void population_fold_tombstone(struct population_fold *fold, struct view key);

/* One record; false when its key is not the one that its content asks for (nothing is changed then). */
MUST_CHECK bool population_fold_employment(struct population_fold *fold, struct view key, const struct population_employment *employment);

/* Likewise. */
MUST_CHECK bool population_fold_absence(struct population_fold *fold, struct view key, const struct population_absence *absence);

/* Likewise. */
MUST_CHECK bool population_fold_unit(struct population_fold *fold, struct view key, const struct population_unit *unit);

/* BEGIN, END or ENDED. */
MUST_CHECK bool population_fold_marker(struct population_fold *fold, struct view key, const struct population_marker *marker);

/* The employer's row in the fold, appended when it is new; employers must have room (population_fold_init's caller gives one slot for each name in
 * the batch). */
struct population_employer *population_fold_employer(struct population_fold *fold, struct view employer_id);
