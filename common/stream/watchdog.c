#include "common/stream/watchdog.h"

#include "common/base/clock.h"
#include "common/base/guard.h"
#include "common/config/log.h"

#include <stdlib.h>
#include <unistd.h>

struct watched_stage {
	const char *name;
	const char *remedy;
};

#define START_AGAIN "start it again, as a supervisor does: nothing is lost or doubled by it"

static const struct watched_stage stages[WATCHED_COUNT] = {
	[WATCHED_TAKE] = {"take", START_AGAIN "; where that repeats itself it is a fault of the program"},
	[WATCHED_WORK] = {"work", START_AGAIN "; see whether one of PostgreSQL's processes is stopped (pg_stat_activity), and end that"},
	[WATCHED_PUBLISH] = {"publish", START_AGAIN "; where that repeats itself see the log for what the brokers answered"},
	[WATCHED_END] = {"end", "none is needed: all was done but the connections' end"},
	[WATCHED_STOP] = {"stop", START_AGAIN},
};

/* What is long for a stage; a test build can be told to call less than that long. */
static int64_t longest_ms(int64_t limit_ms)
{
#ifdef KLUIS_FAULTS
	const char *told = getenv("KLUIS_STUCK_MS");

	if (told != NULL && strtoll(told, NULL, 10) < limit_ms)
		return strtoll(told, NULL, 10);
#endif
	return limit_ms;
}

/* Guard: whoever supervises a process sees that it runs, not that it does nothing any more. */
static bool is_stuck(struct watchdog *watchdog, int stage, int64_t *ret_silent_ms)
{
	int64_t limit = atomic_load(&watchdog->limit_ms[stage]);

	*ret_silent_ms = monotonic_ms() - atomic_load(&watchdog->beat_ms[stage]);
	return limit != 0 && *ret_silent_ms > longest_ms(limit) && !WITHOUT(watchdog);
}

static void *watch(void *argument)
{
	struct watchdog *watchdog = argument;
	const struct timespec step = {.tv_nsec = 100000000L};

	while (!atomic_load(&watchdog->stop)) {
		(void)nanosleep(&step, NULL);
		for (int stage = 0; stage < WATCHED_COUNT; stage++) {
			int64_t silent;
			int code;

			if (!is_stuck(watchdog, stage, &silent))
				continue;
			log_event(LOG_LEVEL_ERROR, "stage_stuck", log_text("stage", stages[stage].name), log_int("silent_ms", silent),
				  log_text("remedy", stages[stage].remedy));
			code = atomic_load(&watchdog->exit_code[stage]);
			_exit(code == 0 ? atomic_load(&watchdog->failure_code) : code);
		}
	}
	return NULL;
}

void watchdog_start(struct watchdog *watchdog)
{
	if (pthread_create(&watchdog->thread, NULL, watch, watchdog) != 0)
		abort(); /* unwatched it would hang for ever where it hangs */
	watchdog->started = true;
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
