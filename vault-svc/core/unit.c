#include "common/crypto/digest.h"
#include "schemas/codec/message.h"
#include "vault-svc/core/list.h"
#include "vault-svc/core/population.h"

/* So that the document of an employer's departments stays below DOCUMENT_LIMIT. */
enum { UNITS_MAX = 16384 };

/* Where the unit of that code is, or would be. */
static size_t unit_place(const struct units_state *units, struct view code)
{
	size_t low = 0;
	size_t high = units->units.count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (view_compare(units->units.items[middle].unit_code, code) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct unit *unit_added(struct units_state *units, size_t at, struct view code, struct arena *arena)
{
	struct unit_array *all = &units->units;

	all->items = list_opened(arena, all->items, all->count, sizeof *all->items, at);
	all->items[at].unit_code = arena_copy(arena, code);
	all->count++;
	return &all->items[at];
}

/* True when the event's field broke its rule, so that what is held stays. */
static bool keeps(const struct event *event, const char *name)
{
	const struct schema_field *field = schema_field_named(&organisation_unit_event_schema, view_text(name));

	return field != NULL && (event->kept_fields >> (field - organisation_unit_event_schema.fields) & 1) != 0;
}

/* The unit as the event leaves it. */
static struct unit unit_after(const struct event *event, const struct unit *held)
{
	const struct organisation_unit_event *told = event->unit;
	struct unit next = {
		.occurred_at = told->occurred_at,
		.event_id = told->event_id,
		.source_system = told->source_system,
		.unit_code = told->unit_code,
		.removed = event->is_delete,
	};

	if (!event->is_delete) {
		next.name = told->name;
		next.parent_code = told->parent_code;
		if (keeps(event, "name"))
			next.name = held == NULL ? VIEW_NULL : held->name;
		if (keeps(event, "parent_code"))
			next.parent_code = held == NULL ? VIEW_NULL : held->parent_code;
	}
	return next;
}

static bool same_unit(const struct unit *a, const struct unit *b)
{
	return a->removed == b->removed && view_equal(a->name, b->name) && view_equal(a->parent_code, b->parent_code);
}

/* Order of stamps. */
static int stamp_order(const struct unit *a, const struct unit *b)
{
	if (a->occurred_at != b->occurred_at)
		return a->occurred_at < b->occurred_at ? -1 : 1;
	return view_compare(a->event_id, b->event_id);
}

void units_apply(struct units_state *units, const struct event *event, struct arena *arena, struct verdict *ret)
{
	size_t at = unit_place(units, event->unit->unit_code);
	struct unit *held =
		at < units->units.count && view_equal(units->units.items[at].unit_code, event->unit->unit_code) ? &units->units.items[at] : NULL;
	struct unit next = unit_after(event, held);

	*ret = (struct verdict){0};
	/* A DELETE equals only itself: a later one raises the floor. */
	if (held != NULL && ((!event->is_delete && same_unit(held, &next)) || stamp_order(held, &next) == 0)) {
		ret->current = same_unit(held, &next) && event->findings.count == 0;
		return;
	}
	if (held != NULL && stamp_order(held, &next) > 0) {
		finding_add(&ret->findings, arena, PROCESSING_OUTCOME_STALE, "STALE", NULL);
		return;
	}
	if (held == NULL && units->units.count >= UNITS_MAX) {
		finding_add(&ret->findings, arena, PROCESSING_OUTCOME_QUARANTINED, "OVERFLOW", NULL);
		ret->quarantined = true;
		return;
	}
	if (held == NULL)
		held = unit_added(units, at, next.unit_code, arena);
	held->occurred_at = next.occurred_at;
	held->event_id = arena_copy(arena, next.event_id);
	held->source_system = arena_copy(arena, next.source_system);
	held->removed = next.removed;
	held->name = arena_copy(arena, next.name);
	held->parent_code = arena_copy(arena, next.parent_code);
	ret->changed = true;
	ret->current = event->findings.count == 0;
}

static struct unit_view *unit_view(struct units_state *units, struct view provider_id, struct arena *arena)
{
	struct unit_view *items;

	for (size_t i = 0; i < units->providers.count; i++)
		if (view_equal(units->providers.items[i].provider_id, provider_id))
			return &units->providers.items[i];
	items = list_opened(arena, units->providers.items, units->providers.count, sizeof *items, units->providers.count);
	units->providers.items = items;
	items[units->providers.count].provider_id = arena_copy(arena, provider_id);
	return &items[units->providers.count++];
}

/* One provider being told of departments. */
struct unit_telling {
	const struct reconcile_context *context;
	struct unit_view *view;
	struct buffer *buffer;
	struct population_output *output;
	const char *reason;
	bool changed;
};

static void tell_unit(struct unit_telling *telling, struct view unit_code, struct view value, const char *reason)
{
	struct population_record record = {.provider_id = telling->view->provider_id, .value = value, .reason = reason};

	population_employer_key(telling->context->employer->employer_id, unit_code, record.key);
	population_add(telling->output, telling->context->arena, &record);
	telling->changed = true;
}

/* Tells the unit unless `before` (NULL: never told) says that it is known; gives what is published now. */
static struct published_unit publish_unit(struct unit_telling *telling, const struct unit *unit, const struct published_unit *before)
{
	struct population_unit record = {
		.employer_id = telling->context->employer->employer_id,
		.unit_code = unit->unit_code,
		.name = unit->name,
		.parent_code = unit->parent_code,
	};
	struct published_unit now = {.unit_code = unit->unit_code};

	buffer_clear(telling->buffer);
	if (!message_encode(&population_unit_schema, &record, telling->buffer, NULL))
		return before == NULL ? now : *before;
	digest_of(NULL, buffer_view(telling->buffer), now.digest, sizeof now.digest);
	if (before != NULL && !telling->context->again && memcmp(before->digest, now.digest, sizeof now.digest) == 0)
		return *before;
	now.revision = revision_of(telling->context->generation, ++telling->view->revisions);
	record.revision = now.revision;
	record.recorded_at = telling->context->now_ms;
	buffer_clear(telling->buffer);
	if (message_encode(&population_unit_schema, &record, telling->buffer, NULL))
		tell_unit(telling, unit->unit_code, arena_copy(telling->context->arena, buffer_view(telling->buffer)), NULL);
	return now;
}

/* Both lists are ordered by code: one pass over the two. `wanted` false: all goes. */
static void reconcile_units(struct unit_telling *telling, const struct units_state *units, bool wanted)
{
	struct published_unit_array before = telling->view->published;
	struct published_unit_array after = {.items = arena_array(telling->context->arena, units->units.count, sizeof *after.items)};
	size_t told = 0;

	for (size_t i = 0; i < units->units.count; i++) {
		const struct unit *unit = &units->units.items[i];
		const struct published_unit *known = NULL;

		if (told < before.count && view_equal(before.items[told].unit_code, unit->unit_code))
			known = &before.items[told++];
		if (wanted && !unit->removed)
			after.items[after.count++] = publish_unit(telling, unit, known);
		else if (known != NULL)
			tell_unit(telling, unit->unit_code, VIEW_NULL, telling->reason);
	}
	telling->view->published = after;
}

bool units_reconcile(struct units_state *units, const struct reconcile_context *context, struct population_output *ret)
{
	CLEANUP(buffer_done) struct buffer buffer = {0};
	const struct employer_state *employer = context->employer;
	struct unit_telling telling = {.context = context, .buffer = &buffer, .output = ret};
	bool wanted = employer->settings.registration == REGISTRATION_MODE_VAULT;

	buffer_init(&buffer, SCHEMA_MAX_MESSAGE);
	if (!employer_speaks(employer))
		return false;
	for (size_t i = 0; wanted && units->units.count > 0 && i < employer->providers.count; i++)
		(void)unit_view(units, employer->providers.items[i].provider_id, context->arena);
	for (size_t i = 0; i < units->providers.count; i++) {
		bool serves = employer_provider(employer, units->providers.items[i].provider_id) != NULL;

		telling.view = &units->providers.items[i];
		telling.reason = context->tombstone_reason;
		if (telling.reason == NULL)
			telling.reason = serves ? "CORRECTED" : "PROVIDER_ENDED";
		reconcile_units(&telling, units, wanted && serves);
	}
	return telling.changed;
}

void units_retract(struct units_state *units, const struct reconcile_context *context, struct population_output *ret)
{
	struct unit_telling telling = {.context = context, .output = ret, .reason = context->tombstone_reason};

	for (size_t i = 0; i < units->providers.count; i++) {
		telling.view = &units->providers.items[i];
		reconcile_units(&telling, units, false);
	}
}
