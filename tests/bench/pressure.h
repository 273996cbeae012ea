/* A load that does not end: changed employments of employees that nobody shares, so that the vault never has less than so many events to do. */
#pragma once

#include "tests/bench/delivery.h"

struct pressure;

/* Starts it and returns once the backlog is there. The employees are those behind the ones of `beside`. Heap. */
struct pressure *pressure_start(const char *bootstrap, const char *group, const struct delivery *beside, int64_t backlog);

/* Stops it and frees it; the smallest backlog that was seen while it ran. NULL: 0. */
int64_t pressure_stop(struct pressure *pressure);
