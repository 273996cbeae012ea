/* A batch of vault.commands: checked and carried out one after the other, in the order of contract/rules.md, "Commands on vault.commands". */
#pragma once

#include "vault-svc/changes.h"

/* Folds the records of the batch. */
MUST_CHECK bool command_batch_fold(struct changes *changes, struct error *error);
