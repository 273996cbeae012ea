/* Frames of the outbox: what goes in comes out, and bytes that are none are refused. */
#include "tests/unit/check.h"

#include "common/stream/outbox.h"

#include <stdlib.h>

static struct outbox_frame frame_of(struct view key, struct view value, int64_t sequence)
{
	return (struct outbox_frame){
		.topic = VIEW_LITERAL("population.p1"),
		.partition = 7,
		.key = key,
		.value = value,
		.id = VIEW_LITERAL("1/hr.events/7/15/0"),
		.generation = 3,
		.sequence = sequence,
	};
}

static void check_frame(const struct outbox_frame *actual, const struct outbox_frame *expected)
{
	check_view(actual->topic, expected->topic);
	check_int(actual->partition, expected->partition);
	check_view(actual->key, expected->key);
	check_view(actual->value, expected->value);
	check_view(actual->id, expected->id);
	check_view(actual->reason, expected->reason);
	check_int(actual->generation, expected->generation);
	check_int(actual->sequence, expected->sequence);
}

static void frames_come_out_as_they_went_in(void **state)
{
	struct outbox outbox = {0};
	struct outbox_frame frames[4] = {
		frame_of(VIEW_LITERAL("key"), VIEW_LITERAL("value"), 1),
		frame_of(VIEW_NULL, VIEW_LITERAL(""), 2),
		frame_of(VIEW_LITERAL(""), VIEW_NULL, 3),
		frame_of(VIEW_LITERAL("key"), VIEW_NULL, INT64_MAX),
	};
	struct outbox_frame read;
	struct cursor cursor;

	(void)state;
	frames[2].reason = VIEW_LITERAL("ERASED");
	for (size_t i = 0; i < 4; i++)
		check(outbox_add(&outbox, &frames[i]));
	check_size(outbox.frames, 4);
	check(outbox_open(buffer_view(&outbox.first->bytes), &cursor));
	for (size_t i = 0; i < 4; i++) {
		check(outbox_next(&cursor, &read));
		check_frame(&read, &frames[i]);
	}
	check_size(cursor.left, 0);
	outbox_done(&outbox);
}

static void many_frames_make_chunks_of_bounded_size_in_order(void **state)
{
	static uint8_t value[3000];
	struct outbox outbox = {0};
	struct outbox restored = {0};
	int64_t expected = 0;
	size_t size = 0;

	(void)state;
	for (int64_t i = 1; i <= 1000; i++) {
		struct outbox_frame frame = frame_of(VIEW_LITERAL("k"), view_of(value, (size_t)i * 3), i);

		check(outbox_add(&outbox, &frame));
	}
	check(outbox.first != outbox.last);
	for (const struct outbox_chunk *chunk = outbox.first; chunk != NULL; chunk = chunk->next) {
		struct outbox_frame frame;
		struct cursor cursor;

		check(chunk->bytes.len <= OUTBOX_CHUNK_TARGET);
		size += chunk->bytes.len;
		check(outbox_restore(&restored, buffer_view(&chunk->bytes)));
		check(outbox_open(buffer_view(&chunk->bytes), &cursor));
		while (cursor.left > 0) {
			check(outbox_next(&cursor, &frame));
			check_int(frame.sequence, ++expected);
		}
	}
	check_int(expected, 1000);
	check_size(outbox.size, size);
	check_size(restored.size, size);
	check_size(restored.frames, 1000);
	outbox_done(&outbox);
	outbox_done(&restored);
}

static void the_largest_value_fits_and_a_larger_one_is_refused(void **state)
{
	static uint8_t value[OUTBOX_CHUNK_MAX];
	struct outbox outbox = {0};
	struct outbox_frame frame = frame_of(VIEW_LITERAL("k"), view_of(value, 262144 + 1024), 1);

	(void)state;
	check(outbox_add(&outbox, &frame));
	frame.value.len = OUTBOX_FRAME_MAX;
	check(!outbox_add(&outbox, &frame));
	check_size(outbox.frames, 1);
	outbox_done(&outbox);
}

static void a_chunk_cut_anywhere_is_refused(void **state)
{
	struct outbox outbox = {0};
	struct outbox_frame frame = frame_of(VIEW_LITERAL("key"), VIEW_LITERAL("value"), 1);
	struct view whole;

	(void)state;
	check(outbox_add(&outbox, &frame));
	whole = buffer_view(&outbox.first->bytes);
	for (size_t len = 2; len < whole.len; len++) {
		struct outbox restored = {0};
		uint8_t *copy = malloc(len);

		memcpy(copy, whole.ptr, len);
		check(!outbox_restore(&restored, view_of(copy, len)));
		outbox_done(&restored);
		free(copy);
	}
	outbox_done(&outbox);
}

static void damaged_bytes_never_reach_outside_the_chunk(void **state)
{
	struct outbox outbox = {0};
	uint64_t random = 88172645463325252U;
	struct outbox_frame frame = frame_of(VIEW_LITERAL("key"), VIEW_LITERAL("some value of some length"), 1);
	struct view whole;
	uint8_t *copy;

	(void)state;
	check(outbox_add(&outbox, &frame));
	whole = buffer_view(&outbox.first->bytes);
	copy = malloc(whole.len);
	for (int round = 0; round < 20000; round++) {
		struct outbox restored = {0};

		memcpy(copy, whole.ptr, whole.len);
		for (int i = 0; i < 3; i++) {
			random ^= random << 13;
			random ^= random >> 7;
			random ^= random << 17;
			copy[random % whole.len] = (uint8_t)(random >> 32);
		}
		/* Either way is right; the address sanitizer watches. */
		if (outbox_restore(&restored, view_of(copy, whole.len)))
			check(restored.frames >= 1);
		outbox_done(&restored);
	}
	free(copy);
	outbox_done(&outbox);
}

static void another_version_is_refused(void **state)
{
	static const uint8_t chunk[] = {2, 0};
	struct cursor cursor;

	(void)state;
	check(!outbox_open(view_of(chunk, sizeof chunk), &cursor));
	check(!outbox_open(view_of(chunk, 0), &cursor));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(frames_come_out_as_they_went_in),
	cmocka_unit_test(many_frames_make_chunks_of_bounded_size_in_order),
	cmocka_unit_test(the_largest_value_fits_and_a_larger_one_is_refused),
	cmocka_unit_test(a_chunk_cut_anywhere_is_refused),
	cmocka_unit_test(damaged_bytes_never_reach_outside_the_chunk),
	cmocka_unit_test(another_version_is_refused),
};

CHECK_MAIN(tests)
