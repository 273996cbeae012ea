/* The machine's clocks, read by whoever decides when; what is pure is given the time. */
#pragma once

#include <stdint.h>

/* Milliseconds since 1970-01-01 UTC. */
int64_t wall_ms(void);

/* Milliseconds of a clock that never goes back, since some moment. */
int64_t monotonic_ms(void);
