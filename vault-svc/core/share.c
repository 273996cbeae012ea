#include "vault-svc/core/share.h"

#include "common/crypto/digest.h"

#define COUNT_MASK ((INT64_C(1) << 40) - 1)

void share_id(const uint8_t person_key[static 32], struct view provider_id, struct view cause, bool silent, int32_t earlier, uint8_t ret[static 16])
{
	struct digest digest;
	uint8_t rest[5] = {silent ? 1 : 0};

	for (size_t i = 0; i < 4; i++)
		rest[1 + i] = (uint8_t)((uint32_t)earlier >> (24 - 8 * i));
	digest_init(&digest, person_key, 16);
	digest_add_part(&digest, provider_id);
	digest_add_part(&digest, cause);
	digest_add(&digest, view_of(rest, sizeof rest));
	digest_finish(&digest, ret);
}

static struct share_output *output_added(struct share_outputs *outputs, struct arena *arena)
{
	if (outputs->count == outputs->room) {
		size_t room = outputs->room == 0 ? 4 : outputs->room * 2;
		struct share_output *items = arena_array(arena, room, sizeof *items);

		if (outputs->count > 0)
			memcpy(items, outputs->items, outputs->count * sizeof *items);
		outputs->items = items;
		outputs->room = room;
	}
	return &outputs->items[outputs->count++];
}

bool revocation_must_erase(enum revocation_cause cause, enum revocation_action action)
{
	return action == REVOCATION_ACTION_DELETE_DOSSIER && cause != REVOCATION_CAUSE_WITHDRAWN;
}

int64_t share_next_revision(int32_t generation, int64_t revision)
{
	return revision_of(generation, (revision & COUNT_MASK) + 1);
}

/* The next event of the view's live share: identifiers and a revision higher than any before. */
static struct share_output *next_output(struct provider_view *view, const struct reconcile_context *context, struct share_outputs *ret)
{
	struct share_output *output = output_added(ret, context->arena);

	view->share->revision = share_next_revision(context->generation, view->share->revision);
	*output = (struct share_output){.provider_id = view->provider_id, .share_revision = view->share->revision};
	memcpy(output->share_id, view->share->share_id, sizeof output->share_id);
	memcpy(output->pseudonym, view->pseudonym, sizeof output->pseudonym);
	return output;
}

static struct share_content content_of(const struct live_share *share, enum share_form form)
{
	return (struct share_content){
		.form = form,
		.origin = share->origin,
		.kind = share->kind,
		.employer_informed = true,
		.shared_at = share->shared_at,
		.shared_by = share->shared_by,
		.reason = share->reason,
	};
}

/* The payload's bytes. What the contract lets into it always fits once no spell is left; anything else is a corrupt document, and ends the process
 * before a null payload could be taken for a revocation. */
static struct view payload_bytes(struct person_state *person, struct view provider_id, const struct share_content *content,
				 const struct reconcile_context *context)
{
	struct shared_dossier dossier;
	struct view bytes = VIEW_NULL;

	share_payload(person, provider_id, content, context, &dossier);
	if (!share_encoded(&dossier, context->arena, &bytes, NULL))
		abort();
	return bytes;
}

enum share_decision share_begin(struct person_state *person, const uint8_t person_key[static 32], struct view provider_id, struct view cause,
				const struct share_content *content, const struct reconcile_context *context, struct share_outputs *ret)
{
	struct provider_view *view = person_view(person, provider_id, context);
	struct live_share *share = view->share;
	bool begins = share == NULL;
	struct share_content told;

	if (!begins && share_width(share->kind, share->origin) >= share_width(content->kind, content->origin))
		return SHARE_ALREADY;
	if (begins) {
		share = arena_take(context->arena, sizeof *share);
		share_id(person_key, provider_id, cause, false, view->live_shares, share->share_id);
		view->live_shares++;
		view->share = share;
	}
	share->kind = content->kind;
	share->origin = content->origin;
	share->shared_at = content->shared_at;
	share->shared_by = arena_copy(context->arena, content->shared_by);
	share->reason = arena_copy(context->arena, content->reason);
	told = content_of(share, begins ? SHARE_FORM_FULL : SHARE_FORM_UPDATE);
	next_output(view, context, ret)->payload = payload_bytes(person, provider_id, &told, context);
	return begins ? SHARE_BEGUN : SHARE_WIDENED;
}

void share_snapshot(struct person_state *person, const uint8_t person_key[static 32], struct view provider_id, struct view cause, int32_t earlier,
		    const struct share_content *content, const struct reconcile_context *context, struct share_outputs *ret)
{
	struct provider_view *view = person_view(person, provider_id, context);
	struct share_content told = *content;
	struct share_output *output = output_added(ret, context->arena);

	told.form = SHARE_FORM_SNAPSHOT;
	told.employer_informed = false;
	*output = (struct share_output){
		.provider_id = view->provider_id, .silent = true, .kind = content->kind, .share_revision = revision_of(context->generation, 1)};
	share_id(person_key, provider_id, cause, true, earlier, output->share_id);
	memcpy(output->pseudonym, view->pseudonym, sizeof output->pseudonym);
	output->payload = payload_bytes(person, provider_id, &told, context);
}

void share_revoke_held(const struct held_share *share, enum revocation_cause cause, enum revocation_action action,
		       const struct reconcile_context *context, struct share_outputs *ret)
{
	struct share_output *output = output_added(ret, context->arena);

	*output = (struct share_output){
		.provider_id = share->provider_id,
		.silent = share->silent,
		.share_revision = share_next_revision(context->generation, share->revision),
		.cause = cause,
		.action = action,
	};
	memcpy(output->share_id, share->share_id, sizeof output->share_id);
	memcpy(output->pseudonym, share->pseudonym, sizeof output->pseudonym);
}

enum revocation_action share_ending_action(bool has_content)
{
	return has_content ? REVOCATION_ACTION_DETACH : REVOCATION_ACTION_DELETE_DOSSIER;
}

/* A person as it was, with a view of its own in which what the present one gave ids to has the same ids: so that only content differs. */
static struct person_state as_told_before(const struct person_state *before, const struct provider_view *present,
					  const struct reconcile_context *context)
{
	struct person_state person = *before;
	const struct provider_view *known = person_view_find(before, present->provider_id);
	struct provider_view *view = arena_take(context->arena, sizeof *view);

	*view = known == NULL ? (struct provider_view){.provider_id = present->provider_id} : *known;
	for (size_t i = 0; i < present->entities.count; i++) {
		const struct entity *entity = &present->entities.items[i];

		if (view_entity_find(view, entity->kind, entity->key) == NULL)
			memcpy(view_entity(view, entity->kind, entity->key, context)->entity_id, entity->entity_id, sizeof entity->entity_id);
	}
	person.providers.items = view;
	person.providers.count = 1;
	return person;
}

bool share_update(struct person_state *person, const struct person_state *before, const struct employer_state *before_employer,
		  const struct reconcile_context *context, struct share_outputs *ret)
{
	struct reconcile_context then = *context;
	bool changed = false;

	then.employer = before_employer;
	for (size_t i = 0; i < person->providers.count; i++) {
		struct provider_view *view = &person->providers.items[i];
		size_t named = view->entities.count;
		struct share_content content;
		struct person_state earlier;
		struct view told = VIEW_NULL;
		struct view now;

		if (view->share == NULL || employer_provider(context->employer, view->provider_id) == NULL)
			continue;
		content = content_of(view->share, SHARE_FORM_UPDATE);
		now = payload_bytes(person, view->provider_id, &content, context);
		earlier = as_told_before(before, view, context);
		if (earlier.identity != NULL)
			told = payload_bytes(&earlier, view->provider_id, &content, &then);
		changed = changed || view->entities.count != named;
		if (view_equal(now, told) && !view->share->unsent)
			continue;
		view->share->unsent = false;
		next_output(view, context, ret)->payload = now;
		changed = true;
	}
	return changed;
}

static void revoke(struct provider_view *view, enum revocation_cause cause, enum revocation_action action, const struct reconcile_context *context,
		   struct share_outputs *ret)
{
	struct share_output *output = next_output(view, context, ret);

	output->cause = cause;
	output->action = action;
	view->share = NULL;
}

bool share_end(struct person_state *person, struct view provider_id, enum revocation_cause cause, enum revocation_action action,
	       const struct reconcile_context *context, struct share_outputs *ret)
{
	struct provider_view *view = person_view_find(person, provider_id);

	if (view == NULL || view->share == NULL)
		return false;
	revoke(view, cause, action, context, ret);
	return true;
}

void share_send_again(struct person_state *person)
{
	for (size_t i = 0; i < person->providers.count; i++)
		if (person->providers.items[i].share != NULL)
			person->providers.items[i].share->unsent = true;
}

void share_revoke(struct person_state *person, enum revocation_cause cause, enum revocation_action action, const struct reconcile_context *context,
		  struct share_outputs *ret)
{
	for (size_t i = 0; i < person->providers.count; i++)
		if (person->providers.items[i].share != NULL)
			revoke(&person->providers.items[i], cause, action, context, ret);
}
