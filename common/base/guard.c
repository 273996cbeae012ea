#include "common/base/guard.h"

#ifndef KLUIS_FAULTS
#error "guards can be taken away in the test build alone: configure with KLUIS_FAULTS=ON"
#endif

static const char *const names[GUARD_COUNT] = {
#define X(name, what) #name,
	GUARDS(X)
#undef X
};

static bool away[GUARD_COUNT];

static void take_away(const char *name, size_t len)
{
	for (int i = 0; i < GUARD_COUNT; i++) {
		if (strlen(names[i]) == len && memcmp(names[i], name, len) == 0) {
			away[i] = true;
			return;
		}
	}
	(void)fprintf(stderr, "there is no guard %.*s\n", (int)len, name);
	exit(2);
}

__attribute__((constructor)) static void read_environment(void)
{
	const char *text = getenv("KLUIS_WITHOUT");

	while (text != NULL && *text != '\0') {
		size_t len = strcspn(text, ",");

		take_away(text, len);
		text += text[len] == ',' ? len + 1 : len;
	}
}

bool guard_is_away(enum guard guard)
{
	return away[guard];
}
