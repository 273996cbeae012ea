/* Parsing Canonical Form and CRC-64-AVRO (Avro 1.11 specification, "Parsing Canonical Form for Schemas" and "Schema Fingerprints"). */
#pragma once

#include "schemas/generator/model.h"

/* The record's Parsing Canonical Form, in the arena. */
const char *canonical_form(const struct type *record, struct arena *arena);

/* CRC-64-AVRO of a text. */
uint64_t canonical_fingerprint(const char *text);

/* The schema as self-contained JSON with defaults and limits, as a new reference: what avro-c checks and what `--release` writes. */
json_t *canonical_expanded(const struct type *record, const struct model *model);
