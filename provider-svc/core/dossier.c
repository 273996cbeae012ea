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

/* CLOSED counts as content: what a dossier was closed over is not known from its state alone. DETACHED: it was kept for what it holds. */
static bool has_content(const struct held_share *held)
{
	return held->known &&
	       (held->state == DOSSIER_STATE_HAS_CONTENT || held->state == DOSSIER_STATE_CLOSED || held->state == DOSSIER_STATE_DETACHED);
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
