/* What is to be said about an event: the content of a ProcessingReport but for its coordinates. Codes and field paths, never values. */
#pragma once

#include "common/base/arena.h"
#include "schemas/messages.h"

enum { FINDINGS_LIMIT = 256 }; /* more than an event has fields and items */

struct finding {
	enum processing_outcome outcome;
	const char *code;  /* static text, e.g. "BSN_CHECK_DIGIT" */
	struct view field; /* path such as "addresses[2].postcode", null when it is about the whole event */
	/* A waiting step that an event of somebody else's brought down: that step's own event; null: the event being judged. */
	struct view event_id;
	struct view source_system;
};

struct finding_list {
	struct finding *items; /* in the arena */
	size_t count;          /* further ones are left out: the list is of one event */
};

/* Appends one finding about the event itself; beyond the limit nothing happens. field is copied into the arena (may be NULL). */
void finding_add(struct finding_list *list, struct arena *arena, enum processing_outcome outcome, const char *code, const char *field);

/* Appends an empty finding for the caller to fill; NULL beyond the limit. */
struct finding *finding_new(struct finding_list *list, struct arena *arena);
