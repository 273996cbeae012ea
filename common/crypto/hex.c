#include "common/crypto/hex.h"

#include <sodium.h>

bool hex_decode(struct view text, uint8_t *ret, size_t n)
{
	const char *end = NULL;
	size_t made = 0;
	size_t digits;

	if (__builtin_mul_overflow(n, 2, &digits) || text.len != digits || view_is_null(text))
		return false;
	if (n == 0)
		return true;
	return sodium_hex2bin(ret, n, (const char *)text.ptr, text.len, NULL, &made, &end) == 0 && made == n &&
	       end == (const char *)text.ptr + text.len;
}

void hex_encode(const uint8_t *bytes, size_t n, char *ret)
{
	(void)sodium_bin2hex(ret, n * 2 + 1, bytes, n);
}
