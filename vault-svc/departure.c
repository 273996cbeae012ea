#include "vault-svc/departure.h"

#include "schemas/codec/record.h"
#include "vault-svc/core/share.h"
#include "vault-svc/disclosure.h"
#include "vault-svc/hr_event.h"
#include "vault-svc/reconcile.h"
#include "vault-svc/share_change.h"
#include "vault-svc/store/records/records.h"

/* A live share that ends. */
struct departing {
	struct person *person;
	struct view provider_id;
	struct view actor;
	const struct live_share *share;
};

struct departing_list {
	struct departing *items;
	size_t count;
};

static bool is_termination(const struct run *run)
{
	return run->kind == RUN_KIND_TERMINATION;
}

bool departure_is(const struct run *run)
{
	return is_termination(run) || run->kind == RUN_KIND_PROVIDER_REMOVED;
}

/* True when this run ends what the provider has; and who asked for it. */
static bool leaves(const struct employer_state *employer, const struct run *run, struct view provider_id, struct view *ret_actor)
{
	const struct leaving_provider *leaving = employer_leaving(employer, provider_id);

	*ret_actor = is_termination(run) || leaving == NULL ? employer->terminated_by : leaving->actor;
	return is_termination(run) || (leaving != NULL && view_equal(leaving->run_id, run->run_id));
}

static struct departing_list departing_of(struct changes *changes, const struct employer *employer, const struct run *run)
{
	struct departing_list list = {0};
	size_t most = 0;

	for (const struct person *person = changes->persons.first; person != NULL; person = person->next)
		most += person->state->providers.count;
	list.items = arena_array(changes->arena, most + 1, sizeof *list.items);
	for (struct person *person = changes->persons.first; person != NULL; person = person->next)
		for (size_t i = 0; i < person->state->providers.count; i++) {
			const struct provider_view *view = &person->state->providers.items[i];
			struct view actor;

			/* What is told of it is written when the employer's state may be another. */
			if (view->share != NULL && leaves(employer->state, run, view->provider_id, &actor))
				list.items[list.count++] = (struct departing){.person = person,
									      .provider_id = view->provider_id,
									      .actor = arena_copy(changes->arena, actor),
									      .share = view->share};
		}
	return list;
}

static bool end_share(struct changes *changes, const struct departing *departing, const struct run *run, bool has_content, const struct cause *cause,
		      struct error *error)
{
	struct person *person = departing->person;
	struct reconcile_context context = reconcile_context_of(changes, person->employer, cause);
	const struct share_change_of change = {
		.person = person,
		.provider_id = departing->provider_id,
		.change = SHARE_CHANGE_REVOKED,
		.kind = departing->share->kind,
		.origin = departing->share->origin,
		.actor = departing->actor,
	};
	struct share_outputs outputs = {0};

	if (!share_end(person->state, departing->provider_id,
		       is_termination(run) ? REVOCATION_CAUSE_EMPLOYER_TERMINATED : REVOCATION_CAUSE_PROVIDER_ENDED, share_ending_action(has_content),
		       &context, &outputs))
		return true;
	person->changed = true;
	return disclose(changes, person, &outputs, is_termination(run), cause, error) && share_change_tell(changes, &change, cause, error);
}

static bool end_shares(struct changes *changes, const struct employer *employer, struct run *run, const struct cause *cause, struct error *error)
{
	struct departing_list list = departing_of(changes, employer, run);
	struct view *ids = arena_array(changes->arena, list.count + 1, sizeof *ids);
	bool *contents = arena_array(changes->arena, list.count + 1, sizeof *contents);

	for (size_t i = 0; i < list.count; i++)
		ids[i] = view_of(list.items[i].share->share_id, sizeof list.items[i].share->share_id);
	if (!share_queue_contents(ids, list.count, contents, changes->database, changes->arena, error) || !database_sync(changes->database, error))
		return false;
	for (size_t i = 0; i < list.count; i++)
		if (!end_share(changes, &list.items[i], run, contents[i], cause, error))
			return false;
	run->shares += (int64_t)list.count;
	return true;
}

/* All that was published of the person goes, and the person. */
static void end_person(struct changes *changes, struct person *person, struct run *run, const struct cause *cause)
{
	struct reconcile_context context = reconcile_context_of(changes, person->employer, cause);
	struct population_output output = {0};

	context.tombstone_reason = "TERMINATED";
	person_retract(person->state, &context, &output);
	reconcile_publish(changes, person->employer, &output, cause);
	run->entities += (int64_t)output.count;
	hr_digest_forget_person(changes, person);
	person->removed = true;
	changes->gone[changes->gone_count++] = person->number;
}

bool departure_persons(struct changes *changes, const struct employer *employer, struct run *run, const struct cause *cause, struct error *error)
{
	if (!end_shares(changes, employer, run, cause, error))
		return false;
	if (!is_termination(run))
		return true;
	changes->forgotten = employer->number;
	changes->gone = arena_array(changes->arena, changes->persons.count + 1, sizeof *changes->gone);
	for (struct person *person = changes->persons.first; person != NULL; person = person->next)
		end_person(changes, person, run, cause);
	return true;
}

void departure_units(struct changes *changes, struct units *units, const struct cause *cause)
{
	struct reconcile_context context = reconcile_context_of(changes, units->employer, cause);
	struct population_output output = {0};

	context.tombstone_reason = "TERMINATED";
	units_retract(units->state, &context, &output);
	units->changed = true;
	reconcile_publish(changes, units->employer, &output, cause);
}

bool departure_is_swept(struct changes *changes, const struct employer *employer, const struct run *run, bool *ret, struct error *error)
{
	bool left = false;

	if (is_termination(run)) {
		if (!forget_is_due(employer->number, &left, changes->database, changes->arena, error))
			return false;
		changes->forgotten = employer->number;
	}
	*ret = !left;
	return true;
}

/* Who leaves with this run hears that it is over, and what only they know is seen to. */
static void say_goodbye(struct changes *changes, const struct employer *employer, const struct run *run, const struct cause *cause)
{
	for (size_t i = 0; i < employer->state->leaving.count; i++) {
		const struct leaving_provider *leaving = &employer->state->leaving.items[i];
		struct view actor;

		if (!leaves(employer->state, run, leaving->provider_id, &actor))
			continue;
		reconcile_mark(changes, employer, leaving->provider_id, MARKER_OP_ENDED, cause);
		if (!is_termination(run))
			changes_ending(changes, &(struct ending_due){
							.employer_no = employer->number,
							.cause = REVOCATION_CAUSE_PROVIDER_ENDED,
							.provider_id = leaving->provider_id,
							.at = cause->at,
						});
	}
	for (size_t i = 0; is_termination(run) && i < employer->state->providers.count; i++)
		reconcile_mark(changes, employer, employer->state->providers.items[i].provider_id, MARKER_OP_ENDED, cause);
	if (is_termination(run))
		changes_ending(changes,
			       &(struct ending_due){.employer_no = employer->number, .cause = REVOCATION_CAUSE_EMPLOYER_TERMINATED, .at = cause->at});
}

bool departure_finish(struct changes *changes, struct employer *employer, const struct run *run, const struct cause *cause, struct error *error)
{
	struct employer_state *state = record_copy(&employer_state_schema, changes->arena, employer->state);
	const struct audit_detail detail = {
		.actor = arena_copy(changes->arena, state->terminated_by),
		.command_id = run->run_id,
		.subject = VIEW_LITERAL("TERMINATED"),
	};

	say_goodbye(changes, employer, run, cause);
	if (!is_termination(run)) {
		employer_left(state, run->run_id, false);
		employer_change(employer, state);
		return true;
	}
	employer_change(employer, employer_terminated(state, changes->arena));
	/* What remains is the proof that it was done, under a key that opens nothing else. */
	changes_audit(changes, AUDIT_EMPLOYER, employer, 0, cause, "COMMAND", &detail);
	return employer_rekey(&changes->vault->employers, employer, error);
}

void departure_abort(struct changes *changes, struct employer *employer, const struct run *run)
{
	struct employer_state *state = record_copy(&employer_state_schema, changes->arena, employer->state);

	if (is_termination(run))
		state->termination_aborted = true;
	else
		employer_left(state, run->run_id, true);
	employer_change(employer, state);
}
