/* What one provider knows of a person: pseudonym and entity ids. The entities of a view are ordered by kind, then by key, bytewise. Pure. */
#pragma once

#include "vault-svc/core/population.h"

/* An employment's entity follows it when its key has changed (employment_key_old): same id, the present key. True when one did. */
bool view_follow_keys(struct provider_view *view, const struct person_state *person);
