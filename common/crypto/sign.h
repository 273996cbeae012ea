/* Ed25519 over 'kluis.v1.signed', 0x00, topic kind, 0x00, issuer, 0x00, body (contract, Signed.avsc). */
#pragma once

#include "common/crypto/crypto.h"

#define SIGNATURE_LEN 64

/* In locked memory. */
struct sign_pair {
	uint8_t public_key[CRYPTO_KEY_LEN];
	uint8_t key_id[CRYPTO_KEY_ID_LEN];
	uint8_t secret[64];
};

/* The pair of a seed. Never NULL. */
struct sign_pair *sign_pair_new(const uint8_t seed[static CRYPTO_KEY_LEN]) __attribute__((returns_nonnull));

/* Reads a seed file: 64 hex digits and a newline, not readable by group or others. STOP KEY_FILE. */
MUST_CHECK bool sign_pair_load(const char *path, struct sign_pair **ret, struct error *error);

/* Makes a seed file, mode 0600. STOP KEY_FILE when it exists already. */
MUST_CHECK bool sign_pair_create(const char *path, struct error *error);

/* Wipes and frees; NULL is fine. */
void sign_pair_free(struct sign_pair *pair);

/* Signs. topic_kind is the contract's word ("vault.commands", "share"), without a provider's name. */
void sign_body(const struct sign_pair *pair, const char *topic_kind, struct view issuer, struct view body,
	       uint8_t ret_signature[static SIGNATURE_LEN]);

/* True when the signature is that of the public key's owner over exactly this. signature may have any length: another than 64 is false. */
MUST_CHECK bool sign_verify(const uint8_t public_key[static CRYPTO_KEY_LEN], const char *topic_kind, struct view issuer, struct view body,
			    struct view signature);
