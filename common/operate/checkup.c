#include "common/operate/checkup.h"

#include <stdio.h>
#include <unistd.h>

/* A word in colour on a terminal. */
static const char *painted(const char *plain, const char *colour)
{
	return isatty(STDOUT_FILENO) == 1 ? colour : plain;
}

void checkup_right(struct checkup *checkup, const char *what, const char *seen)
{
	(void)checkup;
	(void)printf("%s %-26s %s\n", painted("ok     ", "\033[32mok\033[0m     "), what, seen);
}

void checkup_wrong(struct checkup *checkup, const char *what, const char *seen, const char *remedy)
{
	checkup->problems++;
	(void)printf("%s %-26s %s\n        %-26s remedy: %s\n", painted("PROBLEM", "\033[31mPROBLEM\033[0m"), what, seen, "", remedy);
}

bool checkup_result(struct checkup *checkup, bool done, const char *what, const char *seen, const struct error *error, const char *remedy)
{
	if (done)
		checkup_right(checkup, what, seen);
	else
		checkup_wrong(checkup, what, error->text, remedy);
	return done;
}

int checkup_end(const struct checkup *checkup)
{
	if (checkup->problems == 0)
		(void)printf("no problems\n");
	else
		(void)printf("%d problem%s\n", checkup->problems, checkup->problems == 1 ? "" : "s");
	return checkup->problems == 0 ? 0 : 1;
}
