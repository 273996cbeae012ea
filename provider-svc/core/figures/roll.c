#include "provider-svc/core/figures/roll.h"

#include <stdlib.h>

#include "provider-svc/core/figures/extract.h"

enum { FIRST_SLOTS = 1024, FIRST_EMPLOYERS = 64, PSEUDONYM_LEN = 16, BLOCK_SIZE = 1 << 20, HEAD_BITS = 16, HEADS = 1 << HEAD_BITS };

static const struct schema *const accepted[] = {&population_employment_schema, &population_absence_schema, &population_unit_schema,
						&population_marker_schema};

enum { ACCEPTED_COUNT = sizeof accepted / sizeof accepted[0] };

struct roll_entry {
	uint8_t key[POPULATION_KEY_LEN];
	int64_t revision;
	uint8_t *bytes;    /* packed, of a unit encoded; in a block, which is never given back */
	uint32_t room;     /* of bytes */
	uint32_t length;   /* of a unit's record */
	uint32_t employer; /* index */
	enum population_kind kind;
};

/* Where an entry comes in the walk. */
struct roll_place {
	uint64_t lead; /* the key's first eight bytes, as a number */
	uint32_t entry;
};

struct roll_block {
	struct roll_block *older;
	_Alignas(8) uint8_t bytes[];
};

struct roll {
	const struct schema_registry *registry;
	struct arena names;
	struct extract_codes codes;
	struct population_employer *employers;
	int64_t *lowest;     /* by employer, no higher than the revision of any entity; INT64_MAX: it has none */
	uint32_t *newest_of; /* by employer, its entry that came last; 0: none, else index + 1 */
	size_t employer_count;
	size_t employer_room;
	struct roll_entry *entries;
	uint32_t *older_of; /* by entry, the one before it of the same employer, likewise */
	size_t entry_count; /* removed ones too */
	size_t entry_room;
	size_t living;
	uint32_t *slots; /* open addressing; 0 is empty, else index + 1 */
	size_t slot_count;
	struct roll_block *newest;
	size_t block_left;
	uint8_t *block_at;
	struct buffer buffer;     /* of one unit's record */
	struct roll_place *order; /* of the living that are of persons, once they have been put in order */
	size_t order_count;
};

static bool no_memory(struct error *error)
{
	return error_set(error, DISPOSITION_STOP, "NO_MEMORY", "roll", "the population does not fit into memory");
}

bool roll_new(const struct schema_registry *registry, struct roll **ret, struct error *error)
{
	struct roll *roll = calloc(1, sizeof *roll);

	if (roll == NULL)
		return no_memory(error);
	roll->registry = registry;
	buffer_init(&roll->buffer, SCHEMA_MAX_MESSAGE);
	roll->slots = calloc(FIRST_SLOTS, sizeof *roll->slots);
	roll->slot_count = FIRST_SLOTS;
	if (roll->slots == NULL) {
		roll_free(roll);
		return no_memory(error);
	}
	*ret = roll;
	return true;
}

void roll_free(struct roll *roll)
{
	if (roll == NULL)
		return;
	while (roll->newest != NULL) {
		struct roll_block *block = roll->newest;

		roll->newest = block->older;
		free(block);
	}
	free(roll->order);
	free(roll->entries);
	free(roll->older_of);
	free(roll->slots);
	free(roll->employers);
	free(roll->lowest);
	free(roll->newest_of);
	buffer_done(&roll->buffer);
	extract_codes_done(&roll->codes);
	arena_done(&roll->names);
	free(roll);
}

/* The slot that holds the key, or that it would get. */
static uint32_t *find(const struct roll *roll, const uint8_t key[static POPULATION_KEY_LEN])
{
	size_t slot = population_slot(key, roll->slot_count);

	while (roll->slots[slot] != 0 && memcmp(roll->entries[roll->slots[slot] - 1].key, key, POPULATION_KEY_LEN) != 0)
		slot = (slot + 1) & (roll->slot_count - 1);
	return &roll->slots[slot];
}

static bool make_entry_room(struct roll *roll, size_t wanted, struct error *error)
{
	size_t room = wanted + roll->entry_room / 2;
	struct roll_entry *entries;
	uint32_t *older_of;

	if (wanted <= roll->entry_room)
		return true;
	entries = reallocarray(roll->entries, room, sizeof *entries);
	if (entries == NULL)
		return no_memory(error);
	roll->entries = entries;
	older_of = reallocarray(roll->older_of, room, sizeof *older_of);
	if (older_of == NULL)
		return no_memory(error);
	roll->older_of = older_of;
	roll->entry_room = room;
	return true;
}

/* Room for so many more entries, in the list and, half empty, in the slots. */
static bool make_room(struct roll *roll, size_t more, struct error *error)
{
	size_t wanted = roll->entry_count + more;
	size_t slot_count = roll->slot_count;
	uint32_t *slots;

	if (!make_entry_room(roll, wanted, error))
		return false;
	while (slot_count < wanted * 2)
		slot_count *= 2;
	if (slot_count == roll->slot_count)
		return true;
	slots = calloc(slot_count, sizeof *slots);
	if (slots == NULL || wanted >= UINT32_MAX) {
		free(slots);
		return no_memory(error);
	}
	free(roll->slots);
	roll->slots = slots;
	roll->slot_count = slot_count;
	for (size_t i = 0; i < roll->entry_count; i++)
		*find(roll, roll->entries[i].key) = (uint32_t)i + 1;
	return true;
}

static bool make_employer_room(struct roll *roll, size_t more, struct error *error)
{
	size_t room = roll->employer_count + more + FIRST_EMPLOYERS;
	struct population_employer *employers;
	uint32_t *newest_of;
	int64_t *lowest;

	if (roll->employer_count + more <= roll->employer_room)
		return true;
	employers = reallocarray(roll->employers, room, sizeof *employers);
	if (employers == NULL)
		return no_memory(error);
	roll->employers = employers;
	lowest = reallocarray(roll->lowest, room, sizeof *lowest);
	if (lowest == NULL)
		return no_memory(error);
	roll->lowest = lowest;
	newest_of = reallocarray(roll->newest_of, room, sizeof *newest_of);
	if (newest_of == NULL)
		return no_memory(error);
	roll->newest_of = newest_of;
	for (size_t i = roll->employer_room; i < room; i++) {
		lowest[i] = INT64_MAX;
		newest_of[i] = 0;
	}
	roll->employer_room = room;
	return true;
}

static void set_kind(struct roll *roll, struct roll_entry *entry, enum population_kind kind)
{
	roll->living += (kind != POPULATION_REMOVED ? 1U : 0U);
	roll->living -= (entry->kind != POPULATION_REMOVED ? 1U : 0U);
	entry->kind = kind;
}

/* Room for an entry's bytes: where the former ones are, if they are not fewer. */
static bool make_bytes(struct roll *roll, struct roll_entry *entry, size_t size, struct error *error)
{
	size_t rounded = (size + 3) & ~(size_t)3;

	if (rounded <= entry->room)
		return true;
	if (rounded > roll->block_left) {
		size_t wanted = rounded > BLOCK_SIZE ? rounded : BLOCK_SIZE;
		struct roll_block *block = malloc(sizeof *block + wanted);

		if (block == NULL)
			return no_memory(error);
		block->older = roll->newest;
		roll->newest = block;
		roll->block_at = block->bytes;
		roll->block_left = wanted;
	}
	entry->bytes = roll->block_at;
	entry->room = (uint32_t)rounded;
	roll->block_at += rounded;
	roll->block_left -= rounded;
	return true;
}

static bool fold_record(const struct roll *roll, struct population_fold *fold, const struct roll_record *record, struct error *error)
{
	struct message message;
	struct error fault = {0};
	bool is_keyed;

	if (view_is_null(record->value)) {
		population_fold_tombstone(fold, record->key);
		return record->key.len == POPULATION_KEY_LEN ||
		       error_set(error, DISPOSITION_STOP, "KEY", "population", "a tombstone whose key is no entity's");
	}
	if (!message_decode(roll->registry, record->value, accepted, ACCEPTED_COUNT, fold->arena, &message, &fault))
		return error_set(error, DISPOSITION_STOP, fault.code, "population",
				 "not a population record that this binary can read; upgrade provider-svc before vault-svc");
	if (message.faults.count > 0)
		return error_set(error, DISPOSITION_STOP, fault_code_name(message.faults.items[0].code), "population",
				 "a population record that breaks its schema's limits");
	if (message.schema == &population_employment_schema)
		is_keyed = population_fold_employment(fold, record->key, message.record);
	else if (message.schema == &population_absence_schema)
		is_keyed = population_fold_absence(fold, record->key, message.record);
	else if (message.schema == &population_unit_schema)
		is_keyed = population_fold_unit(fold, record->key, message.record);
	else
		is_keyed = population_fold_marker(fold, record->key, message.record);
	return is_keyed || error_set(error, DISPOSITION_STOP, "KEY", "population", "the record's key is not the one its content asks for");
}

/* All that markers have overtaken goes. Only the entries of such an employer are looked at, and only if any of them can go: after a restore each of
 * many employers has its END. */
static void purge(struct roll *roll)
{
	for (size_t i = 0; i < roll->employer_count; i++) {
		int64_t below = roll->employers[i].purge_below;

		roll->employers[i].purge_below = 0;
		if (below <= roll->lowest[i])
			continue;
		roll->lowest[i] = below;
		for (uint32_t at = roll->newest_of[i]; at != 0; at = roll->older_of[at - 1]) {
			if (roll->entries[at - 1].revision < below)
				set_kind(roll, &roll->entries[at - 1], POPULATION_REMOVED);
		}
	}
}

static bool write_bytes(struct roll *roll, struct roll_entry *entry, const struct population_change *change, struct error *error)
{
	switch (change->kind) {
	case POPULATION_EMPLOYMENT:
		if (!make_bytes(roll, entry, extract_employment_size(change->employment), error))
			return false;
		extract_employment_put(&roll->codes, change->employment, entry->bytes);
		break;
	case POPULATION_ABSENCE:
		if (!make_bytes(roll, entry, extract_absence_size(change->absence), error))
			return false;
		extract_absence_put(change->absence, entry->bytes);
		break;
	case POPULATION_UNIT:
		buffer_clear(&roll->buffer);
		if (!message_encode(&population_unit_schema, change->unit, &roll->buffer, error) || !make_bytes(roll, entry, roll->buffer.len, error))
			return false;
		memcpy(entry->bytes, roll->buffer.bytes, roll->buffer.len);
		entry->length = (uint32_t)roll->buffer.len;
		break;
	case POPULATION_REMOVED:
		break;
	}
	return true;
}

/* The entry of a key, made when there is none yet. One stays with the employer that it is linked to: a key that another takes gets another entry. */
static struct roll_entry *entry_of(struct roll *roll, uint32_t *slot, const uint8_t key[static POPULATION_KEY_LEN], uint32_t employer)
{
	struct roll_entry *entry;

	if (*slot != 0 && roll->entries[*slot - 1].employer == employer)
		return &roll->entries[*slot - 1];
	if (*slot != 0)
		set_kind(roll, &roll->entries[*slot - 1], POPULATION_REMOVED);
	entry = &roll->entries[roll->entry_count];
	*entry = (struct roll_entry){.kind = POPULATION_REMOVED, .employer = employer};
	memcpy(entry->key, key, POPULATION_KEY_LEN);
	roll->older_of[roll->entry_count++] = roll->newest_of[employer];
	*slot = (uint32_t)roll->entry_count;
	roll->newest_of[employer] = *slot;
	return entry;
}

static bool write_change(struct roll *roll, const struct population_change *change, uint32_t employer, struct error *error)
{
	uint32_t *slot = find(roll, change->key);
	struct roll_entry *entry;

	if (*slot != 0 && roll->entries[*slot - 1].kind != POPULATION_REMOVED && roll->entries[*slot - 1].revision >= change->revision)
		return true;
	entry = entry_of(roll, slot, change->key, employer);
	if (!write_bytes(roll, entry, change, error))
		return false;
	set_kind(roll, entry, change->kind);
	entry->revision = change->revision;
	if (change->revision < roll->lowest[employer])
		roll->lowest[employer] = change->revision;
	return true;
}

/* Has the processor fetch what the changes will need: each is somewhere else in memory. */
static void look_ahead(const struct roll *roll, const struct population_fold *fold)
{
	for (size_t i = 0; i < fold->change_count; i++)
		__builtin_prefetch(&roll->slots[population_slot(fold->changes[i].key, roll->slot_count)]);
	for (size_t i = 0; i < fold->change_count; i++) {
		uint32_t slot = roll->slots[population_slot(fold->changes[i].key, roll->slot_count)];

		if (slot != 0)
			__builtin_prefetch(&roll->entries[slot - 1]);
	}
}

/* Purges first, then removals, then rows, as for the tables. */
static bool apply(struct roll *roll, struct population_fold *fold, size_t known, struct error *error)
{
	roll->employer_count = fold->employer_count;
	for (size_t i = known; i < roll->employer_count; i++)
		roll->employers[i].employer_id = arena_copy(&roll->names, roll->employers[i].employer_id);
	purge(roll);
	look_ahead(roll, fold);
	for (size_t i = 0; i < fold->change_count; i++) {
		uint32_t slot = fold->changes[i].kind == POPULATION_REMOVED ? *find(roll, fold->changes[i].key) : 0;

		if (slot != 0)
			set_kind(roll, &roll->entries[slot - 1], POPULATION_REMOVED);
	}
	for (size_t i = 0; i < fold->change_count; i++) {
		const struct population_change *change = &fold->changes[i];
		size_t employer;

		if (change->kind == POPULATION_REMOVED || change->dropped)
			continue;
		employer = name_set_put(&fold->employer_names, change->employer_id, NULL);
		if (!write_change(roll, change, (uint32_t)employer, error))
			return false;
	}
	return true;
}

bool roll_take(struct roll *roll, const struct roll_record *records, size_t count, struct arena *arena, size_t *ret_at, struct error *error)
{
	size_t known = roll->employer_count;
	struct population_fold fold;

	*ret_at = 0;
	if (!make_room(roll, count, error) || !make_employer_room(roll, count, error))
		return false;
	population_fold_init(&fold, arena, count, roll->employers, known);
	for (size_t i = 0; i < count; i++) {
		*ret_at = i;
		if (!fold_record(roll, &fold, &records[i], error))
			return false;
	}
	return apply(roll, &fold, known, error);
}

const struct population_employer *roll_employers(const struct roll *roll, size_t *ret_count)
{
	*ret_count = roll->employer_count;
	return roll->employers;
}

enum roll_standing roll_standing(const struct population_employer *employer)
{
	if (employer->ended)
		return ROLL_ENDED;
	return employer->complete_generation == 0 || employer->begun_generation > employer->complete_generation ? ROLL_LOADING : ROLL_COMPLETE;
}

size_t roll_count(const struct roll *roll)
{
	return roll->living;
}

static uint64_t lead_of(const struct roll_entry *entry)
{
	uint64_t lead;

	memcpy(&lead, entry->key, sizeof lead);
	return __builtin_bswap64(lead);
}

static int compare_places(const void *a, const void *b)
{
	struct roll_place x;
	struct roll_place y;

	memcpy(&x, a, sizeof x);
	memcpy(&y, b, sizeof y);
	return x.lead != y.lead ? (x.lead > y.lead) - (x.lead < y.lead) : (x.entry > y.entry) - (x.entry < y.entry);
}

static bool is_of_person(const struct roll_entry *entry)
{
	return entry->kind == POPULATION_EMPLOYMENT || entry->kind == POPULATION_ABSENCE;
}

static size_t head_of(uint64_t lead)
{
	return (size_t)(lead >> (64 - HEAD_BITS));
}

/* Pseudonyms are random: places are first dealt out by the highest bits, then sorted, a few at a time. */
static void sort_places(const struct roll *roll, size_t ends[static HEADS])
{
	size_t sum = 0;

	for (size_t i = 0; i < roll->entry_count; i++)
		ends[head_of(lead_of(&roll->entries[i]))] += is_of_person(&roll->entries[i]) ? 1U : 0U;
	for (size_t head = 0; head < HEADS; head++) {
		size_t count = ends[head];

		ends[head] = sum;
		sum += count;
	}
	for (size_t i = 0; i < roll->entry_count; i++) {
		uint64_t lead = lead_of(&roll->entries[i]);

		if (is_of_person(&roll->entries[i]))
			roll->order[ends[head_of(lead)]++] = (struct roll_place){.lead = lead, .entry = (uint32_t)i};
	}
	for (size_t head = 0; head < HEADS; head++) {
		size_t first = head == 0 ? 0 : ends[head - 1];

		if (ends[head] - first > 1)
			qsort(&roll->order[first], ends[head] - first, sizeof *roll->order, compare_places);
	}
}

/* By the first bytes of their keys: so a person's records stand together, with those of nobody else but by a chance of 2^-64. */
static bool put_in_order(struct roll *roll, struct error *error)
{
	size_t *ends;

	if (roll->order != NULL)
		return true;
	ends = calloc(HEADS, sizeof *ends);
	roll->order = reallocarray(NULL, roll->living + 1, sizeof *roll->order);
	if (ends == NULL || roll->order == NULL) {
		free(ends);
		free(roll->order);
		roll->order = NULL;
		return no_memory(error);
	}
	sort_places(roll, ends);
	roll->order_count = ends[HEADS - 1];
	free(ends);
	return true;
}

static const struct roll_entry *entry_at(const struct roll *roll, size_t place)
{
	return &roll->entries[roll->order[place].entry];
}

static bool is_same_person(const struct roll_entry *a, const struct roll_entry *b)
{
	return memcmp(a->key, b->key, PSEUDONYM_LEN) == 0;
}

/* One person out of the places of one lead: the one whose record is at `first`. */
static void gather_person(const struct roll *roll, size_t first, size_t end, struct arena *arena, struct course_person *ret)
{
	const struct population_employment **employments = arena_array(arena, end - first, sizeof(void *));
	const struct population_absence **absences = arena_array(arena, end - first, sizeof(void *));
	struct course_person person = {.employments = employments, .absences = absences};

	for (size_t i = first; i < end; i++) {
		const struct roll_entry *entry = entry_at(roll, i);
		struct view employer_id = roll->employers[entry->employer].employer_id;

		if (!is_same_person(entry, entry_at(roll, first)))
			continue;
		if (entry->kind == POPULATION_EMPLOYMENT)
			employments[person.employment_count++] = extract_employment_get(&roll->codes, entry->bytes, entry->key, employer_id, arena);
		else
			absences[person.absence_count++] = extract_absence_get(entry->bytes, entry->key, employer_id, arena);
	}
	*ret = person;
}

/* Whether a place before this one, of the same lead, is of the same person, who has then been visited. */
static bool is_visited(const struct roll *roll, size_t first, size_t place)
{
	for (size_t i = first; i < place; i++) {
		if (is_same_person(entry_at(roll, i), entry_at(roll, place)))
			return true;
	}
	return false;
}

/* Has the processor fetch the entries that come soon. */
static void look_ahead_in_walk(const struct roll *roll, size_t place)
{
	if (place + 32 < roll->order_count)
		__builtin_prefetch(entry_at(roll, place + 32));
	if (place + 16 < roll->order_count)
		__builtin_prefetch(entry_at(roll, place + 16)->bytes);
}

bool roll_walk(struct roll *roll, roll_visit *visit, void *context, struct error *error)
{
	CLEANUP(arena_done) struct arena arena = {0};
	size_t end;

	if (!put_in_order(roll, error))
		return false;
	for (size_t first = 0; first < roll->order_count; first = end) {
		for (end = first + 1; end < roll->order_count && roll->order[end].lead == roll->order[first].lead; end++)
			look_ahead_in_walk(roll, end);
		for (size_t i = first; i < end; i++) {
			struct course_person person;

			if (is_visited(roll, first, i))
				continue;
			arena_reset(&arena);
			gather_person(roll, i, end, &arena, &person);
			if (!visit(context, &person, error))
				return false;
		}
	}
	return true;
}

bool roll_units(struct roll *roll, struct arena *arena, const struct population_unit *const **ret_units, size_t *ret_count, struct error *error)
{
	const struct population_unit **units;
	size_t room = 0;

	*ret_count = 0;
	for (size_t i = 0; i < roll->entry_count; i++)
		room += roll->entries[i].kind == POPULATION_UNIT ? 1U : 0U;
	units = arena_array(arena, room + 1, sizeof(void *));
	for (size_t i = 0; i < roll->entry_count; i++) {
		struct message message;

		if (roll->entries[i].kind != POPULATION_UNIT)
			continue;
		if (!message_decode(roll->registry, view_of(roll->entries[i].bytes, roll->entries[i].length), accepted, ACCEPTED_COUNT, arena,
				    &message, error))
			return false;
		units[(*ret_count)++] = message.record;
	}
	*ret_units = units;
	return true;
}

const char *roll_standing_name(enum roll_standing standing)
{
	static const char *const names[] = {"COMPLETE", "LOADING", "ENDED"};

	return names[standing];
}
