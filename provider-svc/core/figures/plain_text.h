/* Text out of records as it may be shown to people: what would act on a terminal, or turn the direction of what is written around it, does not pass. */
#pragma once

#include "common/base/buffer.h"

/* The bytes to show for the character at *at, which moves behind it: itself; a space for tab and line ends; U+FFFD for another control character, for
 * one that turns the direction of writing or has no look of its own, and for a byte that is no UTF-8. Borrowed from the text, or static. *at is less
 * than the text's length. */
struct view plain_text_next(struct view text, size_t *at);

/* Appends all of it so. */
void plain_text_put(struct buffer *buffer, struct view text);
