#include "vault-svc/core/employment.h"

#include "schemas/codec/record.h"
#include "vault-svc/core/list.h"
#include "vault-svc/core/register.h"

static struct employment_header header_of(const struct event *event)
{
	const struct employment_event *told = event->employment;

	return (struct employment_header){
		.occurred_at = told->occurred_at,
		.event_id = told->event_id,
		.source_system = told->source_system,
		.personnel_number = told->personnel_number,
		.start_date = told->start_date,
		.has_end_date = told->has_end_date,
		.end_date = told->end_date,
		.payroll_tax_number = told->payroll_tax_number,
		.uwv_sector = told->uwv_sector,
		.risk_group = told->risk_group,
		.contact_person = told->contact_person,
	};
}

static struct employment_register segment_of(const struct event *event)
{
	const struct employment_event *told = event->employment;

	return (struct employment_register){
		.occurred_at = told->occurred_at,
		.event_id = told->event_id,
		.source_system = told->source_system,
		.effective_date = told->effective_date,
		.department_code = told->department_code,
		.department_name = told->department_name,
		.parent_department_code = told->parent_department_code,
		.function_code = told->function_code,
		.function_name = told->function_name,
		.cost_centre = told->cost_centre,
		.contract_hours_x100 = told->contract_hours_x100,
		.norm_hours_x100 = told->norm_hours_x100,
		.contract_term = told->contract_term,
		.employment_kind = told->employment_kind,
	};
}

/* Where the segment of that date is, or would be. */
static size_t segment_place(const struct employment *employment, int32_t effective_date)
{
	size_t at = employment->segments.count;

	while (at > 0 && employment->segments.items[at - 1].effective_date >= effective_date)
		at--;
	return at;
}

static struct employment_register *segment_find(const struct employment *employment, int32_t effective_date)
{
	size_t at = segment_place(employment, effective_date);

	if (at < employment->segments.count && employment->segments.items[at].effective_date == effective_date)
		return &employment->segments.items[at];
	return NULL;
}

static void header_put(struct employment *employment, const struct employment_header *next, struct arena *arena)
{
	employment->header = record_copy(&employment_header_schema, arena, next);
}

static void segment_put(struct employment *employment, const struct employment_register *next, struct arena *arena)
{
	struct employment_register_array *all = &employment->segments;
	struct employment_register *held = segment_find(employment, next->effective_date);

	if (held == NULL) {
		size_t at = segment_place(employment, next->effective_date);

		all->items = list_opened(arena, all->items, all->count, sizeof *all->items, at);
		all->count++;
		held = &all->items[at];
	}
	record_copy_into(&employment_register_schema, arena, next, held);
}

/* What is below the floor goes; the header stays while a segment does. */
static void drop_below_floor(struct employment *employment)
{
	struct employment_register_array *all = &employment->segments;
	size_t kept = 0;

	if (employment->floor == NULL)
		return;
	for (size_t i = 0; i < all->count; i++)
		if (stamp_order(STAMP_OF(&all->items[i]), *employment->floor) >= 0)
			all->items[kept++] = all->items[i];
	all->count = kept;
	if (kept == 0 && employment->header != NULL && stamp_order(STAMP_OF(employment->header), *employment->floor) < 0)
		employment->header = NULL;
}

/* The two registers that an event names, as it would have them. */
struct proposal {
	struct stamp stamp;
	struct employment_header header;
	struct employment_register segment;
};

static struct proposal proposal_of(const struct employment *employment, const struct event *event)
{
	struct proposal next = {.stamp = STAMP_OF(event), .header = header_of(event), .segment = segment_of(event)};

	register_keep(&employment_header_schema, &employment_event_schema, event->kept_fields, employment->header, &next.header);
	register_keep(&employment_register_schema, &employment_event_schema, event->kept_fields,
		      segment_find(employment, next.segment.effective_date), &next.segment);
	return next;
}

/* How a register that is held stands to what is proposed for it. */
struct standing {
	bool equal;   /* in content */
	int order;    /* of the held stamp to the event's */
	bool settled; /* nothing is to be done: equal content or stamp */
};

static struct standing header_standing(const struct employment *employment, const struct proposal *next)
{
	struct standing standing = {.order = -1};

	if (employment->header != NULL) {
		standing.equal = register_equal(&employment_header_schema, employment->header, &next->header);
		standing.order = stamp_order(STAMP_OF(employment->header), next->stamp);
		standing.settled = standing.equal || standing.order == 0;
	}
	return standing;
}

static struct standing segment_standing(const struct employment *employment, const struct proposal *next)
{
	const struct employment_register *held = segment_find(employment, next->segment.effective_date);
	struct standing standing = {.order = -1};

	if (held != NULL) {
		standing.equal = register_equal(&employment_register_schema, held, &next->segment);
		standing.order = stamp_order(STAMP_OF(held), next->stamp);
		standing.settled = standing.equal || standing.order == 0;
	}
	return standing;
}

static void stale(const struct fold_context *context, struct verdict *ret)
{
	finding_add(&ret->findings, context->arena, PROCESSING_OUTCOME_STALE, "STALE", NULL);
}

static void upsert(struct employment *employment, const struct proposal *next, const struct fold_context *context, struct verdict *ret)
{
	struct standing header = header_standing(employment, next);
	struct standing segment = segment_standing(employment, next);

	if (!header.settled || !segment.settled) {
		int above_floor = employment->floor == NULL ? 1 : stamp_order(next->stamp, *employment->floor);

		if (above_floor == 0)
			return;
		if (above_floor < 0 || (header.order > 0 && segment.order > 0)) {
			stale(context, ret);
			return;
		}
	}
	if (!header.settled && header.order < 0) {
		header_put(employment, &next->header, context->arena);
		header.equal = true;
		ret->changed = true;
	}
	if (!segment.settled && segment.order < 0) {
		segment_put(employment, &next->segment, context->arena);
		segment.equal = true;
		ret->changed = true;
	}
	ret->current = header.equal && segment.equal;
}

/* CORRECT and DELETE: a floor for the whole employment, and for a CORRECT what it says instead. */
static void set_floor(struct employment *employment, const struct proposal *next, bool is_correct, const struct fold_context *context,
		      struct verdict *ret)
{
	int order = employment->floor == NULL ? 1 : stamp_order(next->stamp, *employment->floor);

	if (order == 0)
		return;
	if (order < 0) {
		stale(context, ret);
		return;
	}
	employment->floor = record_copy(&stamp_schema, context->arena, &next->stamp);
	ret->changed = true;
	if (is_correct) {
		/* Before anything goes: a register above the floor keeps its place. */
		if (header_standing(employment, next).order < 0)
			header_put(employment, &next->header, context->arena);
		if (segment_standing(employment, next).order < 0)
			segment_put(employment, &next->segment, context->arena);
	}
	drop_below_floor(employment);
}

static bool has_room(const struct person_state *person, const struct employment *employment, const struct event *event)
{
	size_t count = 0;

	for (size_t i = 0; i < person->employments.count; i++)
		count += person->employments.items[i].segments.count;
	return count < PERSON_SEGMENTS_MAX || segment_find(employment, event->employment->effective_date) != NULL;
}

void employment_apply(struct person_state *person, const struct event *event, const struct fold_context *context, struct verdict *ret)
{
	struct employment *employment;
	struct proposal next;
	bool key_known;

	key_known = employment_take_key(person, event, context, ret);
	employment = employment_find(person, event->employment->employment_key);
	if (employment == NULL)
		employment = employment_add(person, event->employment->employment_key, context->arena);
	if (employment == NULL || (!event->is_delete && !has_room(person, employment, event))) {
		finding_add(&ret->findings, context->arena, PROCESSING_OUTCOME_QUARANTINED, "OVERFLOW", NULL);
		ret->quarantined = true;
		return;
	}
	next = proposal_of(employment, event);
	if (event->employment->op == EMPLOYMENT_OP_UPSERT)
		upsert(employment, &next, context, ret);
	else
		set_floor(employment, &next, !event->is_delete, context, ret);
	/* What changes nothing has been told before. */
	if (!key_known && (ret->changed || ret->findings.count > 0))
		finding_add(&ret->findings, context->arena, PROCESSING_OUTCOME_WARNED, "KEY_UNKNOWN", "employment_key_old");
	/* A moved key must be looked at again each time: the cache of unchanged events knows nothing of it. */
	ret->current = ret->current && view_is_null(event->employment->employment_key_old);
}

void employment_absorb(struct employment *employment, const struct employment *other, struct arena *arena)
{
	if (other->floor != NULL && (employment->floor == NULL || stamp_order(*other->floor, *employment->floor) > 0))
		employment->floor = record_copy(&stamp_schema, arena, other->floor);
	if (other->header != NULL && (employment->header == NULL || stamp_order(STAMP_OF(other->header), STAMP_OF(employment->header)) > 0))
		header_put(employment, other->header, arena);
	for (size_t i = 0; i < other->segments.count; i++) {
		const struct employment_register *segment = &other->segments.items[i];
		const struct employment_register *held = segment_find(employment, segment->effective_date);

		if (held == NULL || stamp_order(STAMP_OF(segment), STAMP_OF(held)) > 0)
			segment_put(employment, segment, arena);
	}
	drop_below_floor(employment);
}
