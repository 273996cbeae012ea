/* One message on the wire: Avro single-object encoding, C3 01, the fingerprint of the writer's schema, the body. */
#pragma once

#include "common/base/arena.h"
#include "common/base/buffer.h"
#include "schemas/codec/fault.h"
#include "schemas/codec/registry.h"

#define MESSAGE_HEADER 10

struct message {
	const struct schema *schema; /* the reader's, of what record points at */
	const struct schema *writer; /* the version that wrote it; the same pointer when it is this one */
	void *record;                /* in the arena; its strings and bytes lie in the source, which must live as long */
	struct fault_list faults;    /* fields that could not be taken as they are; the application judges */
};

struct message_options {
	size_t limit; /* bytes of a message; 0: SCHEMA_MAX_MESSAGE */
	bool padded;  /* zero bytes follow, up to the next multiple of 1,024 (SharedDossier) */
};

#define MESSAGE_PADDING ((size_t)1024)

/* The fingerprint that the bytes begin with; false when they are not so framed. */
MUST_CHECK bool message_identify(struct view bytes, uint8_t ret_fingerprint[static SCHEMA_FINGERPRINT]);

/* Decodes one of the accepted (reader) schemas. Fails (reject) with code TOO_LARGE: over 256 KiB; UNREADABLE: framing, length, ordinal or
 * boolean wrong, cut off, or bytes behind; UNKNOWN_SCHEMA: well framed, but not known or not accepted here. Takes memory from the arena
 * alone, bounded by a small multiple of the message. */
MUST_CHECK bool message_decode(const struct schema_registry *registry, struct view bytes, const struct schema *const *accepted, size_t accepted_count,
			       struct arena *arena, struct message *ret_message, struct error *error);

/* As message_decode, for one schema. options may be NULL. */
MUST_CHECK bool message_decode_as(const struct schema_registry *registry, const struct schema *schema, struct view bytes,
				  const struct message_options *options, struct arena *arena, struct message *ret_message, struct error *error);

/* Appends the record (a struct of that schema) in single-object encoding. Fails (reject) rather than write what a reader would refuse: TEXT,
 * ITEMS, ENUM, MISSING (a null string where there must be one) with the field's name as place, TOO_LARGE over 256 KiB or the buffer's limit.
 * The buffer is as before then. */
MUST_CHECK bool message_encode(const struct schema *schema, const void *record, struct buffer *buffer, struct error *error);

/* As message_encode, with another limit and padding. options may be NULL. */
MUST_CHECK bool message_encode_with(const struct schema *schema, const void *record, const struct message_options *options, struct buffer *buffer,
				    struct error *error);
