/* What an owner that did not leave in order has open in Kafka: offsets in a transaction of its own, which nobody may read until that has ended. */
#pragma once

#include "common/stream/engine.h"

struct database;

/* Has the broker end the open transactions of those who own the partitions and have not left them in order, so that the take-over need not wait for
 * the transaction's time-out. To be called before the positions are taken over. Nothing is ended by what a
 * database of another lineage says. An owner that is alive all the same makes itself a new producer. What
 * cannot be ended is logged, and left to the time-out. False when the database does not answer. Work thread only. */
MUST_CHECK bool orphans_end(struct stream *stream, struct database *database, const int32_t *partitions, size_t count, struct error *error);
