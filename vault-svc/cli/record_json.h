/* A JSON object as a record, driven by the schema's table: what `publish` reads. */
#pragma once

#include <jansson.h>

#include "common/base/arena.h"
#include "common/base/error.h"
#include "schemas/schema.h"

/*
 * Fills a record (schema->size bytes) with the object's members: names as in the schema, enums by symbol, days as "YYYY-MM-DD" and times as RFC 3339
 * (or plain numbers), bytes and fixed in hexadecimal, null as null; what is absent takes the schema's default. Strings are copied into the arena.
 * `ignored` (may be NULL) is a member that is no field. REJECT with a code (UNKNOWN_FIELD, MISSING, TYPE, ENUM, DAY, TIME), the field's path as
 * place, and no value anywhere.
 */
MUST_CHECK bool record_from_json(const struct schema *schema, json_t *object, const char *ignored, struct arena *arena, void *ret_record,
				 struct error *error);
