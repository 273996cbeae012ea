/* Small files with keys in hexadecimal. */
#pragma once

#include "common/base/arena.h"
#include "common/crypto/crypto.h"

/* Reads a whole key file of at most 64 KiB into the arena. STOP KEY_FILE when it is absent, no plain file, or readable by group or others. */
MUST_CHECK bool keyfile_read(const char *path, struct arena *arena, struct view *ret, struct error *error);

/* Makes a file, mode 0600, on disk when this returns. STOP KEY_FILE when it exists already. */
MUST_CHECK bool keyfile_create(const char *path, struct view content, struct error *error);

/* Replaces a file's content atomically, mode 0600. */
MUST_CHECK bool keyfile_replace(const char *path, struct view content, struct error *error);

/* Reads a file with one 32-byte key: 64 hex digits and at most a newline. The caller wipes ret_key. */
MUST_CHECK bool keyfile_read_key(const char *path, uint8_t ret_key[static CRYPTO_KEY_LEN], struct error *error);

/* Makes a file with one 32-byte key. */
MUST_CHECK bool keyfile_create_key(const char *path, const uint8_t key[static CRYPTO_KEY_LEN], struct error *error);
