/* What an employer's state allows. Pure. */
#pragma once

#include "common/base/arena.h"
#include "vault-svc/core/state/state.h"

/* The provider that serves an employer; NULL when it does not. Borrowed. */
const struct employer_provider *employer_provider(const struct employer_state *employer, struct view provider_id);

/* The entry of a provider that was removed and still holds something; NULL when there is none. Borrowed. */
const struct leaving_provider *employer_leaving(const struct employer_state *employer, struct view provider_id);

/* A provider's removal is done, or (give_up) may be begun again. Changes the state in place. */
void employer_left(struct employer_state *employer, struct view run_id, bool give_up);

/* True when providers may be told of the employer's persons: ACTIVATING or ACTIVE. */
bool employer_speaks(const struct employer_state *employer);

/* What is left of an employer whose service has ended: its name, and that it has. In the arena. */
struct employer_state *employer_terminated(const struct employer_state *employer, struct arena *arena);
