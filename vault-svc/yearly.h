/* The yearly run of age bands: one for each ACTIVE employer when the year has turned in Amsterdam, or at the first start after that. */
#pragma once

#include "vault-svc/vault.h"

/* Asks once a minute which partitions have employers whose run of this year has not begun: sets vault->year_due. */
MUST_CHECK bool yearly_ask(struct vault *vault, struct database *database, struct error *error);

/* Begins the runs of the batch's partition, some at a time: each with its employer's age_year in one transaction, so that there is one a year. As
 * run_step; *ret_did false: none is due. */
MUST_CHECK bool yearly_begin(struct vault *vault, struct stream_batch *batch, struct database *database, bool *ret_did, struct error *error);
