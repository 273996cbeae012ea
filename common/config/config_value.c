#include "common/config/config_value.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* A whole number, all of the text before *ret_rest. */
static bool parse_number(const char *text, int64_t *ret, const char **ret_rest)
{
	char *end;
	long long value;

	if (text[0] != '-' && (text[0] < '0' || text[0] > '9'))
		return false;
	errno = 0;
	value = strtoll(text, &end, 10);
	if (errno != 0 || end == text)
		return false;
	*ret = value;
	*ret_rest = end;
	return true;
}

static bool parse_bool(const char *text, bool *ret)
{
	static const char *const words[2][3] = {{"false", "no", "off"}, {"true", "yes", "on"}};

	for (size_t value = 0; value < 2; value++) {
		for (size_t i = 0; i < 3; i++) {
			if (strcmp(text, words[value][i]) == 0) {
				*ret = value == 1;
				return true;
			}
		}
	}
	return false;
}

static bool parse_duration(const char *text, int64_t *ret)
{
	static const struct {
		const char *unit;
		int64_t ms;
	} units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}, {"d", 86400000}};
	const char *rest;
	int64_t number;

	if (!parse_number(text, &number, &rest))
		return false;
	for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
		if (strcmp(rest, units[i].unit) == 0)
			return !__builtin_mul_overflow(number, units[i].ms, ret);
	}
	return false;
}

/* A relative path is taken from the folder of the file that named it. */
static const char *path_of(const char *text, const char *folder, struct arena *arena)
{
	size_t size;
	char *path;

	if (text[0] == '/' || text[0] == '\0' || folder == NULL)
		return arena_text(arena, view_text(text));
	size = strlen(folder) + strlen(text) + 2;
	path = arena_take(arena, size);
	(void)snprintf(path, size, "%s/%s", folder, text);
	return path;
}

static const char *set_number(const struct config_entry *entry, int64_t number, void *field)
{
	if (number < entry->min || number > entry->max)
		return "out of range";
	memcpy(field, &number, sizeof number);
	return NULL;
}

static const char *set_text(const struct config_entry *entry, const char *text, void *field)
{
	if (entry->max > 0 && (strlen(text) < (size_t)entry->min || strlen(text) > (size_t)entry->max))
		return "too short or too long";
	memcpy(field, &text, sizeof text);
	return NULL;
}

const char *config_value_set(const struct config_entry *entry, const char *text, const char *folder, struct arena *arena, void *target)
{
	void *field = (char *)target + entry->offset;
	const char *rest = "";
	int64_t number = 0;
	bool flag = false;

	switch (entry->kind) {
	case CONFIG_TEXT:
		return set_text(entry, arena_text(arena, view_text(text)), field);
	case CONFIG_PATH:
		return set_text(entry, path_of(text, folder, arena), field);
	case CONFIG_INT:
		return parse_number(text, &number, &rest) && rest[0] == '\0' ? set_number(entry, number, field) : "not a whole number";
	case CONFIG_DURATION:
		return parse_duration(text, &number) ? set_number(entry, number, field) : "not a duration such as 500ms, 10s, 5m, 2h or 30d";
	case CONFIG_BOOL:
		if (!parse_bool(text, &flag))
			return "neither true nor false";
		memcpy(field, &flag, sizeof flag);
		return NULL;
	}
	return "of an unknown kind";
}
