#include "common/crypto/keyring.h"

#include "common/crypto/hex.h"
#include "common/crypto/keyfile.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#define EPOCHS_MAX 64
#define KEY_DIGITS ((size_t)CRYPTO_KEY_LEN * 2)

_Static_assert(KEYRING_CONTEXT_LEN == crypto_kdf_CONTEXTBYTES, "context of a derivation");

struct keyring {
	size_t count;
	uint32_t epochs[EPOCHS_MAX]; /* ascending */
	struct secret_key *keys[EPOCHS_MAX];
};

static bool refuse(struct error *error, const char *path, size_t line, const char *what)
{
	return error_set(error, DISPOSITION_STOP, "KEY_FILE", "key file", "%s:%zu: %s", path, line, what);
}

/* A decimal number from 1 without sign or leading zero. */
static bool parse_epoch(struct view text, uint32_t *ret)
{
	uint64_t epoch = 0;

	if (text.len == 0 || text.len > 9 || text.ptr[0] == '0')
		return false;
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] < '0' || text.ptr[i] > '9')
			return false;
		epoch = epoch * 10 + (text.ptr[i] - '0');
	}
	*ret = (uint32_t)epoch;
	return true;
}

/* Everything up to the next newline; the rest stays in *text. */
static struct view take_line(struct view *text)
{
	const uint8_t *end = memchr(text->ptr, '\n', text->len);
	size_t len = end == NULL ? text->len : (size_t)(end - text->ptr);
	size_t used = end == NULL ? len : len + 1;
	struct view line = view_of(text->ptr, len);

	*text = view_of(text->ptr + used, text->len - used);
	return line;
}

static bool parse_line(struct keyring *keyring, struct view line, const char *path, size_t number, struct error *error)
{
	const uint8_t *space = memchr(line.ptr, ' ', line.len);
	uint8_t key[CRYPTO_KEY_LEN];
	uint32_t epoch;
	size_t before = space == NULL ? 0 : (size_t)(space - line.ptr);

	if (space == NULL || !parse_epoch(view_of(line.ptr, before), &epoch) ||
	    !hex_decode(view_of(space + 1, line.len - before - 1), key, sizeof key))
		return refuse(error, path, number, "is not `<epoch> <64 hexadecimal digits>`");
	if (keyring->count == EPOCHS_MAX)
		return refuse(error, path, number, "too many epochs");
	if (keyring->count > 0 && keyring->epochs[keyring->count - 1] >= epoch)
		return refuse(error, path, number, "epochs must rise from line to line");
	keyring->epochs[keyring->count] = epoch;
	keyring->keys[keyring->count] = secret_key_new(key);
	keyring->count++;
	secret_wipe(key, sizeof key);
	return true;
}

bool keyring_load(const char *path, struct keyring **ret, struct error *error)
{
	CLEANUP(arena_done) struct arena arena = {0};
	struct keyring *keyring = calloc(1, sizeof *keyring);
	struct view text = VIEW_NULL;
	bool ok;

	if (keyring == NULL) {
		(void)error_set(error, DISPOSITION_RETRY, "MEMORY", "keyring", "out of memory");
		return false;
	}
	ok = keyfile_read(path, &arena, &text, error);
	for (size_t number = 1; ok && text.len > 0; number++)
		ok = parse_line(keyring, take_line(&text), path, number, error);
	if (ok && keyring->count == 0)
		ok = refuse(error, path, 1, "holds no key");
	if (!ok) {
		keyring_free(keyring);
		return false;
	}
	*ret = keyring;
	return true;
}

/* The text of a keyring file without one epoch (0: with all) and with a new random key of another (0: none). */
static void write_lines(const struct keyring *keyring, uint32_t without, uint32_t added, struct buffer *text)
{
	char line[KEY_DIGITS + 16];
	char digits[KEY_DIGITS + 1];
	struct secret_key *fresh = secret_key_new_random();

	for (size_t i = 0; keyring != NULL && i < keyring->count; i++) {
		if (keyring->epochs[i] == without)
			continue;
		hex_encode(keyring->keys[i]->bytes, CRYPTO_KEY_LEN, digits);
		(void)snprintf(line, sizeof line, "%u %s\n", keyring->epochs[i], digits);
		(void)buffer_put(text, view_text(line));
	}
	if (added != 0) {
		hex_encode(fresh->bytes, CRYPTO_KEY_LEN, digits);
		(void)snprintf(line, sizeof line, "%u %s\n", added, digits);
		(void)buffer_put(text, view_text(line));
	}
	secret_wipe(line, sizeof line);
	secret_wipe(digits, sizeof digits);
	secret_key_free(fresh);
}

bool keyring_create(const char *path, struct error *error)
{
	CLEANUP(buffer_done) struct buffer text = {.limit = 65536};

	write_lines(NULL, 0, 1, &text);
	return keyfile_create(path, buffer_view(&text), error);
}

/* Replaces the file by one without an epoch or with a new one. */
static bool rewrite(const char *path, const struct keyring *keyring, uint32_t without, uint32_t added, struct error *error)
{
	CLEANUP(buffer_done) struct buffer text = {.limit = 65536};

	write_lines(keyring, without, added, &text);
	if (text.failed)
		return refuse(error, path, keyring->count, "too many epochs");
	return keyfile_replace(path, buffer_view(&text), error);
}

bool keyring_add_epoch(const char *path, uint32_t *ret_epoch, struct error *error)
{
	struct keyring *keyring = NULL;
	uint32_t epoch;
	bool ok;

	if (!keyring_load(path, &keyring, error))
		return false;
	epoch = keyring_current_epoch(keyring) + 1;
	ok = keyring->count < EPOCHS_MAX ? rewrite(path, keyring, 0, epoch, error) : refuse(error, path, keyring->count, "too many epochs");
	keyring_free(keyring);
	if (ok)
		*ret_epoch = epoch;
	return ok;
}

bool keyring_destroy_epoch(const char *path, uint32_t epoch, struct error *error)
{
	struct keyring *keyring = NULL;
	bool ok;

	if (!keyring_load(path, &keyring, error))
		return false;
	if (!keyring_has(keyring, epoch))
		ok = refuse(error, path, 1, "does not hold that epoch");
	else if (keyring_current_epoch(keyring) == epoch)
		ok = refuse(error, path, keyring->count, "the current epoch cannot be destroyed");
	else
		ok = rewrite(path, keyring, epoch, 0, error);
	keyring_free(keyring);
	return ok;
}

void keyring_free(struct keyring *keyring)
{
	if (keyring == NULL)
		return;
	for (size_t i = 0; i < keyring->count; i++)
		secret_key_free(keyring->keys[i]);
	free(keyring);
}

uint32_t keyring_current_epoch(const struct keyring *keyring)
{
	return keyring->epochs[keyring->count - 1];
}

size_t keyring_count(const struct keyring *keyring)
{
	return keyring->count;
}

uint32_t keyring_epoch(const struct keyring *keyring, size_t i)
{
	return i < keyring->count ? keyring->epochs[i] : 0;
}

static const struct secret_key *key_of(const struct keyring *keyring, uint32_t epoch)
{
	for (size_t i = 0; i < keyring->count; i++) {
		if (keyring->epochs[i] == epoch)
			return keyring->keys[i];
	}
	return NULL;
}

bool keyring_has(const struct keyring *keyring, uint32_t epoch)
{
	return key_of(keyring, epoch) != NULL;
}

void keyring_wrap(const struct keyring *keyring, const char *purpose, struct view subject, const uint8_t key[static CRYPTO_KEY_LEN],
		  uint8_t ret[static WRAPPED_KEY_LEN])
{
	uint32_t epoch = keyring_current_epoch(keyring);

	key_wrap(key_of(keyring, epoch)->bytes, epoch, purpose, subject, key, NULL, ret);
}

static bool epoch_unknown(struct error *error, uint32_t epoch)
{
	return error_set(error, DISPOSITION_STOP, "EPOCH_UNKNOWN", "keyring", "key epoch %u is not in the key file (any more)", epoch);
}

bool keyring_unwrap(const struct keyring *keyring, const char *purpose, struct view subject, struct view wrapped,
		    uint8_t ret_key[static CRYPTO_KEY_LEN], struct error *error)
{
	uint32_t epoch = seal_epoch(wrapped);
	const struct secret_key *key = key_of(keyring, epoch);

	if (key == NULL && epoch != 0)
		return epoch_unknown(error, epoch);
	if (key == NULL)
		return error_set(error, DISPOSITION_STOP, "SEAL_BROKEN", "keyring", "not a wrapped key");
	return key_unwrap(key->bytes, purpose, subject, wrapped, ret_key, error);
}

bool keyring_derive(const struct keyring *keyring, uint32_t epoch, const char *context, uint64_t id, uint8_t ret_key[static CRYPTO_KEY_LEN],
		    struct error *error)
{
	const struct secret_key *key = key_of(keyring, epoch);

	if (key == NULL)
		return epoch_unknown(error, epoch);
	if (strlen(context) != KEYRING_CONTEXT_LEN)
		return error_set(error, DISPOSITION_STOP, "KEY_CONTEXT", "keyring", "a context has exactly 8 characters");
	(void)crypto_kdf_derive_from_key(ret_key, CRYPTO_KEY_LEN, id, context, key->bytes);
	return true;
}
