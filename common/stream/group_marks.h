/* How far publishing has got, as Kafka has it: the metadata of the group's offsets. */
#pragma once

#include "common/stream/engine.h"

struct group_mark {
	bool known;
	bool differ;     /* the inputs' newest marks are of different databases, or one is unreadable */
	bool unreadable; /* one is */
	struct mark mark;
};

/* Adds the mark of one more input. The newest counts: an input that was left for a while carries an old one. */
void group_mark_add(struct group_mark *known, const void *metadata, size_t len);

/* Reads the marks of the partitions; waits while a transaction on their offsets is open. ret has room for count. At most timeout_ms.
 * Any thread but a callback's. */
MUST_CHECK bool group_marks_read(struct stream *stream, const int32_t *partitions, size_t count, struct group_mark *ret, int32_t timeout_ms,
				 struct error *error);

/* The same, but as what has been committed so far, whatever transaction is open. For the publisher's own open transaction: its offsets have just been
 * written through the group's coordinator, so the coordinator is whole now, which it need not have been before (Kafka 4.1: one that comes back from a
 * crash may answer for seconds from half of its log). Each partition once. */
MUST_CHECK bool group_marks_read_committed(struct stream *stream, const int32_t *partitions, size_t count, struct group_mark *ret, int32_t timeout_ms,
					   struct error *error);
