/*
 * Parameters of a statement, in PostgreSQL's binary format and in the order in which they are added. Made in an arena; what the views point at is
 * copied once, here. Columns of rows for `unnest` go in as arrays.
 */
#pragma once

#include "common/base/arena.h"

#define PARAMETERS_MAX 40

/* PostgreSQL's type numbers (pg_type.dat), which tell the server what the bytes are. */
enum parameter_type {
	PARAMETER_BOOL = 16,
	PARAMETER_BYTEA = 17,
	PARAMETER_INT8 = 20,
	PARAMETER_INT2 = 21,
	PARAMETER_INT4 = 23,
	PARAMETER_TEXT = 25,
	PARAMETER_DATE = 1082,
	PARAMETER_TIME = 1184, /* timestamptz */
	PARAMETER_BOOL_ARRAY = 1000,
	PARAMETER_BYTEA_ARRAY = 1001,
	PARAMETER_INT2_ARRAY = 1005,
	PARAMETER_INT4_ARRAY = 1007,
	PARAMETER_TEXT_ARRAY = 1009,
	PARAMETER_INT8_ARRAY = 1016,
	PARAMETER_DATE_ARRAY = 1182,
	PARAMETER_TIME_ARRAY = 1185,
};

/* Filled by parameters_…; more than PARAMETERS_MAX, or a value above 1 GB, ends the process (the caller's mistake, never the input's). */
struct parameters {
	struct arena *arena;
	int count;
	uint32_t types[PARAMETERS_MAX];
	const char *values[PARAMETERS_MAX]; /* NULL: SQL null */
	int lengths[PARAMETERS_MAX];
};

/* No parameters yet; values will be made in the arena and live as long as it. */
void parameters_init(struct parameters *parameters, struct arena *arena);

/* SQL null of the given type. */
void parameters_null(struct parameters *parameters, enum parameter_type type);

/* A smallint. */
void parameters_int2(struct parameters *parameters, int16_t value);

/* An integer. */
void parameters_int4(struct parameters *parameters, int32_t value);

/* A bigint. */
void parameters_int8(struct parameters *parameters, int64_t value);

/* A boolean. */
void parameters_bool(struct parameters *parameters, bool value);

/* Text, UTF-8 without NUL; the null view is SQL null. */
void parameters_text(struct parameters *parameters, struct view value);

/* Bytes; the null view is SQL null. */
void parameters_bytea(struct parameters *parameters, struct view value);

/* The same without a copy: the bytes must stay until the statement has been queued. */
void parameters_bytea_borrowed(struct parameters *parameters, struct view value);

/* A timestamptz, from milliseconds UTC since 1970. */
void parameters_time(struct parameters *parameters, int64_t time_ms);

/* A date, from days since 1970-01-01. */
void parameters_day(struct parameters *parameters, int32_t day);

/* One-dimensional arrays of n values. `nulls` may be NULL (none is null), else nulls[i] makes element i SQL null. n may be 0. */
void parameters_int2_array(struct parameters *parameters, const int16_t *values, const bool *nulls, size_t n);

/* Likewise, integer[]. */
void parameters_int4_array(struct parameters *parameters, const int32_t *values, const bool *nulls, size_t n);

/* Likewise, bigint[]. */
void parameters_int8_array(struct parameters *parameters, const int64_t *values, const bool *nulls, size_t n);

/* Likewise, boolean[]. */
void parameters_bool_array(struct parameters *parameters, const bool *values, const bool *nulls, size_t n);

/* Likewise, timestamptz[], from milliseconds UTC. */
void parameters_time_array(struct parameters *parameters, const int64_t *times_ms, const bool *nulls, size_t n);

/* Likewise, date[], from days since 1970-01-01. */
void parameters_day_array(struct parameters *parameters, const int32_t *days, const bool *nulls, size_t n);

/* bytea[]; null views are null elements. */
void parameters_bytea_array(struct parameters *parameters, const struct view *values, size_t n);

/* text[]; null views are null elements. */
void parameters_text_array(struct parameters *parameters, const struct view *values, size_t n);
