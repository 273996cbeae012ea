/* UTF-8 as RFC 3629 has it. */
#pragma once

#include "common/base/view.h"

/* True when the bytes are UTF-8: no overlong form, no surrogate, nothing above U+10FFFF. Gives the number of code points. */
bool text_is_utf8(struct view text, size_t *ret_code_points);
