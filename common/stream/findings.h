/* What Kafka says of partitions before it is decided on them, each partition on its own: one that cannot be read now does not hold up the others. */
#pragma once

#include "common/stream/group_marks.h"
#include "common/stream/log_ends.h"
#include "common/stream/position.h"

/* Of `count` partitions; zero is none. */
struct findings {
	const int32_t *partitions; /* borrowed */
	size_t count;
	size_t inputs;
	bool *known;              /* by index: what follows has been read */
	struct error *errors;     /* by index: why it could not */
	struct group_mark *marks; /* by index */
	struct log_ends *ends;    /* by index and input */
};

/* Makes room; nothing is known yet. */
void findings_init(struct findings *findings, const int32_t *partitions, size_t count, size_t inputs);

/* Frees. */
void findings_done(struct findings *findings);

/* Reads what is not known yet: all at once, and where that fails partition by partition. True when everything is known; false with the last failure
 * in *error, and `known` says what could be read. A log that seems to end before what was taken of it is asked for again for some seconds: a broker
 * that comes back from a crash may say so for a moment. Ends early when the stream is to stop. */
MUST_CHECK bool findings_read(struct findings *findings, struct stream *stream, const struct position_table *table, struct error *error);

/* The same for one partition, once and shortly. */
MUST_CHECK bool findings_read_one(struct findings *findings, size_t index, struct stream *stream, struct error *error);

/* Decides on a known partition, the position and the findings being as read; fills ret_inputs, one per input. */
struct takeover findings_decide(const struct findings *findings, size_t index, const struct stream *stream, struct position *position,
				struct takeover_input *ret_inputs, struct error *error);

/* Where to begin with one input, after a decision that does not halt. */
struct start findings_start(const struct takeover_input *input, size_t index, int32_t partition, const struct position_input *position);
