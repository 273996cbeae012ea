/* A digest of a record's content, for telling equal events without comparing them. */
#pragma once

#include "schemas/schema.h"

#define CONTENT_DIGEST 16

/*
 * BLAKE2b-128 of a raw event's content, that is all but what stands before `op` besides employer_id (event_id, occurred_at, source_system,
 * source_ref, test, snapshot_id), and of `also`. Two records of equal digest hold equal content; the same content always has the same digest in one
 * build, but the encoding is this function's own and fit for memory only.
 */
void content_digest(const struct schema *schema, const void *record, struct view also, uint8_t ret[static CONTENT_DIGEST]);
