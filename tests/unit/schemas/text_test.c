#include "tests/unit/check.h"

#include "schemas/codec/text.h"

static size_t code_points(struct view text)
{
	size_t count = SIZE_MAX;

	return text_is_utf8(text, &count) ? count : SIZE_MAX;
}

static void well_formed_sequences_count_once_each(void **state)
{
	(void)state;
	check_size(code_points(VIEW_LITERAL("")), 0);
	check_size(code_points(VIEW_LITERAL("a")), 1);
	check_size(code_points(VIEW_LITERAL("abcdefghi")), 9);
	check_size(code_points(VIEW_LITERAL("abcdefg\303\251abcdefgh")), 16);
	check_size(code_points(VIEW_LITERAL("\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf\xf0\x90\x80\x80\xf4\x8f\xbf\xbf")), 7);
	check_size(code_points(VIEW_LITERAL("\xed\x9f\xbf\xee\x80\x80")), 2);
	check_size(code_points(VIEW_LITERAL("\0\0")), 2);
}

static void overlong_forms_are_refused(void **state)
{
	(void)state;
	check_size(code_points(VIEW_LITERAL("\xc0\x80")), SIZE_MAX);
	check_size(code_points(VIEW_LITERAL("\xc1\xbf")), SIZE_MAX);
	check_size(code_points(VIEW_LITERAL("\xe0\x80\x80")), SIZE_MAX);
	check_size(code_points(VIEW_LITERAL("\xe0\x9f\xbf")), SIZE_MAX);
	check_size(code_points(VIEW_LITERAL("\xf0\x80\x80\x80")), SIZE_MAX);
	check_size(code_points(VIEW_LITERAL("\xf0\x8f\xbf\xbf")), SIZE_MAX);
}

static void surrogates_and_what_lies_above_the_last_code_point_are_refused(void **state)
{
	(void)state;
	check_size(code_points(VIEW_LITERAL("\xed\xa0\x80")), SIZE_MAX);
	check_size(code_points(VIEW_LITERAL("\xed\xbf\xbf")), SIZE_MAX);
	check_size(code_points(VIEW_LITERAL("\xf4\x90\x80\x80")), SIZE_MAX);
	check_size(code_points(VIEW_LITERAL("\xf5\x80\x80\x80")), SIZE_MAX);
	check_size(code_points(VIEW_LITERAL("\xff")), SIZE_MAX);
}

static void broken_sequences_are_refused(void **state)
{
	(void)state;
	check_size(code_points(VIEW_LITERAL("\x80")), SIZE_MAX);
	check_size(code_points(VIEW_LITERAL("\xc3")), SIZE_MAX);
	check_size(code_points(VIEW_LITERAL("\xc3(")), SIZE_MAX);
	check_size(code_points(VIEW_LITERAL("\xe2\x82")), SIZE_MAX);
	check_size(code_points(VIEW_LITERAL("\xe2\x82(")), SIZE_MAX);
	check_size(code_points(VIEW_LITERAL("\xf0\x9f\x98")), SIZE_MAX);
	check_size(code_points(VIEW_LITERAL("\xf0\x9f\x98(")), SIZE_MAX);
	check_size(code_points(VIEW_LITERAL("abcdefgh\xc3")), SIZE_MAX);
	check_size(code_points(VIEW_LITERAL("abcdefg\x80")), SIZE_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(well_formed_sequences_count_once_each),
		cmocka_unit_test(overlong_forms_are_refused),
		cmocka_unit_test(surrogates_and_what_lies_above_the_last_code_point_are_refused),
		cmocka_unit_test(broken_sequences_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) == 0 ? 0 : 1;
}
