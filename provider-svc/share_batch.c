/* Batches of share.<provider>: believed only when a trusted vault signed them, opened with the provider's own key, sealed again under the dossier's. */
#include "common/base/crash_point.h"
#include "common/config/log.h"
#include "common/stream/stream.h"
#include "provider-svc/dossier_answer.h"
#include "provider-svc/share_record.h"
#include "provider-svc/store/dossier_store.h"

struct share_state {
	struct share_record *records;
	struct dossier_rows rows;
	struct search_keys keys;
};

/* ---- believing ---- */

static bool stop_at(const struct stream_record *record, const char *code, struct error *error)
{
	return error_set(error, DISPOSITION_STOP, code, "share",
			 "partition %d offset %lld: written by a newer vault than this binary knows; upgrade provider-svc", record->partition,
			 (long long)record->offset);
}

bool share_batch_decode(const struct provider *provider, struct stream_batch *batch, struct error *error)
{
	struct share_state *state = arena_take(&batch->arena, sizeof *state);

	(void)error;
	state->records = arena_array(&batch->arena, batch->count + 1, sizeof *state->records);
	for (size_t i = 0; i < batch->count; i++)
		share_record_read(&state->records[i], provider->registry, batch->records[i].value, &batch->arena);
	batch->state = state;
	return true;
}

/* Signature, then body. False only where the partition must stop; what is not to be believed is refused. */
static bool believe(const struct provider *provider, struct stream_batch *batch, const struct stream_record *record, struct share_record *ret,
		    struct error *error)
{
	if (!share_record_verify(ret, &provider->trust))
		return stop_at(record, "UNKNOWN_SCHEMA", error);
	if (ret->refused != NULL)
		return true;
	/* What has been seen is told by its share_revision, which is signed; the number is not, and only tells what is missing. */
	if (stream_judge(batch, record, error) == STREAM_GAP)
		return false;
	return share_record_open(ret, record->key) || stop_at(record, "UNKNOWN_SCHEMA", error);
}

/* ---- answering ---- */

static bool answer_share(const struct provider *provider, struct stream_batch *batch, const struct stream_record *cause,
			 const struct share_record *record, enum dossier_state state, const char *rejected, struct error *error)
{
	struct dossier_status status = {
		.employer_id = record->event != NULL ? record->event->employer_id : record->revocation->employer_id,
		.state = state,
		.share_revision = record->event != NULL ? record->event->share_revision : record->revocation->share_revision,
		.error = view_text(rejected),
	};

	memcpy(status.share_id, share_record_id(record), SHARE_ID_LEN);
	memcpy(status.pseudonym, share_record_pseudonym(record), PSEUDONYM_LEN);
	if (rejected != NULL)
		log_event(LOG_LEVEL_WARNING, "share_rejected", log_text("code", rejected), log_int("partition", cause->partition),
			  log_int("offset", cause->offset));
	return dossier_answer_add(provider, batch, provider->topics.share, cause, &status, error);
}

/* ---- applying ---- */

/* The encoding inside the seal, without its padding; or the code why not, in *ret_rejected. */
static bool unseal(const struct provider *provider, struct stream_batch *batch, const struct stream_record *record, const struct share_event *event,
		   struct view *ret_plain, const struct shared_dossier **ret_content, const char **ret_rejected, struct error *error)
{
	static const struct message_options padded = {.padded = true};
	struct message message;
	struct error fault;

	*ret_rejected = NULL;
	if (memcmp(event->recipient_key_id, provider->box->key_id, sizeof event->recipient_key_id) != 0 ||
	    !box_open(&batch->arena, provider->box, event->payload, ret_plain, &fault)) {
		*ret_rejected = "CANNOT_OPEN";
		return true;
	}
	if (!message_decode_as(provider->registry, &shared_dossier_schema, *ret_plain, &padded, &batch->arena, &message, &fault)) {
		if (strcmp(fault.code, "UNKNOWN_SCHEMA") == 0)
			return stop_at(record, fault.code, error);
		*ret_rejected = "UNREADABLE";
		return true;
	}
	if (message.faults.count > 0)
		*ret_rejected = "UNREADABLE";
	*ret_content = message.record;
	return true;
}

static bool apply_event(const struct provider *provider, struct stream_batch *batch, const struct stream_record *cause,
			const struct share_record *record, struct error *error)
{
	struct share_state *state = batch->state;
	struct dossier_rows *rows = &state->rows;
	const struct share_event *event = record->event;
	const struct shared_dossier *content = NULL;
	struct share_row *share = dossier_rows_share(rows, event->share_id);
	struct dossier_decision decision = dossier_on_share(&share->held, event->share_revision);
	struct dossier_row *dossier;
	const char *rejected;
	struct view plain;

	if (decision.effect == DOSSIER_IGNORED)
		return true;
	if (!unseal(provider, batch, cause, event, &plain, &content, &rejected, error))
		return false;
	if (rejected != NULL || content == NULL)
		return answer_share(provider, batch, cause, record, DOSSIER_STATE_REJECTED, rejected, error);
	dossier = dossier_rows_dossier(rows, provider->keyring, event->pseudonym, event->employer_id, cause->time_ms);
	memcpy(share->pseudonym, event->pseudonym, PSEUDONYM_LEN);
	share->held.known = true;
	share->held.state = decision.state;
	share->held.share_revision = event->share_revision;
	share->changed = true;
	share->employer_informed = content->employer_informed;
	share->shared_at = content->shared_at;
	share->applied_at = cause->time_ms;
	share->sealed = dossier_seal(&batch->arena, dossier, share, plain);
	search_terms_of(&state->keys, content, &batch->arena, &share->terms);
	return answer_share(provider, batch, cause, record, decision.state, NULL, error);
}

static bool apply_revocation(const struct provider *provider, struct stream_batch *batch, const struct stream_record *cause,
			     const struct share_record *record, struct error *error)
{
	struct share_state *state = batch->state;
	const struct share_revocation *revocation = record->revocation;
	struct share_row *share = dossier_rows_share(&state->rows, revocation->share_id);
	struct dossier_decision decision = dossier_on_revocation(&share->held, revocation);

	if (decision.effect == DOSSIER_IGNORED)
		return true;
	memcpy(share->pseudonym, revocation->pseudonym, PSEUDONYM_LEN);
	share->held.known = true;
	share->held.state = decision.state;
	share->held.ended = decision.effect == DOSSIER_DELETED;
	if (share->held.ended)
		share->held.share_revision = revocation->share_revision;
	else /* what is kept stays bound to the revision it came with */
		share->held.revoked_revision = revocation->share_revision;
	share->changed = true;
	share->applied_at = cause->time_ms;
	return answer_share(provider, batch, cause, record, decision.state, NULL, error);
}

static bool apply(const struct provider *provider, struct stream_batch *batch, const struct stream_record *cause, const struct share_record *record,
		  struct error *error)
{
	struct view receiver;

	if (record->refused != NULL) {
		log_event(LOG_LEVEL_ERROR, "share_quarantined", log_text("code", record->refused), log_int("partition", cause->partition),
			  log_int("offset", cause->offset),
			  log_text("remedy", "somebody but the vault writes to this topic, or its key is not trusted: see trust list"));
		dossier_rows_refuse(&((struct share_state *)batch->state)->rows, provider->topics.share, cause, record->refused);
		return true;
	}
	receiver = record->event != NULL ? record->event->provider_id : record->revocation->provider_id;
	if (!view_equal(receiver, view_text(provider->options.provider_id)))
		return answer_share(provider, batch, cause, record, DOSSIER_STATE_REJECTED, "WRONG_RECEIVER", error);
	return record->event != NULL ? apply_event(provider, batch, cause, record, error) : apply_revocation(provider, batch, cause, record, error);
}

bool share_batch_fold(struct provider *provider, struct stream_batch *batch, struct database *database, struct error *error)
{
	struct share_state *state = batch->state;
	struct view *share_ids = arena_array(&batch->arena, batch->count + 1, sizeof *share_ids);
	struct view *pseudonyms = arena_array(&batch->arena, batch->count + 1, sizeof *pseudonyms);
	size_t count = 0;

	dossier_rows_init(&state->rows, &batch->arena, batch->count);
	/* Anew for each batch: a vault that is believed no longer is so at once. */
	if (!trust_load(database, &provider->trust, error) ||
	    !search_keys_of(provider->keyring, keyring_current_epoch(provider->keyring), &state->keys, error))
		return false;
	for (size_t i = 0; i < batch->count; i++) {
		if (!believe(provider, batch, &batch->records[i], &state->records[i], error))
			return false;
		if (state->records[i].refused != NULL)
			continue;
		share_ids[count] = view_of(share_record_id(&state->records[i]), SHARE_ID_LEN);
		pseudonyms[count++] = view_of(share_record_pseudonym(&state->records[i]), PSEUDONYM_LEN);
	}
	if (!dossier_store_load(database, provider->keyring, share_ids, pseudonyms, count, &state->rows, error))
		return false;
	for (size_t i = 0; i < batch->count; i++) {
		if (!apply(provider, batch, &batch->records[i], &state->records[i], error))
			return false;
	}
	CRASH_POINT(provider_shares_folded);
	return true;
}

bool share_batch_write(struct provider *provider, struct stream_batch *batch, struct database *database, struct error *error)
{
	const struct share_state *state = batch->state;

	(void)provider;
	if (!dossier_store_write(database, &state->rows, error))
		return false;
	CRASH_POINT(provider_shares_written);
	return true;
}
