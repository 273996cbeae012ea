/* Shares that came before dossiers could be searched: opened once, and given what they are found by. */
#pragma once

#include "provider-svc/provider.h"

/* Does so for all that lack it; needs the master key and the registry alone. Beside a running service what it changes meanwhile stays as it is. */
MUST_CHECK bool dossier_index_fill(const struct provider *provider, struct database *database, size_t *ret_count, struct error *error);
