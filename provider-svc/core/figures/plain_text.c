#include "provider-svc/core/figures/plain_text.h"

/* Bytes of the character that begins here; 0, and nothing set, when it is no UTF-8. */
static size_t character_at(struct view text, size_t at, uint32_t *ret)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	uint8_t first = text.ptr[at];
	size_t len = first < 0x80 ? 1 : first >= 0xf0 && first < 0xf8 ? 4 : first >= 0xe0 && first < 0xf0 ? 3 : first >= 0xc0 && first < 0xe0 ? 2 : 0;
	uint32_t character = len == 1 ? first : first & (0x7fU >> len);

	if (len == 0 || len > text.len - at)
		return 0;
	for (size_t i = 1; i < len; i++) {
		if ((text.ptr[at + i] & 0xc0) != 0x80)
			return 0;
		character = character << 6 | (text.ptr[at + i] & 0x3fU);
	}
	if (character < least[len] || character > 0x10ffff || (character >= 0xd800 && character < 0xe000))
		return 0;
	*ret = character;
	return len;
}

/* Control characters, those that turn the direction of writing around, line and paragraph separators, and what is no character. */
static bool is_unfit(uint32_t character)
{
	return character < 0x20 || (character >= 0x7f && character < 0xa0) || character == 0x61c || (character >= 0x200b && character <= 0x200f) ||
	       (character >= 0x2028 && character <= 0x202e) || (character >= 0x2060 && character <= 0x206f) || character == 0xfeff ||
	       (character >= 0xfdd0 && character <= 0xfdef) || (character >= 0xfff9 && character <= 0xfffb) || (character & 0xfffe) == 0xfffe ||
	       (character >= 0xe0000 && character <= 0xe007f);
}

struct view plain_text_next(struct view text, size_t *at)
{
	uint32_t character = 0;
	size_t len = character_at(text, *at, &character);
	struct view shown = view_of(text.ptr + *at, len);

	*at += len == 0 ? 1 : len;
	if (character == '\t' || character == '\n' || character == '\r')
		return VIEW_LITERAL(" ");
	return len == 0 || is_unfit(character) ? VIEW_LITERAL("\ufffd") : shown;
}

void plain_text_put(struct buffer *buffer, struct view text)
{
	for (size_t at = 0; at < text.len;)
		(void)buffer_put(buffer, plain_text_next(text, &at));
}
