/* Automatic shares: what a sick report leads to by itself (contract/rules.md, Shares). Pure. */
#pragma once

#include "vault-svc/core/share.h"

/* Spells that begin earlier than this before the broker's date do not share by themselves, but at ACTIVATE. */
enum { AUTO_SHARE_DAYS = 28 };

enum auto_share_result { AUTO_SHARE_REQUIRED, AUTO_SHARE_SHARED, AUTO_SHARE_WIDENED, AUTO_SHARE_LATE };

/* What one spell led to: a ShareNotice, or, AUTO_SHARE_LATE, the report LATE_SICK_REPORT on the event that began it. */
struct auto_share_notice {
	enum auto_share_result result;
	struct view absence_key; /* borrowed from the person */
};

struct auto_share_notices {
	struct auto_share_notice *items;
	size_t count;
};

/* Why spells are judged. */
struct auto_share_occasion {
	bool activation;          /* the run of ACTIVATE: every open spell, whenever it began */
	const struct view *begun; /* absence keys of spells that an event of the batch began, by START or CORRECT */
	size_t begun_count;
};

/* Who gets the employer's sick reports: absence_provider, or the only provider; null where that is nobody. Borrowed. */
struct view auto_share_provider(const struct employer_state *employer);

/*
 * Judges the person's open spells: at the end of a batch in which an event of the person was applied, or in the run of ACTIVATE; after
 * person_reconcile and share_update. Each spell leads to something once. Appends share events and what is to be told; a spell that its employment
 * does not show yet is not shared. True when the person's document changed. With AFTER_SHARE the caller reconciles the person afterwards.
 */
bool auto_share(struct person_state *person, const uint8_t person_key[static 32], const struct auto_share_occasion *occasion,
		const struct reconcile_context *context, struct share_outputs *ret, struct auto_share_notices *ret_notices);

/* Every open spell counts as having led to a share: at a change of the settings above. True when the document changed. */
bool auto_share_count_open(struct person_state *person, const struct reconcile_context *context);

/* The same where the person has a live share that is wide enough with whoever gets the sick reports: after a share by command. */
bool auto_share_count_shared(struct person_state *person, const struct reconcile_context *context);
