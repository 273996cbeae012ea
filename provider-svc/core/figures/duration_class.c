#include "provider-svc/core/figures/duration_class.h"

#include <stdio.h>

const struct duration_classes duration_classes_1996 = {.name = "1996", .last_day = {7, 42, 365}, .boundaries = 3};

const struct duration_classes duration_classes_vernet = {.name = "vernet", .last_day = {14, 91, 365, 730}, .boundaries = 4};

size_t duration_class_count(const struct duration_classes *classes)
{
	return classes->boundaries + 1;
}

size_t duration_class_of(const struct duration_classes *classes, int64_t days)
{
	size_t i = 0;

	while (i < classes->boundaries && days > classes->last_day[i])
		i++;
	return i;
}

bool duration_classes_make(const int32_t *last_days, size_t count, struct duration_classes *ret_classes, struct error *error)
{
	struct duration_classes classes = {.name = "own", .boundaries = count};

	if (count == 0 || count >= DURATION_CLASSES)
		return error_set(error, DISPOSITION_REJECT, "DURATION_CLASSES", "classes", "one to %d boundaries", DURATION_CLASSES - 1);
	for (size_t i = 0; i < count; i++) {
		if (last_days[i] <= (i == 0 ? 0 : last_days[i - 1]))
			return error_set(error, DISPOSITION_REJECT, "DURATION_CLASSES", "classes", "boundaries rise, from 1 day");
		classes.last_day[i] = last_days[i];
	}
	*ret_classes = classes;
	return true;
}

void duration_class_format(const struct duration_classes *classes, size_t index, char ret_text[static 32])
{
	int32_t first = index == 0 ? 1 : classes->last_day[index - 1] + 1;

	if (index < classes->boundaries)
		(void)snprintf(ret_text, 32, "%d-%d", (int)first, (int)classes->last_day[index]);
	else
		(void)snprintf(ret_text, 32, ">%d", (int)(first - 1));
}
