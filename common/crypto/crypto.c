#include "common/crypto/crypto.h"

#include "common/crypto/digest.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#define LOCKED_NEEDED ((rlim_t)512 * 1024) /* some sixty keys of two pages each */

_Static_assert(CRYPTO_KEY_LEN == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "key of a seal");
_Static_assert(CRYPTO_KEY_LEN == crypto_kdf_KEYBYTES, "key of a derivation");

bool crypto_start(struct error *error)
{
	struct rlimit limit;
	void *probe;

	if (sodium_init() < 0)
		return error_set(error, DISPOSITION_STOP, "CRYPTO", "libsodium", "libsodium did not start");
	if (getrlimit(RLIMIT_MEMLOCK, &limit) != 0 || (limit.rlim_cur != RLIM_INFINITY && limit.rlim_cur < LOCKED_NEEDED))
		return error_set(error, DISPOSITION_STOP, "MEMLOCK", "RLIMIT_MEMLOCK",
				 "only %llu bytes may be locked: raise it (LimitMEMLOCK=, ulimit -l) to 512 KiB", (unsigned long long)limit.rlim_cur);
	probe = sodium_malloc(CRYPTO_KEY_LEN);
	if (probe == NULL)
		return error_set(error, DISPOSITION_STOP, "MEMLOCK", "sodium_malloc", "no locked memory: raise RLIMIT_MEMLOCK");
	sodium_free(probe);
	return true;
}

static struct secret_key *allocate(void)
{
	struct secret_key *key = sodium_malloc(sizeof *key);

	if (key == NULL) {
		(void)fputs("level=error event=out_of_locked_memory\n", stderr);
		abort();
	}
	return key;
}

struct secret_key *secret_key_new(const uint8_t bytes[static CRYPTO_KEY_LEN])
{
	struct secret_key *key = allocate();

	memcpy(key->bytes, bytes, sizeof key->bytes);
	(void)sodium_mprotect_readonly(key);
	return key;
}

struct secret_key *secret_key_new_random(void)
{
	struct secret_key *key = allocate();

	randombytes_buf(key->bytes, sizeof key->bytes);
	(void)sodium_mprotect_readonly(key);
	return key;
}

void secret_key_free(struct secret_key *key)
{
	sodium_free(key);
}

bool secret_equal(const uint8_t *a, const uint8_t *b, size_t n)
{
	return sodium_memcmp(a, b, n) == 0;
}

void secret_wipe(void *bytes, size_t n)
{
	sodium_memzero(bytes, n);
}

void random_bytes(uint8_t *ret, size_t n)
{
	randombytes_buf(ret, n);
}

void public_key_id(const uint8_t public_key[static CRYPTO_KEY_LEN], uint8_t ret_id[static CRYPTO_KEY_ID_LEN])
{
	uint8_t hash[32];

	digest_of(NULL, view_of(public_key, CRYPTO_KEY_LEN), hash, sizeof hash);
	memcpy(ret_id, hash, CRYPTO_KEY_ID_LEN);
}
