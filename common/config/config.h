/*
 * Configuration by one table: it makes the parser, the help and the example file. A file has lines `name = value`, `#` begins a comment, values may
 * stand in double quotes. Unknown names, names given twice and bad values are refused with file and line.
 */
#pragma once

#include "common/base/arena.h"
#include "common/base/error.h"
#include "common/stream/stream.h"

#include <stdio.h>

enum config_kind {
	CONFIG_TEXT,     /* const char *; min and max are lengths in bytes, when max is not 0 */
	CONFIG_PATH,     /* const char *; a relative one is taken from the configuration file's folder */
	CONFIG_INT,      /* int64_t within min..max */
	CONFIG_BOOL,     /* bool; true, false, yes, no, on, off */
	CONFIG_DURATION, /* int64_t milliseconds within min..max; a whole number with ms, s, m, h or d */
};

struct config_entry {
	const char *name;
	enum config_kind kind;
	int64_t min;
	int64_t max;
	const char *fallback; /* as in the file; NULL: must be given */
	const char *help;
	size_t offset; /* of the field in the service's own struct; its C type is as said at the kind */
};

struct config_table {
	const struct config_entry *entries;
	size_t count;
};

/* What begins with `kafka.` is handed to librdkafka as it is, without that beginning. */
struct config_kafka {
	const struct stream_option *options;
	size_t count;
};

/*
 * Fills the struct at `target` from the table's fallbacks and then the file (NULL: none). Strings are made in the arena. REJECT-free: any fault is
 * STOP CONFIG with "file:line: what" in the text and the name as place.
 */
MUST_CHECK bool config_load(const struct config_table *table, const char *path, struct arena *arena, void *target, struct config_kafka *ret_kafka,
			    struct error *error);

/* The same from text in memory; `path` only names it and gives the folder of relative paths. For tests and fuzzing. */
MUST_CHECK bool config_parse(const struct config_table *table, const char *path, struct view text, struct arena *arena, void *target,
			     struct config_kafka *ret_kafka, struct error *error);

/* The value of a kafka option, NULL when it was not given; the last one counts. */
const char *config_kafka_value(const struct config_kafka *kafka, const char *name);

/* Prints one paragraph per entry: name, kind, range, fallback, help. */
void config_print_help(const struct config_table *table, FILE *out);

/* Prints an example file: every entry commented out with its fallback, those that must be given with an empty value. */
void config_print_example(const struct config_table *table, FILE *out);
