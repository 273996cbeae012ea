/* What a batch publishes, as it is kept in PostgreSQL until it has been: frames with the final bytes, in chunks of bounded size. Pure but for memory.
 */
#pragma once

#include "common/base/buffer.h"
#include "common/base/cursor.h"

#define OUTBOX_CHUNK_TARGET ((size_t)256 * 1024)
#define OUTBOX_CHUNK_MAX ((size_t)1024 * 1024)
#define OUTBOX_FRAME_MAX ((size_t)262144 + 4096) /* below the topics' max.message.bytes: Kafka must never refuse one for its size */

struct outbox_frame {
	struct view topic;
	int32_t partition;
	struct view key;
	struct view value;  /* null: tombstone */
	struct view id;     /* kluis-id */
	struct view reason; /* null: no header */
	int64_t generation; /* kluis-seq */
	int64_t sequence;
};

struct outbox_chunk {
	struct outbox_chunk *next;
	struct buffer bytes;
};

/* Zero is empty. */
struct outbox {
	struct outbox_chunk *first;
	struct outbox_chunk *last;
	size_t size; /* bytes in all chunks */
	size_t frames;
};

/* Wipes and frees all chunks; the outbox is empty afterwards. */
void outbox_done(struct outbox *outbox);

/* Appends a frame; false when it is too large for a topic. */
MUST_CHECK bool outbox_add(struct outbox *outbox, const struct outbox_frame *frame);

/* Takes over one chunk as read back from the database (copied). False when it is no well-formed run of frames. */
MUST_CHECK bool outbox_restore(struct outbox *outbox, struct view chunk);

/* A cursor on the frames of a chunk; false when it was written by another version. */
MUST_CHECK bool outbox_open(struct view chunk, struct cursor *ret);

/* The next frame; its views point into the chunk. False when the bytes are no frame. To be called while cursor.left > 0. */
MUST_CHECK bool outbox_next(struct cursor *cursor, struct outbox_frame *ret);
