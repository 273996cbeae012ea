/* A vault on a PostgreSQL schema of its own, without Kafka: batches go in, and what it says comes out. The executable wraps stream_output_add,
 * entropy_init_random, digest_cache_has and stream_is_behind (see CMakeLists.txt). */
#pragma once

#include "tests/unit/check.h"

#include "common/base/buffer.h"
#include "common/crypto/entropy.h"
#include "schemas/codec/record.h"
#include "vault-svc/changes.h"
#include "vault-svc/hr_batch.h"
#include "vault-svc/intake.h"

struct wired {
	struct arena arena;
	char schema[48];
	char conninfo[512];
	char keys[3][96];
	struct vault_options options;
	struct database *database;
	struct vault *vault;
	struct buffer said; /* of the last batch, in order: what tells outputs apart */
	struct said_output {
		struct said_output *next;
		const char *topic;
		struct view value;
	} * outputs; /* of the last batch, the last first; in the arena */
	size_t hits; /* of the digest cache */
	bool behind; /* the logs are being taken again after a restore */
};

/* Makes one; `name` tells those of a test apart. Skips the test when KLUIS_PG is not set. */
struct wired *wired_new(const char *name, int64_t digest_cache_entries);

/* Removes it and its schema; NULL is fine. */
void wired_free(struct wired *wired);

/* An employer in that state with provider P1 and the settings of the contract. */
struct employer *wired_employer(struct wired *wired, const char *employer_id, enum employer_lifecycle state);

/* Takes a batch of records of one class of partition 0; `chance` is the seed of what is random in it. */
void wired_take(struct wired *wired, enum stream_class class, const struct stream_record *records, size_t count, uint64_t chance);

/* One step of long work, endings first; false when there was none. unprocessable: see stream_batch. */
bool wired_work(struct wired *wired, const char *unprocessable);

/* The number that a query gives. */
int64_t wired_number(struct wired *wired, const struct statement *statement);

/* The only output of the last batch on that topic, which must be of that schema; fails the test otherwise. */
void *wired_said(struct wired *wired, const char *topic, const struct schema *schema);
