/* What this binary can read: for each schema version that is known, how its bytes become the present struct. Made once at start, then only read. */
#pragma once

#include "common/base/error.h"
#include "schemas/schema.h"

struct plan;
struct schema_registry;

/* Resolves every version in the sets against the present one by Avro's rules: fields by name, enums by symbol, defaults for what the writer
 * lacks, int as long. False (stop) when a version in the tree cannot be read by this one. Heap; schema_registry_free. */
MUST_CHECK bool schema_registry_new(const struct schema_set *const *sets, size_t count, struct schema_registry **ret_registry, struct error *error);

/* Accepts NULL. */
void schema_registry_free(struct schema_registry *registry);

/* The plan for a writer's fingerprint, NULL when it is not known. */
const struct plan *schema_registry_plan(const struct schema_registry *registry, const uint8_t fingerprint[static SCHEMA_FINGERPRINT]);
