/* Reads committed records of one topic, without a group and without noting how far it got. */
#pragma once

#include "common/kafka/client.h"

#define KAFKA_ALL_PARTITIONS (-1)

enum kafka_start { KAFKA_FROM_BEGINNING, KAFKA_FROM_END };

struct kafka_reader;

/* Valid until the next call on the reader. */
struct kafka_record {
	int32_t partition;
	int64_t offset;
	int64_t time_ms;
	struct view key;
	struct view value;
	const char *reason; /* header kluis-reason, NULL when absent or not plain ASCII */
};

/* Opens a topic at its beginning or at the end that it has now: what is sent after this returned will be read. partition: one, or
 * KAFKA_ALL_PARTITIONS. Options as in kafka_client_new. */
MUST_CHECK bool kafka_reader_open(const struct stream_option *options, size_t count, const char *topic, int32_t partition, enum kafka_start start,
				  struct kafka_reader **ret, struct error *error);

/* Closes and frees; NULL is fine. */
void kafka_reader_free(struct kafka_reader *reader);

/* The next record, in order within its partition; *ret_found false when the end of all partitions (as it was at opening or later) has been reached,
 * or nothing came within the time. */
MUST_CHECK bool kafka_reader_next(struct kafka_reader *reader, int32_t timeout_ms, struct kafka_record *ret, bool *ret_found, struct error *error);

/* True when every partition has been read to the end. */
bool kafka_reader_at_end(const struct kafka_reader *reader);

/* True ends the waiting. */
typedef bool kafka_predicate(void *context, const struct kafka_record *record);

/* Reads on until the predicate holds. RETRY KAFKA_TIMEOUT when it does not in time. */
MUST_CHECK bool kafka_reader_wait(struct kafka_reader *reader, kafka_predicate *predicate, void *context, int32_t timeout_ms, struct error *error);
