/* UUIDs as text. */
#pragma once

#include "common/base/view.h"

#define UUID_TEXT_LEN 36

/* A version 4 UUID (RFC 9562) in lower case from 16 random bytes, with a NUL behind it. */
void uuid_format(const uint8_t random[static 16], char ret_text[static UUID_TEXT_LEN + 1]);

/* True for 8-4-4-4-12 hexadecimal digits in lower case. */
bool uuid_is_valid(struct view text);
