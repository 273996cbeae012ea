/* What every unit test includes instead of cmocka itself: its includes in their order, comparisons that cannot pass by conversion, and an exit
 * code that cannot wrap to 0. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/base/error.h"
#include "common/base/view.h"

#include <inttypes.h>
#include <stdlib.h>

/* The seed of a test that draws at random: KLUIS_SEED, else the one given; printed, so that a failure can be had again. */
static inline uint64_t check_seed(uint64_t otherwise)
{
	const char *given = getenv("KLUIS_SEED");
	uint64_t seed = given != NULL ? strtoull(given, NULL, 10) : otherwise;

	print_message("KLUIS_SEED=%" PRIu64 "\n", seed);
	return seed;
}

/* Fails unless the condition holds. */
#define check(condition) assert_true((bool)(condition))

/* Fails unless both 64-bit signed numbers are equal. Compile-time error for anything that is no integer. */
#define check_int(actual, expected) check_int_at((actual), (expected), #actual, __FILE__, __LINE__)

/* Fails unless both sizes are equal. */
#define check_size(actual, expected) check_size_at((actual), (expected), #actual, __FILE__, __LINE__)

/* Fails unless both NUL-terminated texts are equal. */
#define check_text(actual, expected) check_text_at((actual), (expected), #actual, __FILE__, __LINE__)

/* Fails unless both views are null, or hold the same bytes. */
#define check_view(actual, expected) check_view_at((actual), (expected), #actual, __FILE__, __LINE__)

/* Fails unless the call returned true; shows the error's code, place and text. */
#define check_ok(call, error) check_ok_at((call), (error), #call, __FILE__, __LINE__)

/* Fails unless the call returned false with that code. */
#define check_fails(call, error, expected) check_fails_at((call), (error), (expected), #call, __FILE__, __LINE__)

static inline void check_int_at(int64_t actual, int64_t expected, const char *what, const char *file, int line)
{
	if (actual != expected) {
		print_error("%s is %" PRId64 ", not %" PRId64 "\n", what, actual, expected);
		_fail(file, line);
	}
}

static inline void check_size_at(size_t actual, size_t expected, const char *what, const char *file, int line)
{
	if (actual != expected) {
		print_error("%s is %zu, not %zu\n", what, actual, expected);
		_fail(file, line);
	}
}

static inline void check_text_at(const char *actual, const char *expected, const char *what, const char *file, int line)
{
	if (strcmp(actual, expected) != 0) {
		print_error("%s is \"%s\", not \"%s\"\n", what, actual, expected);
		_fail(file, line);
	}
}

static inline void check_view_at(struct view actual, struct view expected, const char *what, const char *file, int line)
{
	if (!view_equal(actual, expected)) {
		print_error("%s is \"%.*s\"%s, not \"%.*s\"%s\n", what, (int)actual.len, (const char *)actual.ptr,
			    actual.ptr == NULL ? " (null)" : "", (int)expected.len, (const char *)expected.ptr,
			    expected.ptr == NULL ? " (null)" : "");
		_fail(file, line);
	}
}

static inline void check_ok_at(bool done, const struct error *error, const char *what, const char *file, int line)
{
	if (!done) {
		print_error("%s failed: %s at %s: %s\n", what, error->code, error->place, error->text);
		_fail(file, line);
	}
}

static inline void check_fails_at(bool done, const struct error *error, const char *expected, const char *what, const char *file, int line)
{
	if (done) {
		print_error("%s did not fail\n", what);
		_fail(file, line);
	}
	check_text_at(error->code, expected, what, file, line);
}

/* Runs the tests and ends the process: 0 when all passed, 1 otherwise (cmocka's count wraps at 256). */
#define CHECK_MAIN(tests)                                                                                                                            \
	int main(void)                                                                                                                               \
	{                                                                                                                                            \
		return cmocka_run_group_tests(tests, NULL, NULL) == 0 ? 0 : 1;                                                                       \
	}

/* The same with a set-up and a tear-down for the whole group. */
#define CHECK_MAIN_WITH(tests, set_up, tear_down)                                                                                                    \
	int main(void)                                                                                                                               \
	{                                                                                                                                            \
		return cmocka_run_group_tests(tests, set_up, tear_down) == 0 ? 0 : 1;                                                                \
	}
