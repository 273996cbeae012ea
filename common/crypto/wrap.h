/* Keys under keys: sealing of 32 bytes, bound to a purpose and a subject. */
#pragma once

#include "common/crypto/seal.h"

#define KEY_SUBJECT_MAX 160 /* bytes; longer ends the process */
#define WRAPPED_KEY_LEN (SEAL_OVERHEAD + CRYPTO_KEY_LEN)
_Static_assert(WRAPPED_KEY_LEN == 77, "stored in the database");

/* Wraps `key` under `wrapping` of the given epoch. `purpose` says what kind of key it is ("person"), `subject` whose (a number, an
 * employer_id); both are needed to unwrap. NULL
 * for entropy: a random nonce. */
void key_wrap(const uint8_t wrapping[static CRYPTO_KEY_LEN], uint32_t epoch, const char *purpose, struct view subject,
	      const uint8_t key[static CRYPTO_KEY_LEN], struct entropy *entropy, uint8_t ret[static WRAPPED_KEY_LEN]);

/* Unwraps. STOP SEAL_BROKEN when key, purpose, subject or a bit is another. The caller wipes ret_key. */
MUST_CHECK bool key_unwrap(const uint8_t wrapping[static CRYPTO_KEY_LEN], const char *purpose, struct view subject, struct view wrapped,
			   uint8_t ret_key[static CRYPTO_KEY_LEN], struct error *error);
