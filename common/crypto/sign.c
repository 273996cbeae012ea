#include "common/crypto/sign.h"

#include "common/base/buffer.h"
#include "common/crypto/keyfile.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#define DOMAIN "kluis.v1.signed"
#define INPUT_MAX ((size_t)1 << 21)

_Static_assert(SIGNATURE_LEN == crypto_sign_BYTES, "an Ed25519 signature");
_Static_assert(CRYPTO_KEY_LEN == crypto_sign_PUBLICKEYBYTES, "Ed25519's public key");
_Static_assert(CRYPTO_KEY_LEN == crypto_sign_SEEDBYTES, "Ed25519's seed");
_Static_assert(sizeof(((struct sign_pair *)0)->secret) == crypto_sign_SECRETKEYBYTES, "Ed25519's expanded secret");

struct sign_pair *sign_pair_new(const uint8_t seed[static CRYPTO_KEY_LEN])
{
	struct sign_pair *pair = sodium_malloc(sizeof *pair);

	if (pair == NULL) {
		(void)fputs("level=error event=out_of_locked_memory\n", stderr);
		abort();
	}
	(void)crypto_sign_seed_keypair(pair->public_key, pair->secret, seed);
	public_key_id(pair->public_key, pair->key_id);
	(void)sodium_mprotect_readonly(pair);
	return pair;
}

bool sign_pair_load(const char *path, struct sign_pair **ret, struct error *error)
{
	uint8_t seed[CRYPTO_KEY_LEN];

	if (!keyfile_read_key(path, seed, error))
		return false;
	*ret = sign_pair_new(seed);
	secret_wipe(seed, sizeof seed);
	return true;
}

bool sign_pair_create(const char *path, struct error *error)
{
	uint8_t seed[CRYPTO_KEY_LEN];
	bool ok;

	randombytes_buf(seed, sizeof seed);
	ok = keyfile_create_key(path, seed, error);
	secret_wipe(seed, sizeof seed);
	return ok;
}

void sign_pair_free(struct sign_pair *pair)
{
	sodium_free(pair);
}

/* What is signed; false when it does not fit. */
static bool signed_input(struct buffer *ret, const char *topic_kind, struct view issuer, struct view body)
{
	(void)buffer_put(ret, view_of(DOMAIN, sizeof DOMAIN));
	(void)buffer_put(ret, view_of(topic_kind, strlen(topic_kind) + 1));
	(void)buffer_put(ret, issuer);
	(void)buffer_byte(ret, 0);
	return buffer_put(ret, body);
}

void sign_body(const struct sign_pair *pair, const char *topic_kind, struct view issuer, struct view body,
	       uint8_t ret_signature[static SIGNATURE_LEN])
{
	CLEANUP(buffer_done) struct buffer input = {.limit = INPUT_MAX};

	if (!signed_input(&input, topic_kind, issuer, body)) {
		(void)fputs("level=error event=signed_input_too_large\n", stderr);
		abort();
	}
	(void)crypto_sign_detached(ret_signature, NULL, input.bytes, input.len, pair->secret);
}

bool sign_verify(const uint8_t public_key[static CRYPTO_KEY_LEN], const char *topic_kind, struct view issuer, struct view body, struct view signature)
{
	CLEANUP(buffer_done) struct buffer input = {.limit = INPUT_MAX};

	/* A zero byte in the issuer could move text between the parts. */
	if (signature.len != SIGNATURE_LEN || (issuer.len > 0 && memchr(issuer.ptr, 0, issuer.len) != NULL))
		return false;
	if (!signed_input(&input, topic_kind, issuer, body))
		return false;
	return crypto_sign_verify_detached(signature.ptr, input.bytes, input.len, public_key) == 0;
}
