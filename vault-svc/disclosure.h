/* Share events and revocations on their way out: sealed to the receiver, signed by the vault, noted in `share`. */
#pragma once

#include "vault-svc/changes.h"
#include "vault-svc/core/share.h"

/*
 * Seals, signs and adds the outputs of one person, with a row in `share` for each. A receiver that the vault no longer trusts gets nothing but
 * revocations (logged); what it misses goes with the person's next change. `erased`: the person's key is being destroyed, pseudonym and detail go
 * from the rows.
 */
MUST_CHECK bool disclose(struct changes *changes, struct person *person, const struct share_outputs *outputs, bool erased, const struct cause *cause,
			 struct error *error);

/* The same for silent shares and their revocations, with a row in `silent_share` for each. actor: who asked, null for a revocation. The receiver of
 * a payload is trusted. */
MUST_CHECK bool disclose_silently(struct changes *changes, const struct person *person, const struct share_outputs *outputs, bool erased,
				  struct view actor, const struct cause *cause, struct error *error);

/* Signs and adds a revocation of a share that the vault does not have. */
MUST_CHECK bool disclose_revocation(struct changes *changes, const struct share_revocation *revocation, const struct cause *cause,
				    struct error *error);

/* The receiver's party with its X25519 key; NULL when it is not trusted or has none. */
const struct trust_party *disclosure_receiver(const struct vault *vault, struct view provider_id);
