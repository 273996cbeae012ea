#include "common/base/crash_point.h"

#ifndef KLUIS_FAULTS
#error "crash points belong to the test build alone: configure with KLUIS_FAULTS=ON"
#endif

#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <unistd.h>

struct named_point {
	const char *name;
	const char *services;
	const char *what;
};

static const struct named_point points[CRASH_POINT_COUNT] = {
#define X(name, services, what) {#name, #services, what},
	CRASH_POINTS(X)
#undef X
};

/* What the environment asks for at one point. */
struct aim {
	int point; /* -1: nothing */
	unsigned long at;
	atomic_ulong reached;
};

static struct aim crash = {.point = -1};
static struct aim pause_aim = {.point = -1};
static struct aim hang = {.point = -1};
static const char *armed;

static int point_named(const char *name, size_t len)
{
	for (int i = 0; i < CRASH_POINT_COUNT; i++) {
		if (strlen(points[i].name) == len && memcmp(points[i].name, name, len) == 0)
			return i;
	}
	(void)fprintf(stderr, "there is no crash point %.*s: KLUIS_CRASH_LIST=1 prints them\n", (int)len, name);
	exit(2);
}

static void take_aim(struct aim *aim, const char *variable)
{
	const char *text = getenv(variable);
	size_t len;

	if (text == NULL || text[0] == '\0')
		return;
	len = strcspn(text, ":");
	aim->point = point_named(text, len);
	aim->at = text[len] == ':' ? strtoul(text + len + 1, NULL, 10) : 1;
}

/* Before main, so that a subcommand that fails early can still be asked for the list. */
__attribute__((constructor)) static void read_environment(void)
{
	if (getenv("KLUIS_CRASH_LIST") != NULL) {
		for (int i = 0; i < CRASH_POINT_COUNT; i++)
			(void)printf("%s\t%s\t%s\n", points[i].name, points[i].services, points[i].what);
		exit(0);
	}
	armed = getenv("KLUIS_FAULTS_ARMED");
	take_aim(&crash, "KLUIS_CRASH_AT");
	take_aim(&pause_aim, "KLUIS_PAUSE_AT");
	take_aim(&hang, "KLUIS_HANG_AT");
}

static bool is_hit(struct aim *aim, enum crash_point point)
{
	if (aim->point != (int)point || (armed != NULL && access(armed, F_OK) != 0))
		return false;
	return atomic_fetch_add(&aim->reached, 1) + 1 == aim->at;
}

void crash_point_reach(enum crash_point point)
{
	/* To this thread: sent to the process, another thread might take it, and this one be far beyond the point by then. */
	if (is_hit(&pause_aim, point))
		(void)raise(SIGSTOP);
	for (bool hangs = is_hit(&hang, point); hangs;)
		(void)pause();
	if (is_hit(&crash, point))
		(void)raise(SIGKILL);
}
