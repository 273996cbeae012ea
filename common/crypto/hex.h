/* Hexadecimal, strictly: an even number of digits of either case and nothing else. */
#pragma once

#include "common/base/error.h"
#include "common/base/view.h"

/* Exactly n bytes from exactly 2n digits; false otherwise. */
MUST_CHECK bool hex_decode(struct view text, uint8_t *ret, size_t n);

/* Lower-case digits of n bytes and a NUL: ret has room for 2n+1. */
void hex_encode(const uint8_t *bytes, size_t n, char *ret);
