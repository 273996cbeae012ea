#include "common/stream/watchdog.h"

#include "common/base/clock.h"
#include "common/config/log.h"

#include <unistd.h>

static const char *const names[WATCHED_COUNT] = {"take", "work", "publish", "end", "stop"};

static void *watch(void *argument)
{
	struct watchdog *watchdog = argument;
	const struct timespec step = {.tv_nsec = 100000000L};

	while (!atomic_load(&watchdog->stop)) {
		(void)nanosleep(&step, NULL);
		for (int stage = 0; stage < WATCHED_COUNT; stage++) {
			int64_t limit = atomic_load(&watchdog->limit_ms[stage]);
			int64_t silent = monotonic_ms() - atomic_load(&watchdog->beat_ms[stage]);

			int code;

			if (limit == 0 || silent <= limit)
				continue;
			log_event(LOG_LEVEL_ERROR, "stage_stuck", log_text("stage", names[stage]), log_int("silent_ms", silent));
			code = atomic_load(&watchdog->exit_code[stage]);
			_exit(code == 0 ? atomic_load(&watchdog->failure_code) : code);
		}
	}
	return NULL;
}

void watchdog_start(struct watchdog *watchdog)
{
	watchdog->started = pthread_create(&watchdog->thread, NULL, watch, watchdog) == 0;
}

void watchdog_stop(struct watchdog *watchdog)
{
	atomic_store(&watchdog->stop, true);
	if (watchdog->started)
		(void)pthread_join(watchdog->thread, NULL);
	watchdog->started = 0;
}

void watchdog_beat(struct watchdog *watchdog, enum watched stage, int64_t limit_ms, int exit_code)
{
	atomic_store(&watchdog->exit_code[stage], exit_code);
	atomic_store(&watchdog->beat_ms[stage], monotonic_ms());
	atomic_store(&watchdog->limit_ms[stage], limit_ms);
}

void watchdog_rest(struct watchdog *watchdog, enum watched stage)
{
	atomic_store(&watchdog->limit_ms[stage], 0);
}
