/* Live shares: their payload by kind (the purpose x field matrix of contract/rules.md), their beginning, widening and updates. Pure. */
#pragma once

#include "vault-svc/core/population.h"

/* What the contract leaves for the payload: ShareEvent.payload less what crypto_box_seal adds, down to a multiple of 1,024. */
enum { SHARE_PAYLOAD_MAX = 119 * 1024 };

/* In the order of what they give: each gives all that the one before gives. */
enum share_width { SHARE_NARROW, SHARE_MIDDLE, SHARE_WIDE };

/* Which column of the matrix a kind has; origin ABSENCE is wide whatever the kind. A SNAPSHOT is the narrow one where the share is silent: see
 * share_payload. */
enum share_width share_width(enum care_kind kind, enum share_origin origin);

/* What a share tells, and the share's own record in the document. */
struct share_content {
	enum share_form form;
	enum share_origin origin;
	enum care_kind kind;
	bool employer_informed; /* share_begin and share_update set it: a live share is known to the employer */
	int64_t shared_at;
	struct view shared_by; /* null when silent */
	struct view reason;    /* null when silent */
};

/*
 * The SharedDossier of a person with identity for one provider as of `now`: what the kind allows and nothing else, a SNAPSHOT never more than the
 * narrow column. At most 16 employments (those in force, then the latest); when the encoding would not fit a sealed payload the oldest closed spells
 * are left out first. Entity ids are allocated where the population has none (the person's document may change). Lists are in order of their days.
 */
void share_payload(struct person_state *person, struct view provider_id, const struct share_content *content, const struct reconcile_context *context,
		   struct shared_dossier *ret);

/* A payload in single-object encoding, padded with zero bytes to a multiple of 1,024; in the arena. */
MUST_CHECK bool share_encoded(const struct shared_dossier *dossier, struct arena *arena, struct view *ret, struct error *error);

/* share_id: BLAKE2b-128 keyed with the person's key over provider_id, cause, live or silent, and the number of earlier shares of that sort with that
 * provider. */
void share_id(const uint8_t person_key[static 32], struct view provider_id, struct view cause, bool silent, int32_t earlier, uint8_t ret[static 16]);

/* An event to be sealed and signed by the caller. */
struct share_output {
	struct view provider_id;
	uint8_t share_id[16];
	uint8_t pseudonym[16];
	int64_t share_revision;
	bool silent;
	enum care_kind kind; /* of a silent one; a live one's is in the document */
	struct view payload; /* SharedDossier in single-object encoding, padded with zero bytes to a multiple of 1,024; null: a revocation */
	enum revocation_cause cause;
	enum revocation_action action;
};

struct share_outputs {
	struct share_output *items;
	size_t count;
	size_t room;
};

enum share_decision { SHARE_BEGUN, SHARE_WIDENED, SHARE_ALREADY };

/*
 * A live share of `content->kind` by `cause` (command_id or absence_key): begins one (FULL), widens the one there is (UPDATE of the same share_id;
 * origin, shared_by, reason, shared_at become the widening's), or finds one as wide or wider. Appends the event. The person has an identity. With
 * AFTER_SHARE the caller reconciles the person afterwards. In a batch that also changed the person share_update goes first.
 */
enum share_decision share_begin(struct person_state *person, const uint8_t person_key[static 32], struct view provider_id, struct view cause,
				const struct share_content *content, const struct reconcile_context *context, struct share_outputs *ret);

/*
 * After an event or a change of settings, and after person_reconcile: for each live share whose payload by its present kind differs between `before`
 * and `person`, both as of now, or whose last UPDATE is unsent, an UPDATE. before_employer: the employer's state then (settings). `before` is not
 * changed. True when the person's document changed.
 */
bool share_update(struct person_state *person, const struct person_state *before, const struct employer_state *before_employer,
		  const struct reconcile_context *context, struct share_outputs *ret);

/*
 * A silent share of `content->kind` by `cause` (command_id): one SNAPSHOT, of which nothing is kept in the document; ids of entities that the
 * population does not hold may be allocated there. earlier: how many silent shares with that provider there have been. Appends the event.
 */
void share_snapshot(struct person_state *person, const uint8_t person_key[static 32], struct view provider_id, struct view cause, int32_t earlier,
		    const struct share_content *content, const struct reconcile_context *context, struct share_outputs *ret);

/* A share that a receiver has or had, and no document holds: a silent one, or one that has ended before. */
struct held_share {
	bool silent;
	uint8_t share_id[16];
	uint8_t pseudonym[16];
	struct view provider_id;
	int64_t revision; /* the last one */
};

/* A revocation of one. Appends it. */
void share_revoke_held(const struct held_share *share, enum revocation_cause cause, enum revocation_action action,
		       const struct reconcile_context *context, struct share_outputs *ret);

/* A revocation of the live share with one provider. False, and nothing done, when there is none. */
MUST_CHECK bool share_end(struct person_state *person, struct view provider_id, enum revocation_cause cause, enum revocation_action action,
			  const struct reconcile_context *context, struct share_outputs *ret);

/* What the receiver is to do when the provider serves the employer no longer, or the employer's service has ended: what has content stays its own. */
enum revocation_action share_ending_action(bool has_content);

/* Has the next share_update send every live share, whatever it says. */
void share_send_again(struct person_state *person);

/* A revocation of every live share, for an erasure or the like. */
void share_revoke(struct person_state *person, enum revocation_cause cause, enum revocation_action action, const struct reconcile_context *context,
		  struct share_outputs *ret);

/* Whether a revocation leaves its receiver nothing: what ends as a WITHDRAWN, or by a DETACH, leaves it what it has written itself. */
bool revocation_must_erase(enum revocation_cause cause, enum revocation_action action);

/* The revision after this one, in the present generation. */
int64_t share_next_revision(int32_t generation, int64_t revision);
