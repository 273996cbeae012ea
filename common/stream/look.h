/* What a start would find and do, without taking anything over: by the same reading and the same decisions. */
#pragma once

#include "common/stream/stream.h"

/* One partition. */
struct stream_outlook {
	int32_t partition;
	enum { OUTLOOK_GOES_ON, OUTLOOK_HALTS, OUTLOOK_UNKNOWN } verdict;
	int64_t batch;      /* P */
	int64_t published;  /* what is left to publish lies behind it */
	const char *by;     /* with GOES_ON: what it goes on by; static */
	struct error error; /* otherwise: what was seen, or why nothing could be */
	const char *remedy; /* with HALTS: what an operator can do, or NULL; static */
};

/* Looks at every partition of the options, whose instance and database are not used; ret has room for each. The service may be running meanwhile.
 * Blocks for some seconds, longer where Kafka does not answer. False when nothing could be looked at. */
MUST_CHECK bool stream_look(const struct stream_options *options, struct database *database, struct stream_outlook *ret, struct error *error);
