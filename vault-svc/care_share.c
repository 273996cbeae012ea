#include "vault-svc/care_share.h"

#include "common/base/guard.h"
#include "vault-svc/core/auto_share.h"
#include "vault-svc/core/lookup.h"
#include "vault-svc/disclosure.h"
#include "vault-svc/reconcile.h"
#include "vault-svc/share_change.h"
#include "vault-svc/store/records/records.h"
#include "vault-svc/unsilent.h"

/* The next number of a person's silent shares with a provider, from 0. */
static int32_t next_silent(struct changes *changes, struct silent_counts *counts, const struct person *person, struct view provider)
{
	struct silent_count *grown;

	for (size_t i = 0; i < counts->count; i++)
		if (counts->items[i].person == person->number && view_equal(counts->items[i].provider_id, provider))
			return counts->items[i].count++;
	grown = arena_array(changes->arena, counts->count + 1, sizeof *grown);
	if (counts->count > 0)
		memcpy(grown, counts->items, counts->count * sizeof *grown);
	grown[counts->count] = (struct silent_count){.person = person->number, .provider_id = provider, .count = 1};
	counts->items = grown;
	counts->count++;
	return 0;
}

static struct share_content content_of(const struct care_share *care)
{
	return (struct share_content){
		.form = SHARE_FORM_FULL,
		.origin = SHARE_ORIGIN_CARE_REQUEST,
		.kind = care->request->kind,
		.shared_at = care->input->cause->at,
		.shared_by = care->request->actor,
		.reason = VIEW_NULL,
	};
}

static bool share_silently(struct changes *changes, const struct care_share *care, struct person *person, struct silent_counts *counts,
			   struct error *error)
{
	struct reconcile_context context = reconcile_context_of(changes, person->employer, care->input->cause);
	const struct provider_view *view = person_view_find(person->state, care->provider);
	const struct share_content content = content_of(care);
	struct share_outputs outputs = {0};
	size_t named = view->entities.count;

	share_snapshot(person->state, person->key, care->provider, care->input->command_id, next_silent(changes, counts, person, care->provider),
		       &content, &context, &outputs);
	person->changed = person->changed || person_view_find(person->state, care->provider)->entities.count != named;
	if (CAN_DO_WITHOUT)
		unsilent_share(changes, &(struct unsilent_share){person, care->provider, care->request->kind, care->request->actor},
			       care->input->cause);
	return disclose_silently(changes, person, &outputs, false, care->request->actor, care->input->cause, error);
}

/* The employer is told a batch later: this one is published apart. */
static bool tell_later(struct changes *changes, const struct care_share *care, const struct person *person, enum share_decision decision,
		       struct error *error)
{
	const struct share_change_of change = {
		.person = person,
		.provider_id = care->provider,
		.change = decision == SHARE_WIDENED ? SHARE_CHANGE_WIDENED : SHARE_CHANGE_SHARED,
		.kind = care->request->kind,
		.origin = SHARE_ORIGIN_CARE_REQUEST,
		.actor = care->request->actor,
		.later = true,
	};

	return share_change_tell(changes, &change, care->input->cause, error);
}

static bool share_on_behalf(struct changes *changes, const struct care_share *care, struct person *person, struct error *error)
{
	const struct audit_detail detail = {
		.issuer = care->input->intake->envelope->issuer,
		.actor = care->request->actor,
		.command_id = care->input->command_id,
		.provider_id = care->provider,
		.subject = VIEW_LITERAL("PROVIDER_SICK_LINE"),
	};
	struct reconcile_context context = reconcile_context_of(changes, person->employer, care->input->cause);
	const struct share_content content = content_of(care);
	struct share_outputs outputs = {0};
	enum share_decision decision = share_begin(person->state, person->key, care->provider, care->input->command_id, &content, &context, &outputs);

	if (decision == SHARE_ALREADY)
		return true;
	(void)auto_share_count_shared(person->state, &context);
	person->changed = true;
	changes_audit(changes, AUDIT_EMPLOYER, person->employer, person->number, care->input->cause, "SHARE", &detail);
	return tell_later(changes, care, person, decision, error) && disclose(changes, person, &outputs, false, care->input->cause, error) &&
	       reconcile_after_share(changes, person, care->input->cause, error);
}

bool care_share_is_silent(const struct care_share *care, const struct person *person)
{
	const struct provider_view *view = person_view_find(person->state, care->provider);

	/* Any live share holds all that the narrow kinds do. */
	return care->request->confirm_share && !lookup_is_sick_line(care->request->kind) && (view == NULL || view->share == NULL);
}

bool care_share(struct changes *changes, const struct care_share *care, struct person *person, struct silent_counts *counts, struct error *error)
{
	struct reconcile_context context = reconcile_context_of(changes, person->employer, care->input->cause);

	/* With NEGATIVE registration the population has made none. */
	if (person_view_find(person->state, care->provider) == NULL)
		person->changed = true;
	(void)person_view(person->state, care->provider, &context);
	if (care_share_is_silent(care, person))
		return share_silently(changes, care, person, counts, error);
	if (care->request->confirm_share && lookup_is_sick_line(care->request->kind))
		return share_on_behalf(changes, care, person, error);
	return true;
}
