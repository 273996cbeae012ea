/* Dossiers and what came with each share, sealed under a key per dossier that the master key wraps. */
#pragma once

#include "common/crypto/keyring.h"
#include "common/db/database.h"
#include "common/stream/stream.h"
#include "provider-svc/core/dossier.h"
#include "provider-svc/core/search.h"

enum { PSEUDONYM_LEN = 16, SHARE_ID_LEN = 16 };

struct dossier_row {
	uint8_t pseudonym[PSEUDONYM_LEN];
	struct view employer_id;
	uint8_t key[CRYPTO_KEY_LEN]; /* lives in an arena, which wipes it */
	uint8_t wrapped_key[WRAPPED_KEY_LEN];
	int64_t opened_at;
	bool is_new;
};

struct share_row {
	uint8_t share_id[SHARE_ID_LEN];
	uint8_t pseudonym[PSEUDONYM_LEN];
	struct held_share held;
	bool changed;
	bool restated; /* its state alone is another */
	bool employer_informed;
	int64_t shared_at;
	int64_t applied_at;
	struct view sealed;        /* null: what is there stays (detached), or goes with held.ended */
	struct search_terms terms; /* of what is sealed */
};

/* A record that could not be trusted. */
struct refused_record {
	const char *topic;
	int32_t partition;
	int64_t offset;
	int64_t time_ms;
	const char *code;
};

/* The rows that a batch of shares or actions touches. Arrays have room for one of each per record. */
struct dossier_rows {
	struct arena *arena;
	struct dossier_row *dossiers;
	size_t dossier_count;
	struct share_row *shares;
	size_t share_count;
	struct refused_record *refused;
	size_t refused_count;
};

/* Makes room for a batch of `records`. */
void dossier_rows_init(struct dossier_rows *rows, struct arena *arena, size_t records);

/* Reads the shares of these ids and the dossiers of these pseudonyms into rows, unwrapping the keys. STOP when a key cannot be unwrapped. */
MUST_CHECK bool dossier_store_load(struct database *database, const struct keyring *keyring, const struct view *share_ids,
				   const struct view *pseudonyms, size_t count, struct dossier_rows *rows, struct error *error);

/* The dossier of a pseudonym, made (with a new key) when there is none. */
struct dossier_row *dossier_rows_dossier(struct dossier_rows *rows, const struct keyring *keyring, const uint8_t pseudonym[static PSEUDONYM_LEN],
					 struct view employer_id, int64_t opened_at);

/* The share of an id, made unknown when it is not held. */
struct share_row *dossier_rows_share(struct dossier_rows *rows, const uint8_t share_id[static SHARE_ID_LEN]);

/* Notes that a record of the topic (borrowed) was refused under a code (static). */
void dossier_rows_refuse(struct dossier_rows *rows, const char *topic, const struct stream_record *record, const char *code);

/* Queues the writes of what changed: new dossiers, shares, ended shares, dossiers left without any share, refused records. */
MUST_CHECK bool dossier_store_write(struct database *database, const struct dossier_rows *rows, struct error *error);

/* Queues what a share is found by, unless its data are others by now. */
MUST_CHECK bool dossier_store_index(struct database *database, struct arena *arena, const struct share_row *share, struct error *error);

/* Seals a SharedDossier's encoding for a share; the AAD binds pseudonym, share and revision. */
struct view dossier_seal(struct arena *arena, const struct dossier_row *dossier, const struct share_row *share, struct view plain);

/* Opens it again. */
MUST_CHECK bool dossier_open(struct arena *arena, const struct dossier_row *dossier, const struct share_row *share, struct view sealed,
			     struct view *ret_plain, struct error *error);
