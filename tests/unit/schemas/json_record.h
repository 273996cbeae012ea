/* A record from the JSON of vectors.json (bytes and fixed as {"hex": …}), by its table. Test only. */
#pragma once

#include "common/base/arena.h"
#include "schemas/schema.h"

#include <jansson.h>

/* The record, in the arena; fails the test when the JSON does not fit the schema. */
void *json_record(const struct schema *schema, const json_t *json, struct arena *arena);

/* The bytes of a text in hex, in the arena. */
struct view hex_bytes(const char *hex, struct arena *arena);

/* The file as JSON, path relative to the root of the tree; a new reference. */
json_t *json_file(const char *path);
