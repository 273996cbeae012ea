/* What a statement gave, in binary. Valid only inside the row reader that received it. Rows and columns count from 0. */
#pragma once

#include "common/base/error.h"
#include "common/base/view.h"

struct rows;

/* Reads the rows of one statement. False, with *error filled, fails the sync that it belongs to (what the server committed stays committed). */
typedef bool row_reader(void *context, const struct rows *rows, struct error *error);

/* Number of rows that came back. */
int rows_count(const struct rows *rows);

/* Number of rows that an INSERT, UPDATE or DELETE touched; 0 for others. */
int64_t rows_affected(const struct rows *rows);

/* True when the value is SQL null; the others then give 0, false or the null view. */
bool row_is_null(const struct rows *rows, int row, int column);

/* A smallint, integer or bigint. A column of another size makes the sync fail with STOP ROW_TYPE, as in all that follow. */
int64_t row_int8(const struct rows *rows, int row, int column);

/* A smallint or integer. */
int32_t row_int4(const struct rows *rows, int row, int column);

/* A smallint. */
int16_t row_int2(const struct rows *rows, int row, int column);

/* A boolean. */
bool row_bool(const struct rows *rows, int row, int column);

/* A bytea; borrowed, valid during the reader. */
struct view row_bytea(const struct rows *rows, int row, int column);

/* A text (or any type whose binary form is its text); borrowed, NUL-terminated behind its end, valid during the reader. */
struct view row_text(const struct rows *rows, int row, int column);

/* A timestamptz, as milliseconds UTC. */
int64_t row_time(const struct rows *rows, int row, int column);

/* A date, as days since 1970-01-01. */
int32_t row_day(const struct rows *rows, int row, int column);
