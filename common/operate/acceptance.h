/* What `restore accept` of both services says, waits for and asks (docs/restore.md). For a command line. */
#pragma once

#include <jansson.h>

#include "common/stream/restore.h"

/* Each partition as PostgreSQL and Kafka have it, and why it halts: a new reference. */
json_t *acceptance_partitions(const struct restore *restore);

/* The same on standard output, for people. */
void acceptance_print(const struct restore *restore);

/* Waits until the consumer group has no member: one that has ended is a member until its session is over. RETRY STILL_RUNNING when that takes longer.
 */
MUST_CHECK bool acceptance_wait(const struct stream_options *options, int64_t session_timeout_ms, struct error *error);

/* Whether the operator types yes. */
bool acceptance_confirmed(void);
