/* Views, cursors, buffers and arenas. */
#include "tests/unit/check.h"

#include "common/base/arena.h"
#include "common/base/buffer.h"
#include "common/base/cursor.h"

static void a_null_view_is_not_an_empty_one(void **state)
{
	(void)state;
	check(view_is_null(VIEW_NULL));
	check(!view_is_null(VIEW_LITERAL("")));
	check(!view_equal(VIEW_NULL, VIEW_LITERAL("")));
	check(view_equal(VIEW_NULL, view_text(NULL)));
	check(view_equal(VIEW_LITERAL("ab"), view_text("ab")));
	check(!view_equal(VIEW_LITERAL("ab"), VIEW_LITERAL("abc")));
}

static void views_are_ordered_by_bytes(void **state)
{
	(void)state;
	check(view_compare(VIEW_LITERAL("a"), VIEW_LITERAL("b")) < 0);
	check(view_compare(VIEW_LITERAL("ab"), VIEW_LITERAL("a")) > 0);
	check(view_compare(VIEW_LITERAL("\xff"), VIEW_LITERAL("a")) > 0);
	check(view_compare(VIEW_NULL, VIEW_LITERAL("")) < 0);
	check(view_compare(VIEW_LITERAL("ab"), VIEW_LITERAL("ab")) == 0);
}

static void a_failed_read_leaves_the_cursor_where_it_was(void **state)
{
	struct cursor cursor = cursor_of(VIEW_LITERAL("abc"));
	struct view taken = VIEW_NULL;
	uint8_t byte;
	int64_t number;

	(void)state;
	check(!cursor_take(&cursor, 4, &taken));
	check(!cursor_take(&cursor, SIZE_MAX, &taken));
	check_size(cursor.left, 3);
	check(cursor_take(&cursor, 3, &taken));
	check_view(taken, VIEW_LITERAL("abc"));
	check(!cursor_byte(&cursor, &byte));
	cursor = cursor_of(VIEW_LITERAL("\x80\x80"));
	check(!cursor_long(&cursor, &number));
	check_size(cursor.left, 2);
}

static void numbers_are_read_as_they_are_written(void **state)
{
	struct buffer buffer;
	bool same = true;

	(void)state;
	buffer_init(&buffer, 64);
	for (unsigned bits = 0; bits < 64; bits++)
		for (int sign = -1; sign <= 1; sign++) {
			int64_t number = (int64_t)((UINT64_C(1) << bits) + (uint64_t)sign);
			struct cursor cursor;
			int64_t got;

			buffer_clear(&buffer);
			same = same && buffer_long(&buffer, number) && buffer_long(&buffer, -(number / 2));
			cursor = cursor_of(buffer_view(&buffer));
			same = same && cursor_long(&cursor, &got) && got == number && cursor_long(&cursor, &got) && got == -(number / 2) &&
			       cursor.left == 0;
		}
	buffer_done(&buffer);
	check(same);
}

static void numbers_of_more_than_64_bits_are_refused(void **state)
{
	struct cursor cursor = cursor_of(VIEW_LITERAL("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"));
	int64_t number;

	(void)state;
	check(!cursor_long(&cursor, &number));
	cursor = cursor_of(VIEW_LITERAL("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x00"));
	check(!cursor_long(&cursor, &number));
	cursor = cursor_of(VIEW_LITERAL("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"));
	check(cursor_long(&cursor, &number));
	check_int(number, INT64_MIN);
}

static void a_buffer_refuses_what_goes_beyond_its_limit_and_stays_failed(void **state)
{
	struct buffer buffer;
	bool ten;
	bool one_more;
	bool after;

	(void)state;
	buffer_init(&buffer, 10);
	ten = buffer_put(&buffer, VIEW_LITERAL("0123456789"));
	one_more = buffer_byte(&buffer, 'x');
	after = buffer_put(&buffer, VIEW_LITERAL(""));
	check_size(buffer.len, 10);
	check(buffer.failed);
	buffer_clear(&buffer);
	check(!buffer.failed);
	check(buffer_zeros(&buffer, 10));
	check_view(buffer_view(&buffer), VIEW_LITERAL("\0\0\0\0\0\0\0\0\0\0"));
	buffer_done(&buffer);
	check(ten && !one_more && !after);
}

static void a_buffer_grows_and_keeps_what_it_holds(void **state)
{
	struct buffer buffer;
	bool same = true;

	(void)state;
	buffer_init(&buffer, 100000);
	for (size_t i = 0; i < 100000; i++)
		same = same && buffer_byte(&buffer, (uint8_t)(i * 7));
	for (size_t i = 0; i < 100000; i++)
		same = same && buffer.bytes[i] == (uint8_t)(i * 7);
	same = same && !buffer_byte(&buffer, 0);
	buffer_done(&buffer);
	check(same);
}

static void an_empty_buffer_is_an_empty_view(void **state)
{
	struct buffer buffer;

	(void)state;
	buffer_init(&buffer, 10);
	check_view(buffer_view(&buffer), VIEW_LITERAL(""));
	buffer_done(&buffer);
}

static void an_arena_gives_zeroed_aligned_memory(void **state)
{
	struct arena arena = {0};
	bool good = true;

	(void)state;
	for (size_t round = 0; round < 3; round++) {
		for (size_t size = 0; size < 3000; size += 7) {
			uint8_t *bytes = arena_take(&arena, size);

			good = good && (uintptr_t)bytes % _Alignof(max_align_t) == 0;
			for (size_t i = 0; i < size; i++)
				good = good && bytes[i] == 0;
			memset(bytes, 0xff, size);
		}
		arena_reset(&arena);
		good = good && arena.used == 0;
	}
	memset(arena_take(&arena, (size_t)1 << 20), 1, (size_t)1 << 20);
	arena_done(&arena);
	check(good);
}

static void an_arena_copies_views(void **state)
{
	struct arena arena = {0};
	struct view copy = arena_copy(&arena, VIEW_LITERAL("ab\0c"));

	(void)state;
	check_view(copy, VIEW_LITERAL("ab\0c"));
	check_int(copy.ptr[4], 0);
	check(view_is_null(arena_copy(&arena, VIEW_NULL)));
	check(!view_is_null(arena_copy(&arena, VIEW_LITERAL(""))));
	check_text(arena_text(&arena, VIEW_NULL), "");
	check_text(arena_text(&arena, VIEW_LITERAL("abc")), "abc");
	arena_done(&arena);
}

static void an_error_is_cut_to_fit(void **state)
{
	char place[200];
	struct error error;

	(void)state;
	memset(place, 'p', sizeof place);
	place[199] = '\0';
	check(!error_set(&error, DISPOSITION_REJECT, "CODE", place, "%s", place));
	check_size(strlen(error.place), sizeof error.place - 1);
	check_text(error.code, "CODE");
	check(!error_set(NULL, DISPOSITION_STOP, "CODE", "", "nothing"));
	check_text(disposition_name(DISPOSITION_RETRY), "retry");
}

static void a_list_that_gets_item_after_item_takes_no_more_than_four_times_its_size(void **state)
{
	CLEANUP(arena_done) struct arena arena = {0};
	uint64_t exact[3] = {0, 1, 2};
	uint64_t *items = exact;

	(void)state;
	for (size_t count = 3; count < 5000; count++) {
		items = arena_grow(&arena, items, count * sizeof *items, (count + 1) * sizeof *items);
		items[count] = count;
		(void)arena_copy(&arena, VIEW_LITERAL("x"));
	}
	for (size_t i = 0; i < 5000; i++)
		check_size(items[i], i);
	check_size(exact[2], 2);
	check(arena.used < 4 * 5000 * sizeof *items + 5000 * sizeof(max_align_t));
	arena_reset(&arena);
	check_size(arena.lists[0].room, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_list_that_gets_item_after_item_takes_no_more_than_four_times_its_size),
		cmocka_unit_test(a_null_view_is_not_an_empty_one),
		cmocka_unit_test(views_are_ordered_by_bytes),
		cmocka_unit_test(a_failed_read_leaves_the_cursor_where_it_was),
		cmocka_unit_test(numbers_are_read_as_they_are_written),
		cmocka_unit_test(numbers_of_more_than_64_bits_are_refused),
		cmocka_unit_test(a_buffer_refuses_what_goes_beyond_its_limit_and_stays_failed),
		cmocka_unit_test(a_buffer_grows_and_keeps_what_it_holds),
		cmocka_unit_test(an_empty_buffer_is_an_empty_view),
		cmocka_unit_test(an_arena_gives_zeroed_aligned_memory),
		cmocka_unit_test(an_arena_copies_views),
		cmocka_unit_test(an_error_is_cut_to_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) == 0 ? 0 : 1;
}
