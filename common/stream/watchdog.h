/* Ends the process when a stage makes no progress while it has work, or when something that must end does not: a supervisor then starts it anew. */
#pragma once

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

enum watched { WATCHED_TAKE, WATCHED_WORK, WATCHED_PUBLISH, WATCHED_END, WATCHED_STOP, WATCHED_COUNT };

struct watchdog {
	pthread_t thread;
	atomic_bool stop;
	_Atomic int64_t limit_ms[WATCHED_COUNT]; /* 0: has no work */
	_Atomic int64_t beat_ms[WATCHED_COUNT];
	atomic_int exit_code[WATCHED_COUNT];
	atomic_int failure_code; /* not 0: what a stage that would end the process with 0 ends it with all the same */
	int started;
};

/* Starts the watching thread. */
void watchdog_start(struct watchdog *watchdog);

/* Stops it. */
void watchdog_stop(struct watchdog *watchdog);

/* The stage is busy and alive: silent for longer than limit_ms from now on it is held for stuck, and the process ends with that exit code.
 * Async-signal-safe. */
void watchdog_beat(struct watchdog *watchdog, enum watched stage, int64_t limit_ms, int exit_code);

/* The stage has nothing to do. */
void watchdog_rest(struct watchdog *watchdog, enum watched stage);
