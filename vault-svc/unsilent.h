/* Ways in which a silent share could show to the employer, each when its guard is away in a test build (common/base/guard.h): what the comparison of
 * two runs must notice. In no other build. */
#pragma once

#include "vault-svc/changes.h"

struct unsilent_share {
	struct person *person;
	struct view provider_id;
	enum care_kind kind;
	struct view actor;
};

/* A silent share that has just been made: without silent_history it is in the share history, without silent_notice the employer is told, without
 * silent_revision it takes a revision of the population, without silent_sequence a number of vault.results. */
void unsilent_share(struct changes *changes, const struct unsilent_share *share, const struct cause *cause);

/* A command that concerns the person: without silent_latency it takes 10 ms longer where there is a silent share. Asks the database. */
MUST_CHECK bool unsilent_command(struct changes *changes, const struct person *person, struct error *error);

/* A withdrawal: without silent_content it is refused over content under a silent share, too (true in *content). Asks the database. */
MUST_CHECK bool unsilent_withdrawal(struct changes *changes, const struct person *person, bool *content, struct error *error);

/* An erasure: without silent_erasure the employer is told when it ends a silent share. Asks the database. */
MUST_CHECK bool unsilent_erasure(struct changes *changes, const struct person *person, const struct cause *cause, struct error *error);
