/* What to do with a partition that has become ours, from what PostgreSQL and Kafka say of it. Pure: the table of the design, "Taking over a
 * partition". */
#pragma once

#include "common/base/error.h"

#include <stddef.h>
#include <stdint.h>

#define LINEAGE_SIZE 48
#define MARK_TEXT_SIZE 96

/* Metadata of the offsets in Kafka: how far publishing has got. */
struct mark {
	char lineage[LINEAGE_SIZE]; /* PostgreSQL's system identifier, '-', timeline */
	int32_t generation;
	int64_t batch;
};

/* Writes "lineage:generation:batch"; returns its length. */
size_t mark_format(const struct mark *mark, char ret_text[static MARK_TEXT_SIZE]);

/* Reads it; false for anything else. */
MUST_CHECK bool mark_parse(const void *text, size_t len, struct mark *ret);

/* One input topic of the partition. */
struct takeover_input {
	const char *topic;
	int64_t next;              /* PostgreSQL's next offset, when `known` */
	int64_t remembered_offset; /* of the last record taken; -1: none */
	int64_t log_begin;         /* first offset that the log still holds */
	int64_t log_end;           /* the one that the next record will get */
	int64_t start;             /* comes out: where to fetch from */
	int64_t current_ms;        /* with compacted: whatever has not been taken was written after this; 0: unknown */
	int64_t tombstones_ms;     /* with compacted: how long the log keeps tombstones at least */
	bool known;                /* PostgreSQL has a next offset */
	bool compare;              /* comes out: the first record, if it is the remembered one, must be it */
	bool compacted;            /* removed keys are told by tombstones, which go some time after compaction */
	bool again;                /* comes out: tombstones may have been missed, it is to be read from the log's first offset */
};

struct takeover_seen {
	const char *lineage; /* of the database that we are connected to */
	bool has_position;
	const char *position_lineage; /* noted with the position */
	int32_t generation;
	int64_t batch;     /* P */
	int64_t published; /* the mark noted in PostgreSQL */
	int64_t now_ms;
	bool has_mark;
	bool marks_differ; /* the input topics' offsets carry marks of different databases, or one that is unreadable */
	struct mark mark;  /* K */
	struct takeover_input *inputs;
	size_t input_count;
};

enum takeover_verdict {
	TAKEOVER_BEGIN,   /* allowed first start: nothing to publish */
	TAKEOVER_GO_ON,   /* publish batches after `published`, go on */
	TAKEOVER_NO_MARK, /* as GO_ON, by PostgreSQL's own mark: the group's offsets have expired */
	TAKEOVER_HALT,
};

struct takeover {
	enum takeover_verdict verdict;
	int64_t published; /* batches up to this one are in Kafka */
};

/* Decides, and fills start and compare of every input. With HALT *error says what was seen. */
struct takeover takeover_decide(struct takeover_seen *seen, struct error *error);

/* What a partition goes on by, in words. Static. */
const char *takeover_name(enum takeover_verdict verdict);

/* What an operator can do where a partition halts with this code; NULL for a code that is not of a take-over. Static. */
const char *takeover_remedy(const char *code);
