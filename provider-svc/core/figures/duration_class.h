/* Classes of how long a case of absence lasts. */
#pragma once

#include "common/base/error.h"

#include <stddef.h>
#include <stdint.h>

enum { DURATION_CLASSES = 8 };

/* Class i takes what is longer than last_day[i - 1] and at most last_day[i] days; behind them one class more takes what is longer. A case of no days
 * is in the first. */
struct duration_classes {
	const char *name; /* static */
	int32_t last_day[DURATION_CLASSES - 1];
	size_t boundaries; /* of last_day; the classes are one more */
};

/* The standard of 1996: 1-7, 8-42, 43-365, longer. */
extern const struct duration_classes duration_classes_1996;

/* Vernet: 1-14, 15-91, 92-365, 366-730, longer (nothing is, under its cap of 730 days). */
extern const struct duration_classes duration_classes_vernet;

/* One class more than boundaries. */
size_t duration_class_count(const struct duration_classes *classes);

/* The class of a case of that many days. */
size_t duration_class_of(const struct duration_classes *classes, int64_t days);

/* Boundaries of one's own: one to seven, rising, from 1. False (reject, DURATION_CLASSES) otherwise. */
MUST_CHECK bool duration_classes_make(const int32_t *last_days, size_t count, struct duration_classes *ret_classes, struct error *error);

/* "1-7", "8-42", ">365". */
void duration_class_format(const struct duration_classes *classes, size_t index, char ret_text[static 32]);
