#include "provider-svc/core/dossier.h"

/* A share ends with its revocation, whatever is kept of it: no revision, however high, brings data under it again. */
static bool is_over(const struct held_share *held)
{
	return held->ended || (held->known && held->state == DOSSIER_STATE_DETACHED);
}

struct dossier_decision dossier_on_share(const struct held_share *held, int64_t share_revision)
{
	if (is_over(held) || (held->known && share_revision <= held->share_revision))
		return (struct dossier_decision){.effect = DOSSIER_IGNORED, .state = held->state};
	return (struct dossier_decision){.effect = DOSSIER_REPLACED, .state = held->known ? held->state : DOSSIER_STATE_OPEN};
}

/* DETACHED: it was kept for what it holds. */
static bool has_content(const struct held_share *held)
{
	return held->known && (held->notes > 0 || held->state == DOSSIER_STATE_DETACHED);
}

struct dossier_decision dossier_on_revocation(const struct held_share *held, const struct share_revocation *revocation)
{
	bool detach = revocation->action == REVOCATION_ACTION_DETACH || (revocation->cause == REVOCATION_CAUSE_WITHDRAWN && has_content(held));

	if (held->ended ||
	    (held->known && (revocation->share_revision <= held->share_revision || revocation->share_revision <= held->revoked_revision)))
		return (struct dossier_decision){.effect = DOSSIER_IGNORED, .state = held->state};
	if (detach && held->known)
		return (struct dossier_decision){.effect = DOSSIER_DETACHED, .state = DOSSIER_STATE_DETACHED};
	return (struct dossier_decision){.effect = DOSSIER_DELETED, .state = DOSSIER_STATE_ERASED};
}

/* What a share that takes updates is, by its notes alone. */
static enum dossier_state state_by(size_t notes)
{
	return notes > 0 ? DOSSIER_STATE_HAS_CONTENT : DOSSIER_STATE_OPEN;
}

/* Why not; NULL: nothing speaks against it. What is closed takes no note and gives none away: the vault would not learn of it. What is detached is
 * only kept. */
static const char *refusal_of(const struct held_share *held, enum dossier_action_kind action)
{
	if (!held->known || held->ended)
		return "UNKNOWN_SHARE";
	if (held->state == DOSSIER_STATE_DETACHED && action != DOSSIER_ACTION_KIND_DELETE_NOTE)
		return "DETACHED";
	if (held->state == DOSSIER_STATE_CLOSED && action != DOSSIER_ACTION_KIND_REOPEN)
		return "CLOSED";
	if (held->state != DOSSIER_STATE_CLOSED && action == DOSSIER_ACTION_KIND_REOPEN)
		return "NOT_CLOSED";
	if (held->notes == 0 && action == DOSSIER_ACTION_KIND_DELETE_NOTE)
		return "NO_NOTE";
	return NULL;
}

struct dossier_change dossier_on_action(const struct held_share *held, enum dossier_action_kind action)
{
	struct dossier_change change = {.refused = refusal_of(held, action), .notes = held->notes, .state = held->state};

	if (change.refused != NULL)
		return change;
	switch (action) {
	case DOSSIER_ACTION_KIND_NOTE:
		change.notes++;
		break;
	case DOSSIER_ACTION_KIND_DELETE_NOTE:
		change.notes--;
		break;
	case DOSSIER_ACTION_KIND_CLOSE:
		change.state = DOSSIER_STATE_CLOSED;
		return change;
	case DOSSIER_ACTION_KIND_REOPEN:
		break;
	}
	if (held->state != DOSSIER_STATE_DETACHED)
		change.state = state_by(change.notes);
	return change;
}
