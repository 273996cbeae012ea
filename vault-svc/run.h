/* Long work: one step of the oldest open run of a partition, as a batch of its own between ordinary ones (activation, settings, release of poison). */
#pragma once

#include "vault-svc/vault.h"

/* A step, when there is one: *ret_did. Asks the database at most once a second when there is none. Leaves vault->changes to be written. */
MUST_CHECK bool run_step(struct vault *vault, struct stream_batch *batch, struct database *database, bool *ret_did, struct error *error);
