/* The work stage's own state. Work thread only. */
#pragma once

#include "common/stream/attempt.h"
#include "common/stream/batch.h"
#include "common/stream/departure.h"

struct worker {
	struct stream *stream;
	struct database *database;
	bool connected; /* since the connection was last found lost */
	struct position_table table;
	const char *names[STREAM_INPUTS_MAX];
	struct suspicion *suspicions; /* by partition */
	struct topics topics;
	struct membership *membership; /* what is owned now; NULL: nothing */
	int32_t *pending;              /* partitions of which Kafka could not tell at the take-over; not worked on */
	size_t pending_count;
	size_t pending_turn;
	int64_t pending_ms; /* when one of them was last asked for */
	int32_t work_turn;
	int64_t noted_ms;           /* when published marks were last noted */
	int64_t next_current_ms;    /* when it is next noted how current compacted inputs are */
	int64_t asked_ms;           /* when, by the wall's clock, the take-over asked for the logs' ends */
	int32_t rest_ms;            /* how long events have to wait now: somebody waits for what is not a backlog, and needs the machine */
	int64_t began_us;           /* when the last try of a batch began: room and database were there */
	struct departure departure; /* given up and not noted yet */
	struct arena scratch;
};

/* A connected database of the lineage that the stream began with; waits for it. False when the stream ends or a control waits meanwhile. */
MUST_CHECK bool worker_database(struct worker *worker);

/* True when the work stage should let go of what it is doing: the stream ends, or the take stage wants something. */
bool worker_is_wanted(const struct worker *worker);

/* Serves a control, and answers it. */
void ownership_serve(struct worker *worker, struct control *control);

/* Asks again, now and then, for a partition that could not be decided on; once Kafka answers, everything is taken over anew. */
void ownership_look_after_pending(struct worker *worker);

/* Notes in PostgreSQL how far publishing is, where that has changed. */
MUST_CHECK bool ownership_note_published(struct worker *worker, struct error *error);

/* Empties outbox tables whose time has come: published bytes do not stay longer than they must, also where little is going on. */
MUST_CHECK bool ownership_turn_outboxes(struct worker *worker, struct error *error);

enum commit_result {
	COMMIT_DONE,   /* PostgreSQL has it; the batch is the publisher's now */
	COMMIT_FAILED, /* it has not; *error says why */
};

/* One PostgreSQL transaction: position, the application's writes, outbox. The batch has been folded. Ownership of the batch moves when done. */
enum commit_result commit_batch(struct worker *worker, struct position *position, struct batch *batch, struct error *error);

/* Waits until the publisher has room. False when the stage is wanted elsewhere. */
MUST_CHECK bool worker_publish_room(struct worker *worker);

#define WORK_STUCK_MS 120000
#define WORK_EXIT_STUCK 70
