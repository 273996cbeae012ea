/*
 * After a restore was accepted (docs/restore.md): once a partition's logs have been taken again, the shares that receivers hold and the vault does
 * not are revoked, and then each employer that is told anything is reconciled in a run of the new generation.
 */
#pragma once

#include "vault-svc/changes.h"

/* Asks which partitions have that to do. */
MUST_CHECK bool restoration_ask(struct vault *vault, struct database *database, struct error *error);

/* Before anything is told while the logs are taken again: knows of whom nothing is. Cheap at any other time. */
MUST_CHECK bool restoration_prepare(struct vault *vault, const struct stream_batch *batch, struct database *database, struct error *error);

/* Whether nothing may be told of the employer's persons now: somebody was erased there after the backup, and the erasure has not been reached yet.
 * The run that follows tells everything. */
bool restoration_withholds(const struct changes *changes, const struct employer *employer);

/* A step of it as a batch of its own, when there is one: *ret_did. Cheap when there is none. Leaves vault->changes to be written. */
MUST_CHECK bool restoration_step(struct vault *vault, struct stream_batch *batch, struct database *database, bool *ret_did, struct error *error);

/* Queues what the step changes; part of changes_write. */
MUST_CHECK bool restoration_queue_write(const struct changes *changes, struct error *error);
