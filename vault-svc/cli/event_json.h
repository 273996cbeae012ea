/* A line of `vault-svc publish`: a JSON object as an HR event. Pure. */
#pragma once

#include "common/base/arena.h"
#include "common/base/error.h"
#include "schemas/schema.h"

struct event_json {
	/* Given: what the event gets that carries none. */
	int64_t at_ms;        /* occurred_at */
	const char *event_id; /* a UUID as text */
	/* Read. */
	const struct schema *schema; /* of one of the five HR events */
	void *record;                /* in the arena */
	struct view employer_id;     /* of the record: the key */
};

/* Reads the text, which must be one JSON object that names its `type`. Memory from the arena. REJECT with the codes of record_from_json, JSON or
 * TYPE, and no value in its text. */
MUST_CHECK bool event_json_read(struct event_json *event, struct view text, struct arena *arena, struct error *error);
