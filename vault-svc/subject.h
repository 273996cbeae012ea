/* Whom the bytes of a record name, read without decoding it: of a record that crashed the process, or that cannot be decoded, so that its poison goes
 * with that person's erasure. Pure. */
#pragma once

#include "schemas/codec/registry.h"
#include "schemas/schema.h"

/* Borrowed from the bytes; null: not named, or not to be read. Not checked: no rule of their own was applied. */
struct subject {
	struct view employee_key;
	struct view employee_key_old;
};

/* Walks the fields of a known version, and of a Signed's body, as far as they can be walked: strings, numbers, nothing that nests. */
struct subject subject_read(const struct schema_registry *registry, struct view value);
