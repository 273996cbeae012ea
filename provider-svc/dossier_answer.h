/* DossierStatus: what the vault is told of a share, signed, on dossier.status. */
#pragma once

#include "provider-svc/provider.h"

/* Adds the status to the batch's outputs, as caused by a record of `topic`. The caller gives employer, share, pseudonym, state, revision and error. */
MUST_CHECK bool dossier_answer_add(const struct provider *provider, struct stream_batch *batch, const char *topic, const struct stream_record *cause,
				   const struct dossier_status *status, struct error *error);
