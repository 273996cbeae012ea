/* Any bytes as a chunk of the outbox, as it is read back from the database: refused whole, or every frame of it can be added to another outbox, which
 * holds the same. */
#include "tests/fuzz/fuzz.h"

#include "common/stream/outbox.h"

static bool frames_equal(const struct outbox_frame *a, const struct outbox_frame *b)
{
	return view_equal(a->topic, b->topic) && a->partition == b->partition && view_equal(a->key, b->key) && view_equal(a->value, b->value) &&
	       view_equal(a->id, b->id) && view_equal(a->reason, b->reason) && a->generation == b->generation && a->sequence == b->sequence;
}

static void check_frame(const struct outbox_frame *frame)
{
	require(frame->topic.len > 0 && frame->partition >= 0 && frame->generation >= 1 && frame->sequence >= 1);
}

/* Adds every frame of the chunk to the outbox; how many. */
static size_t add_frames(struct view chunk, struct outbox *ret)
{
	struct outbox_frame frame;
	struct cursor cursor;
	size_t count = 0;

	require(outbox_open(chunk, &cursor));
	while (cursor.left > 0) {
		require(outbox_next(&cursor, &frame));
		check_frame(&frame);
		require(outbox_add(ret, &frame));
		count++;
	}
	return count;
}

static void check_equal(struct view a, struct view b)
{
	struct outbox_frame left;
	struct outbox_frame right;
	struct cursor of_a;
	struct cursor of_b;

	require(outbox_open(a, &of_a) && outbox_open(b, &of_b));
	while (of_a.left > 0) {
		require(outbox_next(&of_a, &left) && outbox_next(&of_b, &right));
		require(frames_equal(&left, &right));
	}
	require(of_b.left == 0);
}

static void check_added(struct view chunk, size_t frames)
{
	struct outbox again = {0};
	struct outbox read = {0};

	require(add_frames(chunk, &again) == frames && again.frames == frames);
	if (frames > 0) {
		struct view written = buffer_view(&again.first->bytes);

		require(again.first->next == NULL && again.size == written.len);
		require(written.len <= chunk.len);
		check_equal(chunk, written);
		require(outbox_restore(&read, written) && read.frames == frames && read.size == again.size);
	}
	outbox_done(&read);
	outbox_done(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct outbox outbox = {0};

	if (outbox_restore(&outbox, view_of(bytes, size))) {
		require(outbox.size == size && view_equal(buffer_view(&outbox.first->bytes), view_of(bytes, size)));
		check_added(view_of(bytes, size), outbox.frames);
	} else {
		require(outbox.first == NULL && outbox.size == 0 && outbox.frames == 0);
	}
	outbox_done(&outbox);
	return 0;
}
