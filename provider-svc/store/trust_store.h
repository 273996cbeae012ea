/* The vaults that this provider believes, by name and signing key. */
#pragma once

#include "common/crypto/crypto.h"
#include "common/db/database.h"

enum { TRUSTED_VAULTS_MAX = 32 };

struct trusted_vault {
	char name[65];
	uint8_t key_id[CRYPTO_KEY_ID_LEN];
	uint8_t signing_key[CRYPTO_KEY_LEN];
	bool has_box_key;
	uint8_t box_key[CRYPTO_KEY_LEN];
};

struct trust {
	struct trusted_vault vaults[TRUSTED_VAULTS_MAX];
	size_t count;
};

/* Reads them all. */
MUST_CHECK bool trust_load(struct database *database, struct trust *ret, struct error *error);

/* The key of an issuer "vault:<name>" and key id; NULL when it is not trusted. */
const uint8_t *trust_key(const struct trust *trust, struct view issuer, const uint8_t key_id[static CRYPTO_KEY_ID_LEN]);

/* Adds a vault's key, and, unless it is NULL, the key that is sealed to for it; adding it again changes nothing but that one. */
MUST_CHECK bool trust_add(struct database *database, const char *name, const uint8_t signing_key[static CRYPTO_KEY_LEN], const uint8_t *box_key,
			  struct error *error);

/* The key to seal to for the vault that was trusted last. STOP NO_BOX_KEY when none is known. */
MUST_CHECK bool trust_box_key(struct database *database, uint8_t ret[static CRYPTO_KEY_LEN], struct error *error);

/* Removes all keys of a vault; *ret_count says how many there were. */
MUST_CHECK bool trust_remove(struct database *database, const char *name, int64_t *ret_count, struct error *error);
