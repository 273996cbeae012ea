/* What a folder of .avsc files says, as the emitters need it. Everything lives in the model's arena. Build time only: input is trusted, faults end
 * the run. */
#pragma once

#include "common/base/arena.h"
#include "schemas/schema.h"

#include <jansson.h>

struct type {
	const char *full_name; /* "kluis.v1.Gender" */
	const char *name;      /* "Gender" */
	const char *stem;      /* "gender" */
	const char *c_name;    /* the stem, with an underscore behind it where C has that word */
	enum schema_kind kind; /* SCHEMA_RECORD, SCHEMA_ENUM or SCHEMA_FIXED */
	json_t *definition;    /* without doc, with full names, every type it needs as reference; borrowed from the model */
	size_t size;           /* of a fixed */
	const char **symbols;
	int32_t symbol_count;
	int32_t fallback;
	struct member *members;
	size_t member_count;
};

struct member {
	const char *name;
	const char *stem;
	const char *c_name;
	enum schema_kind kind;
	const struct type *type; /* of a record, enum or fixed */
	bool nullable;
	bool repeated;
	uint32_t max_length;
	uint32_t max_items;
	const json_t *standard; /* NULL: no default */
};

struct document {
	const char *file;
	const struct type *type;
};

/* Types in the order in which they can be declared: what a type needs stands before it. */
struct model {
	struct arena arena;
	struct type **types;
	size_t type_count;
	struct document *documents;
	size_t document_count;
	json_t *kept;              /* list of JSON that the types borrow from */
	const struct model **used; /* models whose types may be named, and are then reused */
	size_t used_count;
	const char *prefix; /* before every C name */
};

/* Reads every .avsc in the folder. */
void model_load(struct model *model, const char *folder);

/* Wipes it. */
void model_done(struct model *model);

/* The type of that full name, in the model or in those it uses; NULL if there is none. */
const struct type *model_type(const struct model *model, const char *full_name);

/* Says what is wrong and ends the run. */
_Noreturn void refuse(const char *where, const char *format, ...) __attribute__((format(printf, 2, 3)));
