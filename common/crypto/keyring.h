/*
 * Master keys by epoch, from a file of lines `<epoch> <64 hex digits>` that only its owner may read. The highest epoch is the current one. An HSM or
 * KMS would stand behind keyring_wrap and keyring_unwrap.
 */
#pragma once

#include "common/crypto/wrap.h"

#define KEYRING_CONTEXT_LEN 8

struct keyring;

/* Reads the file. STOP KEY_FILE when it is absent, readable by group or others, empty, or a line is not exactly as it should be (with its number). */
MUST_CHECK bool keyring_load(const char *path, struct keyring **ret, struct error *error);

/* Makes the file, mode 0600, with epoch 1. STOP KEY_FILE when it exists already. */
MUST_CHECK bool keyring_create(const char *path, struct error *error);

/* Adds a line with the next epoch to the file, atomically. Those who loaded it before see it when they load again. */
MUST_CHECK bool keyring_add_epoch(const char *path, uint32_t *ret_epoch, struct error *error);

/* Takes an epoch out of the file for good, atomically. STOP KEY_FILE when it is the current one or not there. */
MUST_CHECK bool keyring_destroy_epoch(const char *path, uint32_t epoch, struct error *error);

/* Wipes and frees; NULL is fine. */
void keyring_free(struct keyring *keyring);

/* The highest epoch. */
uint32_t keyring_current_epoch(const struct keyring *keyring);

/* Number of epochs, and the i-th, ascending. */
size_t keyring_count(const struct keyring *keyring);

/* The i-th epoch, ascending from 0. */
uint32_t keyring_epoch(const struct keyring *keyring, size_t i);

/* True when the keyring still has that epoch. */
bool keyring_has(const struct keyring *keyring, uint32_t epoch);

/* Wraps a key under the current master key. See key_wrap for purpose and subject. */
void keyring_wrap(const struct keyring *keyring, const char *purpose, struct view subject, const uint8_t key[static CRYPTO_KEY_LEN],
		  uint8_t ret[static WRAPPED_KEY_LEN]);

/* Unwraps under the epoch that the wrapped key names. STOP EPOCH_UNKNOWN when that is not in the file (any more), SEAL_BROKEN as key_unwrap. */
MUST_CHECK bool keyring_unwrap(const struct keyring *keyring, const char *purpose, struct view subject, struct view wrapped,
			       uint8_t ret_key[static CRYPTO_KEY_LEN], struct error *error);

/* A key derived from an epoch's master key (crypto_kdf): `context` is exactly 8 characters that name the use, `id` the instance. STOP EPOCH_UNKNOWN.
 * The caller wipes ret_key. */
MUST_CHECK bool keyring_derive(const struct keyring *keyring, uint32_t epoch, const char *context, uint64_t id,
			       uint8_t ret_key[static CRYPTO_KEY_LEN], struct error *error);
