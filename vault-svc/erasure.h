/* The end of a person: key and row go, and with them all that was published (contract/rules.md, Erasure). */
#pragma once

#include "vault-svc/changes.h"

struct audit_detail;

/* Who is to be erased, and as of when. */
struct erasure_order {
	struct employer *employer;
	struct view employee_key;
	struct person *person;            /* NULL: nobody is known by the key; it is noted all the same, so that what comes late stays out */
	int64_t moment;                   /* events of this time or before are dropped */
	const struct audit_detail *order; /* who asked */
};

/* Erases; the chain's head of what the employer may see is known (changes_want_audit). */
MUST_CHECK bool erasure_carry_out(struct changes *changes, const struct erasure_order *order, const struct cause *cause, struct error *error);
