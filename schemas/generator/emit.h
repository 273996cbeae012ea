/* Writes C: the header with the structs, the file with the tables. */
#pragma once

#include "schemas/generator/model.h"

#include <stdio.h>

/* A released version's folder. */
struct release {
	const char *number;
	struct model model;
	bool *wanted; /* by type: a table of it is needed */
};

struct emission {
	const struct model *model;
	struct release *releases;
	size_t release_count;
	const char *name;            /* of the set: <name>_schemas */
	const char *header;          /* as it is included, "schemas/messages.h" */
	const char *const *includes; /* headers of the folders used */
	size_t include_count;
};

/* Structs, enums, look-ups and declarations of the tables. */
void emit_header(const struct emission *emission, FILE *out);

/* The tables, those of other released versions included. */
void emit_tables(const struct emission *emission, FILE *out);
