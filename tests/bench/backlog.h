/* How far a consumer group is behind the end of a topic, seen from outside. */
#pragma once

#include <stdint.h>

struct backlog;

/* Looks at what that group committed of the topic; joins nothing. Heap. */
struct backlog *backlog_new(const char *bootstrap, const char *group, const char *topic);

/* Accepts NULL. */
void backlog_free(struct backlog *backlog);

/* The sum of the committed offsets of all partitions (0 where there is none yet). */
int64_t backlog_committed(struct backlog *backlog);

/* Takes the topic's present ends as the goal; their sum. */
int64_t backlog_mark_end(struct backlog *backlog);

/* Waits until every partition's committed offset has reached its goal; the monotonic time at which that was seen (looked at every 5 ms). Fails after
 * a minute without progress. */
double backlog_wait(struct backlog *backlog);
