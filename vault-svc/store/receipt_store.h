/* What operators ask: revocations without a receipt, and how far care look-ups are from their limits. Counts and coordinates; nothing says which
 * employer or employee, or whether the employer knows of a share. */
#pragma once

#include "common/db/database.h"
#include "vault-svc/core/lookup.h"

/* A revocation that its receiver has not confirmed; borrowed, for the call. */
struct receipt_missing {
	struct view provider_id;
	struct view share_id;
	int64_t revoked_at;
	struct view dossier_state; /* the receiver's last word; null: none */
};

typedef void receipt_taker(void *context, const struct receipt_missing *receipt);

/* Calls `take` for each that was sent at `until` or before, by provider, the oldest first. One round trip. */
MUST_CHECK bool receipt_list(struct database *database, int64_t until, receipt_taker *take, void *context, struct arena *arena, struct error *error);

/* What a provider has asked in the windows that are running, of all employers together. */
struct care_use {
	struct view provider_id;
	bool sick_line;
	int64_t hour_requests;
	int64_t hour_misses;
	int64_t day_misses;
	int64_t at_limit; /* employers of which it gets no answer for now */
};

typedef void care_use_taker(void *context, const struct care_use *use);

/* Calls `take` for each provider that has asked anything. One round trip. */
MUST_CHECK bool care_use_list(struct database *database, const struct lookup_limits *limits, int64_t now_ms, care_use_taker *take, void *context,
			      struct arena *arena, struct error *error);
