#include "common/stream/channel.h"

#include <errno.h>
#include <time.h>

void channel_init(struct channel *channel)
{
	pthread_condattr_t attributes;

	*channel = (struct channel){0};
	(void)pthread_mutex_init(&channel->lock, NULL);
	(void)pthread_condattr_init(&attributes);
	(void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&channel->changed, &attributes);
	(void)pthread_condattr_destroy(&attributes);
}

void channel_done(struct channel *channel)
{
	(void)pthread_cond_destroy(&channel->changed);
	(void)pthread_mutex_destroy(&channel->lock);
}

void channel_put(struct channel *channel, struct channel_link *link, unsigned lane, size_t size)
{
	link->next = NULL;
	link->lane = lane;
	link->size = size;
	(void)pthread_mutex_lock(&channel->lock);
	if (channel->last[lane] == NULL)
		channel->first[lane] = link;
	else
		channel->last[lane]->next = link;
	channel->last[lane] = link;
	channel->waiting[lane]++;
	channel->held++;
	channel->held_size += size;
	(void)pthread_cond_broadcast(&channel->changed);
	(void)pthread_mutex_unlock(&channel->lock);
}

static struct channel_link *pop(struct channel *channel, unsigned lanes)
{
	for (unsigned lane = 0; lane < lanes; lane++) {
		struct channel_link *link = channel->first[lane];

		if (link == NULL)
			continue;
		channel->first[lane] = link->next;
		if (link->next == NULL)
			channel->last[lane] = NULL;
		channel->waiting[lane]--;
		link->next = NULL;
		return link;
	}
	return NULL;
}

static struct timespec deadline_in(int32_t timeout_ms)
{
	struct timespec at;

	(void)clock_gettime(CLOCK_MONOTONIC, &at);
	at.tv_sec += timeout_ms / 1000;
	at.tv_nsec += (long)(timeout_ms % 1000) * 1000000L;
	if (at.tv_nsec >= 1000000000L) {
		at.tv_sec++;
		at.tv_nsec -= 1000000000L;
	}
	return at;
}

/* With the lock held; false when the time is over or the wait was interrupted. */
static bool wait_until(struct channel *channel, const struct timespec *deadline)
{
	if (!channel->interrupted && pthread_cond_timedwait(&channel->changed, &channel->lock, deadline) == ETIMEDOUT)
		return false;
	if (channel->interrupted) {
		channel->interrupted = false;
		return false;
	}
	return true;
}

struct channel_link *channel_take_below(struct channel *channel, unsigned lanes, int32_t timeout_ms)
{
	struct timespec deadline = deadline_in(timeout_ms);
	struct channel_link *link;

	(void)pthread_mutex_lock(&channel->lock);
	link = pop(channel, lanes);
	while (link == NULL && timeout_ms > 0 && wait_until(channel, &deadline))
		link = pop(channel, lanes);
	(void)pthread_mutex_unlock(&channel->lock);
	return link;
}

struct channel_link *channel_take(struct channel *channel, int32_t timeout_ms)
{
	return channel_take_below(channel, CHANNEL_LANES, timeout_ms);
}

void channel_release(struct channel *channel, size_t count, size_t size)
{
	(void)pthread_mutex_lock(&channel->lock);
	channel->held -= count;
	channel->held_size -= size;
	(void)pthread_cond_broadcast(&channel->changed);
	(void)pthread_mutex_unlock(&channel->lock);
}

bool channel_wait_room(struct channel *channel, size_t count, size_t size, int32_t timeout_ms)
{
	struct timespec deadline = deadline_in(timeout_ms);
	bool room;

	(void)pthread_mutex_lock(&channel->lock);
	room = channel->held < count && channel->held_size < size;
	while (!room && timeout_ms > 0 && wait_until(channel, &deadline))
		room = channel->held < count && channel->held_size < size;
	room = channel->held < count && channel->held_size < size;
	(void)pthread_mutex_unlock(&channel->lock);
	return room;
}

size_t channel_waiting(struct channel *channel, unsigned lane)
{
	size_t waiting;

	(void)pthread_mutex_lock(&channel->lock);
	waiting = channel->waiting[lane];
	(void)pthread_mutex_unlock(&channel->lock);
	return waiting;
}

size_t channel_held(struct channel *channel)
{
	size_t held;

	(void)pthread_mutex_lock(&channel->lock);
	held = channel->held;
	(void)pthread_mutex_unlock(&channel->lock);
	return held;
}

void channel_interrupt(struct channel *channel)
{
	(void)pthread_mutex_lock(&channel->lock);
	channel->interrupted = true;
	(void)pthread_cond_broadcast(&channel->changed);
	(void)pthread_mutex_unlock(&channel->lock);
}
