#include "schemas/generator/model.h"

#include <ctype.h>
#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>

#define MAX_TYPES 512
#define MAX_DEPTH 16

struct place {
	const char *file;
	const char *namespace;
	int depth;
};

static void parse_schema(struct model *model, struct place place, const json_t *json, struct member *ret, json_t **ret_reference);

_Noreturn void refuse(const char *where, const char *format, ...)
{
	va_list arguments;

	(void)fprintf(stderr, "%s: ", where);
	va_start(arguments, format);
	(void)vfprintf(stderr, format, arguments);
	va_end(arguments);
	(void)fputc('\n', stderr);
	_Exit(1);
}

static const char *keep_text(struct model *model, const char *text)
{
	return arena_text(&model->arena, view_text(text));
}

/* Keeps a JSON value as long as the model; takes the reference. */
static json_t *keep_json(struct model *model, json_t *json)
{
	if (json_array_append_new(model->kept, json) != 0)
		refuse("model", "out of memory");
	return json;
}

/* EmployeeEvent -> employee_event. */
static const char *stem_of(struct model *model, const char *name, const char *prefix)
{
	char *text = arena_take(&model->arena, strlen(prefix) + strlen(name) * 2 + 1);
	size_t n = strlen(prefix);

	memcpy(text, prefix, n + 1);
	for (size_t i = 0; name[i] != '\0'; i++) {
		if (i > 0 && isupper((unsigned char)name[i]) && !isupper((unsigned char)name[i - 1]) && name[i - 1] != '_')
			text[n++] = '_';
		text[n++] = (char)tolower((unsigned char)name[i]);
	}
	return text;
}

/* The stem, or where C has that word the stem and an underscore. */
static const char *c_name(struct model *model, const char *stem)
{
	static const char keywords[] =
		" asm auto bool break case char const continue default do double else enum extern false float for goto if inline "
		"int long register restrict return short signed sizeof static struct switch true typedef typeof union "
		"unsigned void volatile while ";
	size_t size = strlen(stem) + 3;
	char *text = arena_take(&model->arena, size);

	(void)snprintf(text, size, " %s ", stem);
	if (strstr(keywords, text) == NULL)
		return stem;
	(void)snprintf(text, size, "%s_", stem);
	return text;
}

static const char *full_name(struct model *model, struct place place, const char *name)
{
	char *text;
	size_t size;

	if (strchr(name, '.') != NULL || place.namespace == NULL || place.namespace[0] == '\0')
		return keep_text(model, name);
	size = strlen(place.namespace) + strlen(name) + 2;
	text = arena_take(&model->arena, size);
	(void)snprintf(text, size, "%s.%s", place.namespace, name);
	return text;
}

const struct type *model_type(const struct model *model, const char *full_name)
{
	for (size_t i = 0; i < model->type_count; i++)
		if (strcmp(model->types[i]->full_name, full_name) == 0)
			return model->types[i];
	for (size_t i = 0; i < model->used_count; i++) {
		const struct type *type = model_type(model->used[i], full_name);

		if (type != NULL)
			return type;
	}
	return NULL;
}

static bool primitive_kind(const char *name, enum schema_kind *ret)
{
	static const struct {
		const char *name;
		enum schema_kind kind;
	} primitives[] = {
		{"boolean", SCHEMA_BOOLEAN}, {"int", SCHEMA_INT}, {"long", SCHEMA_LONG}, {"string", SCHEMA_STRING}, {"bytes", SCHEMA_BYTES}};

	for (size_t i = 0; i < sizeof primitives / sizeof *primitives; i++)
		if (strcmp(primitives[i].name, name) == 0) {
			*ret = primitives[i].kind;
			return true;
		}
	return false;
}

static uint32_t limit_of(struct place place, const json_t *field, const char *key)
{
	const json_t *value = json_object_get(field, key);

	if (value == NULL)
		return 0;
	if (!json_is_integer(value) || json_integer_value(value) < 1 || json_integer_value(value) > INT32_MAX)
		refuse(place.file, "%s is not a positive number", key);
	return (uint32_t)json_integer_value(value);
}

/* Adds a type, or checks that the one of that name which is known already says the same. */
static const struct type *admit(struct model *model, struct place place, struct type *type)
{
	const struct type *known = model_type(model, type->full_name);

	if (known != NULL) {
		if (!json_equal(known->definition, type->definition))
			refuse(place.file, "%s is defined differently elsewhere", type->full_name);
		return known;
	}
	if (model->type_count == MAX_TYPES)
		refuse(place.file, "more than %d types", MAX_TYPES);
	model->types[model->type_count++] = type;
	return type;
}

static void parse_enum(struct model *model, struct place place, const json_t *json, struct type *type)
{
	const json_t *symbols = json_object_get(json, "symbols");
	const char *fallback = json_string_value(json_object_get(json, "default"));

	type->symbol_count = (int32_t)json_array_size(symbols);
	type->symbols = arena_array(&model->arena, json_array_size(symbols), sizeof *type->symbols);
	type->fallback = SCHEMA_NO_SYMBOL;
	for (int32_t i = 0; i < type->symbol_count; i++) {
		type->symbols[i] = json_string_value(json_array_get(symbols, (size_t)i));
		if (type->symbols[i] == NULL)
			refuse(place.file, "%s: a symbol is no string", type->full_name);
		for (int32_t other = 0; other < i; other++)
			if (strcmp(type->symbols[i], type->symbols[other]) == 0)
				refuse(place.file, "%s: symbol %s twice", type->full_name, type->symbols[i]);
		if (fallback != NULL && strcmp(fallback, type->symbols[i]) == 0)
			type->fallback = i;
	}
	if (type->symbol_count == 0 || (fallback != NULL && type->fallback == SCHEMA_NO_SYMBOL))
		refuse(place.file, "%s: no symbols, or a default that is none of them", type->full_name);
	json_object_set_new(type->definition, "symbols", json_deep_copy(symbols));
	if (fallback != NULL)
		json_object_set_new(type->definition, "default", json_string(fallback));
}

/* Avro writes the bytes of a default as characters; only those are taken that are the same in UTF-8. */
static bool is_ascii(const char *text)
{
	for (; *text != '\0'; text++)
		if ((*text & 0x80) != 0)
			return false;
	return true;
}

/* A default must fit its field; only those that need no memory of their own are known. */
static void check_default(struct place place, const struct member *member)
{
	const json_t *standard = member->standard;
	bool fits = false;

	if (standard == NULL)
		return;
	if (member->nullable)
		fits = json_is_null(standard);
	else if (member->repeated)
		fits = json_is_array(standard) && json_array_size(standard) == 0;
	else if (member->kind == SCHEMA_BOOLEAN)
		fits = json_is_boolean(standard);
	else if (member->kind == SCHEMA_INT)
		fits = json_is_integer(standard) && json_integer_value(standard) >= INT32_MIN && json_integer_value(standard) <= INT32_MAX;
	else if (member->kind == SCHEMA_LONG)
		fits = json_is_integer(standard);
	else if (member->kind == SCHEMA_STRING)
		fits = json_is_string(standard);
	else if (member->kind == SCHEMA_BYTES)
		fits = json_is_string(standard) && is_ascii(json_string_value(standard));
	else if (member->kind == SCHEMA_FIXED)
		fits = json_is_string(standard) && json_string_length(standard) == member->type->size && is_ascii(json_string_value(standard));
	else if (member->kind == SCHEMA_ENUM)
		for (int32_t i = 0; i < member->type->symbol_count; i++)
			fits = fits || (json_is_string(standard) && strcmp(json_string_value(standard), member->type->symbols[i]) == 0);
	if (!fits)
		refuse(place.file, "field %s: a default of this form is not known", member->name);
}

static void parse_field(struct model *model, struct place place, const json_t *field, struct type *record, struct member *member)
{
	json_t *reference = NULL;
	json_t *definition = json_object();
	static const char *const copied[] = {"default", "maxLength", "maxItems"};

	member->name = json_string_value(json_object_get(field, "name"));
	if (member->name == NULL)
		refuse(place.file, "%s: a field without a name", record->full_name);
	for (const struct member *other = record->members; other != member; other++)
		if (strcmp(other->name, member->name) == 0)
			refuse(place.file, "%s: field %s twice", record->full_name, member->name);
	member->stem = stem_of(model, member->name, "");
	member->c_name = c_name(model, member->stem);
	parse_schema(model, place, json_object_get(field, "type"), member, &reference);
	member->standard = json_object_get(field, "default");
	member->max_length = limit_of(place, field, "maxLength");
	member->max_items = limit_of(place, field, "maxItems");
	if (member->max_items == 0)
		member->max_items = member->repeated ? SCHEMA_MAX_ITEMS : 0;
	check_default(place, member);
	json_object_set_new(definition, "name", json_string(member->name));
	json_object_set_new(definition, "type", reference);
	for (size_t i = 0; i < sizeof copied / sizeof *copied; i++)
		if (json_object_get(field, copied[i]) != NULL)
			json_object_set_new(definition, copied[i], json_deep_copy(json_object_get(field, copied[i])));
	json_array_append_new(json_object_get(record->definition, "fields"), definition);
}

static void parse_record(struct model *model, struct place place, const json_t *json, struct type *type)
{
	const json_t *fields = json_object_get(json, "fields");

	type->member_count = json_array_size(fields);
	if (type->member_count == 0)
		refuse(place.file, "%s: a record without fields would take no bytes", type->full_name);
	type->members = arena_array(&model->arena, type->member_count, sizeof *type->members);
	json_object_set_new(type->definition, "fields", json_array());
	for (size_t i = 0; i < type->member_count; i++)
		parse_field(model, place, json_array_get(fields, i), type, &type->members[i]);
}

/* A record, enum or fixed that is defined here. */
static const struct type *parse_definition(struct model *model, struct place place, const json_t *json, const char *kind)
{
	const char *name = json_string_value(json_object_get(json, "name"));
	const char *own = json_string_value(json_object_get(json, "namespace"));
	struct type *type = arena_take(&model->arena, sizeof *type);
	const char *last;

	if (name == NULL || place.depth > MAX_DEPTH)
		refuse(place.file, "a %s without a name, or nested more than %d deep", kind, MAX_DEPTH);
	if (own != NULL)
		place.namespace = own;
	type->full_name = full_name(model, place, name);
	last = strrchr(type->full_name, '.');
	if (last != NULL)
		place.namespace = (const char *)arena_copy(&model->arena, view_of(type->full_name, (size_t)(last - type->full_name))).ptr;
	type->name = last == NULL ? type->full_name : last + 1;
	type->stem = stem_of(model, type->name, model->prefix == NULL ? "" : model->prefix);
	type->c_name = c_name(model, type->stem);
	type->definition = keep_json(model, json_object());
	json_object_set_new(type->definition, "type", json_string(kind));
	json_object_set_new(type->definition, "name", json_string(type->full_name));
	if (strcmp(kind, "enum") == 0) {
		type->kind = SCHEMA_ENUM;
		parse_enum(model, place, json, type);
	} else if (strcmp(kind, "fixed") == 0) {
		type->kind = SCHEMA_FIXED;
		type->size = limit_of(place, json, "size");
		if (type->size == 0 || type->size > 1024)
			refuse(place.file, "%s: size is not 1..1024", type->full_name);
		json_object_set_new(type->definition, "size", json_integer((json_int_t)type->size));
	} else {
		type->kind = SCHEMA_RECORD;
		place.depth++;
		parse_record(model, place, json, type);
	}
	return admit(model, place, type);
}

static void set_type(struct member *ret, const struct type *type, json_t **ret_reference)
{
	ret->kind = type->kind;
	ret->type = type;
	*ret_reference = json_string(type->full_name);
}

static void parse_union(struct model *model, struct place place, const json_t *json, struct member *ret, json_t **ret_reference)
{
	const char *first = json_string_value(json_array_get(json, 0));
	json_t *reference = NULL;

	if (json_array_size(json) != 2 || first == NULL || strcmp(first, "null") != 0)
		refuse(place.file, "the only union known is [\"null\", something]");
	parse_schema(model, place, json_array_get(json, 1), ret, &reference);
	if (ret->nullable || ret->repeated)
		refuse(place.file, "a union inside a union, or a list that may be null");
	ret->nullable = true;
	*ret_reference = json_pack("[s, o]", "null", reference);
}

static void parse_array(struct model *model, struct place place, const json_t *json, struct member *ret, json_t **ret_reference)
{
	json_t *reference = NULL;

	parse_schema(model, place, json_object_get(json, "items"), ret, &reference);
	if (ret->nullable || ret->repeated)
		refuse(place.file, "a list whose items may be null or are lists");
	ret->repeated = true;
	*ret_reference = json_pack("{s:s, s:o}", "type", "array", "items", reference);
}

/* Fills kind, type, nullable and repeated of *ret, and gives the type as JSON in which named types are references. */
static void parse_schema(struct model *model, struct place place, const json_t *json, struct member *ret, json_t **ret_reference)
{
	const char *name = json_is_object(json) ? json_string_value(json_object_get(json, "type")) : json_string_value(json);

	if (json_is_array(json)) {
		parse_union(model, place, json, ret, ret_reference);
		return;
	}
	if (name == NULL)
		refuse(place.file, "a type that is neither a name, an object nor a union");
	if (primitive_kind(name, &ret->kind)) {
		*ret_reference = json_string(name);
	} else if (json_is_object(json) && strcmp(name, "array") == 0) {
		parse_array(model, place, json, ret, ret_reference);
	} else if (json_is_object(json) && (strcmp(name, "record") == 0 || strcmp(name, "enum") == 0 || strcmp(name, "fixed") == 0)) {
		set_type(ret, parse_definition(model, place, json, name), ret_reference);
	} else {
		const struct type *type = model_type(model, full_name(model, place, name));

		if (type == NULL)
			refuse(place.file, "type %s is not known (there are no maps and no floating point; a record cannot hold itself)", name);
		set_type(ret, type, ret_reference);
	}
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void load_file(struct model *model, const char *folder, const char *file)
{
	char path[4096];
	json_error_t fault;
	json_t *json;
	struct member root = {0};
	json_t *reference = NULL;

	(void)snprintf(path, sizeof path, "%s/%s", folder, file);
	json = json_load_file(path, JSON_REJECT_DUPLICATES, &fault);
	if (json == NULL)
		refuse(path, "line %d: %s", fault.line, fault.text);
	keep_json(model, json);
	parse_schema(model, (struct place){.file = keep_text(model, path)}, json, &root, &reference);
	json_decref(reference);
	if (root.kind != SCHEMA_RECORD || root.nullable || root.repeated)
		refuse(path, "not a record");
	model->documents[model->document_count++] = (struct document){.file = keep_text(model, path), .type = root.type};
}

void model_load(struct model *model, const char *folder)
{
	const char *files[MAX_TYPES];
	size_t count = 0;
	DIR *directory = opendir(folder);

	if (directory == NULL)
		refuse(folder, "cannot be opened");
	model->kept = json_array();
	model->types = arena_array(&model->arena, MAX_TYPES, sizeof(struct type *));
	model->documents = arena_array(&model->arena, MAX_TYPES, sizeof *model->documents);
	for (const struct dirent *entry = readdir(directory); entry != NULL && count < MAX_TYPES; entry = readdir(directory)) {
		size_t length = strlen(entry->d_name);

		if (length > 5 && strcmp(entry->d_name + length - 5, ".avsc") == 0)
			files[count++] = keep_text(model, entry->d_name);
	}
	(void)closedir(directory);
	if (count == 0)
		refuse(folder, "no .avsc files");
	qsort(files, count, sizeof *files, by_name);
	for (size_t i = 0; i < count; i++)
		load_file(model, folder, files[i]);
}

void model_done(struct model *model)
{
	json_decref(model->kept);
	arena_done(&model->arena);
}
