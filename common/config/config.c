#include "common/config/config.h"

#include "common/config/config_value.h"

#include <errno.h>
#include <stdlib.h>

#define FILE_MAX ((size_t)1 << 20)
#define KAFKA_MAX 128
#define KAFKA_PREFIX "kafka."

/* A file under way. */
struct parser {
	const struct config_table *table;
	const char *path;
	size_t line;
	const char *folder; /* of relative paths; NULL: the process's */
	struct arena *arena;
	void *target;
	bool *given; /* per entry */
	struct stream_option *kafka;
	size_t kafka_count;
};

static bool refuse(const struct parser *parser, const char *name, const char *what, struct error *error)
{
	if (parser->line == 0)
		return error_set(error, DISPOSITION_STOP, "CONFIG", name, "%s: %s: %s", parser->path, name, what);
	return error_set(error, DISPOSITION_STOP, "CONFIG", name, "%s:%zu: %s: %s", parser->path, parser->line, name, what);
}

static bool is_space(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static struct view trimmed(struct view text)
{
	while (text.len > 0 && is_space(text.ptr[0]))
		text = view_of(text.ptr + 1, text.len - 1);
	while (text.len > 0 && is_space(text.ptr[text.len - 1]))
		text.len--;
	return text;
}

static bool name_is_plain(struct view name)
{
	for (size_t i = 0; i < name.len; i++) {
		uint8_t c = name.ptr[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '.' && c != '_' && c != '-')
			return false;
	}
	return name.len > 0;
}

/* A value in double quotes, in which \" and \\ stand for themselves; without quotes a comment ends it. NULL when it is malformed. */
static const char *unquoted(struct parser *parser, struct view text)
{
	char *value = arena_take(parser->arena, text.len + 1);
	size_t len = 0;

	if (text.len == 0 || text.ptr[0] != '"') {
		for (size_t i = 0; i < text.len; i++) {
			if (text.ptr[i] == '#' && (i == 0 || is_space(text.ptr[i - 1])))
				text.len = i;
		}
		return arena_text(parser->arena, trimmed(text));
	}
	for (size_t i = 1; i < text.len; i++) {
		struct view rest = trimmed(view_of(text.ptr + i + 1, text.len - i - 1));

		if (text.ptr[i] == '"')
			return rest.len == 0 || rest.ptr[0] == '#' ? value : NULL;
		if (text.ptr[i] == '\\' && i + 1 < text.len && (text.ptr[i + 1] == '"' || text.ptr[i + 1] == '\\'))
			i++;
		value[len++] = (char)text.ptr[i];
	}
	return NULL;
}

static bool take_kafka(struct parser *parser, const char *name, const char *value, struct error *error)
{
	const char *option = name + sizeof KAFKA_PREFIX - 1;

	for (size_t i = 0; i < parser->kafka_count; i++) {
		if (strcmp(parser->kafka[i].name, option) == 0)
			return refuse(parser, name, "given twice", error);
	}
	if (option[0] == '\0' || parser->kafka_count == KAFKA_MAX)
		return refuse(parser, name, "no such option, or too many", error);
	parser->kafka[parser->kafka_count++] = (struct stream_option){.name = option, .value = value};
	return true;
}

static bool take_entry(struct parser *parser, const char *name, const char *value, struct error *error)
{
	for (size_t i = 0; i < parser->table->count; i++) {
		const struct config_entry *entry = &parser->table->entries[i];
		const char *fault;

		if (strcmp(entry->name, name) != 0)
			continue;
		if (parser->given[i])
			return refuse(parser, name, "given twice", error);
		parser->given[i] = true;
		fault = config_value_set(entry, value, parser->folder, parser->arena, parser->target);
		return fault == NULL ? true : refuse(parser, name, fault, error);
	}
	return refuse(parser, name, "unknown name", error);
}

static bool take_line(struct parser *parser, struct view line, struct error *error)
{
	const uint8_t *equals;
	const char *name;
	const char *value;
	struct view left;

	line = trimmed(line);
	if (line.len == 0 || line.ptr[0] == '#')
		return true;
	equals = memchr(line.ptr, '=', line.len);
	if (memchr(line.ptr, 0, line.len) != NULL || equals == NULL)
		return refuse(parser, "line", "is not `name = value`", error);
	left = trimmed(view_of(line.ptr, (size_t)(equals - line.ptr)));
	if (!name_is_plain(left))
		return refuse(parser, "name", "lower-case letters, digits, '.', '_' and '-' only", error);
	name = arena_text(parser->arena, left);
	value = unquoted(parser, trimmed(view_of(equals + 1, line.len - (size_t)(equals - line.ptr) - 1)));
	if (value == NULL)
		return refuse(parser, name, "quotes do not match", error);
	return strncmp(name, KAFKA_PREFIX, sizeof KAFKA_PREFIX - 1) == 0 ? take_kafka(parser, name, value, error)
									 : take_entry(parser, name, value, error);
}

/* Puts the fallbacks in first, so that every field has a value; missing ones are found at the end. */
static bool take_fallbacks(struct parser *parser, struct error *error)
{
	for (size_t i = 0; i < parser->table->count; i++) {
		const struct config_entry *entry = &parser->table->entries[i];
		const char *fault = entry->fallback == NULL ? NULL : config_value_set(entry, entry->fallback, NULL, parser->arena, parser->target);

		if (fault != NULL)
			return refuse(parser, entry->name, fault, error);
	}
	return true;
}

static bool find_missing(struct parser *parser, struct error *error)
{
	parser->line = 0;
	for (size_t i = 0; i < parser->table->count; i++) {
		if (parser->table->entries[i].fallback == NULL && !parser->given[i])
			return refuse(parser, parser->table->entries[i].name, "must be given", error);
	}
	return true;
}

bool config_parse(const struct config_table *table, const char *path, struct view text, struct arena *arena, void *target,
		  struct config_kafka *ret_kafka, struct error *error)
{
	struct parser parser = {.table = table, .path = path, .arena = arena, .target = target};
	const char *slash = strrchr(path, '/');

	parser.given = arena_array(arena, table->count, sizeof *parser.given);
	parser.kafka = arena_array(arena, KAFKA_MAX, sizeof *parser.kafka);
	if (slash != NULL)
		parser.folder = arena_text(arena, view_of(path, slash == path ? 1 : (size_t)(slash - path)));
	if (!take_fallbacks(&parser, error))
		return false;
	while (text.len > 0) {
		const uint8_t *end = memchr(text.ptr, '\n', text.len);
		size_t len = end == NULL ? text.len : (size_t)(end - text.ptr);
		size_t used = end == NULL ? len : len + 1;

		parser.line++;
		if (!take_line(&parser, view_of(text.ptr, len), error))
			return false;
		text = view_of(text.ptr + used, text.len - used);
	}
	if (!find_missing(&parser, error))
		return false;
	*ret_kafka = (struct config_kafka){.options = parser.kafka, .count = parser.kafka_count};
	return true;
}

static void close_p(FILE **file)
{
	if (*file != NULL)
		(void)fclose(*file);
}

bool config_load(const struct config_table *table, const char *path, struct arena *arena, void *target, struct config_kafka *ret_kafka,
		 struct error *error)
{
	CLEANUP(close_p) FILE *file = path == NULL ? NULL : fopen(path, "re");
	char *bytes;
	size_t len;

	if (path == NULL)
		return config_parse(table, "defaults", VIEW_LITERAL(""), arena, target, ret_kafka, error);
	if (file == NULL)
		return error_set(error, DISPOSITION_STOP, "CONFIG", "file", "%s: %s", path,
				 errno == ENOENT ? "no such configuration file (see --config)" : "the configuration file cannot be opened");
	bytes = arena_take(arena, FILE_MAX);
	len = fread(bytes, 1, FILE_MAX, file);
	if (ferror(file) != 0 || len == FILE_MAX)
		return error_set(error, DISPOSITION_STOP, "CONFIG", "file", "%s: cannot be read, or larger than 1 MiB", path);
	return config_parse(table, path, view_of(bytes, len), arena, target, ret_kafka, error);
}

const char *config_kafka_value(const struct config_kafka *kafka, const char *name)
{
	for (size_t i = kafka->count; i > 0; i--) {
		if (strcmp(kafka->options[i - 1].name, name) == 0)
			return kafka->options[i - 1].value;
	}
	return NULL;
}
