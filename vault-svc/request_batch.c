#include "vault-svc/request_batch.h"

#include "common/base/crash_point.h"
#include "vault-svc/care_batch.h"
#include "vault-svc/sealed_input.h"

static bool is_of_share(const struct sealed_input *input, const struct dossier_status *status, const struct share_known *share)
{
	if (!share->found || input->employer == NULL || share->employer_no != input->employer->number)
		return false;
	if (!view_equal(share->provider_id, status->provider_id))
		return false;
	return view_is_null(share->pseudonym) || view_equal(share->pseudonym, view_of(status->pseudonym, sizeof status->pseudonym));
}

/* Taken again after a restore, a word on a share that was begun and over since the backup, of somebody who is gone: it has been heard. */
static bool is_past(const struct changes *changes, const struct share_known *share)
{
	return !share->found && stream_is_behind(changes->batch->stream, changes->batch->partition);
}

static bool fold_status(struct changes *changes, const struct sealed_input *input, const struct share_known *share, struct error *error)
{
	const struct dossier_status *status = input->intake->body.record;
	const char *fault = sealed_input_provider_fault(changes, input);
	struct status_row *row;

	if (fault == NULL && input->misplaced)
		fault = "WRONG_PARTITION";
	if (fault == NULL && (input->intake->body.faults.count != 0 || dossier_state_name(status->state)[0] == '\0'))
		fault = "UNREADABLE";
	if (fault == NULL && (!view_equal(status->provider_id, sealed_input_provider(input)) || !is_of_share(input, status, share)))
		fault = "UNKNOWN_SHARE";
	if (fault != NULL && strcmp(fault, "UNKNOWN_SHARE") == 0 && is_past(changes, share))
		return true;
	if (fault != NULL)
		return sealed_input_quarantine(changes, input, fault, error);
	if (sealed_input_seen(changes, input) != NULL)
		return true;
	sealed_input_note(changes, input, "TAKEN", NULL);
	row = arena_take(changes->arena, sizeof *row);
	*row = (struct status_row){.state = dossier_state_name(status->state), .revision = status->share_revision, .changed_at = input->cause->at};
	memcpy(row->share_id, status->share_id, sizeof row->share_id);
	*changes->last_status = row;
	changes->last_status = &row->next;
	return true;
}

static bool fold_statuses(struct changes *changes, struct error *error)
{
	struct sealed_input *inputs;
	struct share_known *shares;
	size_t count = 0;

	if (!sealed_inputs_prepare(changes, VAULT_DOSSIER_STATUS, &inputs, &count, error))
		return false;
	shares = arena_array(changes->arena, count + 1, sizeof *shares);
	for (size_t i = 0; i < count; i++) {
		const struct dossier_status *status = inputs[i].intake->body.record;

		if (inputs[i].verified && !share_queue_find(status->share_id, &shares[i], changes->database, changes->arena, error))
			return false;
	}
	if (!database_sync(changes->database, error))
		return false;
	for (size_t i = 0; i < count; i++)
		if (!fold_status(changes, &inputs[i], &shares[i], error))
			return false;
	return true;
}

bool request_batch_fold(struct changes *changes, struct error *error)
{
	if (!fold_statuses(changes, error))
		return false;
	CRASH_POINT(vault_statuses_folded);
	return care_batch_fold(changes, error);
}
