#include "common/crypto/wrap.h"

#include "common/crypto/seal_bytes.h"

#include <stdio.h>
#include <stdlib.h>

#define DOMAIN "kluis.v1.wrap"
#define AAD_MAX 240

/* 'kluis.v1.wrap', 0x00, purpose, 0x00, subject. */
static struct view aad_make(uint8_t bytes[static AAD_MAX], const char *purpose, struct view subject)
{
	size_t purpose_len = strlen(purpose) + 1;

	if (purpose_len > AAD_MAX / 4 || subject.len > KEY_SUBJECT_MAX) {
		(void)fputs("level=error event=key_subject_too_long\n", stderr);
		abort();
	}
	memcpy(bytes, DOMAIN, sizeof DOMAIN);
	memcpy(bytes + sizeof DOMAIN, purpose, purpose_len);
	if (subject.len > 0)
		memcpy(bytes + sizeof DOMAIN + purpose_len, subject.ptr, subject.len);
	return view_of(bytes, sizeof DOMAIN + purpose_len + subject.len);
}

_Static_assert(sizeof DOMAIN + AAD_MAX / 4 + KEY_SUBJECT_MAX <= AAD_MAX, "room for purpose and subject");

void key_wrap(const uint8_t wrapping[static CRYPTO_KEY_LEN], uint32_t epoch, const char *purpose, struct view subject,
	      const uint8_t key[static CRYPTO_KEY_LEN], struct entropy *entropy, uint8_t ret[static WRAPPED_KEY_LEN])
{
	uint8_t aad[AAD_MAX];

	/* Cannot fail: the associated data is short. */
	if (!seal_bytes(ret, wrapping, epoch, aad_make(aad, purpose, subject), view_of(key, CRYPTO_KEY_LEN), entropy))
		abort();
}

bool key_unwrap(const uint8_t wrapping[static CRYPTO_KEY_LEN], const char *purpose, struct view subject, struct view wrapped,
		uint8_t ret_key[static CRYPTO_KEY_LEN], struct error *error)
{
	uint8_t aad[AAD_MAX];
	uint8_t key[CRYPTO_KEY_LEN];

	if (wrapped.len != WRAPPED_KEY_LEN || !seal_open_bytes(key, wrapping, aad_make(aad, purpose, subject), wrapped))
		return seal_broken(error);
	memcpy(ret_key, key, sizeof key);
	secret_wipe(key, sizeof key);
	return true;
}
