/* Whom the fuzzed vault trusts, and their secrets: an employer E1 and one E2, a provider P1, an operator O1. Their keys are of seeds that anybody can
 * make (the byte 1, 2, 3, 4 repeated), so that real signed messages can be in the corpus. */
#pragma once

#include "common/base/buffer.h"
#include "schemas/messages.h"
#include "vault-svc/store/trust_store.h"

enum { SIGNERS = 4 };

struct signer {
	const char *issuer;
	struct sign_pair *pair;
};

/* By place: E1, E2, P1, O1. */
extern struct signer signers[SIGNERS];

/* Makes the pairs and the trust; once. */
const struct trust *signers_trusted(void);

/* The Signed value that the signer makes of the body, for a kind of topic. Empties the buffer first. */
void signer_sign(const struct signer *signer, const char *topic, struct view body, struct buffer *ret);
