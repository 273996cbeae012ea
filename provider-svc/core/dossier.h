/* What a share event, a revocation or a user's action does to what is held of a share (contract/rules.md, Shares and Dossiers). Pure. */
#pragma once

#include "common/base/view.h"
#include "schemas/messages.h"

/* What is held of one share before the record. */
struct held_share {
	bool known;
	bool ended;               /* revoked: what comes late is dropped */
	int64_t share_revision;   /* of the last event applied, or of what ended it */
	int64_t revoked_revision; /* of the revocation that detached it; 0: none */
	size_t notes;             /* made under it: its content */
	enum dossier_state state;
};

enum dossier_effect {
	DOSSIER_IGNORED,  /* seen before, or too late: no status either */
	DOSSIER_REPLACED, /* the shared data replace what was held */
	DOSSIER_DELETED,  /* what came with this share, and what was made under it, goes */
	DOSSIER_DETACHED, /* kept, no more updates: only a revocation that deletes changes it after this */
};

struct dossier_decision {
	enum dossier_effect effect;
	enum dossier_state state; /* afterwards, for the DossierStatus */
};

/* A ShareEvent that could be opened. */
struct dossier_decision dossier_on_share(const struct held_share *held, int64_t share_revision);

/* A ShareRevocation. */
struct dossier_decision dossier_on_revocation(const struct held_share *held, const struct share_revocation *revocation);

/* What a DossierAction comes to. */
struct dossier_change {
	const char *refused;      /* a code, and nothing changes; NULL: it is done */
	size_t notes;             /* under the share, afterwards */
	enum dossier_state state; /* of the share, afterwards; a DossierStatus follows where it is another one */
};

/* A DossierAction under a share. */
struct dossier_change dossier_on_action(const struct held_share *held, enum dossier_action_kind action);
