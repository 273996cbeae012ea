#include "common/cli/columns.h"

#include <locale.h>
#include <wchar.h>

static const struct view replacement = {.ptr = (const uint8_t *)"\xef\xbf\xbd", .len = 3};

/* One character: its bytes as they may be shown, and its columns. */
struct character {
	struct view shown;
	size_t length; /* in the text */
	size_t columns;
};

/* Of UTF-8 with any locale of the process. */
static locale_t utf8_begin(locale_t *ret_made)
{
	*ret_made = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	return *ret_made == (locale_t)0 ? (locale_t)0 : uselocale(*ret_made);
}

static void utf8_end(locale_t former, locale_t made)
{
	if (made == (locale_t)0)
		return;
	(void)uselocale(former);
	freelocale(made);
}

static bool turns_direction(wchar_t c)
{
	return c == 0x200e || c == 0x200f || c == 0x061c || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0x2028 ||
	       c == 0x2029;
}

static struct character character_at(struct view text)
{
	mbstate_t state = {0};
	wchar_t c = 0;
	size_t length = mbrtowc(&c, (const char *)text.ptr, text.len, &state);
	int columns;

	if (length == 0 || length > text.len)
		return (struct character){.shown = replacement, .length = 1, .columns = 1};
	columns = wcwidth(c);
	if (columns < 0 || turns_direction(c))
		return (struct character){.shown = replacement, .length = length, .columns = 1};
	return (struct character){.shown = view_of(text.ptr, length), .length = length, .columns = (size_t)columns};
}

static size_t measure(struct view text)
{
	size_t columns = 0;

	for (size_t i = 0; i < text.len;) {
		struct character character = character_at(view_of(text.ptr + i, text.len - i));

		columns += character.columns;
		i += character.length;
	}
	return columns;
}

/* Most is: and a locale takes a thousand times as long as this. */
static bool is_plain(struct view text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] < 0x20 || text.ptr[i] > 0x7e)
			return false;
	}
	return true;
}

size_t columns_of(struct view text)
{
	locale_t made;
	locale_t former;
	size_t columns;

	if (is_plain(text))
		return text.len;
	former = utf8_begin(&made);
	columns = measure(text);
	utf8_end(former, made);
	return columns;
}

static void put_spaces(struct buffer *buffer, size_t count)
{
	for (size_t i = 0; i < count; i++)
		(void)buffer_byte(buffer, ' ');
}

/* As much as fits; the columns that it took. */
static size_t put_characters(struct buffer *buffer, struct view text, size_t most)
{
	bool is_cut = measure(text) > most;
	size_t room = is_cut && most > 0 ? most - 1 : most;
	size_t columns = 0;

	for (size_t i = 0; i < text.len;) {
		struct character character = character_at(view_of(text.ptr + i, text.len - i));

		if (columns + character.columns > room)
			break;
		(void)buffer_put(buffer, character.shown);
		columns += character.columns;
		i += character.length;
	}
	if (!is_cut)
		return columns;
	(void)buffer_put(buffer, VIEW_LITERAL("…"));
	return columns + 1;
}

void columns_put(struct buffer *buffer, struct view text, size_t least, size_t most)
{
	locale_t made;
	locale_t former;
	size_t columns = text.len;

	if (is_plain(text) && text.len <= most) {
		(void)buffer_put(buffer, text);
	} else {
		former = utf8_begin(&made);
		columns = put_characters(buffer, text, most);
		utf8_end(former, made);
	}
	put_spaces(buffer, columns < least ? least - columns : 0);
}

void columns_put_right(struct buffer *buffer, struct view text, size_t least, size_t most)
{
	size_t columns = columns_of(text);

	put_spaces(buffer, columns < least ? least - columns : 0);
	columns_put(buffer, text, 0, most);
}
