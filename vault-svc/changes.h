/* What a batch changes: filled while it is folded, queued when it is written. Lives in the vault's scratch arena, until the batch is committed or
 * discarded. */
#pragma once

#include "vault-svc/core/population.h"
#include "vault-svc/person_set.h"
#include "vault-svc/store/care_store.h"
#include "vault-svc/store/command_store.h"
#include "vault-svc/store/ending_store.h"
#include "vault-svc/store/history_store.h"
#include "vault-svc/store/notice_store.h"
#include "vault-svc/store/quarantine_store.h"
#include "vault-svc/store/run_store.h"
#include "vault-svc/store/share_store.h"
#include "vault-svc/store/silent_share_store.h"
#include "vault-svc/store/units_store.h"
#include "vault-svc/vault.h"

/* Why something is said: what the outputs name as their cause, and the time they carry. */
struct cause {
	struct stream_cause stream;
	int64_t at;
};

/* To be done with the digest cache once the batch is committed. */
struct digest_note {
	struct digest_note *next;
	uint64_t entity;
	uint64_t content; /* 0: forget */
};

/* A receiver's word on a share. */
struct status_row {
	struct status_row *next;
	uint8_t share_id[16];
	const char *state;
	int64_t revision;
	int64_t changed_at;
};

struct changes {
	struct vault *vault;
	struct stream_batch *batch;
	struct database *database;
	struct arena *arena;
	struct entropy entropy;
	struct person_set persons;
	struct units *units;
	struct erasure *erasures;
	struct share_row *shares, **last_share;
	struct silent_share *silent, **last_silent;
	bool erases;   /* an EmployeeEvent DELETE is among the events so far */
	bool has_care; /* care requests are among the records */
	struct ending_due *endings, **last_ending;
	int64_t ending_done;    /* number of the ending that this batch completes; 0: none */
	int64_t ending_refused; /* likewise, that is set aside */
	int32_t forgotten;      /* number of an employer whose remains go; 0: none */
	int64_t *gone;          /* persons that go with the service for that employer */
	size_t gone_count;
	struct care_count *care_counts;
	struct share_change_row *history, **last_history;
	struct notice_due *notices, **last_notice;
	int64_t notices_done; /* highest number of those due that go out with this batch; 0: none */
	struct audit_row *audit, **last_audit;
	struct poison *poison, **last_poison;
	struct run *runs, **last_run;
	struct status_row *statuses, **last_status;
	struct seen *seen; /* room for all that the batch may add */
	size_t seen_count;
	struct restoration_work *restoration; /* a step of it, or NULL */
	bool again;                           /* every projected entity is told again, changed or not: a new generation */
	int64_t released;                     /* quarantine row that goes; 0: none */
	struct digest_note *notes, **last_note;
	int64_t entities; /* population records other than tombstones, so far */
};

/* Begins anew for a batch of at most `records` records: whatever a former try made is forgotten. */
struct changes *changes_begin(struct vault *vault, struct stream_batch *batch, struct database *database, size_t records);

/* Queues all writes. */
MUST_CHECK bool changes_write(struct changes *changes, struct error *error);

/* The batch is committed: caches take over. / It failed: caches forget. Both end the changes. */
void changes_committed(struct changes *changes);
void changes_discarded(struct vault *vault);

/* The cause of what a record leads to; in the scratch arena. */
const struct cause *cause_of_record(struct changes *changes, const struct stream_record *record);

/* An audit row; the detail is copied as a struct, its strings must live as long as the changes. Needs the chain's head: see changes_want_audit. */
void changes_audit(struct changes *changes, enum audit_stream stream, const struct employer *employer, int64_t person, const struct cause *cause,
		   const char *action, const struct audit_detail *detail);

/* Queues loading the head of an audit chain, if it is not known yet; before changes_audit. */
MUST_CHECK bool changes_want_audit(struct changes *changes, enum audit_stream stream, struct error *error);

/* Quarantines: the rest of the fields is set by the caller. May ask the database for a key. */
MUST_CHECK bool changes_poison(struct changes *changes, const struct poison *poison, struct error *error);

/* What the batch quarantined so far of an employee goes with its erasure. */
void changes_drop_poison(struct changes *changes, const struct employer *employer, const uint8_t key_hash[static KEY_HASH_LEN]);

/* A new run, or the next state of one. */
void changes_run(struct changes *changes, const struct run *run);

/* Shares that are to be revoked in a batch of their own. */
void changes_ending(struct changes *changes, const struct ending_due *due);

/* The departments of an employer: an entry that is loaded with changes_load. */
struct units *changes_units(struct changes *changes, struct employer *employer);

/* Loads persons and departments that were asked for, and what else is queued: one round trip. */
MUST_CHECK bool changes_load(struct changes *changes, struct error *error);

/* Notes for the digest cache: the content of an entity (0: forget it, which is done at once, too). */
void changes_note_digest(struct changes *changes, uint64_t entity, uint64_t content);
