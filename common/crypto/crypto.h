/* Start of the cryptography (libsodium) and keys that live long. */
#pragma once

#include "common/base/error.h"
#include "common/base/view.h"

#define CRYPTO_KEY_LEN 32
#define CRYPTO_KEY_ID_LEN 8

/* Once, before anything else of common/crypto and before threads. STOP when libsodium does not start or memory cannot be locked (RLIMIT_MEMLOCK). */
MUST_CHECK bool crypto_start(struct error *error);

/* A long-lived key: in locked memory between guard pages, not in core dumps, read-only once made. Too dear for keys of persons: those live in arenas.
 */
struct secret_key {
	uint8_t bytes[CRYPTO_KEY_LEN];
};

/* A copy of the 32 bytes; the caller wipes its own. Never NULL: lack of locked memory ends the process. */
struct secret_key *secret_key_new(const uint8_t bytes[static CRYPTO_KEY_LEN]) __attribute__((returns_nonnull));

/* A new random key. */
struct secret_key *secret_key_new_random(void) __attribute__((returns_nonnull));

/* Wipes and frees; NULL is fine. */
void secret_key_free(struct secret_key *key);

/* True when both hold the same n bytes, in constant time. */
bool secret_equal(const uint8_t *a, const uint8_t *b, size_t n);

/* Overwrites n bytes, whatever the compiler thinks of it. */
void secret_wipe(void *bytes, size_t n);

/* n unpredictable bytes from the system. Not for the pure core, which is given an `entropy`. */
void random_bytes(uint8_t *ret, size_t n);

/* First 8 bytes of the BLAKE2b-256 of a public key (Ed25519 or X25519): how the contract names it. */
void public_key_id(const uint8_t public_key[static CRYPTO_KEY_LEN], uint8_t ret_id[static CRYPTO_KEY_ID_LEN]);
