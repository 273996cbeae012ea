/*
 * What the figures need of one employment or spell, packed: some 40 bytes instead of the record's 100 to 300. Codes are kept once for all that name
 * them. Pure but for the heap.
 */
#pragma once

#include "common/base/arena.h"
#include "common/base/error.h"
#include "provider-svc/core/name_set.h"
#include "schemas/messages.h"

/* The codes of departments and functions; zero is empty. Lives as long as what is packed with it. */
struct extract_codes {
	struct arena arena;
	struct name_set set;
	size_t room;
};

/* Frees. */
void extract_codes_done(struct extract_codes *codes);

/* How many bytes the packed form takes; a multiple of four. */
size_t extract_employment_size(const struct population_employment *employment);
/* Likewise. */
size_t extract_absence_size(const struct population_absence *absence);

/* Packs into so many bytes, aligned to four. */
void extract_employment_put(struct extract_codes *codes, const struct population_employment *employment, uint8_t *ret_bytes);
/* Likewise. */
void extract_absence_put(const struct population_absence *absence, uint8_t *ret_bytes);

/* Unpacks into the arena; what figures do without is null or 0. key: pseudonym and entity. The employer's name is borrowed. */
const struct population_employment *extract_employment_get(const struct extract_codes *codes, const uint8_t *bytes, const uint8_t key[static 32],
							   struct view employer_id, struct arena *arena);
/* Likewise. */
const struct population_absence *extract_absence_get(const uint8_t *bytes, const uint8_t key[static 32], struct view employer_id,
						     struct arena *arena);
