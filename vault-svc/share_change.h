/* What an employer is told of a live share: a ShareNotice, and a row of the share history. */
#pragma once

#include "vault-svc/changes.h"

struct share_change_of {
	const struct person *person;
	struct view provider_id;
	enum share_change change; /* not REQUIRED */
	enum care_kind kind;
	enum share_origin origin;
	struct view actor;  /* null: nobody */
	struct view reason; /* null: none */
	struct view absence_key;
	bool later; /* the notice goes out with a batch of its own: this one is published apart */
};

/* Tells of it, and keeps it. */
MUST_CHECK bool share_change_tell(struct changes *changes, const struct share_change_of *change, const struct cause *cause, struct error *error);
