/* What the vault's own topics tell that a restored database may not know: erasures, shares that receivers hold, commands that were refused. */
#pragma once

#include "common/stream/stream.h"
#include "vault-svc/store/restoration_store.h"
#include "vault-svc/vault.h"

struct recollection {
	struct restoration_erasure *erasures; /* one for each key */
	size_t erasure_count;
	struct restoration_share *shares; /* of each the last event */
	size_t share_count;
	size_t live_count; /* of those whose last event is no revocation */
	struct restoration_refusal *refusals;
	size_t refusal_count;
};

/* Reads the topics from their first offsets to their present ends; memory from the arena. STOP where a record of ours cannot be read. */
MUST_CHECK bool recollect(const struct vault *vault, struct arena *arena, struct recollection *ret, struct error *error);
