#include "common/db/parameters.h"

#include <endian.h>
#include <stdio.h>
#include <stdlib.h>

#define SIZE_MAX_SENT ((size_t)1 << 30)
#define ARRAY_HEADER 20
#define POSTGRES_EPOCH_MS INT64_C(946684800000) /* 2000-01-01 */
#define POSTGRES_EPOCH_DAY 10957

/* A place in an array under construction. */
struct writer {
	uint8_t *at;
};

static _Noreturn void misuse(const char *event)
{
	(void)fprintf(stderr, "level=error event=%s\n", event);
	abort();
}

static void put16(struct writer *writer, uint16_t value)
{
	uint16_t wire = htobe16(value);

	memcpy(writer->at, &wire, sizeof wire);
	writer->at += sizeof wire;
}

static void put32(struct writer *writer, uint32_t value)
{
	uint32_t wire = htobe32(value);

	memcpy(writer->at, &wire, sizeof wire);
	writer->at += sizeof wire;
}

static void put64(struct writer *writer, uint64_t value)
{
	uint64_t wire = htobe64(value);

	memcpy(writer->at, &wire, sizeof wire);
	writer->at += sizeof wire;
}

static uint64_t postgres_time(int64_t time_ms)
{
	int64_t micros;

	if (__builtin_sub_overflow(time_ms, POSTGRES_EPOCH_MS, &micros) || __builtin_mul_overflow(micros, 1000, &micros))
		misuse("parameter_time_out_of_range");
	return (uint64_t)micros;
}

static uint32_t postgres_day(int32_t day)
{
	int32_t shifted;

	if (__builtin_sub_overflow(day, POSTGRES_EPOCH_DAY, &shifted))
		misuse("parameter_day_out_of_range");
	return (uint32_t)shifted;
}

/* Notes one parameter; NULL bytes: SQL null. */
static void add(struct parameters *parameters, enum parameter_type type, const uint8_t *bytes, size_t len)
{
	if (parameters->count == PARAMETERS_MAX)
		misuse("parameters_too_many");
	if (len > SIZE_MAX_SENT)
		misuse("parameter_too_large");
	parameters->types[parameters->count] = type;
	parameters->values[parameters->count] = (const char *)bytes;
	parameters->lengths[parameters->count] = (int)len;
	parameters->count++;
}

/* Room for one parameter of len bytes, noted. */
static struct writer room(struct parameters *parameters, enum parameter_type type, size_t len)
{
	uint8_t *bytes = arena_take(parameters->arena, len);

	add(parameters, type, bytes, len);
	return (struct writer){.at = bytes};
}

void parameters_init(struct parameters *parameters, struct arena *arena)
{
	parameters->arena = arena;
	parameters->count = 0;
}

void parameters_null(struct parameters *parameters, enum parameter_type type)
{
	add(parameters, type, NULL, 0);
}

void parameters_int2(struct parameters *parameters, int16_t value)
{
	struct writer writer = room(parameters, PARAMETER_INT2, sizeof value);

	put16(&writer, (uint16_t)value);
}

void parameters_int4(struct parameters *parameters, int32_t value)
{
	struct writer writer = room(parameters, PARAMETER_INT4, sizeof value);

	put32(&writer, (uint32_t)value);
}

void parameters_int8(struct parameters *parameters, int64_t value)
{
	struct writer writer = room(parameters, PARAMETER_INT8, sizeof value);

	put64(&writer, (uint64_t)value);
}

void parameters_bool(struct parameters *parameters, bool value)
{
	struct writer writer = room(parameters, PARAMETER_BOOL, 1);

	*writer.at = value;
}

void parameters_time(struct parameters *parameters, int64_t time_ms)
{
	struct writer writer = room(parameters, PARAMETER_TIME, sizeof time_ms);

	put64(&writer, postgres_time(time_ms));
}

void parameters_day(struct parameters *parameters, int32_t day)
{
	struct writer writer = room(parameters, PARAMETER_DATE, sizeof day);

	put32(&writer, postgres_day(day));
}

static void add_bytes(struct parameters *parameters, enum parameter_type type, struct view value)
{
	add(parameters, type, arena_copy(parameters->arena, value).ptr, value.len);
}

void parameters_text(struct parameters *parameters, struct view value)
{
	add_bytes(parameters, PARAMETER_TEXT, value);
}

void parameters_bytea(struct parameters *parameters, struct view value)
{
	add_bytes(parameters, PARAMETER_BYTEA, value);
}

void parameters_bytea_borrowed(struct parameters *parameters, struct view value)
{
	add(parameters, PARAMETER_BYTEA, value.ptr, value.len);
}

/* The header of a one-dimensional array (PostgreSQL, src/backend/utils/adt/arrayfuncs.c, array_recv), with room for `size` bytes of elements. */
static struct writer array(struct parameters *parameters, enum parameter_type type, enum parameter_type element, size_t n, bool has_null, size_t size)
{
	struct writer writer;

	if (n > INT32_MAX)
		misuse("parameter_too_large");
	writer = room(parameters, type, n == 0 ? 12 : ARRAY_HEADER + size);
	put32(&writer, n == 0 ? 0 : 1);
	put32(&writer, has_null);
	put32(&writer, element);
	if (n > 0) {
		put32(&writer, (uint32_t)n);
		put32(&writer, 1);
	}
	return writer;
}

/* The header of an array of n elements of one width; those that are null have a length only. */
static struct writer array_fixed(struct parameters *parameters, enum parameter_type type, enum parameter_type element, const bool *nulls, size_t n,
				 size_t width)
{
	size_t null_count = 0;

	for (size_t i = 0; nulls != NULL && i < n; i++)
		null_count += nulls[i];
	if (n > SIZE_MAX_SENT / (4 + width))
		misuse("parameter_too_large");
	return array(parameters, type, element, n, null_count > 0, n * 4 + (n - null_count) * width);
}

/* The length before an element; true when the element's bytes follow. */
static bool element(struct writer *writer, const bool *nulls, size_t i, uint32_t width)
{
	bool is_null = nulls != NULL && nulls[i];

	put32(writer, is_null ? UINT32_MAX : width);
	return !is_null;
}

void parameters_int2_array(struct parameters *parameters, const int16_t *values, const bool *nulls, size_t n)
{
	struct writer writer = array_fixed(parameters, PARAMETER_INT2_ARRAY, PARAMETER_INT2, nulls, n, 2);

	for (size_t i = 0; i < n; i++) {
		if (element(&writer, nulls, i, 2))
			put16(&writer, (uint16_t)values[i]);
	}
}

void parameters_int4_array(struct parameters *parameters, const int32_t *values, const bool *nulls, size_t n)
{
	struct writer writer = array_fixed(parameters, PARAMETER_INT4_ARRAY, PARAMETER_INT4, nulls, n, 4);

	for (size_t i = 0; i < n; i++) {
		if (element(&writer, nulls, i, 4))
			put32(&writer, (uint32_t)values[i]);
	}
}

void parameters_int8_array(struct parameters *parameters, const int64_t *values, const bool *nulls, size_t n)
{
	struct writer writer = array_fixed(parameters, PARAMETER_INT8_ARRAY, PARAMETER_INT8, nulls, n, 8);

	for (size_t i = 0; i < n; i++) {
		if (element(&writer, nulls, i, 8))
			put64(&writer, (uint64_t)values[i]);
	}
}

void parameters_bool_array(struct parameters *parameters, const bool *values, const bool *nulls, size_t n)
{
	struct writer writer = array_fixed(parameters, PARAMETER_BOOL_ARRAY, PARAMETER_BOOL, nulls, n, 1);

	for (size_t i = 0; i < n; i++) {
		if (element(&writer, nulls, i, 1))
			*writer.at++ = values[i];
	}
}

void parameters_time_array(struct parameters *parameters, const int64_t *times_ms, const bool *nulls, size_t n)
{
	struct writer writer = array_fixed(parameters, PARAMETER_TIME_ARRAY, PARAMETER_TIME, nulls, n, 8);

	for (size_t i = 0; i < n; i++) {
		if (element(&writer, nulls, i, 8))
			put64(&writer, postgres_time(times_ms[i]));
	}
}

void parameters_day_array(struct parameters *parameters, const int32_t *days, const bool *nulls, size_t n)
{
	struct writer writer = array_fixed(parameters, PARAMETER_DATE_ARRAY, PARAMETER_DATE, nulls, n, 4);

	for (size_t i = 0; i < n; i++) {
		if (element(&writer, nulls, i, 4))
			put32(&writer, postgres_day(days[i]));
	}
}

static void add_views(struct parameters *parameters, enum parameter_type type, enum parameter_type element_type, const struct view *values, size_t n)
{
	struct writer writer;
	bool has_null = false;
	size_t size = 0;

	for (size_t i = 0; i < n; i++) {
		has_null = has_null || view_is_null(values[i]);
		if (values[i].len > SIZE_MAX_SENT || size > SIZE_MAX_SENT)
			misuse("parameter_too_large");
		size += 4 + values[i].len;
	}
	writer = array(parameters, type, element_type, n, has_null, size);
	for (size_t i = 0; i < n; i++) {
		put32(&writer, view_is_null(values[i]) ? UINT32_MAX : (uint32_t)values[i].len);
		if (values[i].len > 0)
			memcpy(writer.at, values[i].ptr, values[i].len);
		writer.at += values[i].len;
	}
}

void parameters_bytea_array(struct parameters *parameters, const struct view *values, size_t n)
{
	add_views(parameters, PARAMETER_BYTEA_ARRAY, PARAMETER_BYTEA, values, n);
}

void parameters_text_array(struct parameters *parameters, const struct view *values, size_t n)
{
	add_views(parameters, PARAMETER_TEXT_ARRAY, PARAMETER_TEXT, values, n);
}
