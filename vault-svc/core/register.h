/* Registers: the parts of a person's state that one event replaces as a whole, each with the stamp of its last change. */
#pragma once

#include "vault-svc/core/event.h"
#include "vault-svc/core/state/state.h"

/* Any register: identity, header or segment; all begin with the stamp's two fields under these names. */
#define STAMP_OF(held) ((struct stamp){.occurred_at = (held)->occurred_at, .event_id = (held)->event_id})

/* By occurred_at, then by event_id bytewise. Negative, 0 or positive. */
static inline int stamp_order(struct stamp a, struct stamp b)
{
	if (a.occurred_at != b.occurred_at)
		return a.occurred_at < b.occurred_at ? -1 : 1;
	return view_compare(a.event_id, b.event_id);
}

/*
 * Fields at fault keep what is held: for each bit of `kept` (fields of the event's schema) the field of the same name in `next`, a record of
 * `schema`, becomes that of `held`, or stays null when held is NULL.
 */
void register_keep(const struct schema *schema, const struct schema *event_schema, uint64_t kept, const void *held, void *next);

/* True when two records of that register hold the same content: all but stamp and source_system. */
bool register_equal(const struct schema *schema, const void *a, const void *b);
