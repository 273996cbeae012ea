/* How current a reader of compacted topics is. Kafka keeps a tombstone for `delete.retention.ms` after compaction came by: who has not read for
 * longer may never see it, and keeps what was removed. So it is noted until when everything is known to have been read. Work thread only. */
#pragma once

#include "common/base/error.h"

struct batch;
struct worker;

/* Notes how current the owned partitions' compacted inputs are: now, where all that their logs hold has been taken. Asks Kafka and PostgreSQL, and
 * does nothing more often than is needed for the shortest retention, and nothing at all without compacted inputs. */
MUST_CHECK bool current_note(struct worker *worker, struct error *error);

/* Guard, before a batch is committed: true when no tombstone can have gone since what came before it was read. Otherwise the stream ends, so that the
 * next take-over reads the input again. */
MUST_CHECK bool current_holds(struct worker *worker, const struct batch *batch, struct error *error);
