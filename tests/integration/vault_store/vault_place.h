/* A vault's tables in a schema of their own, with a keyring, a cache and one employer. */
#pragma once

#include "tests/integration/database/place.h"

#include "schemas/codec/record.h"
#include "vault-svc/core/person.h"
#include "vault-svc/store/person_store.h"
#include "vault-svc/store/records/records.h"
#include "vault-svc/store/vault_schema.h"

struct vault_place {
	struct place *place;
	struct database *database;
	struct arena *arena;
	struct keyring *keyring;
	struct schema_registry *registry;
	struct employer_cache employers;
	struct employer *employer;
	struct entropy entropy;
};

/* Everything that is queued goes through. */
static inline void synchronise(struct vault_place *vault)
{
	struct error error;

	check_ok(database_sync(vault->database, &error), &error);
}

static inline struct employer *employer_enabled(struct vault_place *vault, const char *id)
{
	struct employer_state *state = record_new(&employer_state_schema, vault->arena);
	struct employer *employer = NULL;
	struct error error;

	state->employer_id = view_text(id);
	check_ok(employer_create(&vault->employers, vault->database, view_text(id), 3, &employer, &error), &error);
	employer_change(employer, state);
	check_ok(employer_queue_write(&vault->employers, vault->database, vault->arena, &error), &error);
	synchronise(vault);
	employer_keep_changed(&vault->employers);
	return employer;
}

/* Skips the test when there is no PostgreSQL. */
static inline void vault_place_begin(struct vault_place *vault, void **state)
{
	static const struct schema_set *const sets[] = {&messages_schemas, &state_schemas, &records_schemas};
	struct place *place = place_of(state);
	char path[64];
	struct error error;

	*vault = (struct vault_place){.place = place, .database = place->database, .arena = &place->arena};
	(void)snprintf(path, sizeof path, "/tmp/kluis-vault-test-%d.key", (int)getpid());
	(void)unlink(path);
	check_ok(crypto_start(&error), &error);
	check_ok(keyring_create(path, &error), &error);
	check_ok(keyring_load(path, &vault->keyring, &error), &error);
	(void)unlink(path);
	check_ok(schema_registry_new(sets, 3, &vault->registry, &error), &error);
	check_ok(vault_schema_setup(vault->database, NULL, &error), &error);
	employer_cache_init(&vault->employers, vault->keyring, vault->registry);
	entropy_init_random(&vault->entropy);
	vault->employer = employer_enabled(vault, "E1");
}

static inline void vault_place_end(struct vault_place *vault)
{
	employer_cache_done(&vault->employers);
	schema_registry_free(vault->registry);
	keyring_free(vault->keyring);
	entropy_done(&vault->entropy);
}

/* Statements live as long as the program: the connection knows them by their address. */
static inline const struct statement *statement_of(const char *name, const char *sql)
{
	static struct statement statements[64];
	static size_t count;

	for (size_t i = 0; i < count; i++) {
		if (strcmp(statements[i].name, name) == 0)
			return &statements[i];
	}
	check(count < sizeof statements / sizeof statements[0]);
	statements[count] = (struct statement){name, sql};
	return &statements[count++];
}

/* The number that a query gives; a name stands for one query. */
static inline int64_t number_of(struct vault_place *vault, const char *name, const char *sql)
{
	struct error error;
	int64_t number = -1;

	check_ok(database_run(vault->database, statement_of(name, sql), NULL, read_number, &number, &error), &error);
	return number;
}
