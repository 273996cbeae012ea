#include "vault-svc/store/secret_store.h"

static bool made_read(void *context, const struct rows *rows, struct error *error)
{
	(void)error;
	*(bool *)context = rows_affected(rows) > 0;
	return true;
}

bool secret_create(struct database *database, const struct keyring *keyring, const char *name, struct arena *arena, bool *ret_made,
		   struct error *error)
{
	static const struct statement insert = {"secret_insert",
						"INSERT INTO vault_secret (name, wrapped_key) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING"};
	uint8_t key[CRYPTO_KEY_LEN];
	uint8_t wrapped[WRAPPED_KEY_LEN];
	struct parameters parameters;

	random_bytes(key, sizeof key);
	keyring_wrap(keyring, "secret", view_text(name), key, wrapped);
	secret_wipe(key, sizeof key);
	parameters_init(&parameters, arena);
	parameters_text(&parameters, view_text(name));
	parameters_bytea(&parameters, view_of(wrapped, sizeof wrapped));
	return database_run(database, &insert, &parameters, made_read, ret_made, error);
}

struct load {
	const struct keyring *keyring;
	const char *name;
	uint8_t *key;
	bool found;
};

static bool secret_read(void *context, const struct rows *rows, struct error *error)
{
	struct load *load = context;

	if (rows_count(rows) == 0)
		return true;
	load->found = true;
	return keyring_unwrap(load->keyring, "secret", view_text(load->name), row_bytea(rows, 0, 0), load->key, error);
}

bool secret_load(struct database *database, const struct keyring *keyring, const char *name, uint8_t ret_key[static CRYPTO_KEY_LEN],
		 struct arena *arena, struct error *error)
{
	static const struct statement select = {"secret_load", "SELECT wrapped_key FROM vault_secret WHERE name = $1"};
	struct load load = {.keyring = keyring, .name = name, .key = ret_key};
	struct parameters parameters;

	parameters_init(&parameters, arena);
	parameters_text(&parameters, view_text(name));
	if (!database_run(database, &select, &parameters, secret_read, &load, error))
		return false;
	return load.found || error_set(error, DISPOSITION_STOP, "SETUP", "vault_secret", "the database is not set up: run vault-svc setup");
}
