/* The checks on a signed command in the order of contract/rules.md "Commands on vault.commands", and what an EmployerCommand does to the employer.
 * Pure. */
#pragma once

#include "common/crypto/entropy.h"
#include "schemas/codec/message.h"
#include "vault-svc/core/employer.h"
#include "vault-svc/core/person.h"

enum command_kind { COMMAND_SHARE, COMMAND_WITHDRAW, COMMAND_ERASE, COMMAND_EMPLOYER };
enum issuer_kind { ISSUER_EMPLOYER, ISSUER_PROVIDER, ISSUER_OPERATOR, ISSUER_OTHER };

struct command {
	enum command_kind kind;
	union {
		struct share_command *share;
		struct withdraw_command *withdraw;
		struct erase_command *erase;
		struct employer_command *employer;
	};
	struct view command_id;
	struct view employer_id;
	struct view actor;
	int64_t expires_at;
	enum issuer_kind issuer_kind; /* ISSUER_OTHER: may issue nothing */
	struct view issuer;           /* whole, e.g. "employer:E1" */
	struct view issuer_name;      /* "E1" */
};

struct command_answer {
	enum result_code code;
	const char *detail; /* static, or NULL */
};

/* Reads kind and the common fields of a decoded body; false when it is no command, or of a kind or action that this binary lacks (quarantined, no
 * answer). issuer: of the Signed. */
MUST_CHECK bool command_of(const struct message *body, struct view issuer, struct command *ret);

/*
 * The checks from "issuer may not speak for this employer" to "provider not one of the employer's", first failure wins; signature, key and partition
 * are checked before. employer NULL: never enabled. True when all passed; else ret_answer says why. INVALID's detail is the name of the field.
 */
MUST_CHECK bool command_check(const struct command *command, const struct message *body, const struct employer_state *employer,
			      int64_t broker_time_ms, struct command_answer *ret_answer);

/*
 * The same for what needs the person a command names, after command_check: UNKNOWN_EMPLOYEE when there is no person (NULL) or
 * none with identity. A ShareCommand's absence_key is taken as given: the spell may come later than the command.
 */
MUST_CHECK bool command_check_person(const struct person_state *person, struct command_answer *ret_answer);

/* What an EmployerCommand that passed leads to, beside the changed state. */
struct employer_change {
	bool run_activation;    /* a run of kind ACTIVATION is to be made */
	bool run_settings;      /* persons are to be reconciled with new settings */
	bool min_group_changed; /* PopulationMarker END again */
	bool run_addition;      /* a run of kind PROVIDER_ADDED is to be made */
	bool run_removal;       /* PROVIDER_REMOVED */
	bool run_termination;   /* TERMINATION */
};

/*
 * Applies an EmployerCommand that passed command_check. employer is NULL at the first ENABLE; the new state is in the arena, *ret_employer. Keys of
 * new providers are taken from the entropy. known_provider says whether the vault trusts a provider of that name. Unless the answer is ACCEPTED
 * neither *ret_employer nor *ret_change is set.
 */
struct command_answer employer_apply(const struct command *command, const struct employer_state *employer, int64_t broker_time_ms,
				     bool (*known_provider)(void *context, struct view provider_id), void *known_context, struct entropy *entropy,
				     struct arena *arena, struct employer_state **ret_employer, struct employer_change *ret_change);
