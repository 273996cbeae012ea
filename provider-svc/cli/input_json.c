#include "provider-svc/cli/input_json.h"

enum { INPUT_MAX = 4096 };

static bool refuse(struct error *error, const char *place, const char *what)
{
	return error_set(error, DISPOSITION_REJECT, "USAGE", place, "%s", what);
}

static bool is_named(const char *name, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

bool input_json_read(const char *path, const char *const *names, size_t name_count, json_t **ret, struct error *error)
{
	CLEANUP(arena_done) struct arena arena = {0};
	struct view text;
	const char *name;
	json_t *object;
	json_t *value;
	bool known = true;

	if (!input_text_read(path, INPUT_MAX, &arena, &text, error))
		return false;
	object = json_loadb((const char *)text.ptr, text.len, JSON_REJECT_DUPLICATES, NULL);
	json_object_foreach(object, name, value) known = known && is_named(name, names, name_count);
	if (json_is_object(object) && known) {
		*ret = object;
		return true;
	}
	json_decref(object);
	return refuse(error, "input", "one JSON object is meant, of the members that the help of this command names");
}

bool input_json_text(json_t *object, const char *name, struct arena *arena, struct view *ret, struct error *error)
{
	json_t *value = json_object_get(object, name);

	*ret = VIEW_NULL;
	if (value == NULL || json_is_null(value))
		return true;
	if (!json_is_string(value))
		return refuse(error, name, "text is meant");
	*ret = arena_copy(arena, view_of(json_string_value(value), json_string_length(value)));
	return true;
}

bool input_json_birth_date(json_t *object, const char *name, struct arena *arena, struct view *ret, struct error *error)
{
	struct view text;
	uint8_t *digits;
	size_t count = 0;

	if (!input_json_text(object, name, arena, &text, error))
		return false;
	*ret = VIEW_NULL;
	if (view_is_null(text))
		return true;
	digits = arena_take(arena, text.len + 1);
	for (size_t i = 0; i < text.len; i++) {
		bool dash = text.len == 10 && (i == 4 || i == 7);

		if (dash ? text.ptr[i] != '-' : text.ptr[i] < '0' || text.ptr[i] > '9')
			return refuse(error, name, "YYYY-MM-DD is meant");
		if (!dash)
			digits[count++] = text.ptr[i];
	}
	*ret = view_of(digits, count);
	return count == 8 || refuse(error, name, "YYYY-MM-DD is meant");
}
