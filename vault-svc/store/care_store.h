/* Care look-ups in the database: whom they mean, how often was asked. The statements of a batch are the same whatever its requests come to. */
#pragma once

#include "vault-svc/core/lookup.h"
#include "vault-svc/store/person_store.h"

/* Whom a batch's requests may mean: by birth date with postcode, and by number. */
struct care_wanted {
	int32_t *employers; /* beside births */
	struct view *births;
	size_t birth_count;
	int32_t *owners; /* beside persons */
	int64_t *persons;
	size_t person_count;
};

/* Queues loading of those persons; as in person_queue_load they go to load->take. */
MUST_CHECK bool care_queue_load(struct person_load *load, const struct care_wanted *wanted, struct database *database, struct error *error);

/* A row of `care_count`. */
struct care_count {
	struct care_count *next;
	const struct employer *employer;
	struct view provider_id;
	bool sick_line;
	struct lookup_count count;
};

/* Queues loading what the rows hold so far; a row that is not there yet stays 0. */
MUST_CHECK bool care_count_queue_load(struct care_count *rows, struct database *database, struct arena *arena, struct error *error);

/* Queues writing all rows. */
MUST_CHECK bool care_count_queue_write(const struct care_count *rows, struct database *database, struct arena *arena, struct error *error);
