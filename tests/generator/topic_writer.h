/* Records to a population topic as the vault writes them: in transactions, to the employer's partition, with kluis-id, dense kluis-seq and, on a
 * tombstone, a reason. */
#pragma once

#include "common/base/error.h"
#include "common/base/view.h"

struct topic_writer;

struct topic_writer_options {
	const char *bootstrap;
	const char *topic; /* exists */
	int64_t per_transaction;
};

/* Connects, and asks for the topic's partitions. RETRY KAFKA, STOP KAFKA_OPTION. */
MUST_CHECK bool topic_writer_new(const struct topic_writer_options *options, struct topic_writer **ret, struct error *error);

/* Gives up what was not committed; NULL is fine. */
void topic_writer_free(struct topic_writer *writer);

/* Which employer's records follow: they go to its partition. */
void topic_writer_turn_to(struct topic_writer *writer, struct view employer_id);

/* Queues a copy of one record; value null: a tombstone. */
MUST_CHECK bool topic_writer_put(struct topic_writer *writer, struct view key, struct view value, struct error *error);

/* Commits what is open. */
MUST_CHECK bool topic_writer_finish(struct topic_writer *writer, struct error *error);
