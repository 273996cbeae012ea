/*
 * After a restore of the database: what PostgreSQL and Kafka say of each partition, and accepting it with a new generation (docs/restore.md). For a
 * command line, with no instance of the service running.
 */
#pragma once

#include "common/db/database.h"
#include "common/stream/stream.h"
#include "common/stream/takeover.h"

struct restore_input {
	const char *topic;
	bool known;     /* PostgreSQL has a next offset */
	bool anew;      /* to be taken from the log's beginning, whatever was taken before */
	bool compacted; /* in any case taken from there: what was removed since the backup has no record any more */
	int64_t next;
	int64_t remembered_offset;
	int64_t begin; /* of the log */
	int64_t end;
};

struct restore_partition {
	int32_t partition;
	bool exists; /* PostgreSQL has a position */
	char lineage[LINEAGE_SIZE];
	int32_t generation;
	int64_t batch;
	int64_t fence;
	int64_t published;
	bool has_mark;
	bool marks_differ;
	struct mark mark;
	struct restore_input *inputs;
	bool halts;        /* `run` would halt it */
	struct error halt; /* with what */
};

struct restore {
	char lineage[LINEAGE_SIZE]; /* of the database as it is */
	int32_t generation;         /* the new one */
	struct restore_partition *partitions;
	size_t count;
	size_t input_count;
};

/* Looks at everything, and changes nothing. Memory from the arena. */
MUST_CHECK bool restore_look(const struct stream_options *options, struct database *database, struct arena *arena, struct restore *ret,
			     struct error *error);

/* True when some partition halts for what accepting a restore mends. */
bool restore_is_needed(const struct restore *restore);

/* Has an input topic be taken from its beginning: it was made anew, or has lost what comes next, or it does no harm. False when there is no such
 * input. */
bool restore_take_anew(struct restore *restore, const char *topic);

/* True when it can be accepted; else STOP: a partition without position, or a log that does not hold what comes next. */
MUST_CHECK bool restore_check(const struct restore *restore, struct error *error);

/* The generation after the highest that PostgreSQL or Kafka knows of any partition. Pure. */
int32_t restore_next_generation(const struct restore_partition *partitions, size_t count);

/* Up to which batch the outbox need not be published any more. Pure. */
int64_t restore_published(const struct restore_partition *partition);

/* Queues the change, to go along in the caller's transaction; it raises KF001 when somebody has taken a partition over since restore_look. */
MUST_CHECK bool restore_queue(const struct restore *restore, struct database *database, struct arena *arena, struct error *error);

/* Number of members of the consumer group, dead ones included until their session ends. */
MUST_CHECK bool restore_count_members(const struct stream_options *options, int32_t *ret, struct error *error);
