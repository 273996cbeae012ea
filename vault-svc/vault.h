/*
 * The vault as an application of the stream engine: what lives as long as the process, and which part handles which batch. Fields are the work
 * thread's, but for those that decoding reads, which do not change (or, `inputs`, only grow).
 */
#pragma once

#include "common/crypto/box.h"
#include "common/crypto/sign.h"
#include "common/stream/stream.h"
#include "vault-svc/digest_cache.h"
#include "vault-svc/options.h"
#include "vault-svc/store/audit_store.h"
#include "vault-svc/store/trust_store.h"

enum vault_input_kind { VAULT_HR_EVENTS, VAULT_COMMANDS, VAULT_CARE_REQUESTS, VAULT_DOSSIER_STATUS };

/* Inputs that are not HR sources of their own: vault.commands, care.requests, dossier.status, hr.events. */
#define VAULT_INPUTS_FIXED 4
#define VAULT_SOURCES_MAX (STREAM_INPUTS_MAX - VAULT_INPUTS_FIXED)
#define VAULT_TOPICS_MAX 4096

struct vault_input {
	enum vault_input_kind kind;
	const char *topic;
	struct view source; /* of hr.events.<source>; null for hr.events */
};

/* What was counted since the start; logged now and then. */
struct vault_counters {
	int64_t events;
	int64_t unchanged;
	int64_t reported;
	int64_t commands;
};

struct changes;

struct vault {
	const struct vault_options *options;
	struct keyring *keyring;
	struct sign_pair *sign;
	struct box_pair *box;
	struct schema_registry *registry;
	struct view issuer; /* "vault:<name>" */
	struct vault_input inputs[STREAM_INPUTS_MAX];
	size_t input_count;
	const char *topics[VAULT_TOPICS_MAX]; /* interned names */
	size_t topic_count;
	struct stream *stream;
	uint8_t hidden_secret[CRYPTO_KEY_LEN]; /* of kluis-ids on providers' topics */
	struct arena forever;                  /* names of topics, inputs */
	struct employer_cache employers;
	struct trust trust;
	struct digest_cache digests;
	struct audit_heads *heads;   /* by partition */
	bool *run_open;              /* by partition: there may be an open run */
	bool *notice_due;            /* by partition: there may be notices to be sent */
	bool *ending_due;            /* by partition: there may be shares still to be revoked */
	bool *restoration_due;       /* by partition: a restore that was accepted is to be completed */
	const struct view *withheld; /* ids of employers of whom nothing is told while the logs are taken again */
	size_t withheld_count;
	bool withheld_known;
	int64_t run_tried;       /* number of the release that this process has begun */
	int64_t run_asked;       /* monotonic milliseconds */
	bool *year_due;          /* by partition: there may be employers without this year's run of age bands */
	int64_t year_asked;      /* monotonic milliseconds */
	int64_t expired;         /* likewise, of the last housekeeping */
	uint64_t bsn_field;      /* bit of `bsn` among the fields of EmployeeEvent */
	struct arena scratch;    /* of the batch in hand */
	struct changes *changes; /* of the batch in hand, in scratch */
	struct vault_counters counters;
	int64_t logged_count; /* events and commands when progress was last logged */
};

/* Loads keys, secrets and trust; the options are borrowed. On failure nothing is left behind. */
MUST_CHECK bool vault_open(const struct vault_options *options, struct vault **ret, struct error *error);

/* What the engine is to run with; the group and the tables are in the vault's own memory. */
void vault_stream_options(struct vault *vault, struct stream_options *ret);

/* Frees; NULL is fine. */
void vault_close(struct vault *vault);

/* Runs the service until a signal tells it to stop, or it cannot go on. */
MUST_CHECK bool vault_run(struct vault *vault, struct error *error);

/* The topic of a provider (population., share., care.results.), interned. */
const char *vault_topic(struct vault *vault, const char *prefix, struct view provider_id);

/* Asks for the trust's version, and reads it anew (adding inputs for new HR sources) when it has changed. */
MUST_CHECK bool vault_refresh_trust(struct vault *vault, struct database *database, struct error *error);

/* True for text that can be an employer_id: UTF-8 of 1 to 40 characters without NUL. */
bool employer_id_is_possible(struct view text);
