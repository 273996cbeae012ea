/* What text takes of a terminal's line, and what of it never gets there. */
#include "tests/unit/check.h"

#include "common/cli/columns.h"

static struct buffer buffer;

static int set_up(void **state)
{
	(void)state;
	buffer_init(&buffer, 4096);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	buffer_done(&buffer);
	return 0;
}

static void put(const char *text, size_t least, size_t most)
{
	buffer_clear(&buffer);
	columns_put(&buffer, view_text(text), least, most);
}

#define check_put(expected) check_view(buffer_view(&buffer), view_text(expected))

static void letters_marks_and_wide_characters_take_one_none_and_two(void **state)
{
	(void)state;
	check_size(columns_of(view_text("")), 0);
	check_size(columns_of(view_text("Zorg")), 4);
	check_size(columns_of(view_text("Caf\xc3\xa9")), 4);
	check_size(columns_of(view_text("Cafe\xcc\x81")), 4);
	check_size(columns_of(view_text("\xe6\xbc\xa2\xe5\xad\x97")), 4);
}

static void text_is_filled_up_on_either_side(void **state)
{
	(void)state;
	put("\xc3\xa9", 3, SIZE_MAX);
	check_put("\xc3\xa9  ");
	buffer_clear(&buffer);
	columns_put_right(&buffer, view_text("\xc3\xa9"), 3, SIZE_MAX);
	check_put("  \xc3\xa9");
}

static void what_is_too_long_ends_in_an_ellipsis_and_splits_no_character(void **state)
{
	(void)state;
	put("Nursing", 0, 4);
	check_put("Nur\xe2\x80\xa6");
	put("Nursing", 0, 7);
	check_put("Nursing");
	put("\xe6\xbc\xa2\xe5\xad\x97x", 5, 4);
	check_put("\xe6\xbc\xa2\xe2\x80\xa6  ");
}

static void nothing_in_a_text_moves_the_cursor_or_turns_the_writing(void **state)
{
	(void)state;
	put("a\033[31m\n\t\x7f", 0, SIZE_MAX);
	check_put("a\xef\xbf\xbd[31m\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
	put("\xc2\x9b", 0, SIZE_MAX); /* the control sequence introducer as one character */
	check_put("\xef\xbf\xbd");
	put("\xe2\x80\xae", 0, SIZE_MAX); /* right-to-left override */
	check_put("\xef\xbf\xbd");
	put("\xff\xc3", 0, SIZE_MAX); /* no UTF-8 */
	check_put("\xef\xbf\xbd\xef\xbf\xbd");
}

#define COLUMNS(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

static const struct CMUnitTest tests[] = {
	COLUMNS(letters_marks_and_wide_characters_take_one_none_and_two),
	COLUMNS(text_is_filled_up_on_either_side),
	COLUMNS(what_is_too_long_ends_in_an_ellipsis_and_splits_no_character),
	COLUMNS(nothing_in_a_text_moves_the_cursor_or_turns_the_writing),
};

CHECK_MAIN(tests)
