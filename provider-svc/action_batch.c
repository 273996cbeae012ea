/* Batches of provider.commands.<provider>: what this provider's users do to dossiers becomes notes and states, and a DossierStatus for the vault. */
#include "common/base/crash_point.h"
#include "common/config/log.h"
#include "common/stream/stream.h"
#include "provider-svc/action_record.h"
#include "provider-svc/dossier_answer.h"
#include "provider-svc/store/access_store.h"
#include "provider-svc/store/action_store.h"
#include "provider-svc/store/note_store.h"

/* One action of the batch that somebody of this provider signed. */
struct action {
	const struct stream_record *from;
	const struct action_record *record;
	const char *code; /* what came of it; NULL: it was seen before */
};

struct action_state {
	struct action_record *records;
	struct action *actions;
	size_t count;
	struct dossier_rows rows;
	struct note_rows notes;
};

bool action_batch_decode(const struct provider *provider, struct stream_batch *batch, struct error *error)
{
	struct action_state *state = arena_take(&batch->arena, sizeof *state);

	(void)error;
	state->records = arena_array(&batch->arena, batch->count + 1, sizeof *state->records);
	for (size_t i = 0; i < batch->count; i++)
		action_record_read(&state->records[i], provider->registry, batch->records[i].value, &batch->arena);
	batch->state = state;
	return true;
}

/* ---- applying ---- */

static bool tell(const struct provider *provider, struct stream_batch *batch, const struct action *action, const struct share_row *share,
		 struct error *error)
{
	const struct dossier_action *asked = action->record->action;
	struct dossier_status status = {.employer_id = asked->employer_id, .state = share->held.state, .share_revision = share->held.share_revision};

	memcpy(status.share_id, asked->share_id, SHARE_ID_LEN);
	memcpy(status.pseudonym, asked->pseudonym, PSEUDONYM_LEN);
	return dossier_answer_add(provider, batch, provider->topics.commands, action->from, &status, error);
}

static void add_note(struct action_state *state, const struct dossier_row *dossier, const struct action *action)
{
	struct note_row *note = &state->notes.notes[state->notes.count++];

	*note = (struct note_row){.note_id = action->record->action->command_id,
				  .author = action->record->action->actor,
				  .noted_at = action->from->time_ms,
				  .is_new = true};
	memcpy(note->share_id, action->record->action->share_id, SHARE_ID_LEN);
	note->sealed = note_seal(state->notes.arena, dossier, note, action->record->text);
}

/* The dossier that the action names, if it is of that employer. */
static const struct dossier_row *dossier_of(const struct action_state *state, const struct dossier_action *asked)
{
	for (size_t i = 0; i < state->rows.dossier_count; i++)
		if (memcmp(state->rows.dossiers[i].pseudonym, asked->pseudonym, PSEUDONYM_LEN) == 0)
			return view_equal(state->rows.dossiers[i].employer_id, asked->employer_id) ? &state->rows.dossiers[i] : NULL;
	return NULL;
}

static bool apply(const struct provider *provider, struct stream_batch *batch, struct action *action, struct error *error)
{
	struct action_state *state = batch->state;
	const struct dossier_action *asked = action->record->action;
	const struct dossier_row *dossier = dossier_of(state, asked);
	struct share_row *share = dossier_rows_share(&state->rows, asked->share_id);
	struct dossier_change change = dossier_on_action(&share->held, asked->action);
	struct note_row *note = NULL;

	action->code = change.refused;
	if (dossier == NULL || memcmp(share->pseudonym, asked->pseudonym, PSEUDONYM_LEN) != 0)
		action->code = "UNKNOWN_SHARE";
	if (action->code == NULL && asked->action == DOSSIER_ACTION_KIND_DELETE_NOTE) {
		note = note_rows_find(&state->notes, asked->share_id, action->record->text);
		action->code = note == NULL ? "NO_NOTE" : NULL;
	}
	if (action->code != NULL)
		return true;
	action->code = ACTION_CODE_APPLIED;
	if (note != NULL)
		note->deleted = true;
	else if (asked->action == DOSSIER_ACTION_KIND_NOTE)
		add_note(state, dossier, action);
	share->held.notes = change.notes;
	if (change.state == share->held.state)
		return true;
	share->held.state = change.state;
	share->changed = true;
	share->restated = true;
	return tell(provider, batch, action, share, error);
}

/* ---- a batch ---- */

static void report(const struct stream_record *record, enum log_level level, const char *event, const char *code)
{
	log_event(level, event, log_text("code", code), log_int("partition", record->partition), log_int("offset", record->offset));
}

/* Those that this provider's users signed; the others are kept by coordinates and code. */
static void sort_out(const struct provider *provider, struct stream_batch *batch)
{
	struct action_state *state = batch->state;
	const struct action_judge judge = {
		.issuer = provider->issuer, .signing = provider->signing, .box = provider->box, .partitions = (int32_t)provider->options.partitions};

	state->actions = arena_array(&batch->arena, batch->count + 1, sizeof *state->actions);
	state->count = 0;
	for (size_t i = 0; i < batch->count; i++) {
		struct action_record *record = &state->records[i];

		action_record_judge(record, &judge, &batch->records[i], &batch->arena);
		if (record->poison == NULL) {
			state->actions[state->count++] = (struct action){.from = &batch->records[i], .record = record};
			continue;
		}
		report(&batch->records[i], LOG_LEVEL_ERROR, "action_quarantined", record->poison);
		dossier_rows_refuse(&state->rows, provider->topics.commands, &batch->records[i], record->poison);
	}
}

/* What crashed the process, or the database refuses, is not looked at again. */
static void pass_over(const struct provider *provider, struct stream_batch *batch)
{
	struct action_state *state = arena_take(&batch->arena, sizeof *state);

	batch->state = state;
	dossier_rows_init(&state->rows, &batch->arena, batch->count);
	for (size_t i = 0; i < batch->count; i++) {
		report(&batch->records[i], LOG_LEVEL_ERROR, "action_quarantined", batch->unprocessable);
		dossier_rows_refuse(&state->rows, provider->topics.commands, &batch->records[i], batch->unprocessable);
	}
}

static bool load(const struct provider *provider, struct stream_batch *batch, struct database *database, bool *ret_seen, struct error *error)
{
	struct action_state *state = batch->state;
	struct view *share_ids = arena_array(&batch->arena, state->count + 1, sizeof *share_ids);
	struct view *pseudonyms = arena_array(&batch->arena, state->count + 1, sizeof *pseudonyms);
	struct view *command_ids = arena_array(&batch->arena, state->count + 1, sizeof *command_ids);

	for (size_t i = 0; i < state->count; i++) {
		const struct dossier_action *asked = state->actions[i].record->action;

		share_ids[i] = view_of(asked->share_id, SHARE_ID_LEN);
		pseudonyms[i] = view_of(asked->pseudonym, PSEUDONYM_LEN);
		command_ids[i] = asked->command_id;
	}
	return action_store_seen(database, &batch->arena, command_ids, state->count, ret_seen, error) &&
	       dossier_store_load(database, provider->keyring, share_ids, pseudonyms, state->count, &state->rows, error) &&
	       note_store_load(database, &batch->arena, share_ids, state->count, false, state->count, &state->notes, error);
}

/* Whether one of the actions before it in the batch has its id. */
static bool is_repeated(const struct action_state *state, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (view_equal(state->actions[j].record->action->command_id, state->actions[i].record->action->command_id))
			return true;
	return false;
}

bool action_batch_fold(struct provider *provider, struct stream_batch *batch, struct database *database, struct error *error)
{
	struct action_state *state = batch->state;
	bool *seen;

	if (batch->unprocessable != NULL) {
		pass_over(provider, batch);
		return true;
	}
	dossier_rows_init(&state->rows, &batch->arena, batch->count);
	sort_out(provider, batch);
	seen = arena_array(&batch->arena, state->count + 1, sizeof *seen);
	if (!load(provider, batch, database, seen, error))
		return false;
	for (size_t i = 0; i < state->count; i++) {
		struct action *action = &state->actions[i];

		if (!seen[i] && !is_repeated(state, i)) {
			action->code = action->record->refused;
			if (action->code == NULL && !apply(provider, batch, action, error))
				return false;
		}
		if (action->code == NULL || strcmp(action->code, ACTION_CODE_APPLIED) != 0)
			report(action->from, LOG_LEVEL_WARNING, "action_refused", action->code == NULL ? "REPEATED" : action->code);
	}
	CRASH_POINT(provider_actions_folded);
	return true;
}

/* What was done stands in the access log, beside who only read. */
static bool write_action(struct database *database, struct arena *arena, const struct action *action, struct error *error)
{
	const struct dossier_action *asked = action->record->action;
	const struct access access = {.reader = arena_text(arena, asked->actor),
				      .action = dossier_action_kind_name(asked->action),
				      .pseudonym = view_of(asked->pseudonym, PSEUDONYM_LEN),
				      .at = action->from->time_ms};

	if (action->code == NULL)
		return true;
	if (strcmp(action->code, ACTION_CODE_APPLIED) == 0 && !access_queue(database, arena, &access, error))
		return false;
	return action_queue(database, arena, asked->command_id, action->code, action->from->time_ms, error);
}

bool action_batch_write(struct provider *provider, struct stream_batch *batch, struct database *database, struct error *error)
{
	const struct action_state *state = batch->state;

	(void)provider;
	if (!dossier_store_write(database, &state->rows, error) || !note_store_write(database, &state->notes, error))
		return false;
	for (size_t i = 0; i < state->count; i++)
		if (!write_action(database, &batch->arena, &state->actions[i], error))
			return false;
	CRASH_POINT(provider_actions_written);
	return true;
}
