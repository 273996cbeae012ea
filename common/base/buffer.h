/* Bytes that grow up to a maximum given when the buffer is made. Once a write did not fit, `failed` stays true and further writes do nothing. */
#pragma once

#include "common/base/arena.h"
#include "common/base/error.h"

struct buffer {
	uint8_t *bytes; /* heap */
	size_t len;
	size_t room;
	size_t limit;
	bool failed;
};

/* Makes an empty buffer of at most limit bytes. */
void buffer_init(struct buffer *buffer, size_t limit);

/* Wipes and frees. Fits CLEANUP(). */
void buffer_done(struct buffer *buffer);

/* Empties the buffer and its failure, keeps the room. */
void buffer_clear(struct buffer *buffer);

/* Appends the view's bytes; false (and failed) when they do not fit. */
bool buffer_put(struct buffer *buffer, struct view v);

/* Appends one byte. */
bool buffer_byte(struct buffer *buffer, uint8_t byte);

/* Appends Avro's zig-zag variable-length integer. */
bool buffer_long(struct buffer *buffer, int64_t value);

/* Appends n zero bytes. */
bool buffer_zeros(struct buffer *buffer, size_t n);

/* What has been written; borrowed, valid until the next write. */
static inline struct view buffer_view(const struct buffer *buffer)
{
	return view_of(buffer->bytes == NULL ? (const uint8_t *)"" : buffer->bytes, buffer->len);
}
