/* One record of share.<provider>: read, then believed when a trusted vault signed it, then opened. Pure. */
#pragma once

#include "provider-svc/store/trust_store.h"
#include "schemas/codec/message.h"
#include "schemas/messages.h"

enum share_reading {
	SHARE_READ_WHOLE,
	SHARE_READ_BROKEN,  /* unreadable, or beyond its schema's limits */
	SHARE_READ_UNKNOWN, /* of a schema that this binary does not know */
};

struct share_record {
	enum share_reading envelope_read;
	enum share_reading body_read;
	const struct signed_ *envelope;
	const char *refused; /* code; else one of the two below. Set by share_record_verify and share_record_open */
	const struct share_event *event;
	const struct share_revocation *revocation;
};

/* Envelope and body, before either is believed. Memory from the arena, views into the value. */
void share_record_read(struct share_record *ret, const struct schema_registry *registry, struct view value, struct arena *arena);

/* The signature: `refused` becomes UNREADABLE, BAD_SIGNATURE, or NULL where a trusted vault signed. False where this binary is too old to read it. */
MUST_CHECK bool share_record_verify(struct share_record *record, const struct trust *trust);

/* The body of what was verified, of a record with that key: `refused` becomes UNREADABLE, KEY where the key is not the pseudonym, or NULL. False as
 * above. */
MUST_CHECK bool share_record_open(struct share_record *record, struct view key);

/* Of one whose body could be read: PSEUDONYM_LEN and SHARE_ID_LEN bytes; borrowed. */
const uint8_t *share_record_pseudonym(const struct share_record *record);
const uint8_t *share_record_id(const struct share_record *record);
