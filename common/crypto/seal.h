/*
 * Sealing: XChaCha20-Poly1305 (IETF) with associated data. Layout: format byte 1; key epoch, 4 bytes big-endian; nonce, 24 bytes; ciphertext;
 * tag, 16. The first five bytes are authenticated too.
 */
#pragma once

#include "common/base/buffer.h"
#include "common/crypto/entropy.h"

/* What sealing adds to the length. */
#define SEAL_OVERHEAD (1 + 4 + 24 + 16)

/* Appends the sealed plain text with a random nonce. `epoch` names the epoch of the key, for whoever opens it. False when the buffer is full. */
MUST_CHECK bool seal_put(struct buffer *ret, const uint8_t key[static CRYPTO_KEY_LEN], uint32_t epoch, struct view aad, struct view plain);

/* The same with the nonce from `entropy`: for pure code. */
MUST_CHECK bool seal_put_from(struct buffer *ret, const uint8_t key[static CRYPTO_KEY_LEN], uint32_t epoch, struct view aad, struct view plain,
			      struct entropy *entropy);

/* The same into the arena, which also holds the result. NULL for entropy: a random nonce. */
struct view seal_make(struct arena *arena, const uint8_t key[static CRYPTO_KEY_LEN], uint32_t epoch, struct view aad, struct view plain,
		      struct entropy *entropy);

/* Opens into the arena. STOP SEAL_BROKEN when anything (key, aad, epoch, a bit) is not as it was sealed; *ret is then untouched. */
MUST_CHECK bool seal_open(struct arena *arena, const uint8_t key[static CRYPTO_KEY_LEN], struct view aad, struct view sealed, struct view *ret,
			  struct error *error);

/* The epoch that a sealed text names (not yet authenticated); 0, which no key has, when it is not a sealed text. */
uint32_t seal_epoch(struct view sealed);
