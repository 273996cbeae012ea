#include "vault-svc/run.h"

#include "common/base/calendar.h"
#include "common/base/clock.h"
#include "common/base/crash_point.h"
#include "common/config/log.h"
#include "schemas/codec/record.h"
#include "vault-svc/absence_share.h"
#include "vault-svc/core/share.h"
#include "vault-svc/departure.h"
#include "vault-svc/hr_batch.h"
#include "vault-svc/reconcile.h"
#include "vault-svc/report.h"
#include "vault-svc/restoration.h"
#include "vault-svc/yearly.h"

#include <stdio.h>

enum { STEP_PERSONS = 500, ASK_MS = 1000, RELEASE_TRIES = 2 };

static void log_progress(const struct vault *vault)
{
	log_event(LOG_LEVEL_INFO, "vault_progress", log_int("events", vault->counters.events), log_int("unchanged", vault->counters.unchanged),
		  log_int("reported", vault->counters.reported), log_int("commands", vault->counters.commands));
}

/* What has to be done now and then: which partitions have runs, whether the trust has changed, what is too old. */
static bool ask(struct vault *vault, struct database *database, struct error *error)
{
	int64_t now = monotonic_ms();

	if (vault->run_asked != 0 && now - vault->run_asked < ASK_MS)
		return true;
	vault->run_asked = now;
	if (!run_queue_open(database, (int32_t)vault->options->partitions, vault->run_open, error) || !restoration_ask(vault, database, error) ||
	    !vault_refresh_trust(vault, database, error) || !yearly_ask(vault, database, error))
		return false;
	if (vault->counters.events + vault->counters.commands != vault->logged_count) {
		vault->logged_count = vault->counters.events + vault->counters.commands;
		log_progress(vault);
	}
	if (vault->expired != 0 && now - vault->expired < MS_PER_HOUR)
		return true;
	vault->expired = now;
	return poison_queue_expire(wall_ms(), database, &vault->scratch, error) && seen_queue_expire(wall_ms(), database, &vault->scratch, error) &&
	       erasure_queue_expire(wall_ms(), database, &vault->scratch, error) && database_sync(database, error);
}

/* A copy of the employer's state that may be changed. */
static struct employer_state *state_copy(struct changes *changes, const struct employer *employer)
{
	return record_copy(&employer_state_schema, changes->arena, employer->state);
}

/* True when every provider has been told all in this generation. */
static bool is_whole(const struct changes *changes, const struct employer *employer)
{
	for (size_t i = 0; i < employer->state->providers.count; i++)
		if (employer->state->providers.items[i].ended_generation != changes->batch->generation)
			return false;
	return true;
}

/* A provider that was added is told all by a run of its own; in every other run that tells all it is every provider's turn. */
static bool is_to_begin(const struct run *run, const struct employer_provider *provider)
{
	return run->kind != RUN_KIND_PROVIDER_ADDED || provider->begun_generation == 0;
}

/* Of whom nothing is told while the logs are taken again nothing is begun either: the restore's own run tells all. */
static void begin_markers(struct changes *changes, struct employer *employer, const struct run *run, const struct cause *cause)
{
	struct employer_state *state;

	if (restoration_withholds(changes, employer))
		return;
	state = state_copy(changes, employer);
	for (size_t i = 0; i < state->providers.count; i++) {
		struct employer_provider *provider = &state->providers.items[i];

		if (!is_to_begin(run, provider))
			continue;
		reconcile_mark(changes, employer, provider->provider_id, MARKER_OP_BEGIN, cause);
		provider->begun_generation = changes->batch->generation;
	}
	employer_change(employer, state);
}

/* True when the run leaves a provider's population whole, or is to announce another min_group. One that began before a restore says nothing behind
 * it: what was told before is of a former generation, and the restore's own run will tell all. */
static bool says_end(const struct changes *changes, const struct employer_state *state, const struct employer_provider *provider,
		     const struct run *run)
{
	if (provider->begun_generation != changes->batch->generation)
		return false;
	if (run->kind == RUN_KIND_ACTIVATION || run->restores)
		return true;
	if (run->kind == RUN_KIND_PROVIDER_ADDED)
		return provider->ended_generation == 0;
	return run->kind == RUN_KIND_SETTINGS && state->state == EMPLOYER_LIFECYCLE_ACTIVE && provider->ended_generation != 0 &&
	       provider->announced_min_group != state->settings.min_group;
}

static void end_markers(struct changes *changes, struct employer *employer, const struct run *run, const struct cause *cause)
{
	struct employer_state *state = state_copy(changes, employer);
	bool said = false;

	for (size_t i = 0; i < state->providers.count; i++) {
		struct employer_provider *provider = &state->providers.items[i];

		if (!says_end(changes, state, provider, run))
			continue;
		reconcile_mark(changes, employer, provider->provider_id, MARKER_OP_END, cause);
		provider->ended_generation = changes->batch->generation;
		provider->announced_min_group = state->settings.min_group;
		said = true;
	}
	if (said)
		employer_change(employer, state);
}

static int64_t published_entities(const struct person *person)
{
	int64_t count = 0;

	for (size_t i = 0; i < person->state->providers.count; i++)
		for (size_t j = 0; j < person->state->providers.items[i].entities.count; j++)
			count += person->state->providers.items[i].entities.items[j].published;
	return count;
}

static void note_active(struct changes *changes, struct employer *employer)
{
	struct employer_state *state = state_copy(changes, employer);

	state->state = EMPLOYER_LIFECYCLE_ACTIVE;
	employer_change(employer, state);
}

/* Whoever had an open spell when these settings changed has been seen to. */
static void forget_absence_settings(struct changes *changes, struct employer *employer)
{
	struct employer_state *state = state_copy(changes, employer);

	state->absence_settings_run = VIEW_NULL;
	employer_change(employer, state);
}

static bool finish(struct changes *changes, struct employer *employer, struct run *run, const struct cause *cause, struct error *error)
{
	struct count counts[3] = {{.name = VIEW_LITERAL("persons"), .value = run->persons},
				  {.name = VIEW_LITERAL("entities"), .value = run->entities},
				  {.name = VIEW_LITERAL("shares"), .value = run->shares}};

	end_markers(changes, employer, run, cause);
	if (run->kind == RUN_KIND_ACTIVATION && employer->state->state == EMPLOYER_LIFECYCLE_ACTIVATING)
		note_active(changes, employer);
	if (view_equal(employer->state->absence_settings_run, run->run_id))
		forget_absence_settings(changes, employer);
	if (departure_is(run) && !departure_finish(changes, employer, run, cause, error))
		return false;
	run->state = "DONE";
	CRASH_POINT(run_ending);
	return report_run(changes, employer->employer_id, run->run_id, run->kind, RUN_OUTCOME_DONE, run->started_at, run->started_at, counts,
			  departure_is(run) ? 3 : 2, cause, error);
}

/* The settings as they were, of a run that changes them; else as they are. */
static bool employer_before(struct changes *changes, const struct employer *employer, const struct run *run, const struct employer_state **ret,
			    struct error *error)
{
	struct seal_subject subject = seal_subject_of(employer->number, -3, run->started_at);
	void *record = NULL;

	*ret = employer->state;
	if (view_is_null(run->payload))
		return true;
	if (!document_open(changes->vault->registry, &employer_state_schema, employer->keys.key, &subject, run->payload, changes->arena, &record,
			   error))
		return false;
	*ret = record;
	return true;
}

static bool tells_all(const struct run *run)
{
	return run->kind == RUN_KIND_ACTIVATION || run->kind == RUN_KIND_PROVIDER_ADDED || run->restores;
}

/* One of the persons of a step. */
static bool step_person(struct changes *changes, struct person *person, struct run *run, const struct employer_state *before,
			const struct cause *cause, struct error *error)
{
	bool tells_shares = run->kind == RUN_KIND_SETTINGS || run->restores;
	int64_t published = published_entities(person);

	if (run->restores)
		share_send_again(person->state);
	if (!person->removed && !reconcile_person(changes, person, tells_shares ? person->before : NULL, before, cause, error))
		return false;
	if (run->kind == RUN_KIND_ACTIVATION && !absence_share(changes, person, true, cause, error))
		return false;
	run->persons++;
	if (!person->removed)
		run->entities += departure_is(run) ? published - published_entities(person) : published_entities(person);
	run->cursor = person->number;
	return true;
}

/* The last step of all ends the run. */
static bool end_of_persons(struct changes *changes, struct employer *employer, struct run *run, const struct cause *cause, struct error *error)
{
	bool swept = true;

	run->cursor = INT64_MAX;
	if (departure_is(run) && !departure_is_swept(changes, employer, run, &swept, error))
		return false;
	return !swept || finish(changes, employer, run, cause, error);
}

/* Reconciles the next persons. */
static bool step_persons(struct changes *changes, struct employer *employer, struct run *run, const struct cause *cause, struct error *error)
{
	const struct employer_state *before = NULL;
	struct units *units = NULL;

	changes->again = run->restores || (run->kind == RUN_KIND_ACTIVATION && changes->batch->generation > 1 && !is_whole(changes, employer));
	if (run->step == 0 && run->kind != RUN_KIND_YEARLY) {
		units = changes_units(changes, employer);
		if (tells_all(run))
			begin_markers(changes, employer, run, cause);
	}
	if (!employer_before(changes, employer, run, &before, error))
		return false;
	if (!person_set_queue_range(&changes->persons, changes->database, employer, run->cursor, STEP_PERSONS, error) ||
	    !changes_load(changes, error))
		return false;
	absence_share_settle(changes, cause->at);
	if (units != NULL && run->kind == RUN_KIND_TERMINATION)
		departure_units(changes, units, cause);
	else if (units != NULL)
		reconcile_units(changes, units, cause);
	if (departure_is(run) && !departure_persons(changes, employer, run, cause, error))
		return false;
	for (struct person *person = changes->persons.first; person != NULL; person = person->next)
		if (!step_person(changes, person, run, before, cause, error))
			return false;
	run->step++;
	if (changes->persons.count == STEP_PERSONS || (run->kind == RUN_KIND_TERMINATION && changes->persons.count > 0))
		return true;
	return end_of_persons(changes, employer, run, cause, error);
}

/* A record that an operator released: the payload is its number in decimal. */
static bool step_release(struct changes *changes, struct run *run, const struct cause *cause, struct error *error)
{
	char *text = arena_take(changes->arena, run->payload.len + 1);
	struct poison poison;
	bool found = false;
	int64_t number;

	memcpy(text, run->payload.ptr, run->payload.len);
	number = strtoll(text, NULL, 10);
	run->state = "DONE";
	run->step++;
	if (!poison_load(number, &changes->vault->employers, changes->vault->registry, changes->database, changes->arena, &poison, &found, error))
		return false;
	if (!found || poison.topic.len < 9 || memcmp(poison.topic.ptr, "hr.events", 9) != 0)
		return true;
	return hr_batch_fold_released(changes, &poison, number, cause, error);
}

/* What its outputs name as their cause: run_id alone may be another issuer's, too. */
static struct view run_name(struct changes *changes, const struct run *run)
{
	char number[24];
	int len = snprintf(number, sizeof number, "%lld.", (long long)run->number);
	uint8_t *name = arena_take(changes->arena, (size_t)len + run->run_id.len + 1);

	memcpy(name, number, (size_t)len);
	memcpy(name + len, run->run_id.ptr, run->run_id.len);
	return view_of(name, (size_t)len + run->run_id.len);
}

/* A record that an operator released, and not a run over persons. */
static bool is_release(const struct run *run)
{
	return run->kind == RUN_KIND_OTHER && !run->restores;
}

/* Why the step is not to be done any more: it was refused, the employer's service ends meanwhile, or a release has ended the process twice. NULL: it
 * is to be done. employer may be NULL. */
static const char *refusal_of(const struct changes *changes, const struct run *run, const struct employer *employer)
{
	if (changes->batch->unprocessable != NULL)
		return changes->batch->unprocessable;
	if (employer != NULL && employer->state->state >= EMPLOYER_LIFECYCLE_TERMINATING && run->kind != RUN_KIND_TERMINATION && !is_release(run))
		return "EMPLOYER_TERMINATED";
	return is_release(run) && run->tries >= RELEASE_TRIES && changes->vault->run_tried != run->number ? "CRASHED" : NULL;
}

/* The employer stays ACTIVATING, and its persons told, until an operator has it activated again: by itself the same step would be refused again. */
static void note_aborted_activation(struct changes *changes, struct employer *employer)
{
	struct employer_state *state = state_copy(changes, employer);

	state->activation_aborted = true;
	employer_change(employer, state);
}

/* What was to be released stays in quarantine. */
static bool abort_run(struct changes *changes, struct employer *employer, struct run *run, const struct cause *cause, struct error *error)
{
	log_event(LOG_LEVEL_ERROR, "run_aborted", log_int("run", run->number), log_int("partition", run->partition), log_int("step", run->step),
		  log_text("code", refusal_of(changes, run, employer)));
	run->state = "ABORTED";
	changes_run(changes, run);
	if (run->kind == RUN_KIND_ACTIVATION && employer->state->state == EMPLOYER_LIFECYCLE_ACTIVATING)
		note_aborted_activation(changes, employer);
	if (departure_is(run) && employer->state->state != EMPLOYER_LIFECYCLE_TERMINATED)
		departure_abort(changes, employer, run);
	return is_release(run) || report_run(changes, employer->employer_id, run->run_id, run->kind, RUN_OUTCOME_ABORTED, run->started_at,
					     run->started_at, NULL, 0, cause, error);
}

/* Notes that this process begins with a release, before it does. */
static bool note_try(struct changes *changes, const struct run *run, struct error *error)
{
	if (!is_release(run) || refusal_of(changes, run, NULL) != NULL || changes->vault->run_tried == run->number)
		return true;
	changes->vault->run_tried = run->number;
	return run_count_try(run, changes->database, changes->arena, error);
}

static bool step(struct changes *changes, struct run *run, struct error *error)
{
	struct cause *kept = arena_take(changes->arena, sizeof *kept);
	struct employer *employer = employer_numbered(&changes->vault->employers, run->employer_no);

	*kept = (struct cause){.stream = {.name = run_name(changes, run), .partition = run->partition, .number = run->step}, .at = run->started_at};
	if (employer == NULL) {
		if (!employer_queue_load_number(&changes->vault->employers, changes->database, changes->arena, run->employer_no, error) ||
		    !database_sync(changes->database, error))
			return false;
		employer = employer_numbered(&changes->vault->employers, run->employer_no);
	}
	if (employer == NULL)
		run->state = "ABORTED";
	else if (refusal_of(changes, run, employer) != NULL)
		return abort_run(changes, employer, run, kept, error);
	else if (is_release(run) ? !step_release(changes, run, kept, error) : !step_persons(changes, employer, run, kept, error))
		return false;
	changes_run(changes, run);
	return true;
}

bool run_step(struct vault *vault, struct stream_batch *batch, struct database *database, bool *ret_did, struct error *error)
{
	struct changes *changes;
	struct run *run = NULL;

	*ret_did = false;
	if (!ask(vault, database, error) || !restoration_step(vault, batch, database, ret_did, error))
		return false;
	if (*ret_did)
		return true;
	if (!vault->run_open[batch->partition])
		return yearly_begin(vault, batch, database, ret_did, error);
	changes = changes_begin(vault, batch, database, STEP_PERSONS);
	if (!run_load(batch->partition, database, changes->arena, &run, error) || !changes_want_audit(changes, AUDIT_EMPLOYER, error) ||
	    !database_sync(database, error))
		return false;
	if (run == NULL) {
		vault->run_open[batch->partition] = false;
		changes_discarded(vault);
		return true;
	}
	*ret_did = true;
	CRASH_POINT(run_begun);
	if (!note_try(changes, run, error) || !step(changes, run, error))
		return false;
	CRASH_POINT(run_stepped);
	return true;
}
