#include "vault-svc/hr_event.h"

void hr_digest_of(const struct digest_cache *cache, struct hr_event *event)
{
	const struct intake_event *intake = event->intake;
	struct view second = VIEW_NULL;
	int32_t third = 0;
	char kind = 'E';

	event->has_digest = false;
	switch (intake->kind) {
	case EVENT_EMPLOYEE:
		break;
	case EVENT_EMPLOYMENT:
		kind = 'D';
		second = ((const struct employment_event *)intake->record)->employment_key;
		break;
	case EVENT_ABSENCE:
		kind = 'A';
		second = ((const struct absence_event *)intake->record)->absence_key;
		third = ((const struct absence_event *)intake->record)->seq;
		break;
	case EVENT_UNIT:
		kind = 'U';
		second = ((const struct organisation_unit_event *)intake->record)->unit_code;
		break;
	case EVENT_SNAPSHOT:
		return;
	}
	event->entity = digest_cache_entity(cache, event->employer->number, kind, intake->employee_key, second, third);
	event->content = digest_cache_content(cache, intake->content_digest);
	event->has_digest = true;
}

static const struct spell *spell_of(const struct person_state *state, struct view absence_key)
{
	for (size_t i = 0; i < state->spells.count; i++)
		if (view_equal(state->spells.items[i].absence_key, absence_key))
			return &state->spells.items[i];
	return NULL;
}

static void forget_spell(struct changes *changes, const struct employer *employer, struct view employee_key, const struct spell *spell)
{
	const struct digest_cache *cache = &changes->vault->digests;

	for (size_t i = 0; i < spell->steps.count; i++)
		changes_note_digest(
			changes, digest_cache_entity(cache, employer->number, 'A', employee_key, spell->absence_key, spell->steps.items[i].seq), 0);
}

void hr_digest_forget(struct changes *changes, const struct hr_event *event, const struct person_state *state)
{
	const struct intake_event *intake = event->intake;

	if (!event->has_digest)
		return;
	changes_note_digest(changes, event->entity, 0);
	if (state == NULL)
		return;
	if (intake->kind == EVENT_EMPLOYMENT) {
		struct view old = ((const struct employment_event *)intake->record)->employment_key_old;

		if (!view_is_null(old))
			changes_note_digest(changes,
					    digest_cache_entity(&changes->vault->digests, event->employer->number, 'D', intake->employee_key, old, 0),
					    0);
	}
	if (intake->kind == EVENT_ABSENCE) {
		const struct absence_event *absence = intake->record;
		const struct spell *spell = spell_of(state, absence->absence_key);

		if (spell != NULL && absence->op != ABSENCE_OP_MUTATE && absence->op != ABSENCE_OP_END)
			forget_spell(changes, event->employer, intake->employee_key, spell);
	}
}

static void forget_key(struct changes *changes, const struct person *person, struct view key)
{
	const struct digest_cache *cache = &changes->vault->digests;
	const struct person_state *state = person->state;
	int32_t employer = person->employer->number;

	changes_note_digest(changes, digest_cache_entity(cache, employer, 'E', key, VIEW_NULL, 0), 0);
	for (size_t i = 0; i < state->employments.count; i++) {
		const struct employment *employment = &state->employments.items[i];

		changes_note_digest(changes, digest_cache_entity(cache, employer, 'D', key, employment->employment_key, 0), 0);
		for (size_t j = 0; j < employment->former_keys.count; j++)
			changes_note_digest(changes, digest_cache_entity(cache, employer, 'D', key, employment->former_keys.items[j], 0), 0);
	}
	for (size_t i = 0; i < state->spells.count; i++)
		forget_spell(changes, person->employer, key, &state->spells.items[i]);
}

void hr_digest_forget_person(struct changes *changes, const struct person *person)
{
	forget_key(changes, person, person->state->employee_key);
	for (size_t i = 0; i < person->state->former_keys.count; i++)
		forget_key(changes, person, person->state->former_keys.items[i]);
}

/* What names a former key, or belongs to somebody who had another one, may mean something else tomorrow. */
static bool is_plain(const struct hr_event *event, const struct person_state *state)
{
	if (state != NULL && state->former_keys.count > 0)
		return false;
	switch (event->intake->kind) {
	case EVENT_EMPLOYEE: {
		const struct employee_event *employee = event->intake->record;

		return employee->op == EMPLOYEE_OP_UPSERT && view_is_null(employee->employee_key_old);
	}
	case EVENT_EMPLOYMENT: {
		const struct employment_event *change = event->intake->record;
		const struct employment *employment = state == NULL ? NULL : person_employment(state, change->employment_key);

		return change->op == EMPLOYMENT_OP_UPSERT && view_is_null(change->employment_key_old) && employment != NULL &&
		       employment->former_keys.count == 0;
	}
	case EVENT_ABSENCE:
		return ((const struct absence_event *)event->intake->record)->op != ABSENCE_OP_DELETE;
	case EVENT_UNIT:
		return ((const struct organisation_unit_event *)event->intake->record)->op == UNIT_OP_UPSERT;
	case EVENT_SNAPSHOT:
		break;
	}
	return false;
}

void hr_digest_note(struct changes *changes, const struct hr_event *event, const struct person_state *state)
{
	if (event->has_digest && event->intake->findings.count == 0 && is_plain(event, state))
		changes_note_digest(changes, event->entity, event->content);
}
