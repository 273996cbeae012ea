#include "common/crypto/digest.h"

#include <endian.h>

void digest_init(struct digest *digest, const uint8_t *key, size_t size)
{
	digest->size = size;
	(void)crypto_generichash_init(&digest->state, key, key == NULL ? 0 : CRYPTO_KEY_LEN, size);
}

void digest_add(struct digest *digest, struct view bytes)
{
	if (bytes.len > 0)
		(void)crypto_generichash_update(&digest->state, bytes.ptr, bytes.len);
}

void digest_add_part(struct digest *digest, struct view bytes)
{
	uint64_t len = view_is_null(bytes) ? UINT64_MAX : htobe64((uint64_t)bytes.len);

	digest_add(digest, view_of(&len, sizeof len));
	digest_add(digest, bytes);
}

void digest_finish(struct digest *digest, uint8_t *ret)
{
	(void)crypto_generichash_final(&digest->state, ret, digest->size);
}

void digest_of(const uint8_t *key, struct view bytes, uint8_t *ret, size_t size)
{
	(void)crypto_generichash(ret, size, bytes.ptr, bytes.len, key, key == NULL ? 0 : CRYPTO_KEY_LEN);
}
