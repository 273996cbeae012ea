/* What a care request that means one person and asks for a share leads to: a silent SNAPSHOT, or, by the sick line, a live share that the employer
 * is told of. */
#pragma once

#include "vault-svc/changes.h"
#include "vault-svc/sealed_input.h"

struct care_share {
	const struct sealed_input *input;
	const struct care_request *request;
	struct view provider;
};

/* Whether that leads to a silent SNAPSHOT of the person. */
bool care_share_is_silent(const struct care_share *care, const struct person *person);

/* Shares where confirm_share says so and no live share is wide enough. Makes the person's view at the provider, with its pseudonym, where there is
 * none. counts: silent shares so far; counted on. */
MUST_CHECK bool care_share(struct changes *changes, const struct care_share *care, struct person *person, struct silent_counts *counts,
			   struct error *error);
