/* employee_key_old: a key moves to the person that had another (contract/rules.md, Registers and stamps). */
#include "vault-svc/absence_share.h"
#include "vault-svc/core/identity.h"
#include "vault-svc/core/keys.h"
#include "vault-svc/hr_event.h"

/* The keys of `from`, who had no identity, are `to`'s from now on. */
static void keys_move(struct changes *changes, const struct person *from, struct person *to)
{
	for (struct person_key *key = changes->persons.first_key; key != NULL; key = key->next)
		if (key->person == from) {
			key->person = to;
			key->moved = true;
		}
}

/* The stamp of the event is above the identity's. */
static bool is_newer(const struct event *full, const struct identity *identity)
{
	if (identity == NULL || full->occurred_at != identity->occurred_at)
		return identity == NULL || full->occurred_at > identity->occurred_at;
	return view_compare(full->event_id, identity->event_id) > 0;
}

static bool refuse(struct changes *changes, struct hr_event *event, bool *ret_done, struct error *error)
{
	*ret_done = true;
	return hr_event_report(changes, event, PROCESSING_OUTCOME_QUARANTINED, "IDENTITY_CHANGED", VIEW_NULL, error) &&
	       hr_event_quarantine(changes, event, "IDENTITY_CHANGED", error);
}

/* Moves the key to `person`, whose state is replaced only when the event goes through. `other` had the key: absorbed without identity, else it loses
 * a former key; NULL: nobody had it. */
static bool move(struct changes *changes, struct hr_event *event, const struct event *full, struct person *person, struct person *other,
		 struct error *error)
{
	struct person_state *state = hr_event_state_copy(changes, event, full, person->state);
	struct verdict verdict;

	(void)person_take_key(state, event->intake->employee_key, changes->arena);
	/* Old news: a key that it had in between. */
	if (!is_newer(full, person->state->identity))
		(void)person_take_key(state, person->state->employee_key, changes->arena);
	if (other != NULL && other->state->identity == NULL)
		person_absorb(state, other->state, changes->arena);
	hr_digest_forget_person(changes, person);
	if (other != NULL)
		hr_digest_forget_person(changes, other);
	if (!hr_event_apply(changes, event, full, person, state, &verdict, error))
		return false;
	if (verdict.quarantined)
		return true;
	person->state = state;
	if (other != NULL && other->state->identity == NULL) {
		keys_move(changes, other, person);
		absence_share_move(other, person);
		other->removed = true;
	} else if (other != NULL) {
		(void)person_lose_key(other->state, event->intake->employee_key, changes->arena);
		other->changed = true;
	}
	event->person_key->person = person;
	event->person_key->moved = true;
	hr_event_changed(changes, event, person);
	return true;
}

bool hr_event_rekey(struct changes *changes, struct hr_event *event, const struct event *full, bool *ret_done, struct error *error)
{
	struct view key = event->intake->employee_key;
	struct view old = full->employee->employee_key_old;
	struct person *person = event->old_key->person;
	struct person *other = event->person_key->person;
	bool gone;

	if (event->old_key == event->person_key)
		return true;
	if (person != NULL && person == other) {
		/* Both are this person's. Back to a key it had before, unless that is old news. */
		if (!view_equal(person->state->employee_key, old) || !is_newer(full, person->state->identity))
			return true;
		*ret_done = true;
		return move(changes, event, full, person, NULL, error);
	}
	/* Nobody's, or somebody else's since this was said first. What changes nothing, or is older than what is held, is not told again. */
	gone = person == NULL || (other != NULL && keys_have(&other->state->lost_keys, old));
	if (gone && other != NULL && identity_standing(other->state, full) != IDENTITY_NEWS)
		return true;
	if (gone)
		return hr_event_report(changes, event, PROCESSING_OUTCOME_WARNED, "KEY_UNKNOWN", VIEW_LITERAL("employee_key_old"), error);
	if (other != NULL && other->state->identity != NULL && view_equal(other->state->employee_key, key))
		return refuse(changes, event, ret_done, error);
	*ret_done = true;
	return move(changes, event, full, person, other, error);
}
