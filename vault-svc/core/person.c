#include "vault-svc/core/person.h"

#include "schemas/codec/record.h"
#include "vault-svc/core/elementary.h"
#include "vault-svc/core/employment.h"
#include "vault-svc/core/identity.h"
#include "vault-svc/core/keys.h"
#include "vault-svc/core/register.h"
#include "vault-svc/core/spell.h"

#define KEYS_MAX 1024

void person_begin(struct person_state *person, int64_t number, struct view employee_key, struct arena *arena)
{
	*person = (struct person_state){.person = number, .employee_key = arena_copy(arena, employee_key)};
}

/* What an event waits for is said once of a person and once of a spell, and never twice of one event. */
static void report_waiting(struct person_state *person, const struct event *event, const struct fold_context *context, struct verdict *ret)
{
	if (ret->quarantined || !ret->changed || event->kind == EVENT_EMPLOYEE)
		return;
	if (person->identity == NULL && !person->waiting_reported) {
		finding_add(&ret->findings, context->arena, PROCESSING_OUTCOME_WAITING, "EMPLOYEE_UNKNOWN", NULL);
		person->waiting_reported = true;
	} else if (event->kind == EVENT_ABSENCE) {
		spell_report_waiting(person, event, context, ret);
	}
}

void person_apply(struct person_state *person, const struct event *event, const struct fold_context *context, struct verdict *ret)
{
	*ret = (struct verdict){0};
	switch (event->kind) {
	case EVENT_EMPLOYEE:
		identity_apply(person, event, context, ret);
		break;
	case EVENT_EMPLOYMENT:
		employment_apply(person, event, context, ret);
		break;
	case EVENT_ABSENCE:
		spell_apply(person, event, context, ret);
		break;
	case EVENT_UNIT:
	case EVENT_SNAPSHOT:
		return;
	}
	report_waiting(person, event, context, ret);
	ret->current = ret->current && ret->findings.count == 0 && event->findings.count == 0;
}

bool person_delete_is_stale(const struct person_state *person, const struct event *event)
{
	return person->identity != NULL && stamp_order(STAMP_OF(event), STAMP_OF(person->identity)) < 0;
}

bool person_take_key(struct person_state *person, struct view key, struct arena *arena)
{
	if (view_equal(person->employee_key, key))
		return false;
	keys_add(&person->former_keys, person->employee_key, KEYS_MAX, arena);
	keys_drop(&person->former_keys, key);
	keys_drop(&person->lost_keys, key);
	person->employee_key = arena_copy(arena, key);
	return true;
}

bool person_lose_key(struct person_state *person, struct view key, struct arena *arena)
{
	if (!keys_have(&person->former_keys, key))
		return false;
	keys_drop(&person->former_keys, key);
	keys_add(&person->lost_keys, key, KEYS_MAX, arena);
	return true;
}

bool person_has_key(const struct person_state *person, struct view key)
{
	return view_equal(person->employee_key, key) || keys_have(&person->former_keys, key);
}

void person_absorb(struct person_state *person, const struct person_state *other, struct arena *arena)
{
	for (size_t i = 0; i < other->employments.count; i++) {
		const struct employment *moving = &other->employments.items[i];
		struct employment *employment = employment_find(person, moving->employment_key);

		if (employment == NULL)
			employment = employment_add(person, moving->employment_key, arena);
		if (employment != NULL)
			employment_absorb(employment, moving, arena);
	}
	for (size_t i = 0; i < other->spells.count; i++)
		spell_absorb(person, &other->spells.items[i], arena);
	for (size_t i = 0; i < other->former_keys.count; i++)
		if (!view_equal(person->employee_key, other->former_keys.items[i]))
			keys_add(&person->former_keys, other->former_keys.items[i], KEYS_MAX, arena);
	for (size_t i = 0; i < other->lost_keys.count; i++)
		keys_add(&person->lost_keys, other->lost_keys.items[i], KEYS_MAX, arena);
	person->waiting_reported = person->waiting_reported || other->waiting_reported;
}

bool person_is_active(const struct person_state *person, int32_t today)
{
	int32_t birth;

	if (person->identity == NULL)
		return false;
	birth = birth_date_earliest(person->identity->birth_date);
	for (size_t i = 0; i < person->employments.count; i++) {
		const struct employment *employment = &person->employments.items[i];
		const struct employment_header *header = employment->header;

		if (header != NULL && employment->segments.count > 0 && birth < header->start_date &&
		    (!header->has_end_date || (header->end_date >= today && header->end_date >= header->start_date)))
			return true;
	}
	return false;
}

const struct employment *person_employment(const struct person_state *person, struct view key)
{
	return employment_find(person, key);
}
