#include "common/text/fold.h"

#include <stdlib.h>
#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>
#include <unistr.h>

static bool is_no_mark(ucs4_t character)
{
	return !uc_is_general_category(character, UC_MARK);
}

static bool is_letter_or_digit(ucs4_t character)
{
	return uc_is_general_category(character, UC_LETTER) || uc_is_general_category(character, UC_DECIMAL_DIGIT_NUMBER);
}

static struct view folded_of(struct arena *arena, struct view text, bool (*is_kept)(ucs4_t character))
{
	uint8_t *folded;
	uint8_t *ret;
	size_t len = 0;
	size_t kept = 0;
	ucs4_t character;

	if (view_is_null(text))
		return VIEW_NULL;
	folded = u8_casefold(text.ptr, text.len, NULL, UNINORM_NFD, NULL, &len);
	if (folded == NULL)
		abort();
	ret = arena_take(arena, len + 1);
	for (size_t at = 0; at < len;) {
		size_t size = (size_t)u8_mbtoucr(&character, folded + at, len - at);

		if (is_kept(character)) {
			memcpy(ret + kept, folded + at, size);
			kept += size;
		}
		at += size;
	}
	free(folded);
	return view_of(ret, kept);
}

struct view text_folded(struct arena *arena, struct view text)
{
	return folded_of(arena, text, is_no_mark);
}

struct view text_folded_letters(struct arena *arena, struct view text)
{
	return folded_of(arena, text, is_letter_or_digit);
}
