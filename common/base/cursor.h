/* Reads bytes from outside: every read is checked against what is left, and a failed read leaves the cursor where it was. */
#pragma once

#include "common/base/error.h"
#include "common/base/view.h"

struct cursor {
	const uint8_t *at;
	size_t left;
};

/* A cursor at the beginning of the view. */
static inline struct cursor cursor_of(struct view v)
{
	return (struct cursor){.at = v.ptr, .left = v.len};
}

/* Takes n bytes; *ret points into the source. False when fewer are left. */
static inline MUST_CHECK bool cursor_take(struct cursor *cursor, size_t n, struct view *ret)
{
	if (n > cursor->left)
		return false;
	*ret = view_of(cursor->at, n);
	cursor->at += n;
	cursor->left -= n;
	return true;
}

/* Takes one byte. */
static inline MUST_CHECK bool cursor_byte(struct cursor *cursor, uint8_t *ret)
{
	if (cursor->left == 0)
		return false;
	*ret = *cursor->at++;
	cursor->left--;
	return true;
}

/* Avro's zig-zag variable-length integer, at most ten bytes (Avro specification, Binary Encoding). False when cut off or too long. */
MUST_CHECK bool cursor_long(struct cursor *cursor, int64_t *ret);
