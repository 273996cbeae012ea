/* A record as JSON for the one who may read it: the answer of `dossier show`, never a log. */
#pragma once

#include <jansson.h>

#include "schemas/schema.h"

/* The record by its table, field names as in the schema: dates as YYYY-MM-DD, times as RFC 3339, enums by symbol, bytes and fixed in hexadecimal,
 * null as null. New reference. */
json_t *record_json(const struct schema *schema, const void *record);
