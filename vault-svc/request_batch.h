/* A batch of care.requests and dossier.status: what providers ask and say. To the vault they are outsiders. */
#pragma once

#include "vault-svc/changes.h"

/* Folds the records of the batch. */
MUST_CHECK bool request_batch_fold(struct changes *changes, struct error *error);
