/* The identity register of a person. */
#pragma once

#include "vault-svc/core/person.h"

/* What an EmployeeEvent UPSERT is to the identity that is held (rows 8 and 9): equal in content or stamp, older, or neither. */
enum identity_standing { IDENTITY_NEWS, IDENTITY_KNOWN, IDENTITY_STALE };

/* Of an event as event_check left it to the person's identity. */
enum identity_standing identity_standing(const struct person_state *person, const struct event *event);

/* Folds an EmployeeEvent UPSERT. Adds to ret->findings and sets the other fields where they are true. */
void identity_apply(struct person_state *person, const struct event *event, const struct fold_context *context, struct verdict *ret);
