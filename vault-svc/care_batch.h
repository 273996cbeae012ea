/* A batch of care.requests: whom a provider has in front of it, and perhaps a share (contract/rules.md, "Care look-up on care.requests"). */
#pragma once

#include "vault-svc/changes.h"

/* Folds the batch's care requests. Whatever they come to, the statements are the same; the batch is published apart. */
MUST_CHECK bool care_batch_fold(struct changes *changes, struct error *error);
