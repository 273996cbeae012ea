#include "vault-svc/core/provider_view.h"

#include "vault-svc/core/list.h"

struct provider_view *person_view_find(const struct person_state *person, struct view provider_id)
{
	for (size_t i = 0; i < person->providers.count; i++)
		if (view_equal(person->providers.items[i].provider_id, provider_id))
			return &person->providers.items[i];
	return NULL;
}

struct provider_view *person_view(struct person_state *person, struct view provider_id, const struct reconcile_context *context)
{
	struct provider_view *view = person_view_find(person, provider_id);
	struct provider_view *items;

	if (view != NULL)
		return view;
	items = list_opened(context->arena, person->providers.items, person->providers.count, sizeof *items, person->providers.count);
	view = &items[person->providers.count];
	view->provider_id = arena_copy(context->arena, provider_id);
	entropy_take(context->entropy, view->pseudonym, sizeof view->pseudonym);
	person->providers.items = items;
	person->providers.count++;
	return view;
}

static int entity_order(const struct entity *entity, enum entity_kind kind, struct view key)
{
	if (entity->kind != kind)
		return entity->kind < kind ? -1 : 1;
	return view_compare(entity->key, key);
}

/* Where the entity is, or would be. */
static size_t entity_place(const struct provider_view *view, enum entity_kind kind, struct view key)
{
	size_t low = 0;
	size_t high = view->entities.count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (entity_order(&view->entities.items[middle], kind, key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct entity *view_entity_find(const struct provider_view *view, enum entity_kind kind, struct view key)
{
	size_t at = entity_place(view, kind, key);

	if (at < view->entities.count && entity_order(&view->entities.items[at], kind, key) == 0)
		return &view->entities.items[at];
	return NULL;
}

struct entity *view_entity(struct provider_view *view, enum entity_kind kind, struct view key, const struct reconcile_context *context)
{
	size_t at = entity_place(view, kind, key);
	size_t count = view->entities.count;
	struct entity *items;

	if (at < count && entity_order(&view->entities.items[at], kind, key) == 0)
		return &view->entities.items[at];
	items = list_opened(context->arena, view->entities.items, count, sizeof *items, at);
	items[at].kind = kind;
	items[at].key = arena_copy(context->arena, key);
	entropy_take(context->entropy, items[at].entity_id, sizeof items[at].entity_id);
	view->entities.items = items;
	view->entities.count++;
	return &items[at];
}

/* True when some employment has that key now. */
static bool key_is_present(const struct person_state *person, struct view key)
{
	for (size_t i = 0; i < person->employments.count; i++)
		if (view_equal(person->employments.items[i].employment_key, key))
			return true;
	return false;
}

static void move_entity(struct provider_view *view, struct entity moved, struct view key)
{
	size_t from = (size_t)(view_entity_find(view, moved.kind, moved.key) - view->entities.items);
	size_t to;

	memmove(&view->entities.items[from], &view->entities.items[from + 1], (view->entities.count - from - 1) * sizeof moved);
	view->entities.count--;
	to = entity_place(view, moved.kind, key);
	memmove(&view->entities.items[to + 1], &view->entities.items[to], (view->entities.count - to) * sizeof moved);
	moved.key = key;
	view->entities.items[to] = moved;
	view->entities.count++;
}

bool view_follow_keys(struct provider_view *view, const struct person_state *person)
{
	bool moved = false;

	for (size_t i = 0; i < person->employments.count; i++) {
		const struct employment *employment = &person->employments.items[i];
		const struct entity *entity = NULL;

		if (employment->former_keys.count == 0 || view_entity_find(view, ENTITY_KIND_EMPLOYMENT, employment->employment_key) != NULL)
			continue;
		for (size_t k = employment->former_keys.count; k > 0 && entity == NULL; k--)
			if (!key_is_present(person, employment->former_keys.items[k - 1]))
				entity = view_entity_find(view, ENTITY_KIND_EMPLOYMENT, employment->former_keys.items[k - 1]);
		if (entity == NULL)
			continue;
		move_entity(view, *entity, employment->employment_key);
		moved = true;
	}
	return moved;
}
