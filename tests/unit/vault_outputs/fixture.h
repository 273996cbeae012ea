/* Makers of persons and employers, and a consumer of what is told of them. */
#pragma once

#include "common/base/calendar.h"
#include "schemas/codec/message.h"
#include "tests/unit/check.h"
#include "vault-svc/core/share.h"

enum { NO_END = INT32_MAX };

struct fixture {
	struct arena arena;
	struct entropy entropy;
	struct schema_registry *registry;
	struct employer_state *employer; /* ACTIVE, of provider P1, its settings by default */
	struct reconcile_context context;
	struct population_output output;
};

/* Set-up and tear-down of one test. */
int fixture_begin(void **state);
int fixture_end(void **state);

#define IN_FIXTURE(test) cmocka_unit_test_setup_teardown(test, fixture_begin, fixture_end)

/* The day of a date. */
int32_t on(int32_t year, int32_t month, int32_t day);

/* Noon of that day in Amsterdam's winter becomes now. */
void at_noon(struct fixture *fixture, int32_t day);

/* Adds a provider to the employer. */
void serve(struct fixture *fixture, const char *provider_id);

/* A person with an identity (born 1980-05-17) and nothing else. */
struct person_state *some_person(struct fixture *fixture);

/* An employment with one segment in department "A" from its start. end: NO_END. Borrowed until the next is added. */
struct employment *add_employment(struct fixture *fixture, struct person_state *person, const char *key, int32_t start, int32_t end);

/* A further segment, in its order. */
struct employment_register *add_segment(struct fixture *fixture, struct employment *employment, int32_t from, const char *department);

/* A spell without steps. Borrowed until the next is added. */
struct spell *add_spell(struct fixture *fixture, struct person_state *person, const char *key);

/* A further step, of employment "D1". */
struct spell_step *add_step(struct fixture *fixture, struct spell *spell, enum absence_op op, int32_t seq, int32_t first_day, int32_t mutation_date,
			    int32_t percentage);

/* A spell of one START. */
struct spell *add_sick(struct fixture *fixture, struct person_state *person, const char *key, int32_t first_day);

/* Reconciles into an empty fixture->output; what person_reconcile said. */
bool reconcile(struct fixture *fixture, struct person_state *person);

/* A deep copy in the arena. */
struct person_state *copy_of(struct fixture *fixture, const struct person_state *person);

/* The record of a value, which must be of that schema; fails the test otherwise. */
void *decoded(struct fixture *fixture, const struct schema *schema, struct view value);

/* The same for the padded payload of a share. */
struct shared_dossier *opened(struct fixture *fixture, struct view payload);
