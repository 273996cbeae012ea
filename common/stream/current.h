/* How current a reader of compacted topics is. Kafka keeps a tombstone for `delete.retention.ms` after compaction came by: who has not read for
 * longer may never see it, and keeps what was removed. So it is noted until when everything is known to have been read. Work thread only. */
#pragma once

#include "common/base/error.h"

struct batch;
struct position_input;
struct worker;

/* Notes how current the owned partitions' compacted inputs are: now, where all that their logs hold has been taken, else as of when they were asked
 * for what has been taken by now. Asks Kafka and PostgreSQL, and
 * does nothing more often than is needed for the shortest retention, and nothing at all without compacted inputs. */
MUST_CHECK bool current_note(struct worker *worker, struct error *error);

/* The log's end was `end` at that time: where all up to it has been taken by now, the input is as current as that. */
void current_reached(struct position_input *input, int64_t end, int64_t at_ms);

/* The same, for asking again and again: where records come all the time the end of now is reached a little later, and counts then. */
void current_asked(struct position_input *input, int64_t end, int64_t asked_ms);

/* Guard, before a batch is committed: true when no tombstone can have gone since what came before it was read. Otherwise the stream ends, so that the
 * next take-over reads the input again. */
MUST_CHECK bool current_holds(struct worker *worker, const struct batch *batch, struct error *error);
