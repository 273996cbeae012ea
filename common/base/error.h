/* What went wrong and what is to be done about it: the disposition alone decides, never the text. */
#pragma once

#include <stdbool.h>

#define MUST_CHECK __attribute__((warn_unused_result))
#define CLEANUP(function) __attribute__((cleanup(function)))

enum disposition {
	DISPOSITION_NONE,   /* nothing failed */
	DISPOSITION_RETRY,  /* a dependency is down or busy: wait, try the same again */
	DISPOSITION_REJECT, /* this input is at fault: quarantine or refuse it, go on with the next */
	DISPOSITION_STOP,   /* fenced, corrupt, misconfigured: going on would do harm */
};

/* Lives on the caller's stack. Never holds a value from a message: codes, names and coordinates only. */
struct error {
	enum disposition disposition;
	char code[48];  /* machine-readable, e.g. "UNREADABLE" or an SQLSTATE */
	char place[64]; /* which part or field */
	char text[256]; /* for people, with the remedy where there is one */
};

/* Fills *error (may be NULL) and returns false, so that a function can `return error_set(...)`. The texts are cut to fit. */
bool error_set(struct error *error, enum disposition disposition, const char *code, const char *place, const char *format, ...)
	__attribute__((format(printf, 5, 6)));

/* "retry", "reject", "stop" or "none". The string is static. */
const char *disposition_name(enum disposition disposition);
