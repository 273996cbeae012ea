/* Records of one employer, told person by person, handed on in the order of their time: as the log of a population would hold them. */
#pragma once

#include "common/base/buffer.h"
#include "schemas/schema.h"

enum { SHEAF_KEY = 32 };

struct sheaf_entry {
	int64_t time; /* recorded_at, milliseconds */
	uint32_t order;
	uint32_t len;  /* 0: a tombstone */
	size_t offset; /* of its bytes */
	uint8_t key[SHEAF_KEY];
};

struct sheaf {
	struct sheaf_entry *entries; /* heap */
	size_t count;
	size_t room;
	struct buffer bytes;
};

/* What a record is for whoever takes it. */
struct sheaf_record {
	struct view key;
	struct view value; /* null: a tombstone */
};

/* Takes one record; false with *error filled ends all. */
typedef bool sheaf_take(void *context, const struct sheaf_record *record, struct error *error);

/* Makes an empty sheaf. */
void sheaf_init(struct sheaf *sheaf);

/* Frees. Fits CLEANUP(). */
void sheaf_done(struct sheaf *sheaf);

/* Adds a record of a schema; NULL: a tombstone. Of equal times, the one that was added first comes first. REJECT as the encoder, STOP NO_MEMORY. */
MUST_CHECK bool sheaf_add(struct sheaf *sheaf, int64_t time, const uint8_t key[static SHEAF_KEY], const struct schema *schema, const void *record,
			  struct error *error);

/* Hands all records on by time, and empties the sheaf. */
MUST_CHECK bool sheaf_empty(struct sheaf *sheaf, sheaf_take *take, void *context, struct error *error);
