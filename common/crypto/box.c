#include "common/crypto/box.h"

#include "common/crypto/keyfile.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

_Static_assert(BOX_OVERHEAD == crypto_box_SEALBYTES, "what a sealed box adds");
_Static_assert(CRYPTO_KEY_LEN == crypto_box_PUBLICKEYBYTES, "X25519's public key");
_Static_assert(CRYPTO_KEY_LEN == crypto_box_SECRETKEYBYTES, "X25519's secret key");

struct box_pair *box_pair_new(const uint8_t secret[static CRYPTO_KEY_LEN])
{
	struct box_pair *pair = sodium_malloc(sizeof *pair);

	if (pair == NULL) {
		(void)fputs("level=error event=out_of_locked_memory\n", stderr);
		abort();
	}
	memcpy(pair->secret, secret, sizeof pair->secret);
	(void)crypto_scalarmult_base(pair->public_key, secret);
	public_key_id(pair->public_key, pair->key_id);
	(void)sodium_mprotect_readonly(pair);
	return pair;
}

bool box_pair_load(const char *path, struct box_pair **ret, struct error *error)
{
	uint8_t secret[CRYPTO_KEY_LEN];

	if (!keyfile_read_key(path, secret, error))
		return false;
	*ret = box_pair_new(secret);
	secret_wipe(secret, sizeof secret);
	return true;
}

bool box_pair_create(const char *path, struct error *error)
{
	uint8_t secret[CRYPTO_KEY_LEN];
	bool ok;

	randombytes_buf(secret, sizeof secret);
	ok = keyfile_create_key(path, secret, error);
	secret_wipe(secret, sizeof secret);
	return ok;
}

void box_pair_free(struct box_pair *pair)
{
	sodium_free(pair);
}

static bool key_refused(struct error *error)
{
	return error_set(error, DISPOSITION_REJECT, "BOX_KEY", "box", "the receiver's public key is not usable");
}

/* crypto_box_seal (libsodium, crypto_box_seal.c) with the one-time pair from `entropy`: nonce = BLAKE2b-192(one-time public key, public key). */
static bool seal_from(uint8_t *ret, const uint8_t public_key[static CRYPTO_KEY_LEN], struct view plain, struct entropy *entropy)
{
	uint8_t seed[crypto_box_SEEDBYTES];
	uint8_t secret[CRYPTO_KEY_LEN];
	uint8_t nonce[crypto_box_NONCEBYTES];
	crypto_generichash_state hash;
	int result;

	entropy_take(entropy, seed, sizeof seed);
	(void)crypto_box_seed_keypair(ret, secret, seed);
	(void)crypto_generichash_init(&hash, NULL, 0, sizeof nonce);
	(void)crypto_generichash_update(&hash, ret, CRYPTO_KEY_LEN);
	(void)crypto_generichash_update(&hash, public_key, CRYPTO_KEY_LEN);
	(void)crypto_generichash_final(&hash, nonce, sizeof nonce);
	result = crypto_box_easy(ret + CRYPTO_KEY_LEN, plain.ptr, plain.len, nonce, public_key, secret);
	sodium_memzero(seed, sizeof seed);
	sodium_memzero(secret, sizeof secret);
	return result == 0;
}

bool box_seal(struct arena *arena, const uint8_t public_key[static CRYPTO_KEY_LEN], struct view plain, struct entropy *entropy, struct view *ret,
	      struct error *error)
{
	uint8_t *sealed = arena_array(arena, 1, BOX_OVERHEAD + plain.len);
	bool ok = entropy == NULL ? crypto_box_seal(sealed, plain.ptr, plain.len, public_key) == 0 : seal_from(sealed, public_key, plain, entropy);

	if (!ok)
		return key_refused(error);
	*ret = view_of(sealed, BOX_OVERHEAD + plain.len);
	return true;
}

bool box_open(struct arena *arena, const struct box_pair *pair, struct view sealed, struct view *ret, struct error *error)
{
	uint8_t *plain;

	if (sealed.len < BOX_OVERHEAD)
		return error_set(error, DISPOSITION_REJECT, "CANNOT_OPEN", "box", "too short for a sealed box");
	plain = arena_take(arena, sealed.len - BOX_OVERHEAD);
	if (crypto_box_seal_open(plain, sealed.ptr, sealed.len, pair->public_key, pair->secret) != 0)
		return error_set(error, DISPOSITION_REJECT, "CANNOT_OPEN", "box", "not sealed to this key, or changed");
	*ret = view_of(plain, sealed.len - BOX_OVERHEAD);
	return true;
}
