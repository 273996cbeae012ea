#include "schemas/codec/text.h"

#include "common/base/error.h"

#define HIGH_BITS UINT64_C(0x8080808080808080)

/* Bytes of the sequence that begins here, 0 when it is none (RFC 3629, table of well-formed sequences in section 4). */
static size_t sequence_length(const uint8_t *at, size_t left)
{
	uint8_t low = 0x80;
	uint8_t high = 0xbf;
	size_t length;

	if (at[0] < 0x80)
		return 1;
	if (at[0] < 0xc2 || at[0] > 0xf4)
		return 0;
	length = at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : 4;
	if (length > left)
		return 0;
	if (at[0] == 0xe0)
		low = 0xa0;
	else if (at[0] == 0xed)
		high = 0x9f;
	else if (at[0] == 0xf0)
		low = 0x90;
	else if (at[0] == 0xf4)
		high = 0x8f;
	if (at[1] < low || at[1] > high)
		return 0;
	for (size_t i = 2; i < length; i++)
		if ((at[i] & 0xc0) != 0x80)
			return 0;
	return length;
}

bool text_is_utf8(struct view text, size_t *ret_code_points)
{
	size_t at = 0;
	size_t code_points = 0;

	while (at < text.len) {
		uint64_t eight = HIGH_BITS;
		size_t length;

		if (text.len - at >= sizeof eight)
			memcpy(&eight, text.ptr + at, sizeof eight);
		if ((eight & HIGH_BITS) == 0) {
			at += sizeof eight;
			code_points += sizeof eight;
			continue;
		}
		length = sequence_length(text.ptr + at, text.len - at);
		if (length == 0)
			return false;
		at += length;
		code_points++;
	}
	*ret_code_points = code_points;
	return true;
}
