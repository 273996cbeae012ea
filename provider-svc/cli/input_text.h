/* What is private and therefore is no argument, which others on the machine could read: taken from a file, or from standard input. */
#pragma once

#include "common/base/arena.h"
#include "common/base/error.h"

/* The whole of a file (NULL or "-": standard input) in the arena, without a newline at its end. REJECT TOO_LARGE above `limit` bytes, STOP FILE where
 * it cannot be read. */
MUST_CHECK bool input_text_read(const char *path, size_t limit, struct arena *arena, struct view *ret, struct error *error);
