#include "common/base/cursor.h"

bool cursor_long(struct cursor *cursor, int64_t *ret)
{
	struct cursor here = *cursor;
	uint64_t value = 0;

	for (unsigned shift = 0; shift < 70; shift += 7) {
		uint8_t byte;

		if (!cursor_byte(&here, &byte))
			return false;
		if (shift == 63 && byte > 1)
			return false;
		value |= (uint64_t)(byte & 0x7f) << shift;
		if ((byte & 0x80) == 0) {
			*ret = (int64_t)(value >> 1) ^ -(int64_t)(value & 1);
			*cursor = here;
			return true;
		}
	}
	return false;
}
