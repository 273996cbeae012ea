#include "common/crypto/seal.h"

#include "common/crypto/seal_bytes.h"

#include <endian.h>
#include <sodium.h>

#define FORMAT 1
#define HEAD_LEN 5
#define NONCE_LEN crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG_LEN crypto_aead_xchacha20poly1305_ietf_ABYTES

_Static_assert(SEAL_OVERHEAD == HEAD_LEN + NONCE_LEN + TAG_LEN, "layout of a sealed text");

static void head_put(uint8_t ret[static HEAD_LEN], uint32_t epoch)
{
	uint32_t wire = htobe32(epoch);

	ret[0] = FORMAT;
	memcpy(&ret[1], &wire, sizeof wire);
}

/* The associated data as it is authenticated: the head, then the caller's. Short ones (nearly all) need no heap. */
struct bound {
	uint8_t inside[256];
	uint8_t *heap;
	struct view bytes;
};

static bool bound_make(struct bound *bound, const uint8_t head[static HEAD_LEN], struct view aad)
{
	uint8_t *bytes = bound->inside;

	bound->heap = NULL;
	if (aad.len > sizeof bound->inside - HEAD_LEN) {
		bound->heap = malloc(HEAD_LEN + aad.len);
		if (bound->heap == NULL)
			return false;
		bytes = bound->heap;
	}
	memcpy(bytes, head, HEAD_LEN);
	if (aad.len > 0)
		memcpy(bytes + HEAD_LEN, aad.ptr, aad.len);
	bound->bytes = view_of(bytes, HEAD_LEN + aad.len);
	return true;
}

bool seal_bytes(uint8_t *ret, const uint8_t key[static CRYPTO_KEY_LEN], uint32_t epoch, struct view aad, struct view plain, struct entropy *entropy)
{
	struct bound bound;
	uint8_t *nonce = ret + HEAD_LEN;

	head_put(ret, epoch);
	if (!bound_make(&bound, ret, aad))
		return false;
	if (entropy == NULL)
		randombytes_buf(nonce, NONCE_LEN);
	else
		entropy_take(entropy, nonce, NONCE_LEN);
	(void)crypto_aead_xchacha20poly1305_ietf_encrypt(nonce + NONCE_LEN, NULL, plain.ptr, plain.len, bound.bytes.ptr, bound.bytes.len, NULL, nonce,
							 key);
	free(bound.heap);
	return true;
}

bool seal_put_from(struct buffer *ret, const uint8_t key[static CRYPTO_KEY_LEN], uint32_t epoch, struct view aad, struct view plain,
		   struct entropy *entropy)
{
	size_t at = ret->len;

	if (plain.len > SIZE_MAX - SEAL_OVERHEAD) {
		ret->failed = true;
		return false;
	}
	if (!buffer_zeros(ret, SEAL_OVERHEAD + plain.len))
		return false;
	if (!seal_bytes(&ret->bytes[at], key, epoch, aad, plain, entropy))
		ret->failed = true;
	return !ret->failed;
}

bool seal_put(struct buffer *ret, const uint8_t key[static CRYPTO_KEY_LEN], uint32_t epoch, struct view aad, struct view plain)
{
	return seal_put_from(ret, key, epoch, aad, plain, NULL);
}

struct view seal_make(struct arena *arena, const uint8_t key[static CRYPTO_KEY_LEN], uint32_t epoch, struct view aad, struct view plain,
		      struct entropy *entropy)
{
	uint8_t *sealed = arena_array(arena, 1, SEAL_OVERHEAD + plain.len);

	if (!seal_bytes(sealed, key, epoch, aad, plain, entropy)) {
		(void)fputs("level=error event=out_of_memory\n", stderr);
		abort();
	}
	return view_of(sealed, SEAL_OVERHEAD + plain.len);
}

bool seal_open_bytes(uint8_t *ret, const uint8_t key[static CRYPTO_KEY_LEN], struct view aad, struct view sealed)
{
	struct bound bound;
	int opened;

	if (seal_epoch(sealed) == 0 || !bound_make(&bound, sealed.ptr, aad))
		return false;
	opened = crypto_aead_xchacha20poly1305_ietf_decrypt(ret, NULL, NULL, sealed.ptr + HEAD_LEN + NONCE_LEN, sealed.len - HEAD_LEN - NONCE_LEN,
							    bound.bytes.ptr, bound.bytes.len, sealed.ptr + HEAD_LEN, key);
	free(bound.heap);
	return opened == 0;
}

bool seal_broken(struct error *error)
{
	return error_set(error, DISPOSITION_STOP, "SEAL_BROKEN", "seal",
			 "what was sealed does not open: another key, another place, or changed bytes");
}

bool seal_open(struct arena *arena, const uint8_t key[static CRYPTO_KEY_LEN], struct view aad, struct view sealed, struct view *ret,
	       struct error *error)
{
	uint8_t *plain;

	if (seal_epoch(sealed) == 0)
		return seal_broken(error);
	plain = arena_take(arena, sealed.len - SEAL_OVERHEAD);
	if (!seal_open_bytes(plain, key, aad, sealed))
		return seal_broken(error);
	*ret = view_of(plain, sealed.len - SEAL_OVERHEAD);
	return true;
}

uint32_t seal_epoch(struct view sealed)
{
	uint32_t wire;

	if (view_is_null(sealed) || sealed.len < SEAL_OVERHEAD || sealed.ptr[0] != FORMAT)
		return 0;
	memcpy(&wire, &sealed.ptr[1], sizeof wire);
	return be32toh(wire);
}
