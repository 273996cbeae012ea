/* What the topics with Signed values have in common: who signed, what was seen before, what is kept of what cannot be read. */
#pragma once

#include "vault-svc/changes.h"
#include "vault-svc/intake.h"

/* One record of such a topic. */
struct sealed_input {
	const struct intake_signed *intake;
	const struct stream_record *record;
	const struct cause *cause;
	struct employer *employer; /* that the body names; NULL: never enabled */
	struct view employer_id;   /* of the body */
	struct view command_id;    /* of the body: command_id or status_id */
	bool misplaced;            /* the key is not employer_id, or the partition not the key's */
	bool verified;             /* the signature is that of a trusted issuer */
	const char *topic;         /* kind of topic, as it is signed */
};

/* Prepares the records of the batch that are of `kind`: reads the employers that the cache lacks, the trust if it changed, and what was seen before,
 * and verifies the signatures. In the scratch arena; *ret_count of them, in order. */
MUST_CHECK bool sealed_inputs_prepare(struct changes *changes, enum vault_input_kind kind, struct sealed_input **ret, size_t *ret_count,
				      struct error *error);

/* True when the envelope is signed, for that kind of topic, with a key of the issuer that it names, and the issuer is trusted. */
MUST_CHECK bool sealed_input_verify(const struct trust *trust, const char *topic, const struct signed_ *envelope);

/* The provider that signed; the null view when it was somebody else. */
struct view sealed_input_provider(const struct sealed_input *input);

/* Why a record of a provider's topic cannot be taken at all: CRASHED, what the decoder said, BAD_SIGNATURE. NULL when it can. */
const char *sealed_input_provider_fault(const struct changes *changes, const struct sealed_input *input);

/* Keeps the record, sealed where an enabled employer has it, under the code. Nothing is reported. */
MUST_CHECK bool sealed_input_quarantine(struct changes *changes, const struct sealed_input *input, const char *code, struct error *error);

/* What was answered the first time, NULL when it was not seen in the last eight days. */
const struct seen *sealed_input_seen(struct changes *changes, const struct sealed_input *input);

/* Notes the answer. code and detail (may be NULL) are static texts. */
void sealed_input_note(struct changes *changes, const struct sealed_input *input, const char *code, const char *detail);
