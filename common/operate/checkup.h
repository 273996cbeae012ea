/* What `check` prints: a line for everything looked at, and for each problem its remedy. All problems in one run. */
#pragma once

#include "common/base/error.h"

struct checkup {
	int problems;
};

/* One thing that is as it should be. */
void checkup_right(struct checkup *checkup, const char *what, const char *seen);

/* One that is not: what was seen and what to do. */
void checkup_wrong(struct checkup *checkup, const char *what, const char *seen, const char *remedy);

/* Right when `done`, else wrong with the error's text. */
bool checkup_result(struct checkup *checkup, bool done, const char *what, const char *seen, const struct error *error, const char *remedy);

/* The closing line; the exit code. */
int checkup_end(const struct checkup *checkup);
