/* The tables that the generator makes of the .avsc files: what a record consists of, in C and on the wire. Constant, public, walked by the codec,
 * by `publish` and by tests.
 *
 * A field's C type follows from its table row:
 *   string, bytes   struct view (ptr NULL is null)             fixed     uint8_t name[size]
 *   int, long       int32_t, int64_t                           boolean   bool
 *   enum            enum of four bytes                         record    by value; nullable: struct x *, NULL is null
 *   array           struct x_array {x *items; size_t count;}   nullable fixed, int, long, boolean, enum: has_name beside name */
#pragma once

#include "common/base/error.h"
#include "common/base/view.h"

#define SCHEMA_FINGERPRINT 8
#define SCHEMA_MAX_ITEMS 1024
#define SCHEMA_MAX_MESSAGE ((size_t)256 * 1024)
#define SCHEMA_NO_SYMBOL INT32_C(-1) /* what an enum holds whose symbol this reader lacks: equal to none of its constants */

enum schema_kind {
	SCHEMA_BOOLEAN,
	SCHEMA_INT,
	SCHEMA_LONG,
	SCHEMA_STRING,
	SCHEMA_BYTES,
	SCHEMA_FIXED,
	SCHEMA_ENUM,
	SCHEMA_RECORD,
};

struct schema_enum {
	const char *name;           /* full name, "kluis.v1.Gender" */
	const char *const *symbols; /* by ordinal */
	int32_t count;
	int32_t fallback; /* ordinal of the enum's default, SCHEMA_NO_SYMBOL if it has none */
};

/* What a field holds where the writer's schema lacks it: null, false, 0 or an empty list unless said otherwise here. */
struct schema_default {
	int64_t number;   /* boolean, int, long, ordinal of an enum */
	struct view text; /* string, bytes, fixed */
};

struct schema_field {
	const char *name;
	enum schema_kind kind; /* of an array: of its items */
	bool nullable;
	bool repeated; /* an array */
	bool has_default;
	size_t offset;       /* in the struct; 0 in the tables of other versions, which have no struct */
	size_t has_offset;   /* of has_name */
	size_t size;         /* of a fixed */
	uint32_t max_length; /* code points of a string, bytes of bytes, of each item of an array; 0: none */
	uint32_t max_items;  /* of an array */
	const struct schema_enum *enumeration;
	const struct schema *record;
	struct schema_default standard;
};

struct schema {
	const char *name;      /* "EmployeeEvent" */
	const char *full_name; /* "kluis.v1.EmployeeEvent" */
	const struct schema_field *fields;
	size_t field_count;
	size_t size;                             /* of the struct; 0 in the tables of other versions */
	uint8_t fingerprint[SCHEMA_FINGERPRINT]; /* CRC-64-AVRO, little endian as on the wire */
};

/* Everything made of one folder: the records it can read into and the other versions it knows. */
struct schema_set {
	const struct schema *const *readers;
	size_t reader_count;
	const struct schema *const *writers; /* released versions whose fingerprint differs from the present one's */
	size_t writer_count;
};

/* Any array as it lies in a struct. */
struct schema_array {
	void *items;
	size_t count;
};

struct view_array {
	struct view *items;
	size_t count;
};

struct boolean_array {
	bool *items;
	size_t count;
};

struct int_array {
	int32_t *items;
	size_t count;
};

struct long_array {
	int64_t *items;
	size_t count;
};

/* The symbol of an ordinal; "" when it is none. Static. */
const char *schema_enum_symbol(const struct schema_enum *enumeration, int32_t value);

/* The ordinal of a symbol; false when the enum lacks it. */
MUST_CHECK bool schema_enum_value(const struct schema_enum *enumeration, struct view symbol, int32_t *ret_value);

/* The field of that name, NULL if there is none. */
const struct schema_field *schema_field_named(const struct schema *schema, struct view name);

/* Bytes that one value (of an array: one item) takes in a struct; of a nullable record what its pointer points at. */
size_t schema_value_size(const struct schema_field *field);

/* True when a nullable field of the record holds null. Never true of one that is not nullable. */
bool schema_field_null(const struct schema_field *field, const void *record);
