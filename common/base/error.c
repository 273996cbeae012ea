#include "common/base/error.h"

#include <stdarg.h>
#include <stdio.h>

bool error_set(struct error *error, enum disposition disposition, const char *code, const char *place, const char *format, ...)
{
	va_list arguments;

	if (error == NULL)
		return false;
	error->disposition = disposition;
	(void)snprintf(error->code, sizeof error->code, "%s", code);
	(void)snprintf(error->place, sizeof error->place, "%s", place);
	va_start(arguments, format);
	(void)vsnprintf(error->text, sizeof error->text, format, arguments);
	va_end(arguments);
	return false;
}

const char *disposition_name(enum disposition disposition)
{
	switch (disposition) {
	case DISPOSITION_RETRY:
		return "retry";
	case DISPOSITION_REJECT:
		return "reject";
	case DISPOSITION_STOP:
		return "stop";
	case DISPOSITION_NONE:
		break;
	}
	return "none";
}
