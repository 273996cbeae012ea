/*
 * Whom the vault trusts: issuers of commands with their Ed25519 keys, providers with the X25519 key that shares are sealed to, HR sources with the
 * employers they may deliver for. The service holds it whole and reads it anew when its version in the database has changed.
 */
#pragma once

#include "common/crypto/sign.h"
#include "common/db/database.h"

enum trust_kind { TRUST_EMPLOYER, TRUST_PROVIDER, TRUST_OPERATOR, TRUST_SOURCE };

struct trust_key {
	uint8_t key_id[CRYPTO_KEY_ID_LEN];
	uint8_t public_key[CRYPTO_KEY_LEN];
};

struct trust_party {
	enum trust_kind kind;
	struct view name;
	bool has_box_key;
	uint8_t box_key[CRYPTO_KEY_LEN];
	uint8_t box_key_id[CRYPTO_KEY_ID_LEN];
	struct view *employers; /* of a source */
	size_t employer_count;
	struct trust_key *keys;
	size_t key_count;
};

struct trust {
	int64_t version; /* 0: never read */
	struct arena arena;
	struct trust_party *parties;
	size_t count;
};

/* Frees; zero is an empty trust. */
void trust_done(struct trust *trust);

/* Queues the question for the version; *ret_version is set by the sync. */
MUST_CHECK bool trust_queue_version(struct database *database, int64_t *ret_version, struct error *error);

/* Reads everything anew: one round trip. */
MUST_CHECK bool trust_load(struct trust *trust, struct database *database, struct error *error);

/* The party, NULL when there is none. */
const struct trust_party *trust_find(const struct trust *trust, enum trust_kind kind, struct view name);

/* The public key of that id, NULL when the party (may be NULL) has none such. */
const uint8_t *trust_public_key(const struct trust_party *party, const uint8_t key_id[static CRYPTO_KEY_ID_LEN]);

/* True when the source may deliver for the employer. */
bool trust_grants(const struct trust *trust, struct view source, struct view employer_id);

/* How many parties of a kind there are. */
size_t trust_count(const struct trust *trust, enum trust_kind kind);

/* "employer:E1" to kind and name (borrowed); false when it is not of that form. Only employer, provider and operator issue. */
MUST_CHECK bool trust_parse_issuer(struct view issuer, enum trust_kind *ret_kind, struct view *ret_name);

/* "employer", "provider", "operator", "source"; static. */
const char *trust_kind_name(enum trust_kind kind);

/* The kind of a name; false when there is none. */
MUST_CHECK bool trust_kind_parse(struct view text, enum trust_kind *ret);

/* Adds a party, or to a party: a key is added to those it has, the box key and the employers (when given) replace the former. */
MUST_CHECK bool trust_add(struct database *database, enum trust_kind kind, struct view name, const uint8_t *signing_key, const uint8_t *box_key,
			  const struct view *employers, size_t employer_count, struct arena *arena, struct error *error);

/* Removes a party with its keys; *ret_found false when there was none. */
MUST_CHECK bool trust_remove(struct database *database, enum trust_kind kind, struct view name, struct arena *arena, bool *ret_found,
			     struct error *error);
