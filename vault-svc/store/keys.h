/* The keys of one employer: its own, under which persons' keys are wrapped and its documents sealed, and those of its blind indexes. */
#pragma once

#include "common/crypto/blind.h"
#include "common/crypto/keyring.h"

struct employer_keys {
	uint32_t epoch;
	uint8_t key[CRYPTO_KEY_LEN];
	uint8_t employee[CRYPTO_KEY_LEN]; /* index of employee keys */
	uint8_t bsn[CRYPTO_KEY_LEN];      /* index of BSN */
	uint8_t birth[CRYPTO_KEY_LEN];    /* index of birth date with postcode */
};

/* What a sealed text or wrapped key is bound to: employer, person (0: none) and version, 20 bytes. */
struct seal_subject {
	uint8_t bytes[20];
	struct view also; /* of a document: what else it belongs to, such as a share_id; borrowed; null: nothing */
};

/* Makes a new random key for an employer, of the current epoch. STOP when the keyring fails. */
MUST_CHECK bool employer_keys_create(const struct keyring *keyring, int32_t employer_no, struct employer_keys *ret, struct error *error);

/* Wraps it under the master key, for the database. */
void employer_keys_wrap(const struct keyring *keyring, int32_t employer_no, const struct employer_keys *keys,
			uint8_t ret_wrapped[static WRAPPED_KEY_LEN]);

/* Opens an employer's key as the database has it. STOP when the master key of its epoch is not there or the bytes were changed. */
MUST_CHECK bool employer_keys_open(const struct keyring *keyring, int32_t employer_no, struct view wrapped, struct employer_keys *ret,
				   struct error *error);

/* Wipes. */
void employer_keys_done(struct employer_keys *keys);

/* The subject of a document. */
struct seal_subject seal_subject_of(int32_t employer_no, int64_t person, int64_t version);

/* The bytes of a subject; borrowed from it. */
static inline struct view seal_subject_view(const struct seal_subject *subject)
{
	return view_of(subject->bytes, sizeof subject->bytes);
}
