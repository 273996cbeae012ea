/* Notices to employers that go out a batch after what they tell of: rows of `notice_due`. */
#pragma once

#include "vault-svc/store/employer_store.h"

struct share_notice;

/* One that the batch in hand leaves for later. */
struct notice_due {
	struct notice_due *next;
	const struct employer *employer;
	int64_t at;
	const struct share_notice *notice;
};

/* Queues inserting them, in order, in one statement that runs whether or not there are any. */
MUST_CHECK bool notice_queue_write(const struct notice_due *notices, int32_t partition, struct database *database, struct arena *arena,
				   struct error *error);

/* One as it lies in the database. */
struct notice_row {
	int64_t number;
	int32_t employer_no;
	int64_t at;
	struct view sealed;
};

/* Reads the oldest of a partition, a hundred at most; in the arena. One round trip. */
MUST_CHECK bool notice_load(int32_t partition, struct database *database, struct arena *arena, struct notice_row **ret, size_t *ret_count,
			    struct error *error);

/* Opens one of this employer; in the arena. */
MUST_CHECK bool notice_open(const struct notice_row *row, const struct employer *employer, const struct schema_registry *registry,
			    struct arena *arena, struct share_notice **ret, struct error *error);

/* Queues the end of a partition's up to that number. */
MUST_CHECK bool notice_queue_delete(int32_t partition, int64_t up_to, struct database *database, struct arena *arena, struct error *error);
