#include "provider-svc/cli/reader.h"

#include <stdlib.h>
#include <string.h>

enum { READER_MAX = 80 };

static const char *const purposes[] = {"CARE", "ADMINISTRATION", "SUBJECT", "AUDIT"};

static const char *login_name(void)
{
	const char *name = getenv("USER");

	return name != NULL && name[0] != '\0' ? name : "unknown";
}

bool reader_of(struct command_line *line, struct reader *ret, int *ret_exit)
{
	const char *purpose = command_has(line, "purpose") ? command_value(line, "purpose") : purposes[0];

	*ret = (struct reader){.name = command_has(line, "reader") ? command_value(line, "reader") : login_name()};
	for (size_t i = 0; i < sizeof purposes / sizeof purposes[0]; i++)
		if (strcmp(purpose, purposes[i]) == 0)
			ret->purpose = purposes[i];
	if (ret->purpose == NULL) {
		*ret_exit = command_misused(line, "--purpose: CARE, ADMINISTRATION, SUBJECT or AUDIT");
		return false;
	}
	if (ret->name[0] == '\0' || strlen(ret->name) > READER_MAX) {
		*ret_exit = command_misused(line, "--reader: 1 to 80 characters");
		return false;
	}
	return true;
}

const char *actor_of(struct command_line *line)
{
	return command_has(line, "actor") ? command_value(line, "actor") : login_name();
}
