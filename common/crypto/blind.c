#include "common/crypto/blind.h"

#include "common/crypto/digest.h"

void blind_index(const uint8_t key[static CRYPTO_KEY_LEN], const struct view *parts, size_t n, uint8_t ret[static BLIND_INDEX_LEN])
{
	struct digest digest;

	digest_init(&digest, key, BLIND_INDEX_LEN);
	for (size_t i = 0; i < n; i++)
		digest_add_part(&digest, parts[i]);
	digest_finish(&digest, ret);
	secret_wipe(&digest, sizeof digest);
}
