/* A batch of HR events: all persons it touches are loaded in one round trip, each is reconciled once, caused by the last event that changed it. */
#pragma once

#include "vault-svc/changes.h"

/* Folds the records of the batch. */
MUST_CHECK bool hr_batch_fold(struct changes *changes, struct error *error);

/* Folds a record that an operator released from quarantine, caused by `cause` and judged as of then. */
MUST_CHECK bool hr_batch_fold_released(struct changes *changes, const struct poison *poison, int64_t quarantine_id, const struct cause *cause,
				       struct error *error);
