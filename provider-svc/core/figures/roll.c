#include "provider-svc/core/figures/roll.h"

#include <stdlib.h>

enum { FIRST_SLOTS = 1024, FIRST_EMPLOYERS = 64 };

static const struct schema *const accepted[] = {&population_employment_schema, &population_absence_schema, &population_unit_schema,
						&population_marker_schema};

enum { ACCEPTED_COUNT = sizeof accepted / sizeof accepted[0] };

struct roll_entry {
	uint8_t key[POPULATION_KEY_LEN];
	int64_t revision;
	uint8_t *bytes;    /* the record, encoded; NULL: removed */
	uint32_t len;      /* of bytes */
	uint32_t employer; /* index */
};

struct roll {
	const struct schema_registry *registry;
	struct arena names;
	struct population_employer *employers;
	size_t employer_count;
	size_t employer_room;
	struct roll_entry *entries;
	size_t entry_count; /* removed ones too */
	size_t entry_room;
	size_t living;
	uint32_t *slots; /* open addressing; 0 is empty, else index + 1 */
	size_t slot_count;
	struct buffer buffer;
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
	for (size_t i = 0; i < roll->entry_count; i++)
		free(roll->entries[i].bytes);
	free(roll->entries);
	free(roll->slots);
	free(roll->employers);
	buffer_done(&roll->buffer);
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

/* Room for so many more entries, in the list and, half empty, in the slots. */
static bool make_room(struct roll *roll, size_t more, struct error *error)
{
	size_t wanted = roll->entry_count + more;
	size_t slot_count = roll->slot_count;
	uint32_t *slots;

	if (wanted > roll->entry_room) {
		size_t room = wanted + roll->entry_room / 2;
		struct roll_entry *entries = reallocarray(roll->entries, room, sizeof *entries);

		if (entries == NULL)
			return no_memory(error);
		roll->entries = entries;
		roll->entry_room = room;
	}
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

	if (roll->employer_count + more <= roll->employer_room)
		return true;
	employers = reallocarray(roll->employers, room, sizeof *employers);
	if (employers == NULL)
		return no_memory(error);
	roll->employers = employers;
	roll->employer_room = room;
	return true;
}

static void set_bytes(struct roll *roll, struct roll_entry *entry, uint8_t *bytes)
{
	roll->living += (bytes != NULL ? 1U : 0U);
	roll->living -= (entry->bytes != NULL ? 1U : 0U);
	free(entry->bytes);
	entry->bytes = bytes;
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

static void purge(struct roll *roll, uint32_t employer, int64_t below)
{
	for (size_t i = 0; i < roll->entry_count; i++) {
		struct roll_entry *entry = &roll->entries[i];

		if (entry->employer == employer && entry->revision < below)
			set_bytes(roll, entry, NULL);
	}
}

static bool encode_change(struct roll *roll, const struct population_change *change, struct error *error)
{
	buffer_clear(&roll->buffer);
	switch (change->kind) {
	case POPULATION_EMPLOYMENT:
		return message_encode(&population_employment_schema, change->employment, &roll->buffer, error);
	case POPULATION_ABSENCE:
		return message_encode(&population_absence_schema, change->absence, &roll->buffer, error);
	case POPULATION_UNIT:
		return message_encode(&population_unit_schema, change->unit, &roll->buffer, error);
	case POPULATION_REMOVED:
		break;
	}
	return true;
}

static bool write_change(struct roll *roll, const struct population_change *change, uint32_t employer, struct error *error)
{
	uint32_t *slot = find(roll, change->key);
	struct roll_entry *entry;
	uint8_t *bytes;

	if (*slot != 0 && roll->entries[*slot - 1].bytes != NULL && roll->entries[*slot - 1].revision >= change->revision)
		return true;
	if (!encode_change(roll, change, error))
		return false;
	bytes = malloc(roll->buffer.len);
	if (bytes == NULL)
		return no_memory(error);
	memcpy(bytes, roll->buffer.bytes, roll->buffer.len);
	if (*slot == 0) {
		roll->entries[roll->entry_count] = (struct roll_entry){0};
		memcpy(roll->entries[roll->entry_count].key, change->key, POPULATION_KEY_LEN);
		*slot = (uint32_t)++roll->entry_count;
	}
	entry = &roll->entries[*slot - 1];
	set_bytes(roll, entry, bytes);
	entry->len = (uint32_t)roll->buffer.len;
	entry->revision = change->revision;
	entry->employer = employer;
	return true;
}

/* Purges first, then removals, then rows, as for the tables. */
static bool apply(struct roll *roll, struct population_fold *fold, size_t known, struct error *error)
{
	roll->employer_count = fold->employer_count;
	for (size_t i = 0; i < roll->employer_count; i++) {
		struct population_employer *employer = &roll->employers[i];

		if (i >= known)
			employer->employer_id = arena_copy(&roll->names, employer->employer_id);
		if (employer->purge_below > 0)
			purge(roll, (uint32_t)i, employer->purge_below);
		employer->purge_below = 0;
		employer->changed = false;
	}
	for (size_t i = 0; i < fold->change_count; i++) {
		uint32_t slot = fold->changes[i].kind == POPULATION_REMOVED ? *find(roll, fold->changes[i].key) : 0;

		if (slot != 0)
			set_bytes(roll, &roll->entries[slot - 1], NULL);
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

static int compare_entries(const void *a, const void *b)
{
	return memcmp(a, b, POPULATION_KEY_LEN);
}

_Static_assert(offsetof(struct roll_entry, key) == 0, "entries are sorted by what they begin with");

/* Removed ones go, the rest by key: so a person's records stand together. */
static void sort(struct roll *roll)
{
	size_t kept = 0;

	for (size_t i = 0; i < roll->entry_count; i++) {
		if (roll->entries[i].bytes != NULL)
			roll->entries[kept++] = roll->entries[i];
	}
	roll->entry_count = kept;
	if (kept > 1)
		qsort(roll->entries, kept, sizeof *roll->entries, compare_entries);
}

static bool decode(const struct roll *roll, const struct roll_entry *entry, struct arena *arena, struct message *ret, struct error *error)
{
	return message_decode(roll->registry, view_of(entry->bytes, entry->len), accepted, ACCEPTED_COUNT, arena, ret, error);
}

static bool is_unit(const struct roll_entry *entry)
{
	static const uint8_t zeros[16];

	return memcmp(entry->key, zeros, sizeof zeros) == 0;
}

/* The person whose first entry that is: its records, and how many there are. */
static bool person_at(const struct roll *roll, size_t first, struct arena *arena, struct course_person *ret, size_t *ret_taken, struct error *error)
{
	const struct population_employment **employments;
	const struct population_absence **absences;
	struct course_person person = {0};
	size_t end = first;

	while (end < roll->entry_count && memcmp(roll->entries[end].key, roll->entries[first].key, 16) == 0)
		end++;
	employments = arena_array(arena, end - first, sizeof(void *));
	absences = arena_array(arena, end - first, sizeof(void *));
	for (size_t i = first; i < end; i++) {
		struct message message;

		if (!decode(roll, &roll->entries[i], arena, &message, error))
			return false;
		if (message.schema == &population_employment_schema)
			employments[person.employment_count++] = message.record;
		else
			absences[person.absence_count++] = message.record;
	}
	person.employments = employments;
	person.absences = absences;
	*ret = person;
	*ret_taken = end - first;
	return true;
}

bool roll_walk(struct roll *roll, roll_visit *visit, void *context, struct error *error)
{
	CLEANUP(arena_done) struct arena arena = {0};
	size_t taken = 1;

	sort(roll);
	for (size_t i = 0; i < roll->entry_count; i += taken) {
		struct course_person person;

		taken = 1;
		if (is_unit(&roll->entries[i]))
			continue;
		arena_reset(&arena);
		if (!person_at(roll, i, &arena, &person, &taken, error) || !visit(context, &person, error))
			return false;
	}
	return true;
}

bool roll_units(struct roll *roll, struct arena *arena, const struct population_unit *const **ret_units, size_t *ret_count, struct error *error)
{
	const struct population_unit **units;
	size_t count = 0;

	sort(roll);
	while (count < roll->entry_count && is_unit(&roll->entries[count]))
		count++;
	units = arena_array(arena, count + 1, sizeof(void *));
	for (size_t i = 0; i < count; i++) {
		struct message message;

		if (!decode(roll, &roll->entries[i], arena, &message, error))
			return false;
		units[i] = message.record;
	}
	*ret_units = units;
	*ret_count = count;
	return true;
}

const char *roll_standing_name(enum roll_standing standing)
{
	static const char *const names[] = {"COMPLETE", "LOADING", "ENDED"};

	return names[standing];
}
