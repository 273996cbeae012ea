/* A reader of population.<provider> by the rules: keeps the highest revision of each key, deletes at a tombstone. */
#pragma once

#include "tests/unit/vault_outputs/fixture.h"

struct held_record {
	struct view provider_id;
	uint8_t key[POPULATION_KEY_LEN];
	struct view value; /* copy */
	int64_t revision;
};

enum { CONSUMER_ROOM = 256 };

struct consumer {
	struct held_record records[CONSUMER_ROOM];
	size_t count;
};

/* Takes in all of the output. Fails the test when a revision does not rise. */
void consume(struct consumer *consumer, struct fixture *fixture, const struct population_output *output);

/* Fails the test unless what is held of the provider's is exactly what the projection of the person gives it. */
void check_holds(struct consumer *consumer, struct fixture *fixture, const struct person_state *person, struct view provider_id, bool employments,
		 bool spells);

/* How many records of the provider are held. */
size_t held_count(const struct consumer *consumer, struct view provider_id);
