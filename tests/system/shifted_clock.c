/* Preloaded into one service under test: its wall clock runs KLUIS_CLOCK_SHIFT_S seconds ahead. What measures durations, and what waits, sees nothing
 * of it. */
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t clock, struct timespec *ret)
{
	const char *shift = getenv("KLUIS_CLOCK_SHIFT_S");
	int result = (int)syscall(SYS_clock_gettime, clock, ret);

	if (result == 0 && clock == CLOCK_REALTIME && shift != NULL)
		ret->tv_sec += strtol(shift, NULL, 10);
	return result;
}
