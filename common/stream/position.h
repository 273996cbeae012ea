/* A partition's position as its owner holds it: batch number, fence, next offsets, output numbers; and the statements that read and move it. Work
 * thread only. */
#pragma once

#include "common/db/database.h"
#include "common/stream/sequence.h"
#include "common/stream/stream.h"
#include "common/stream/takeover.h"

#define POSITION_HASH_SIZE 16

struct topics;

struct position_input {
	bool known;
	int64_t next;
	int64_t remembered_offset; /* -1: none */
	uint8_t hash[POSITION_HASH_SIZE];
	struct sequence_seen seen;
	int64_t current_ms; /* of a compacted one: whatever has not been taken was written after this; 0: unknown */
	int64_t asked_ms;   /* of a compacted one: when the log was last asked for its end, and that has not been reached since; 0: not so */
	int64_t asked_end;  /* what it said */
	bool noted;         /* the database has it as it is here, but for current_ms */
};

/* One of the two outbox tables. */
struct position_side {
	int64_t last;     /* newest batch in it, 0: empty */
	size_t size;      /* bytes */
	int64_t began_ms; /* when the first came, of the monotonic clock; 0: before the take-over */
};

struct position {
	int32_t partition;
	bool owned;
	bool exists;   /* PostgreSQL has a row */
	bool clean;    /* as it was left by the former owner */
	bool replayed; /* what a former owner had not published is on its way */
	bool unmarked; /* Kafka had no mark of it when it was taken over */
	char lineage[LINEAGE_SIZE];
	int64_t batch;
	int32_t generation;
	int64_t fence;
	int64_t published; /* as noted in PostgreSQL */
	struct position_input *inputs;
	size_t input_room;
	struct sequences sequences;
	struct position_side sides[2];
	unsigned side;                       /* the one written to */
	int64_t next_emptying_ms;            /* when emptying the other one may be tried (again) */
	int64_t catch_up[STREAM_INPUTS_MAX]; /* by input: records below it are taken by time, see position_is_behind */
};

/* The state of an input; grows the table. */
struct position_input *position_input(struct position *position, size_t input);

/* True while what the logs held when a restore was accepted has not all been taken again. */
bool position_is_behind(const struct position *position, size_t input_count);

/* Frees; the position is then nobody's. */
void position_done(struct position *position);

/* The database's lineage. */
MUST_CHECK bool position_lineage(struct database *database, char ret[static LINEAGE_SIZE], struct error *error);

/* What position_take_over works on: positions by partition number, and the names of the inputs by index. */
struct position_table {
	struct position *positions;
	int32_t partitions;
	const char *const *inputs;
	size_t input_count;
	struct topics *topics; /* interned output topics */
};

/* Bumps the fence of the partitions and reads everything that is known of them into the table. */
MUST_CHECK bool position_take_over(struct position_table *table, struct database *database, const int32_t *partitions, size_t count,
				   const char *owner, struct error *error);

/* Reads the same, but for the outbox, and takes nothing over. */
MUST_CHECK bool position_look(struct position_table *table, struct database *database, const int32_t *partitions, size_t count, struct error *error);

/* Reads batch, generation, lineage and mark once more, the inputs staying as they were read. */
MUST_CHECK bool position_look_again(struct position_table *table, struct database *database, const int32_t *partitions, size_t count,
				    struct error *error);

/* One batch's move. */
struct position_move {
	const struct position *position;
	const struct position_input *inputs; /* as they are after the batch, by index */
	const bool *moved;                   /* which of them the batch moves */
	size_t input_count;
	const char *const *names;
	const struct sequences *sequences;
	int64_t published;
};

/* Queues the statement that moves the position on by one batch; it raises KF001 unless batch and fence are as expected. */
MUST_CHECK bool position_queue_advance(struct database *database, struct arena *arena, const struct position_move *move, struct error *error);

/* After a commit whose answer was lost: waits for the old connection's transaction, and says whether it happened. Moves the fence, so that it cannot
 * happen later. STOP KF001 when another owns the partition by now. */
MUST_CHECK bool position_resolve(struct database *database, struct arena *arena, struct position *position, bool *ret_committed, struct error *error);

/* Queues the note how far publishing is, for several partitions. */
MUST_CHECK bool position_queue_published(struct database *database, struct arena *arena, const int32_t *partitions, const int64_t *fences,
					 const int64_t *marks, size_t count, struct error *error);

/* Empties the outbox table that is not in use once all its batches are published, and turns to it when the one in use is large or old enough. Costs
 * nothing but for that. */
MUST_CHECK bool position_turn_outbox(struct position *position, struct database *database, struct arena *arena, int64_t published, int64_t now_ms,
				     struct error *error);

/* The slot, in stream_outbox, of the table in use. */
static inline int32_t position_slot(const struct position *position)
{
	return position->partition * 2 + (int32_t)position->side;
}
