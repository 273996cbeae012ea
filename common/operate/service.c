#include "common/operate/service.h"

#include <pthread.h>
#include <signal.h>

#include "common/config/log.h"

/* The signals that stop, and the one that ends the waiting for them. */
static sigset_t signals_of_interest(void)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGUSR1);
	return set;
}

static void *wait_for_signals(void *context)
{
	sigset_t set = signals_of_interest();
	int number = 0;

	while (sigwait(&set, &number) == 0 && number != SIGUSR1) {
		log_event(LOG_LEVEL_INFO, "stopping", log_int("signal", number));
		stream_stop(context);
	}
	return NULL;
}

void service_hold_signals(void)
{
	sigset_t set = signals_of_interest();

	(void)pthread_sigmask(SIG_BLOCK, &set, NULL);
}

bool service_is_asked_to_stop(void)
{
	sigset_t pending;

	(void)sigemptyset(&pending);
	return sigpending(&pending) == 0 && (sigismember(&pending, SIGTERM) == 1 || sigismember(&pending, SIGINT) == 1);
}

bool service_run(struct stream *stream, struct error *error)
{
	pthread_t waiter;
	bool done;

	service_hold_signals();
	if (pthread_create(&waiter, NULL, wait_for_signals, stream) != 0)
		return error_set(error, DISPOSITION_STOP, "THREAD", "signals", "a thread cannot be made");
	done = stream_run(stream, error);
	(void)pthread_kill(waiter, SIGUSR1);
	(void)pthread_join(waiter, NULL);
	return done;
}
