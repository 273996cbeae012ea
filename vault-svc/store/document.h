/* State documents as they lie in the database: a record of a state schema, encoded and sealed. */
#pragma once

#include "common/crypto/seal.h"
#include "schemas/codec/message.h"
#include "vault-svc/store/keys.h"

/* The fold's limits on what a person or an employer holds keep nearly everything below; what is larger all the same is refused. */
#define DOCUMENT_LIMIT ((size_t)8 * 1024 * 1024)

/* Encodes and seals, bound to its kind and subject; the bytes are in the arena. REJECT OVERFLOW when it would be too large or cannot
 * be encoded, so that the event that makes it so is found and quarantined. */
MUST_CHECK bool document_seal(const struct schema *schema, const void *record, const uint8_t key[static CRYPTO_KEY_LEN], uint32_t epoch,
			      const struct seal_subject *subject, struct arena *arena, struct view *ret, struct error *error);

/* Opens into the arena. STOP when it was changed or cannot be read by this binary. */
MUST_CHECK bool document_open(const struct schema_registry *registry, const struct schema *schema, const uint8_t key[static CRYPTO_KEY_LEN],
			      const struct seal_subject *subject, struct view sealed, struct arena *arena, void **ret_record, struct error *error);
