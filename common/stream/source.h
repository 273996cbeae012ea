/* One input topic of one partition as the take stage reads it: a queue of its own, what is expected next, and the checks on what comes. Take thread
 * only. */
#pragma once

#include "common/stream/batch.h"

struct source_kept;

struct source {
	size_t input;
	int32_t partition;
	rd_kafka_queue_t *queue;
	int64_t next;
	int64_t handed; /* behind the last record handed over */
	bool compare;   /* the record at compare_offset, if it comes, must have the hash */
	int64_t compare_offset;
	uint8_t hash[POSITION_HASH_SIZE];
	struct sequence_seen seen;
	int64_t seen_ms;          /* broker's time of the last record; 0: none yet */
	int64_t catch_up;         /* records below it are taken by time, see stream_is_behind; 0: none */
	struct source_kept *kept; /* what source_look found and source_take has not given yet; heap */
};

/* Opens the queue, apart from all others; to be called before rd_kafka_assign. `wake` is written to whenever it gets something. */
void source_open(struct source *source, struct stream *stream, const struct start *start);

/* Closes the queue. */
void source_close(struct source *source);

enum source_taken {
	SOURCE_EMPTY,   /* nothing there now */
	SOURCE_RECORD,  /* *ret and *ret_message are set; the message is the caller's */
	SOURCE_SKIPPED, /* something was there, and is not to be taken */
	SOURCE_HALT,    /* *error says why the partition cannot go on; *ret holds the offset */
};

/* Looks for the next record, without waiting. */
enum source_taken source_take(struct source *source, struct stream *stream, struct stream_record *ret, rd_kafka_message_t **ret_message,
			      struct error *error);

/* Finds out the broker's time and the offset of the record that source_take will give next, without giving it. False when there is none now, or the
 * partition cannot go on (*ret_halts): then source_take says so. */
bool source_look(struct source *source, struct stream *stream, int64_t *ret_time_ms, int64_t *ret_offset, bool *ret_halts);

/* Up to here everything has been given, or is not to be taken: the record that was looked at, or else what is expected next. */
int64_t source_reached(const struct source *source);
