/*
 * Log lines for people and machines: `time=… level=… event=… key=value …` on standard error, one write each, from any thread. Fields are codes (C
 * strings that the program made) and numbers: there is no way to pass a view, so nothing out of a message gets here.
 */
#pragma once

#include "common/base/error.h"

#include <stdint.h>

enum log_level { LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARNING, LOG_LEVEL_ERROR };

enum log_field_kind { LOG_FIELD_END, LOG_FIELD_TEXT, LOG_FIELD_INT, LOG_FIELD_BOOL, LOG_FIELD_ERROR };

struct log_field {
	enum log_field_kind kind;
	const char *key;
	const char *text;
	int64_t number;
	const struct error *error;
};

/* A field with a code or name; NULL leaves the field out. Quoted when needed, control characters become '?'. */
static inline struct log_field log_text(const char *key, const char *text)
{
	return (struct log_field){.kind = LOG_FIELD_TEXT, .key = key, .text = text};
}

/* A field with a number. */
static inline struct log_field log_int(const char *key, int64_t number)
{
	return (struct log_field){.kind = LOG_FIELD_INT, .key = key, .number = number};
}

/* A field with true or false. */
static inline struct log_field log_bool(const char *key, bool value)
{
	return (struct log_field){.kind = LOG_FIELD_BOOL, .key = key, .number = value};
}

/* disposition=… code=… place=… text=… of an error. */
static inline struct log_field log_error(const struct error *error)
{
	return (struct log_field){.kind = LOG_FIELD_ERROR, .error = error};
}

/* Where the list of fields ends; log_event adds it. */
static inline struct log_field log_end(void)
{
	return (struct log_field){.kind = LOG_FIELD_END};
}

/* log_event(LOG_LEVEL_INFO, "started", log_text("instance", name), log_int("partitions", 12)); zero fields are fine. Keeps errno. */
#define log_event(level, ...) LOG_EVENT_WITH_END(level, __VA_ARGS__, log_end())
#define LOG_EVENT_WITH_END(level, event, ...) log_write((level), (event), (const struct log_field[]){__VA_ARGS__})

/* Writes one line; fields end with log_end(). A line is cut at 2 KiB. Use log_event. */
void log_write(enum log_level level, const char *event, const struct log_field *fields);

/* Lines below this level are left out from now on (INFO at first). */
void log_set_level(enum log_level level);

/* "debug", "info", "warning" or "error" to a level; false for anything else. */
MUST_CHECK bool log_level_parse(const char *name, enum log_level *ret);

/* Writes to another file descriptor than 2; for tests. */
void log_set_descriptor(int descriptor);
