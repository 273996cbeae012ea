/* What is wrong with single fields of a message that could be read all the same. Whoever decoded it judges. */
#pragma once

#include "common/base/arena.h"
#include "schemas/schema.h"

#define FAULT_MAX 256 /* more than a message of any schema of ours can hold */
#define FAULT_PATH 64

enum fault_code {
	FAULT_TEXT,  /* no UTF-8, or longer than maxLength: the field is null, empty where it cannot be null */
	FAULT_ITEMS, /* more than maxItems: the first maxItems are there */
	FAULT_ENUM,  /* a symbol that this reader lacks, and no default: null, SCHEMA_NO_SYMBOL where it cannot be null */
};

struct fault {
	enum fault_code code;
	char path[FAULT_PATH];            /* "surname", "addresses[2].city"; cut to fit */
	const struct schema_field *field; /* the field itself, in the reader's table */
	const struct schema_field *list;  /* the outermost list that it lies in, NULL if it lies in none; a list does not lie in itself */
	size_t item;                      /* which item of that list, from 0; that item is still there */
};

struct fault_list {
	struct fault *items; /* in the order of the bytes */
	size_t count;
	bool overflow; /* there were more than FAULT_MAX */
};

/* "TEXT", "ITEMS" or "ENUM", the code of rules.md. Static. */
const char *fault_code_name(enum fault_code code);

/* Adds a fault (its memory is the arena's), or notes that there are too many. */
void fault_list_add(struct fault_list *list, const struct fault *fault, struct arena *arena);

/* The first fault of the field of that name in the record itself (not in an item or a nested record), NULL if there is none. */
const struct fault *fault_list_find(const struct fault_list *list, const struct schema_field *field);
