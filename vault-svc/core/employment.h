/* The employments of a person: a header register, a segment register for each effective date, and a floor below which nothing counts. */
#pragma once

#include "vault-svc/core/person.h"

/* What a person may hold, so that its document stays below DOCUMENT_LIMIT; beyond it events are quarantined as OVERFLOW. */
#define EMPLOYMENTS_MAX 256
#define PERSON_SEGMENTS_MAX 4096
#define EMPLOYMENT_FORMER_KEYS_MAX 64

/* Folds an EmploymentEvent. Adds to ret->findings and sets the other fields where they are true. */
void employment_apply(struct person_state *person, const struct event *event, const struct fold_context *context, struct verdict *ret);

/* Register by register, the higher stamp wins, floors too. What is taken over is copied into the arena. */
void employment_absorb(struct employment *employment, const struct employment *other, struct arena *arena);

/* The employment that `key` names now, else the one that it named before; NULL when there is none. */
struct employment *employment_find(const struct person_state *person, struct view key);

/* An empty employment of that key at the end of the person's list, or NULL when there are too many. */
struct employment *employment_add(struct person_state *person, struct view key, struct arena *arena);

/* True when both keys name the same employment, be it known or not. */
bool employment_same(const struct person_state *person, struct view a, struct view b);

/* employment_key_old: moves the key within the person as far as nothing has to be guessed. False when nobody has the old key: to be warned of
 * as KEY_UNKNOWN, unless the event says nothing new. */
bool employment_take_key(struct person_state *person, const struct event *event, const struct fold_context *context, struct verdict *ret);
