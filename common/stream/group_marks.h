/* How far publishing has got, as Kafka has it: the metadata of the group's offsets. */
#pragma once

#include "common/stream/engine.h"

struct group_mark {
	bool known;
	bool differ; /* the inputs' marks are not all the same, or one is unreadable */
	struct mark mark;
};

/* Reads the marks of the partitions; waits while a transaction on their offsets is open. ret has room for count. Any thread but a callback's. */
MUST_CHECK bool group_marks_read(struct stream *stream, const int32_t *partitions, size_t count, struct group_mark *ret, struct error *error);
