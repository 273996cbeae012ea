#include "common/stream/outbox.h"

#include <stdlib.h>

#define VERSION 1
#define TOPIC_MAX 249
#define HEADER_MAX 512
#define OVERHEAD 64 /* all lengths and numbers of a frame */

void outbox_done(struct outbox *outbox)
{
	while (outbox->first != NULL) {
		struct outbox_chunk *chunk = outbox->first;

		outbox->first = chunk->next;
		buffer_done(&chunk->bytes);
		free(chunk);
	}
	*outbox = (struct outbox){0};
}

static struct outbox_chunk *chunk_add(struct outbox *outbox)
{
	struct outbox_chunk *chunk = calloc(1, sizeof *chunk);

	if (chunk == NULL)
		abort();
	buffer_init(&chunk->bytes, OUTBOX_CHUNK_MAX);
	if (outbox->last == NULL)
		outbox->first = chunk;
	else
		outbox->last->next = chunk;
	outbox->last = chunk;
	return chunk;
}

static void put_view(struct buffer *buffer, struct view view)
{
	(void)buffer_long(buffer, view_is_null(view) ? -1 : (int64_t)view.len);
	if (view.len > 0)
		(void)buffer_put(buffer, view);
}

bool outbox_add(struct outbox *outbox, const struct outbox_frame *frame)
{
	size_t needed = frame->topic.len + frame->key.len + frame->value.len + frame->id.len + frame->reason.len + OVERHEAD;
	struct outbox_chunk *chunk = outbox->last;
	size_t before;

	if (needed > OUTBOX_FRAME_MAX || frame->topic.len > TOPIC_MAX || frame->id.len > HEADER_MAX || frame->reason.len > HEADER_MAX)
		return false;
	if (chunk == NULL || (chunk->bytes.len > 0 && chunk->bytes.len + needed > OUTBOX_CHUNK_TARGET)) {
		chunk = chunk_add(outbox);
		(void)buffer_byte(&chunk->bytes, VERSION);
		outbox->size++;
	}
	before = chunk->bytes.len;
	put_view(&chunk->bytes, frame->topic);
	(void)buffer_long(&chunk->bytes, frame->partition);
	put_view(&chunk->bytes, frame->key);
	put_view(&chunk->bytes, frame->value);
	put_view(&chunk->bytes, frame->id);
	put_view(&chunk->bytes, frame->reason);
	(void)buffer_long(&chunk->bytes, frame->generation);
	(void)buffer_long(&chunk->bytes, frame->sequence);
	if (chunk->bytes.failed)
		return false;
	outbox->size += chunk->bytes.len - before;
	outbox->frames++;
	return true;
}

bool outbox_open(struct view chunk, struct cursor *ret)
{
	struct cursor cursor = cursor_of(chunk);
	uint8_t version = 0;

	if (!cursor_byte(&cursor, &version) || version != VERSION)
		return false;
	*ret = cursor;
	return true;
}

static bool take_view(struct cursor *cursor, size_t max, struct view *ret)
{
	int64_t len = 0;

	if (!cursor_long(cursor, &len) || len < -1 || len > (int64_t)max)
		return false;
	if (len == -1) {
		*ret = VIEW_NULL;
		return true;
	}
	return cursor_take(cursor, (size_t)len, ret);
}

bool outbox_next(struct cursor *cursor, struct outbox_frame *ret)
{
	struct outbox_frame frame = {0};
	int64_t partition = 0;

	if (!take_view(cursor, TOPIC_MAX, &frame.topic) || frame.topic.len == 0 || !cursor_long(cursor, &partition) || partition < 0 ||
	    partition > INT32_MAX)
		return false;
	frame.partition = (int32_t)partition;
	if (!take_view(cursor, OUTBOX_CHUNK_MAX, &frame.key) || !take_view(cursor, OUTBOX_CHUNK_MAX, &frame.value) ||
	    !take_view(cursor, HEADER_MAX, &frame.id) || !take_view(cursor, HEADER_MAX, &frame.reason))
		return false;
	if (!cursor_long(cursor, &frame.generation) || !cursor_long(cursor, &frame.sequence) || frame.generation < 1 || frame.sequence < 1)
		return false;
	*ret = frame;
	return true;
}

bool outbox_restore(struct outbox *outbox, struct view chunk)
{
	struct outbox_frame frame;
	struct outbox_chunk *added;
	struct cursor cursor;
	size_t frames = 0;

	if (chunk.len > OUTBOX_CHUNK_MAX || !outbox_open(chunk, &cursor))
		return false;
	while (cursor.left > 0) {
		if (!outbox_next(&cursor, &frame))
			return false;
		frames++;
	}
	added = chunk_add(outbox);
	if (!buffer_put(&added->bytes, chunk))
		return false;
	outbox->size += chunk.len;
	outbox->frames += frames;
	return true;
}
