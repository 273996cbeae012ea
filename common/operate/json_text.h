/* What the answers of several commands are made of. */
#pragma once

#include <jansson.h>

#include "common/base/view.h"

/* 16 bytes in hexadecimal; null for any other length. New reference, as all here. */
json_t *json_id(struct view bytes);

/* Milliseconds UTC as RFC 3339. */
json_t *json_time(int64_t time_ms);

/* Text; null for the null view. */
json_t *json_text(struct view text);

/* A member that is text, "" where there is none; borrowed. */
const char *json_member(json_t *object, const char *name);

/* On standard output, for a machine. */
void json_print(json_t *value);
