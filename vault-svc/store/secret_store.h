/* Secrets of the whole deployment: rows of `vault_secret`, wrapped by the master key. */
#pragma once

#include "common/crypto/keyring.h"
#include "common/db/database.h"

/* Makes a secret of that name, unless there is one; *ret_made says which. */
MUST_CHECK bool secret_create(struct database *database, const struct keyring *keyring, const char *name, struct arena *arena, bool *ret_made,
			      struct error *error);

/* Reads a secret. STOP SETUP when there is none. */
MUST_CHECK bool secret_load(struct database *database, const struct keyring *keyring, const char *name, uint8_t ret_key[static CRYPTO_KEY_LEN],
			    struct arena *arena, struct error *error);
