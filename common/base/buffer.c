#include "common/base/buffer.h"

#include <stdlib.h>

void buffer_init(struct buffer *buffer, size_t limit)
{
	*buffer = (struct buffer){.limit = limit};
}

void buffer_done(struct buffer *buffer)
{
	if (buffer->bytes != NULL)
		explicit_bzero(buffer->bytes, buffer->room);
	free(buffer->bytes);
	*buffer = (struct buffer){.limit = buffer->limit};
}

void buffer_clear(struct buffer *buffer)
{
	buffer->len = 0;
	buffer->failed = false;
}

/* Room for n more bytes, or failed. realloc is not used: it could leave a copy of the old bytes behind. */
static bool reserve(struct buffer *buffer, size_t n)
{
	size_t room = buffer->room < 256 ? 256 : buffer->room;
	uint8_t *bytes;

	if (buffer->failed || n > buffer->limit - buffer->len) {
		buffer->failed = true;
		return false;
	}
	if (n <= buffer->room - buffer->len)
		return true;
	while (room - buffer->len < n)
		room = room > buffer->limit / 2 ? buffer->limit : room * 2;
	bytes = malloc(room);
	if (bytes == NULL) {
		buffer->failed = true;
		return false;
	}
	if (buffer->len > 0)
		memcpy(bytes, buffer->bytes, buffer->len);
	if (buffer->bytes != NULL)
		explicit_bzero(buffer->bytes, buffer->room);
	free(buffer->bytes);
	buffer->bytes = bytes;
	buffer->room = room;
	return true;
}

bool buffer_put(struct buffer *buffer, struct view v)
{
	if (!reserve(buffer, v.len))
		return false;
	if (v.len > 0)
		memcpy(&buffer->bytes[buffer->len], v.ptr, v.len);
	buffer->len += v.len;
	return true;
}

bool buffer_byte(struct buffer *buffer, uint8_t byte)
{
	return buffer_put(buffer, view_of(&byte, 1));
}

bool buffer_long(struct buffer *buffer, int64_t value)
{
	uint64_t zigzag = ((uint64_t)value << 1) ^ (uint64_t)(value >> 63);
	uint8_t bytes[10];
	size_t n = 0;

	while (zigzag > 0x7f) {
		bytes[n++] = (uint8_t)(zigzag | 0x80);
		zigzag >>= 7;
	}
	bytes[n++] = (uint8_t)zigzag;
	return buffer_put(buffer, view_of(bytes, n));
}

bool buffer_zeros(struct buffer *buffer, size_t n)
{
	if (!reserve(buffer, n))
		return false;
	memset(&buffer->bytes[buffer->len], 0, n);
	buffer->len += n;
	return true;
}
