/* Preloaded into one service under test: its wall clock runs as many seconds ahead as the file KLUIS_CLOCK_SHIFT says, each time it is asked. What
 * measures durations, and what waits, sees nothing of it. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static long shift(void)
{
	const char *path = getenv("KLUIS_CLOCK_SHIFT");
	char text[32] = "";
	int file = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);

	if (file < 0)
		return 0;
	if (read(file, text, sizeof text - 1) < 0)
		text[0] = '\0';
	(void)close(file);
	return strtol(text, NULL, 10);
}

int clock_gettime(clockid_t clock, struct timespec *ret)
{
	int result = (int)syscall(SYS_clock_gettime, clock, ret);

	if (result == 0 && clock == CLOCK_REALTIME)
		ret->tv_sec += shift();
	return result;
}
