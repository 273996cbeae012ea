/* Sealed boxes to an X25519 public key (libsodium's crypto_box_seal): anybody can seal, only the owner opens. */
#pragma once

#include "common/base/buffer.h"
#include "common/crypto/entropy.h"

#define BOX_OVERHEAD 48

/* In locked memory. */
struct box_pair {
	uint8_t public_key[CRYPTO_KEY_LEN];
	uint8_t key_id[CRYPTO_KEY_ID_LEN]; /* recipient_key_id */
	uint8_t secret[CRYPTO_KEY_LEN];
};

/* The pair of a secret key. Never NULL. */
struct box_pair *box_pair_new(const uint8_t secret[static CRYPTO_KEY_LEN]) __attribute__((returns_nonnull));

/* Reads a file of the secret key: 64 hex digits and a newline, not readable by group or others. STOP KEY_FILE. */
MUST_CHECK bool box_pair_load(const char *path, struct box_pair **ret, struct error *error);

/* Makes such a file, mode 0600. STOP KEY_FILE when it exists already. */
MUST_CHECK bool box_pair_create(const char *path, struct error *error);

/* Wipes and frees; NULL is fine. */
void box_pair_free(struct box_pair *pair);

/* Seals into the arena. NULL for entropy: the one-time key comes from the system. REJECT BOX_KEY when the public key is not a usable one. */
MUST_CHECK bool box_seal(struct arena *arena, const uint8_t public_key[static CRYPTO_KEY_LEN], struct view plain, struct entropy *entropy,
			 struct view *ret, struct error *error);

/* Opens into the arena. REJECT CANNOT_OPEN when it is not sealed to this pair or was changed. */
MUST_CHECK bool box_open(struct arena *arena, const struct box_pair *pair, struct view sealed, struct view *ret, struct error *error);
