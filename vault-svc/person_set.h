/* The persons that a batch has in hand: found by employee key, by number, by BSN; each is loaded once and written once. */
#pragma once

#include "vault-svc/store/care_store.h"

struct person_slot;

struct person_set {
	struct arena *arena;
	const struct employer_cache *employers;
	struct person_key *first_key; /* in no order */
	struct person_key **key_slots;
	size_t key_room; /* slots; a power of two */
	size_t key_count;
	struct person *first; /* in the order of arrival */
	struct person **last;
	size_t count;
	struct person_slot **numbers; /* by person number */
	struct person_slot **bsn;     /* by keyed hash of a BSN that the person has or had during the batch */
	size_t slot_room;
	struct employer **bsn_employers; /* what to look for when loading */
	struct view *bsn_hashes;
	size_t bsn_count;
	size_t bsn_room;
};

/* Makes an empty set for a batch of at most `records` records. All memory is the arena's. */
void person_set_init(struct person_set *set, const struct employer_cache *employers, size_t records, struct arena *arena);

/* The entry of an employee key; made when there is none. */
struct person_key *person_set_key(struct person_set *set, struct employer *employer, struct view employee_key);

/* The entry of an employee key, NULL when there is none. */
struct person_key *person_set_find_key(const struct person_set *set, const struct employer *employer, struct view employee_key);

/* Asks for whoever has that BSN, too. Before person_set_queue_load. */
void person_set_want_bsn(struct person_set *set, struct employer *employer, struct view bsn);

/* Queues loading of all keys and BSN that the set has by now; after the sync call person_set_link. */
MUST_CHECK bool person_set_queue_load(struct person_set *set, struct database *database, struct error *error);

/* Ties the keys to the persons that were loaded. */
void person_set_link(struct person_set *set);

/* Queues loading the next persons of an employer, ascending by number. */
MUST_CHECK bool person_set_queue_range(struct person_set *set, struct database *database, const struct employer *employer, int64_t after,
				       int32_t limit, struct error *error);

/* Queues loading whom care requests may mean. */
MUST_CHECK bool person_set_queue_care(struct person_set *set, struct database *database, const struct care_wanted *wanted, struct error *error);

/* The person of that number; NULL when the set has none. */
struct person *person_set_find_number(const struct person_set *set, int64_t number);

/* Puts a new person into the set. */
void person_set_add(struct person_set *set, struct person *person);

/* The person's BSN may have become another: from now on it is found by it. */
void person_set_note_bsn(struct person_set *set, struct person *person);

/* True when another person of the set and employer has that BSN and is active on that day. */
bool person_set_bsn_taken(const struct person_set *set, const struct person *except, const struct employer *employer, struct view bsn, int32_t today);
