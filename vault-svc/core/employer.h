/* What an employer's state allows. Pure. */
#pragma once

#include "vault-svc/core/state/state.h"

/* The provider that serves an employer; NULL when it does not. Borrowed. */
const struct employer_provider *employer_provider(const struct employer_state *employer, struct view provider_id);

/* True when providers may be told of the employer's persons: ACTIVATING or ACTIVE. */
bool employer_speaks(const struct employer_state *employer);
