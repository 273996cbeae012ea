/* The keys of employments: finding, adding, and moving them (employment_key_old). */
#include "vault-svc/core/employment.h"
#include "vault-svc/core/keys.h"
#include "vault-svc/core/list.h"
#include "vault-svc/core/provider_view.h"
#include "vault-svc/core/register.h"

struct employment *employment_find(const struct person_state *person, struct view key)
{
	for (size_t i = 0; i < person->employments.count; i++)
		if (view_equal(person->employments.items[i].employment_key, key))
			return &person->employments.items[i];
	for (size_t i = 0; i < person->employments.count; i++)
		if (keys_have(&person->employments.items[i].former_keys, key))
			return &person->employments.items[i];
	return NULL;
}

struct employment *employment_add(struct person_state *person, struct view key, struct arena *arena)
{
	struct employment_array *all = &person->employments;

	if (all->count >= EMPLOYMENTS_MAX)
		return NULL;
	all->items = list_opened(arena, all->items, all->count, sizeof *all->items, all->count);
	all->items[all->count].employment_key = arena_copy(arena, key);
	return &all->items[all->count++];
}

bool employment_same(const struct person_state *person, struct view a, struct view b)
{
	const struct employment *named;

	if (view_equal(a, b))
		return true;
	named = employment_find(person, a);
	return named != NULL && named == employment_find(person, b);
}

/* The employment gets `key`; steps and what providers know follow it at once, since the old key may get another meaning. */
static void move_key(struct person_state *person, struct employment *employment, struct view key, struct arena *arena)
{
	struct view old = employment->employment_key;
	struct view present = arena_copy(arena, key);

	keys_drop(&employment->former_keys, key);
	keys_add(&employment->former_keys, old, EMPLOYMENT_FORMER_KEYS_MAX, arena);
	employment->employment_key = present;
	for (size_t i = 0; i < person->spells.count; i++)
		for (size_t k = 0; k < person->spells.items[i].steps.count; k++) {
			struct spell_step *step = &person->spells.items[i].steps.items[k];

			if (view_equal(step->employment_key, old))
				step->employment_key = present;
		}
	for (size_t i = 0; i < person->providers.count; i++)
		(void)view_follow_keys(&person->providers.items[i], person);
}

/*
 * `other` has the key that `employment` is to get, but was only ever deleted under it. A floor above the event's stamp is about the employment that
 * moves; one below it was about another that has gone.
 */
static struct employment *merge_floor(struct person_state *person, struct employment *employment, struct employment *other, struct stamp stamp,
				      struct arena *arena)
{
	struct employment_array *all = &person->employments;
	size_t at = (size_t)(other - all->items);
	size_t stays = (size_t)(employment - all->items);

	if (other->floor != NULL && stamp_order(*other->floor, stamp) > 0)
		employment_absorb(employment, other, arena);
	list_close(all->items, all->count, sizeof *all->items, at);
	all->count--;
	return &all->items[stays > at ? stays - 1 : stays];
}

bool employment_take_key(struct person_state *person, const struct event *event, const struct fold_context *context, struct verdict *ret)
{
	struct view key = event->employment->employment_key;
	struct view old = event->employment->employment_key_old;
	struct employment *employment;
	struct employment *other;

	if (view_is_null(old))
		return true;
	employment = employment_find(person, old);
	other = employment_find(person, key);
	if (employment != NULL && employment == other)
		return true;
	if (employment == NULL)
		return false;
	/* A DELETE that has been here before: the two that it found are not one because it deleted the other. */
	if (other != NULL && other->floor != NULL && stamp_order(*other->floor, STAMP_OF(event)) == 0)
		return true;
	/* Both are known: two that stay two, which is said each time. */
	if (other != NULL && other->header != NULL && view_equal(other->employment_key, key)) {
		finding_add(&ret->findings, context->arena, PROCESSING_OUTCOME_WARNED, "KEY_UNKNOWN", "employment_key_old");
		return true;
	}
	if (other != NULL && view_equal(other->employment_key, key))
		employment = merge_floor(person, employment, other, STAMP_OF(event), context->arena);
	else if (other != NULL)
		keys_drop(&other->former_keys, key);
	move_key(person, employment, key, context->arena);
	ret->changed = true;
	return true;
}
