/* Blind indexes: keyed BLAKE2b-128 over parts, each with its length before it. Equal parts under one key give equal indexes and nothing else. */
#pragma once

#include "common/crypto/crypto.h"

#define BLIND_INDEX_LEN 16

/* The index of n parts. The key belongs to an epoch (keyring_derive). The null view and the empty one differ. */
void blind_index(const uint8_t key[static CRYPTO_KEY_LEN], const struct view *parts, size_t n, uint8_t ret[static BLIND_INDEX_LEN]);
