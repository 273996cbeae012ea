/* A borrowed run of bytes. What it points at belongs to somebody else (an arena, a message, a literal). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* ptr NULL stands for "no value" (Avro null); an empty value has a ptr that is not NULL and len 0. */
struct view {
	const uint8_t *ptr;
	size_t len;
};

#define VIEW_NULL ((struct view){0})
#define VIEW_LITERAL(text) ((struct view){.ptr = (const uint8_t *)(text), .len = sizeof(text) - 1})

/* View of n bytes at p; p may be NULL only when n is 0, which gives the null view. */
static inline struct view view_of(const void *p, size_t n)
{
	return (struct view){.ptr = p, .len = n};
}

/* View of a NUL-terminated string without its NUL; NULL gives the null view. */
static inline struct view view_text(const char *text)
{
	return text == NULL ? VIEW_NULL : (struct view){.ptr = (const uint8_t *)text, .len = strlen(text)};
}

/* True when there is no value at all. */
static inline bool view_is_null(struct view v)
{
	return v.ptr == NULL;
}

/* True when both are null, or both are not and hold the same bytes. Not constant time: never for secrets. */
static inline bool view_equal(struct view a, struct view b)
{
	if (a.ptr == NULL || b.ptr == NULL)
		return a.ptr == b.ptr;
	return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

/* Order by bytes, a prefix before what it begins; null before everything. Negative, 0 or positive. */
static inline int view_compare(struct view a, struct view b)
{
	size_t n = a.len < b.len ? a.len : b.len;
	int order = n == 0 ? 0 : memcmp(a.ptr, b.ptr, n);

	if (a.ptr == NULL || b.ptr == NULL)
		return (a.ptr != NULL) - (b.ptr != NULL);
	return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}
