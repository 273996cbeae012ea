/* What the take stage passed over where a log had no record for us: the markers that transactions end in, records seen before. The position moves
 * behind it too, or retention would one day seem to have removed what was not taken. */
#pragma once

#include "common/base/error.h"

#include <stddef.h>
#include <stdint.h>

struct position;
struct worker;

struct passed {
	size_t input;
	int64_t from; /* behind the last record handed over */
	int64_t to;   /* the next one to come */
};

/* Moves the position's inputs on, those of which all records before have been committed. In memory: the next batch of the partition, or passed_note,
 * takes it to PostgreSQL. Work thread only. */
void passed_apply(struct position *position, const struct passed *passed, size_t count);

/* Notes in PostgreSQL where the inputs are whose move no batch has taken there yet. Without batch and outputs: what is passed over must not make work
 * for others. Work thread only. */
MUST_CHECK bool passed_note(struct worker *worker, struct error *error);
