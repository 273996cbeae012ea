#include "common/operate/json_text.h"

#include <stdio.h>

#include "common/base/calendar.h"
#include "common/crypto/hex.h"

enum { ID_LEN = 16 };

json_t *json_id(struct view bytes)
{
	char text[2 * ID_LEN + 1];

	if (bytes.len != ID_LEN)
		return json_null();
	hex_encode(bytes.ptr, ID_LEN, text);
	return json_string(text);
}

json_t *json_time(int64_t time_ms)
{
	char text[32];

	time_format(time_ms, text);
	return json_string(text);
}

json_t *json_text(struct view text)
{
	return view_is_null(text) ? json_null() : json_stringn((const char *)text.ptr, text.len);
}

const char *json_member(json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text == NULL ? "" : text;
}

void json_print(json_t *value)
{
	(void)json_dumpf(value, stdout, JSON_INDENT(2));
	(void)printf("\n");
}
