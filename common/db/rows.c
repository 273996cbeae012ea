#include "common/db/rows.h"

#include "common/base/unconst.h"
#include "common/db/connection.h"

#include <endian.h>
#include <stdlib.h>

#define POSTGRES_EPOCH_MS INT64_C(946684800000) /* 2000-01-01 */
#define POSTGRES_EPOCH_DAY 10957

int rows_count(const struct rows *rows)
{
	return PQntuples(rows->result);
}

int64_t rows_affected(const struct rows *rows)
{
	/* libpq hides the const; it does not change the result. */
	const char *text = PQcmdTuples(unconst(rows->result));

	return strtoll(text, NULL, 10);
}

bool row_is_null(const struct rows *rows, int row, int column)
{
	if (row < 0 || row >= PQntuples(rows->result) || column < 0 || column >= PQnfields(rows->result)) {
		*rows->mismatched = true;
		return true;
	}
	return PQgetisnull(rows->result, row, column) != 0;
}

/* The bytes of a value that is not null; the null view otherwise. */
static struct view value(const struct rows *rows, int row, int column)
{
	if (row_is_null(rows, row, column))
		return VIEW_NULL;
	return view_of(PQgetvalue(rows->result, row, column), (size_t)PQgetlength(rows->result, row, column));
}

/* A big-endian integer of 1 to 8 bytes, but no wider than `width`. */
static int64_t integer(const struct rows *rows, int row, int column, size_t width)
{
	struct view v = value(rows, row, column);
	int64_t result = 0;

	if (view_is_null(v))
		return 0;
	if (v.len == 0 || v.len > width || (v.len & (v.len - 1)) != 0) {
		*rows->mismatched = true;
		return 0;
	}
	result = (v.ptr[0] & 0x80) != 0 ? -1 : 0;
	for (size_t i = 0; i < v.len; i++)
		result = (int64_t)((uint64_t)result << 8 | v.ptr[i]);
	return result;
}

int64_t row_int8(const struct rows *rows, int row, int column)
{
	return integer(rows, row, column, 8);
}

int32_t row_int4(const struct rows *rows, int row, int column)
{
	return (int32_t)integer(rows, row, column, 4);
}

int16_t row_int2(const struct rows *rows, int row, int column)
{
	return (int16_t)integer(rows, row, column, 2);
}

bool row_bool(const struct rows *rows, int row, int column)
{
	return integer(rows, row, column, 1) != 0;
}

struct view row_bytea(const struct rows *rows, int row, int column)
{
	return value(rows, row, column);
}

struct view row_text(const struct rows *rows, int row, int column)
{
	return value(rows, row, column);
}

int64_t row_time(const struct rows *rows, int row, int column)
{
	int64_t micros = integer(rows, row, column, 8);
	int64_t floored = micros / 1000 - (micros % 1000 < 0);

	return row_is_null(rows, row, column) ? 0 : floored + POSTGRES_EPOCH_MS;
}

int32_t row_day(const struct rows *rows, int row, int column)
{
	return row_is_null(rows, row, column) ? 0 : (int32_t)integer(rows, row, column, 4) + POSTGRES_EPOCH_DAY;
}
