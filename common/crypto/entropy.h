/* Random bytes that are given to pure code: a stream made from a 32-byte seed (ChaCha20), one per batch. The same seed gives the same bytes. */
#pragma once

#include "common/crypto/crypto.h"

struct entropy {
	uint8_t seed[CRYPTO_KEY_LEN];
	uint64_t counter;   /* blocks made */
	size_t left;        /* unread bytes at the end of block */
	uint8_t block[512]; /* what was read is wiped */
};

/* Seeds from the system. */
void entropy_init_random(struct entropy *entropy);

/* Seeds from the caller: tests, or a batch that must be repeated exactly. */
void entropy_init_seed(struct entropy *entropy, const uint8_t seed[static CRYPTO_KEY_LEN]);

/* The next n bytes. One thread at a time. */
void entropy_take(struct entropy *entropy, uint8_t *ret, size_t n);

/* The next 8 bytes as a number. */
uint64_t entropy_number(struct entropy *entropy);

/* Wipes. Fits CLEANUP(). */
void entropy_done(struct entropy *entropy);
