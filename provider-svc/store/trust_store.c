#include "provider-svc/store/trust_store.h"

static bool read_vaults(void *context, const struct rows *rows, struct error *error)
{
	struct trust *trust = context;

	(void)error;
	trust->count = 0;
	for (int i = 0; i < rows_count(rows) && trust->count < TRUSTED_VAULTS_MAX; i++) {
		struct trusted_vault *vault = &trust->vaults[trust->count];
		struct view name = row_text(rows, i, 0);
		struct view key_id = row_bytea(rows, i, 1);
		struct view key = row_bytea(rows, i, 2);
		struct view box_key = row_bytea(rows, i, 3);

		if (name.len >= sizeof vault->name || key_id.len != CRYPTO_KEY_ID_LEN || key.len != CRYPTO_KEY_LEN)
			continue;
		*vault = (struct trusted_vault){0};
		memcpy(vault->name, name.ptr, name.len);
		memcpy(vault->key_id, key_id.ptr, CRYPTO_KEY_ID_LEN);
		memcpy(vault->signing_key, key.ptr, CRYPTO_KEY_LEN);
		vault->has_box_key = box_key.len == CRYPTO_KEY_LEN;
		if (vault->has_box_key)
			memcpy(vault->box_key, box_key.ptr, CRYPTO_KEY_LEN);
		trust->count++;
	}
	return true;
}

static const struct statement select_vaults = {"provider_select_vaults",
					       "SELECT name, key_id, signing_key, box_key FROM trusted_vault ORDER BY name, added_at"};

bool trust_load(struct database *database, struct trust *ret, struct error *error)
{
	return database_run(database, &select_vaults, NULL, read_vaults, ret, error);
}

const uint8_t *trust_key(const struct trust *trust, struct view issuer, const uint8_t key_id[static CRYPTO_KEY_ID_LEN])
{
	const struct view prefix = VIEW_LITERAL("vault:");

	if (issuer.len <= prefix.len || memcmp(issuer.ptr, prefix.ptr, prefix.len) != 0)
		return NULL;
	for (size_t i = 0; i < trust->count; i++) {
		const struct trusted_vault *vault = &trust->vaults[i];

		if (view_equal(view_text(vault->name), view_of(issuer.ptr + prefix.len, issuer.len - prefix.len)) &&
		    memcmp(vault->key_id, key_id, CRYPTO_KEY_ID_LEN) == 0)
			return vault->signing_key;
	}
	return NULL;
}

static const struct statement insert_vault = {
	"provider_insert_vault",
	"INSERT INTO trusted_vault AS t (name, key_id, signing_key, box_key) VALUES ($1, $2, $3, $4) ON CONFLICT (name, key_id) "
	"DO UPDATE SET box_key = coalesce(excluded.box_key, t.box_key)"};

bool trust_add(struct database *database, const char *name, const uint8_t signing_key[static CRYPTO_KEY_LEN], const uint8_t *box_key,
	       struct error *error)
{
	CLEANUP(arena_done) struct arena arena = {0};
	struct parameters parameters;
	uint8_t key_id[CRYPTO_KEY_ID_LEN];

	public_key_id(signing_key, key_id);
	parameters_init(&parameters, &arena);
	parameters_text(&parameters, view_text(name));
	parameters_bytea(&parameters, view_of(key_id, sizeof key_id));
	parameters_bytea(&parameters, view_of(signing_key, CRYPTO_KEY_LEN));
	parameters_bytea(&parameters, box_key == NULL ? VIEW_NULL : view_of(box_key, CRYPTO_KEY_LEN));
	return database_run(database, &insert_vault, &parameters, NULL, NULL, error);
}

static bool read_box_key(void *context, const struct rows *rows, struct error *error)
{
	struct view key = rows_count(rows) == 1 ? row_bytea(rows, 0, 0) : VIEW_NULL;

	if (key.len != CRYPTO_KEY_LEN)
		return error_set(error, DISPOSITION_STOP, "NO_BOX_KEY", "trusted vaults",
				 "the vault's X25519 key is not known: provider-svc trust add vault NAME --signing-key HEX --box-key HEX");
	memcpy(context, key.ptr, CRYPTO_KEY_LEN);
	return true;
}

static const struct statement select_box_key = {"provider_select_box_key",
						"SELECT box_key FROM trusted_vault WHERE box_key IS NOT NULL ORDER BY added_at DESC LIMIT 1"};

bool trust_box_key(struct database *database, uint8_t ret[static CRYPTO_KEY_LEN], struct error *error)
{
	return database_run(database, &select_box_key, NULL, read_box_key, ret, error);
}

static bool read_affected(void *context, const struct rows *rows, struct error *error)
{
	(void)error;
	*(int64_t *)context = rows_affected(rows);
	return true;
}

static const struct statement delete_vault = {"provider_delete_vault", "DELETE FROM trusted_vault WHERE name = $1"};

bool trust_remove(struct database *database, const char *name, int64_t *ret_count, struct error *error)
{
	CLEANUP(arena_done) struct arena arena = {0};
	struct parameters parameters;

	parameters_init(&parameters, &arena);
	parameters_text(&parameters, view_text(name));
	return database_run(database, &delete_vault, &parameters, read_affected, ret_count, error);
}
