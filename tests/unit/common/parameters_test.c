#include "tests/unit/check.h"

#include "common/db/parameters.h"

/* The bytes of parameter i. */
static struct view bytes_of(const struct parameters *parameters, int i)
{
	return view_of(parameters->values[i], (size_t)parameters->lengths[i]);
}

static void numbers_are_big_endian(void **state)
{
	CLEANUP(arena_done) struct arena arena = {0};
	struct parameters parameters;

	(void)state;
	parameters_init(&parameters, &arena);
	parameters_int2(&parameters, -2);
	parameters_int4(&parameters, 258);
	parameters_int8(&parameters, INT64_MIN);
	parameters_bool(&parameters, true);
	check_int(parameters.count, 4);
	check_view(bytes_of(&parameters, 0), VIEW_LITERAL("\xff\xfe"));
	check_view(bytes_of(&parameters, 1), VIEW_LITERAL("\0\0\1\2"));
	check_view(bytes_of(&parameters, 2), VIEW_LITERAL("\x80\0\0\0\0\0\0\0"));
	check_view(bytes_of(&parameters, 3), VIEW_LITERAL("\1"));
	check_int(parameters.types[2], PARAMETER_INT8);
}

static void times_count_from_the_year_2000(void **state)
{
	CLEANUP(arena_done) struct arena arena = {0};
	struct parameters parameters;

	(void)state;
	parameters_init(&parameters, &arena);
	parameters_time(&parameters, INT64_C(946684800001));
	parameters_day(&parameters, 10956);
	check_view(bytes_of(&parameters, 0), VIEW_LITERAL("\0\0\0\0\0\0\x03\xe8"));
	check_view(bytes_of(&parameters, 1), VIEW_LITERAL("\xff\xff\xff\xff"));
}

static void null_and_empty_differ(void **state)
{
	CLEANUP(arena_done) struct arena arena = {0};
	struct parameters parameters;

	(void)state;
	parameters_init(&parameters, &arena);
	parameters_text(&parameters, VIEW_NULL);
	parameters_text(&parameters, VIEW_LITERAL(""));
	parameters_null(&parameters, PARAMETER_INT8);
	check(parameters.values[0] == NULL);
	check(parameters.values[1] != NULL);
	check_int(parameters.lengths[1], 0);
	check(parameters.values[2] == NULL);
}

static void arrays_have_postgresqls_layout(void **state)
{
	CLEANUP(arena_done) struct arena arena = {0};
	struct parameters parameters;
	const int64_t numbers[] = {1, 2};
	const bool nulls[] = {false, true};
	const struct view texts[] = {VIEW_LITERAL("ab"), VIEW_NULL, VIEW_LITERAL("")};

	(void)state;
	parameters_init(&parameters, &arena);
	parameters_int8_array(&parameters, numbers, nulls, 2);
	parameters_text_array(&parameters, texts, 3);
	parameters_int4_array(&parameters, NULL, NULL, 0);
	check_view(bytes_of(&parameters, 0), VIEW_LITERAL("\0\0\0\1"
							  "\0\0\0\1"
							  "\0\0\0\x14"
							  "\0\0\0\2"
							  "\0\0\0\1"
							  "\0\0\0\x08"
							  "\0\0\0\0\0\0\0\1"
							  "\xff\xff\xff\xff"));
	check_view(bytes_of(&parameters, 1), VIEW_LITERAL("\0\0\0\1"
							  "\0\0\0\1"
							  "\0\0\0\x19"
							  "\0\0\0\3"
							  "\0\0\0\1"
							  "\0\0\0\2"
							  "ab"
							  "\xff\xff\xff\xff"
							  "\0\0\0\0"));
	check_view(bytes_of(&parameters, 2), VIEW_LITERAL("\0\0\0\0"
							  "\0\0\0\0"
							  "\0\0\0\x17"));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(numbers_are_big_endian),
	cmocka_unit_test(times_count_from_the_year_2000),
	cmocka_unit_test(null_and_empty_differ),
	cmocka_unit_test(arrays_have_postgresqls_layout),
};

CHECK_MAIN(tests)
