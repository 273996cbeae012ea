/* BLAKE2b, keyed or not, of 16 to 64 bytes, in one go or piece by piece. */
#pragma once

#include "common/crypto/crypto.h"

#include <sodium.h>

struct digest {
	crypto_generichash_state state;
	size_t size;
};

/* Begins; size 16..64 bytes; key NULL: not keyed. */
void digest_init(struct digest *digest, const uint8_t *key, size_t size);

/* Adds the bytes as they are. */
void digest_add(struct digest *digest, struct view bytes);

/* Adds the length (8 bytes, big-endian; all ones for the null view) and then the bytes, so that parts cannot run into each other. */
void digest_add_part(struct digest *digest, struct view bytes);

/* Ends; ret has room for the size given at the beginning. */
void digest_finish(struct digest *digest, uint8_t *ret);

/* All in one go. */
void digest_of(const uint8_t *key, struct view bytes, uint8_t *ret, size_t size);
