#include "vault-svc/restoration.h"

#include "common/config/log.h"
#include "vault-svc/disclosure.h"
#include "vault-svc/store/restoration_store.h"

#include <stdio.h>

enum { STEP_SHARES = 500 };

/* What a step of one partition does; part of the changes. */
struct restoration_work {
	struct restoration restoration;
	struct view run_id; /* null: shares were seen to; else runs are to be made */
};

bool restoration_ask(struct vault *vault, struct database *database, struct error *error)
{
	return restoration_load_due(database, (int32_t)vault->options->partitions, vault->restoration_due, error);
}

bool restoration_prepare(struct vault *vault, const struct stream_batch *batch, struct database *database, struct error *error)
{
	if (vault->withheld_known || !stream_is_behind(batch->stream, batch->partition))
		return true;
	if (!restoration_load_withheld(database, &vault->forever, &vault->withheld, &vault->withheld_count, error))
		return false;
	vault->withheld_known = true;
	return true;
}

bool restoration_withholds(const struct changes *changes, const struct employer *employer)
{
	const struct vault *vault = changes->vault;

	if (vault->withheld_count == 0 || !stream_is_behind(changes->batch->stream, changes->batch->partition))
		return false;
	for (size_t i = 0; i < vault->withheld_count; i++)
		if (view_equal(vault->withheld[i], employer->employer_id))
			return true;
	return false;
}

/* Ends a share that its receiver holds and the vault does not: of somebody who was erased, or made after the backup under a pseudonym that is no
 * more. What the receiver has written under it stays its own (a WITHDRAWN that meets content acts as DETACH). */
static bool revoke(struct changes *changes, struct restoration_share *share, const struct cause *cause, struct error *error)
{
	struct share_revocation revocation = {
		.provider_id = share->provider_id,
		.employer_id = share->employer_id,
		.cause = share->erased ? REVOCATION_CAUSE_ERASURE : REVOCATION_CAUSE_WITHDRAWN,
		.action = REVOCATION_ACTION_DELETE_DOSSIER,
		.revoked_at = cause->at,
	};

	share->revision = share_next_revision(changes->batch->generation, share->revision);
	revocation.share_revision = share->revision;
	memcpy(revocation.share_id, share->share_id, sizeof revocation.share_id);
	memcpy(revocation.pseudonym, share->pseudonym, sizeof revocation.pseudonym);
	return disclose_revocation(changes, &revocation, cause, error);
}

static bool see_to_shares(struct changes *changes, struct restoration *restoration, const struct cause *cause, struct error *error)
{
	size_t revoked = 0;

	/* There may be silent ones among them. */
	changes->batch->apart = true;
	for (size_t i = 0; i < restoration->share_count; i++) {
		if (restoration->shares[i].known)
			continue;
		if (!revoke(changes, &restoration->shares[i], cause, error))
			return false;
		revoked++;
	}
	log_event(LOG_LEVEL_INFO, "restored_shares", log_int("partition", changes->batch->partition),
		  log_int("seen", (int64_t)restoration->share_count), log_int("revoked", (int64_t)revoked));
	return true;
}

/* The cause of the partition's revocations: each step has a batch of its own, whose number nothing else has in this generation. */
static struct cause cause_of(struct changes *changes, const struct restoration *restoration, struct view run_id)
{
	return (struct cause){
		.stream = {.name = run_id, .partition = changes->batch->partition, .number = changes->batch->number},
		.at = restoration->accepted_at,
	};
}

static struct view run_id_of(struct changes *changes, const struct restoration *restoration)
{
	char text[32];

	(void)snprintf(text, sizeof text, "restore-%d", restoration->generation);
	return arena_copy(changes->arena, view_text(text));
}

bool restoration_step(struct vault *vault, struct stream_batch *batch, struct database *database, bool *ret_did, struct error *error)
{
	struct restoration_work *work;
	struct changes *changes;
	struct cause cause;
	struct view run_id;

	*ret_did = false;
	if (!vault->restoration_due[batch->partition] || stream_is_behind(batch->stream, batch->partition))
		return true;
	changes = changes_begin(vault, batch, database, 0);
	work = arena_take(changes->arena, sizeof *work);
	if (!restoration_load(batch->partition, STEP_SHARES, database, changes->arena, &work->restoration, error))
		return false;
	if (!work->restoration.found) {
		vault->restoration_due[batch->partition] = false;
		changes_discarded(vault);
		return true;
	}
	*ret_did = true;
	changes->restoration = work;
	run_id = run_id_of(changes, &work->restoration);
	cause = cause_of(changes, &work->restoration, run_id);
	if (work->restoration.share_count > 0)
		return see_to_shares(changes, &work->restoration, &cause, error);
	work->run_id = run_id;
	return true;
}

bool restoration_queue_write(const struct changes *changes, struct error *error)
{
	const struct restoration_work *work = changes->restoration;

	if (work == NULL)
		return true;
	if (view_is_null(work->run_id))
		return restoration_queue_settled(&work->restoration, changes->database, changes->arena, error);
	return restoration_queue_runs(changes->batch->partition, work->run_id, changes->database, changes->arena, error);
}
