#include "schemas/generator/canonical.h"

#include <stdarg.h>
#include <stdio.h>

#define MAX_FORM ((size_t)256 * 1024)
#define MAX_SEEN 512

/* A text being written, and the named types that stand in it already: those are written by name. */
struct form {
	char *text;
	size_t used;
	const struct type *seen[MAX_SEEN];
	size_t seen_count;
};

static void put(struct form *form, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void put(struct form *form, const char *format, ...)
{
	va_list arguments;
	int n;

	va_start(arguments, format);
	n = vsnprintf(form->text + form->used, MAX_FORM - form->used, format, arguments);
	va_end(arguments);
	if (n < 0 || (size_t)n >= MAX_FORM - form->used)
		refuse("canonical form", "longer than %zu bytes", MAX_FORM);
	form->used += (size_t)n;
}

static bool seen_before(struct form *form, const struct type *type)
{
	for (size_t i = 0; i < form->seen_count; i++)
		if (form->seen[i] == type)
			return true;
	if (form->seen_count == MAX_SEEN)
		refuse("canonical form", "more than %d types", MAX_SEEN);
	form->seen[form->seen_count++] = type;
	return false;
}

static void put_type(struct form *form, const struct type *type);

static void put_member(struct form *form, const struct member *member)
{
	static const char *const names[] = {"boolean", "int", "long", "string", "bytes"};

	put(form, "{\"name\":\"%s\",\"type\":%s%s", member->name, member->nullable ? "[\"null\"," : "",
	    member->repeated ? "{\"type\":\"array\",\"items\":" : "");
	if (member->type != NULL)
		put_type(form, member->type);
	else
		put(form, "\"%s\"", names[member->kind]);
	put(form, "%s%s}", member->repeated ? "}" : "", member->nullable ? "]" : "");
}

static void put_type(struct form *form, const struct type *type)
{
	if (seen_before(form, type)) {
		put(form, "\"%s\"", type->full_name);
		return;
	}
	put(form, "{\"name\":\"%s\",\"type\":", type->full_name);
	if (type->kind == SCHEMA_ENUM) {
		put(form, "\"enum\",\"symbols\":[");
		for (int32_t i = 0; i < type->symbol_count; i++)
			put(form, "%s\"%s\"", i > 0 ? "," : "", type->symbols[i]);
		put(form, "]}");
	} else if (type->kind == SCHEMA_FIXED) {
		put(form, "\"fixed\",\"size\":%zu}", type->size);
	} else {
		put(form, "\"record\",\"fields\":[");
		for (size_t i = 0; i < type->member_count; i++) {
			put(form, "%s", i > 0 ? "," : "");
			put_member(form, &type->members[i]);
		}
		put(form, "]}");
	}
}

const char *canonical_form(const struct type *record, struct arena *arena)
{
	struct form form = {.text = arena_take(arena, MAX_FORM)};

	put_type(&form, record);
	return form.text;
}

uint64_t canonical_fingerprint(const char *text)
{
	const uint64_t empty = UINT64_C(0xc15d213aa4d7a795);
	uint64_t fingerprint = empty;

	for (; *text != '\0'; text++) {
		uint64_t row = (fingerprint ^ (uint8_t)*text) & 0xff;

		for (int bit = 0; bit < 8; bit++)
			row = (row >> 1) ^ ((row & 1) != 0 ? empty : 0);
		fingerprint = (fingerprint >> 8) ^ row;
	}
	return fingerprint;
}

static json_t *expand(struct form *form, const struct model *model, json_t *json)
{
	json_t *result;
	const char *key;
	json_t *value;
	size_t i;

	if (json_is_string(json)) {
		const struct type *type = model_type(model, json_string_value(json));

		return type == NULL || seen_before(form, type) ? json_deep_copy(json) : expand(form, model, type->definition);
	}
	if (json_is_array(json)) {
		result = json_array();
		json_array_foreach(json, i, value) json_array_append_new(result, expand(form, model, value));
		return result;
	}
	if (!json_is_object(json))
		return json_deep_copy(json);
	result = json_object();
	json_object_foreach(json, key, value)
	{
		bool schema = strcmp(key, "type") == 0 || strcmp(key, "items") == 0 || strcmp(key, "fields") == 0;

		json_object_set_new(result, key, schema ? expand(form, model, value) : json_deep_copy(value));
	}
	return result;
}

json_t *canonical_expanded(const struct type *record, const struct model *model)
{
	struct form form = {0};

	(void)seen_before(&form, record);
	return expand(&form, model, record->definition);
}
