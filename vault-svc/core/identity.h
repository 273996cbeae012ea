/* The identity register of a person. */
#pragma once

#include "vault-svc/core/person.h"

/* Folds an EmployeeEvent UPSERT. Adds to ret->findings and sets the other fields where they are true. */
void identity_apply(struct person_state *person, const struct event *event, const struct fold_context *context, struct verdict *ret);
