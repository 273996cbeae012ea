/* Text on a terminal: how many columns it takes, and what it may not do to the screen. */
#pragma once

#include "common/base/buffer.h"

/* Columns that UTF-8 text takes: none for a combining mark, two for what is wide. What columns_put would replace counts as one. */
size_t columns_of(struct view text);

/* Appends the text, each control character and each that turns the direction of writing replaced by U+FFFD: none may reach a terminal out of a
 * record. At most so many columns: what is longer ends in "…". Then spaces up to `least`. */
void columns_put(struct buffer *buffer, struct view text, size_t least, size_t most);

/* The same with the spaces before it. */
void columns_put_right(struct buffer *buffer, struct view text, size_t least, size_t most);
