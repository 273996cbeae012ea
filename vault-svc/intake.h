/* Decoding in the take thread: what can be known of a record without the database. Pure. */
#pragma once

#include "common/stream/stream.h"
#include "schemas/topic.h"
#include "vault-svc/core/event.h"
#include "vault-svc/vault.h"

/* A record of hr.events, after rows 1, 2, 4, 6 and 7 of contract/rules.md, kept small: a batch has thousands. */
struct intake_event {
	const char *fault; /* row 1: its code; then nothing else is set */
	bool misplaced;    /* row 2 */
	bool future;       /* row 4: findings hold it */
	bool rejected;     /* row 6: likewise */
	bool is_delete;
	bool test;
	enum event_kind kind;
	void *record; /* struct employee_event, … */
	struct view event_id;
	struct view employer_id;
	struct view source_system;
	struct view employee_key;
	int64_t occurred_at;
	uint64_t kept_fields;
	uint8_t content_digest[16];
	struct finding_list findings;
};

/* A record of a topic whose values are Signed. */
struct intake_signed {
	const char *fault; /* why it cannot be read */
	const struct signed_ *envelope;
	struct message body;
};

/* batch->state: one of the two for each record, by the input's kind. */
struct intake {
	struct intake_event *events;
	struct intake_signed *signed_;
};

/* Decodes all records of the batch into batch->state. */
void intake_batch(const struct vault *vault, struct stream_batch *batch);

/* One record: of HR events, or Signed. For what comes back out of quarantine, too. */
void intake_event_read(const struct schema_registry *registry, struct view key, struct view value, int32_t partition, int32_t partitions,
		       int64_t time_ms, struct arena *arena, struct intake_event *ret);

/* One record of a topic whose values are Signed: envelope and body, neither of them believed yet. The same. */
void intake_signed_read(const struct schema_registry *registry, enum topic_kind topic, struct view value, struct arena *arena,
			struct intake_signed *ret);

/* The event as the core takes it, with its findings. */
void intake_event_expand(const struct intake_event *intake, struct event *ret);
