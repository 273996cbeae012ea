/* Sealing into bytes of a known length, for wrap.c; others use seal.h. */
#pragma once

#include "common/crypto/seal.h"

/* Writes SEAL_OVERHEAD + plain.len bytes. NULL for entropy: a random nonce. False only for lack of memory, with aad above 250 bytes. */
MUST_CHECK bool seal_bytes(uint8_t *ret, const uint8_t key[static CRYPTO_KEY_LEN], uint32_t epoch, struct view aad, struct view plain,
			   struct entropy *entropy);

/* Writes sealed.len - SEAL_OVERHEAD bytes; false when it does not open. */
MUST_CHECK bool seal_open_bytes(uint8_t *ret, const uint8_t key[static CRYPTO_KEY_LEN], struct view aad, struct view sealed);

/* Fills *error with STOP SEAL_BROKEN; returns false. */
bool seal_broken(struct error *error);
