/* What is still to be revoked of a person who was erased, with a provider that was removed, or of an employer whose service has ended: shares that
 * the employer must never learn of, and, of the erased, those that receivers were let keep. In batches of their own, published apart. */
#pragma once

#include "vault-svc/vault.h"

/* A step, when there is one: *ret_did. Leaves vault->changes to be written. */
MUST_CHECK bool ending_step(struct vault *vault, struct stream_batch *batch, struct database *database, bool *ret_did, struct error *error);
