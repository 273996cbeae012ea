/* Text as people compare names: without case and accents. */
#pragma once

#include "common/base/arena.h"

/*
 * The text case-folded (Unicode, full), taken apart (NFD) and without its combining marks, in the arena: "Brontë" and "BRONTE" give the same.
 * Letters that are no base letter with a mark (ø, ł) stay themselves. The text is valid UTF-8; the null view gives the null view.
 * Unicode Standard, sections 3.13 (caseless matching) and 3.11 (normalization); by libunistring.
 */
struct view text_folded(struct arena *arena, struct view text);

/* As text_folded, and of that only letters and digits: "O’Neill", "o'neill" and "ONEILL" give the same. */
struct view text_folded_letters(struct arena *arena, struct view text);
