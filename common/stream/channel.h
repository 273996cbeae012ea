/* The queue between two stages: several lanes, the lowest first, each in order. What has been taken counts until it is released, so that memory stays
 * bounded and "all is done" can be seen. Any thread. */
#pragma once

#include "common/base/error.h"

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

#define CHANNEL_LANES 6

/* First member of whatever goes through a channel. */
struct channel_link {
	struct channel_link *next;
	unsigned lane;
	size_t size; /* bytes that it holds, for the bound */
};

struct channel {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct channel_link *first[CHANNEL_LANES];
	struct channel_link *last[CHANNEL_LANES];
	size_t waiting[CHANNEL_LANES];
	size_t held; /* put and not yet released */
	size_t held_size;
	bool interrupted;
};

/* Makes an empty channel. */
void channel_init(struct channel *channel);

/* Frees the lock; the channel must be empty. */
void channel_done(struct channel *channel);

/* Appends to a lane; takes ownership. size is the number of bytes that count for the bound. */
void channel_put(struct channel *channel, struct channel_link *link, unsigned lane, size_t size);

/* The first of the lowest lane; waits up to timeout_ms (0: not at all). NULL when there is none or the wait was interrupted. Ownership goes to the
 * caller, who calls channel_release when done with it. */
struct channel_link *channel_take(struct channel *channel, int32_t timeout_ms);

/* The same of the lanes below `lanes` alone. */
struct channel_link *channel_take_below(struct channel *channel, unsigned lanes, int32_t timeout_ms);

/* What was taken is finished: count items of size bytes together. */
void channel_release(struct channel *channel, size_t count, size_t size);

/* Waits up to timeout_ms until fewer than count items and size bytes are held; false when that did not come about or the wait was interrupted. */
bool channel_wait_room(struct channel *channel, size_t count, size_t size, int32_t timeout_ms);

/* Items waiting in a lane. */
size_t channel_waiting(struct channel *channel, unsigned lane);

/* Items put and not yet released. */
size_t channel_held(struct channel *channel);

/* Ends the present or next wait of channel_take or channel_wait_room early. */
void channel_interrupt(struct channel *channel);
