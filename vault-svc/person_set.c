#include "vault-svc/person_set.h"

#include "vault-svc/core/person.h"

/* One link of a chain of persons with the same slot. */
struct person_slot {
	struct person_slot *next;
	struct person *person;
};

static size_t power_of_two(size_t least)
{
	size_t room = 16;

	while (room < least)
		room *= 2;
	return room;
}

void person_set_init(struct person_set *set, const struct employer_cache *employers, size_t records, struct arena *arena)
{
	*set = (struct person_set){
		.arena = arena,
		.employers = employers,
		.key_room = power_of_two(4 * records + 64),
		.slot_room = power_of_two(records),
		.bsn_room = records + 1,
	};
	set->last = &set->first;
	set->key_slots = arena_array(arena, set->key_room, sizeof(struct person_key *));
	set->numbers = arena_array(arena, set->slot_room, sizeof(struct person_slot *));
	set->bsn = arena_array(arena, set->slot_room, sizeof(struct person_slot *));
	set->bsn_employers = arena_array(arena, set->bsn_room, sizeof(struct employer *));
	set->bsn_hashes = arena_array(arena, set->bsn_room, sizeof *set->bsn_hashes);
}

/* Keyed hashes are as good as random: any eight bytes of one will do. */
static size_t slot_of(const uint8_t *hash, size_t room)
{
	uint64_t bits;

	memcpy(&bits, hash, sizeof bits);
	return (size_t)bits & (room - 1);
}

/* The slot where that key is, or where it would go. Never full: there are four slots for each record, and a record names two keys at most. */
static struct person_key **key_slot(const struct person_set *set, const struct employer *employer, const uint8_t hash[static KEY_HASH_LEN])
{
	size_t i = slot_of(hash, set->key_room);

	while (set->key_slots[i] != NULL && (set->key_slots[i]->employer != employer || memcmp(set->key_slots[i]->hash, hash, KEY_HASH_LEN) != 0))
		i = (i + 1) & (set->key_room - 1);
	return &set->key_slots[i];
}

struct person_key *person_set_key(struct person_set *set, struct employer *employer, struct view employee_key)
{
	uint8_t hash[KEY_HASH_LEN];
	struct person_key **slot;

	person_key_hash(&employer->keys, employee_key, hash);
	slot = key_slot(set, employer, hash);
	if (*slot == NULL) {
		struct person_key *key = arena_take(set->arena, sizeof *key);

		*key = (struct person_key){.next = set->first_key, .employer = employer, .erased_at = INT64_MIN};
		memcpy(key->hash, hash, sizeof hash);
		set->first_key = *slot = key;
		set->key_count++;
	}
	return *slot;
}

struct person_key *person_set_find_key(const struct person_set *set, const struct employer *employer, struct view employee_key)
{
	uint8_t hash[KEY_HASH_LEN];

	if (set->key_count == 0)
		return NULL;
	person_key_hash(&employer->keys, employee_key, hash);
	return *key_slot(set, employer, hash);
}

void person_set_want_bsn(struct person_set *set, struct employer *employer, struct view bsn)
{
	uint8_t *hash;

	if (set->bsn_count == set->bsn_room)
		return;
	hash = arena_take(set->arena, KEY_HASH_LEN);
	person_bsn_hash(&employer->keys, bsn, hash);
	set->bsn_employers[set->bsn_count] = employer;
	set->bsn_hashes[set->bsn_count++] = view_of(hash, KEY_HASH_LEN);
}

static size_t number_slot(const struct person_set *set, int64_t number)
{
	return (size_t)((uint64_t)number * UINT64_C(0x9E3779B97F4A7C15) >> 32) & (set->slot_room - 1);
}

struct person *person_set_find_number(const struct person_set *set, int64_t number)
{
	for (const struct person_slot *slot = set->numbers[number_slot(set, number)]; slot != NULL; slot = slot->next)
		if (slot->person->number == number)
			return slot->person;
	return NULL;
}

static void slot_add(struct person_set *set, struct person_slot **head, struct person *person)
{
	struct person_slot *slot = arena_take(set->arena, sizeof *slot);

	*slot = (struct person_slot){.next = *head, .person = person};
	*head = slot;
}

void person_set_note_bsn(struct person_set *set, struct person *person)
{
	uint8_t hash[KEY_HASH_LEN];

	if (person->state->identity == NULL || view_is_null(person->state->identity->bsn))
		return;
	person_bsn_hash(&person->employer->keys, person->state->identity->bsn, hash);
	slot_add(set, &set->bsn[slot_of(hash, set->slot_room)], person);
}

void person_set_add(struct person_set *set, struct person *person)
{
	*set->last = person;
	set->last = &person->next;
	set->count++;
	slot_add(set, &set->numbers[number_slot(set, person->number)], person);
	person_set_note_bsn(set, person);
}

static bool take(void *context, struct person *person, struct error *error)
{
	(void)error;
	person_set_add(context, person);
	return true;
}

static struct person_load *load_new(struct person_set *set)
{
	struct person_load *load = arena_take(set->arena, sizeof *load);

	*load = (struct person_load){.cache = set->employers, .arena = set->arena, .take = take, .context = set};
	return load;
}

bool person_set_queue_load(struct person_set *set, struct database *database, struct error *error)
{
	struct person_load *load = load_new(set);

	if (set->key_count == 0)
		return true;
	load->keys = arena_array(set->arena, set->key_count, sizeof(struct person_key *));
	for (struct person_key *key = set->first_key; key != NULL; key = key->next)
		load->keys[load->key_count++] = key;
	load->bsn_employers = set->bsn_employers;
	load->bsn_hashes = set->bsn_hashes;
	load->bsn_count = set->bsn_count;
	return person_queue_load(load, database, error);
}

void person_set_link(struct person_set *set)
{
	for (struct person_key *key = set->first_key; key != NULL; key = key->next)
		if (key->number != 0)
			key->person = person_set_find_number(set, key->number);
}

bool person_set_queue_range(struct person_set *set, struct database *database, const struct employer *employer, int64_t after, int32_t limit,
			    struct error *error)
{
	return person_queue_load_range(load_new(set), database, employer, after, limit, error);
}

bool person_set_queue_care(struct person_set *set, struct database *database, const struct care_wanted *wanted, struct error *error)
{
	return care_queue_load(load_new(set), wanted, database, error);
}

bool person_set_bsn_taken(const struct person_set *set, const struct person *except, const struct employer *employer, struct view bsn, int32_t today)
{
	uint8_t hash[KEY_HASH_LEN];

	person_bsn_hash(&employer->keys, bsn, hash);
	for (const struct person_slot *slot = set->bsn[slot_of(hash, set->slot_room)]; slot != NULL; slot = slot->next) {
		const struct person *person = slot->person;

		if (person == except || person->removed || person->employer != employer || person->state->identity == NULL)
			continue;
		if (view_equal(person->state->identity->bsn, bsn) && person_is_active(person->state, today))
			return true;
	}
	return false;
}
