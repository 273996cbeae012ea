#include "provider-svc/core/population.h"

#include "common/crypto/digest.h"

void population_fold_init(struct population_fold *fold, struct arena *arena, size_t records, struct population_employer *employers,
			  size_t employer_count)
{
	size_t slots = 16;

	while (slots < records * 2)
		slots *= 2;
	*fold = (struct population_fold){
		.arena = arena,
		.employers = employers,
		.employer_count = employer_count,
		.changes = arena_array(arena, records == 0 ? 1 : records, sizeof(struct population_change)),
		.change_room = records,
		.slots = arena_array(arena, slots, sizeof(uint32_t)),
		.slot_count = slots,
	};
	name_set_init(&fold->employer_names, arena, records + employer_count);
	for (size_t i = 0; i < employer_count; i++)
		(void)name_set_put(&fold->employer_names, employers[i].employer_id, NULL);
}

struct population_employer *population_fold_employer(struct population_fold *fold, struct view employer_id)
{
	bool is_new;
	struct population_employer *employer = &fold->employers[name_set_put(&fold->employer_names, employer_id, &is_new)];

	if (is_new) {
		*employer = (struct population_employer){.employer_id = employer_id, .min_group = 10};
		fold->employer_count++;
	}
	return employer;
}

size_t population_slot(const uint8_t key[static POPULATION_KEY_LEN], size_t slot_count)
{
	uint64_t a;
	uint64_t b;

	memcpy(&a, key, sizeof a);
	memcpy(&b, key + 16, sizeof b);
	return (size_t)((a ^ (b * UINT64_C(0x9e3779b97f4a7c15))) >> 7) & (slot_count - 1);
}

/* The change of a key, made as a removal when the batch has not named it yet. *ret_new says so. */
static struct population_change *change_of(struct population_fold *fold, struct view key, bool *ret_new)
{
	size_t slot = population_slot(key.ptr, fold->slot_count);
	struct population_change *change;

	*ret_new = false;
	for (; fold->slots[slot] != 0; slot = (slot + 1) & (fold->slot_count - 1)) {
		change = &fold->changes[fold->slots[slot] - 1];
		if (memcmp(change->key, key.ptr, POPULATION_KEY_LEN) == 0)
			return change;
	}
	change = &fold->changes[fold->change_count++];
	fold->slots[slot] = (uint32_t)fold->change_count;
	memcpy(change->key, key.ptr, POPULATION_KEY_LEN);
	*ret_new = true;
	return change;
}

void population_fold_tombstone(struct population_fold *fold, struct view key)
{
	bool is_new;
	struct population_change *change;

	if (key.len != POPULATION_KEY_LEN)
		return;
	change = change_of(fold, key, &is_new);
	change->kind = POPULATION_REMOVED;
	change->revision = INT64_MAX;
	change->dropped = false;
}

/* Takes a version of an entity unless a marker or a higher revision has overtaken it. */
static struct population_change *version_of(struct population_fold *fold, struct view key, struct view employer_id, int64_t revision)
{
	struct population_employer *employer = population_fold_employer(fold, employer_id);
	struct population_change *change;
	bool is_new;

	if ((revision >> POPULATION_GENERATION_SHIFT) < employer->complete_generation)
		return NULL;
	change = change_of(fold, key, &is_new);
	if (!is_new && !change->dropped && change->kind != POPULATION_REMOVED && change->revision >= revision)
		return NULL;
	change->revision = revision;
	change->employer_id = employer_id;
	change->dropped = false;
	return change;
}

static bool key_is(struct view key, const uint8_t first[static 16], const uint8_t second[static 16])
{
	return key.len == POPULATION_KEY_LEN && memcmp(key.ptr, first, 16) == 0 && memcmp(key.ptr + 16, second, 16) == 0;
}

bool population_fold_employment(struct population_fold *fold, struct view key, const struct population_employment *employment)
{
	struct population_change *change;

	if (!key_is(key, employment->pseudonym, employment->entity_id))
		return false;
	change = version_of(fold, key, employment->employer_id, employment->revision);
	if (change != NULL) {
		change->kind = POPULATION_EMPLOYMENT;
		change->employment = employment;
	}
	return true;
}

bool population_fold_absence(struct population_fold *fold, struct view key, const struct population_absence *absence)
{
	struct population_change *change;

	if (!key_is(key, absence->pseudonym, absence->entity_id))
		return false;
	change = version_of(fold, key, absence->employer_id, absence->revision);
	if (change != NULL) {
		change->kind = POPULATION_ABSENCE;
		change->absence = absence;
	}
	return true;
}

/* Sixteen zero bytes, then the first 16 of BLAKE2b-256 of the employer's id and, for a unit, a zero byte and its code. */
static bool hashed_key_is(struct view key, struct view employer_id, const struct view *unit_code)
{
	static const uint8_t zeros[16];
	uint8_t hash[32];
	struct digest digest;

	digest_init(&digest, NULL, sizeof hash);
	digest_add(&digest, employer_id);
	if (unit_code != NULL) {
		digest_add(&digest, view_of(zeros, 1));
		digest_add(&digest, *unit_code);
	}
	digest_finish(&digest, hash);
	return key_is(key, zeros, hash);
}

bool population_fold_unit(struct population_fold *fold, struct view key, const struct population_unit *unit)
{
	struct population_change *change;

	if (!hashed_key_is(key, unit->employer_id, &unit->unit_code))
		return false;
	change = version_of(fold, key, unit->employer_id, unit->revision);
	if (change != NULL) {
		change->kind = POPULATION_UNIT;
		change->unit = unit;
	}
	return true;
}

/* What of the employer is below a revision goes, in the table and in this batch. */
static void purge(struct population_fold *fold, struct population_employer *employer, int64_t below)
{
	if (below > employer->purge_below)
		employer->purge_below = below;
	for (size_t i = 0; i < fold->change_count; i++) {
		struct population_change *change = &fold->changes[i];

		if (change->kind != POPULATION_REMOVED && change->revision < below && view_equal(change->employer_id, employer->employer_id))
			change->dropped = true;
	}
}

bool population_fold_marker(struct population_fold *fold, struct view key, const struct population_marker *marker)
{
	struct population_employer *employer;

	if (!hashed_key_is(key, marker->employer_id, NULL))
		return false;
	employer = population_fold_employer(fold, marker->employer_id);
	employer->changed = true;
	employer->recorded_at = marker->recorded_at;
	switch (marker->op) {
	case MARKER_OP_BEGIN:
		if (marker->generation > employer->begun_generation)
			employer->begun_generation = marker->generation;
		employer->min_group = marker->min_group > employer->least_group ? marker->min_group : employer->least_group;
		employer->ended = false;
		break;
	case MARKER_OP_END:
		if (marker->generation < employer->complete_generation)
			break;
		if (marker->generation > employer->complete_generation)
			purge(fold, employer, (int64_t)marker->generation << POPULATION_GENERATION_SHIFT);
		employer->complete_generation = marker->generation;
		employer->min_group = marker->min_group;
		employer->least_group = 0;
		employer->ended = false;
		break;
	case MARKER_OP_ENDED:
		purge(fold, employer, INT64_MAX);
		employer->complete_generation = 0;
		employer->ended = true;
		break;
	}
	return true;
}
