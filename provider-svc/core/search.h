/* How a dossier is found by a name or a birth date that nobody can read: keyed hashes. Pure. */
#pragma once

#include "common/base/arena.h"
#include "common/crypto/blind.h"
#include "common/crypto/keyring.h"
#include "schemas/messages.h"

enum { SEARCH_NAMES_MAX = 4 };

/* Of one epoch of the master key. Keep in an arena, or wipe. */
struct search_keys {
	uint8_t name[CRYPTO_KEY_LEN];
	uint8_t birth[CRYPTO_KEY_LEN];
};

/* What one share's data are found by. */
struct search_terms {
	uint8_t names[SEARCH_NAMES_MAX][BLIND_INDEX_LEN];
	size_t name_count;
	uint8_t birth[BLIND_INDEX_LEN];
};

/* The keys of an epoch. STOP EPOCH_UNKNOWN. */
MUST_CHECK bool search_keys_of(const struct keyring *keyring, uint32_t epoch, struct search_keys *ret, struct error *error);

/* Of a name as somebody types it, with or without its prefix: only letters and digits count, without case and accents. False where there is
 * none. */
MUST_CHECK bool search_name(const struct search_keys *keys, struct view name, struct arena *arena, uint8_t ret[static BLIND_INDEX_LEN]);

/* Of a birth date, YYYYMMDD. */
void search_birth(const struct search_keys *keys, struct view birth_date, uint8_t ret[static BLIND_INDEX_LEN]);

/* Of shared data: surname and partner's surname, each with and without its prefix, and the birth date. */
void search_terms_of(const struct search_keys *keys, const struct shared_dossier *content, struct arena *arena, struct search_terms *ret);
