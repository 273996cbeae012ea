#include "common/crypto/entropy.h"

#include <endian.h>
#include <sodium.h>

_Static_assert(CRYPTO_KEY_LEN == crypto_stream_chacha20_KEYBYTES, "seed is ChaCha20's key");
_Static_assert(sizeof(uint64_t) == crypto_stream_chacha20_NONCEBYTES, "counter is ChaCha20's nonce");

void entropy_init_random(struct entropy *entropy)
{
	uint8_t seed[CRYPTO_KEY_LEN];

	randombytes_buf(seed, sizeof seed);
	entropy_init_seed(entropy, seed);
	sodium_memzero(seed, sizeof seed);
}

void entropy_init_seed(struct entropy *entropy, const uint8_t seed[static CRYPTO_KEY_LEN])
{
	*entropy = (struct entropy){0};
	memcpy(entropy->seed, seed, sizeof entropy->seed);
}

static void refill(struct entropy *entropy)
{
	uint64_t nonce = htole64(entropy->counter);

	(void)crypto_stream_chacha20(entropy->block, sizeof entropy->block, (const uint8_t *)&nonce, entropy->seed);
	entropy->counter++;
	entropy->left = sizeof entropy->block;
}

void entropy_take(struct entropy *entropy, uint8_t *ret, size_t n)
{
	while (n > 0) {
		size_t part = n;
		uint8_t *from;

		if (entropy->left == 0)
			refill(entropy);
		if (part > entropy->left)
			part = entropy->left;
		from = &entropy->block[sizeof entropy->block - entropy->left];
		memcpy(ret, from, part);
		sodium_memzero(from, part);
		entropy->left -= part;
		ret += part;
		n -= part;
	}
}

uint64_t entropy_number(struct entropy *entropy)
{
	uint64_t number;

	entropy_take(entropy, (uint8_t *)&number, sizeof number);
	return le64toh(number);
}

void entropy_done(struct entropy *entropy)
{
	sodium_memzero(entropy, sizeof *entropy);
}
