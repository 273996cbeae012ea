/* Notices that were left for later (notice_store): sent as a step of work, a batch of their own. */
#pragma once

#include "vault-svc/changes.h"

/* Sends what is due in the batch's partition; *ret_did false when there is nothing. Asks the database only where there may be something. */
MUST_CHECK bool notice_step(struct vault *vault, struct stream_batch *batch, struct database *database, bool *ret_did, struct error *error);
