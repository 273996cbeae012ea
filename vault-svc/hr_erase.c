/* An EmployeeEvent DELETE: the person's key and row go, and with them all that was published (contract/rules.md, Erasure). */
#include "vault-svc/core/share.h"
#include "vault-svc/disclosure.h"
#include "vault-svc/hr_event.h"
#include "vault-svc/reconcile.h"
#include "vault-svc/store/records/records.h"

#include <stdio.h>

/* Of one ErasureRecord. */
enum { HASHES_MAX = 64 };

/* Notes one key as erased; in this batch, too. */
static struct view erase_key(struct changes *changes, const struct hr_event *event, struct view key, const struct person *person)
{
	struct erasure *erasure = arena_take(changes->arena, sizeof *erasure);
	struct person_key *held = person_set_find_key(&changes->persons, event->employer, key);

	*erasure = (struct erasure){
		.next = changes->erasures,
		.employer = event->employer,
		.person = person == NULL ? 0 : person->number,
		.erased_at = event->intake->occurred_at,
		.recorded_at = event->about.cause->at,
	};
	person_key_hash(&event->employer->keys, key, erasure->hash);
	changes->erasures = erasure;
	changes_drop_poison(changes, event->employer, erasure->hash);
	if (held != NULL) {
		if (held->erased_at < erasure->erased_at)
			held->erased_at = erasure->erased_at;
		if (held->person == person)
			held->person = NULL;
		held->moved = held->moved && held->person != NULL;
	}
	return view_of(erasure->hash, sizeof erasure->hash);
}

/* All keys the person ever had; the hashes for the ErasureRecord. */
static struct view_array erase_keys(struct changes *changes, const struct hr_event *event, const struct person *person)
{
	const struct person_state *state = person->state;
	size_t room = 1 + state->former_keys.count + state->lost_keys.count;
	struct view_array hashes = {.items = arena_array(changes->arena, room, sizeof *hashes.items)};

	hashes.items[hashes.count++] = erase_key(changes, event, state->employee_key, person);
	for (size_t i = 0; i < state->former_keys.count; i++)
		hashes.items[hashes.count++] = erase_key(changes, event, state->former_keys.items[i], person);
	for (size_t i = 0; i < state->lost_keys.count; i++)
		hashes.items[hashes.count++] = erase_key(changes, event, state->lost_keys.items[i], person);
	return hashes;
}

/* As many records as the hashes need. */
static bool record_erasure(struct changes *changes, const struct hr_event *event, const struct person *person, struct view_array hashes,
			   struct error *error)
{
	struct erasure_record record = {
		.person = person->number,
		.employer_id = event->employer->employer_id,
		.erased_at = event->intake->occurred_at,
	};
	char key[24];
	int len = snprintf(key, sizeof key, "%lld", (long long)person->number);

	for (size_t at = 0; at < hashes.count; at += HASHES_MAX) {
		record.key_hashes.items = hashes.items + at;
		record.key_hashes.count = hashes.count - at < HASHES_MAX ? hashes.count - at : HASHES_MAX;
		if (!output_record(changes, "vault.erasures", view_of(key, (size_t)len), &erasure_record_schema, &record, event->about.cause, error))
			return false;
	}
	return true;
}

/* Silent shares are looked for whether or not there are any: the employer sees no difference. */
static bool revoke_silent(struct changes *changes, const struct person *person, const struct reconcile_context *context, const struct cause *cause,
			  struct error *error)
{
	struct share_outputs outputs = {0};
	struct silent_list list;

	if (!silent_share_queue_load(&person->number, 1, &list, changes->database, changes->arena, error) || !database_sync(changes->database, error))
		return false;
	for (size_t i = 0; i < list.count; i++)
		share_revoke_silent(list.items[i].provider_id, list.items[i].share_id, list.items[i].pseudonym, list.items[i].revision,
				    REVOCATION_CAUSE_ERASURE, context, &outputs);
	return disclose_silently(changes, person, &outputs, VIEW_NULL, cause, error);
}

bool hr_event_erase(struct changes *changes, struct hr_event *event, const struct event *full, struct error *error)
{
	const struct audit_detail detail = {.subject = VIEW_LITERAL("HR_EVENT")};
	const struct cause *cause = event->about.cause;
	struct person *person = event->person_key->person;
	struct reconcile_context context = reconcile_context_of(changes, event->employer, cause);
	struct population_output output = {0};
	struct share_outputs shares = {0};

	if (person != NULL && person_delete_is_stale(person->state, full))
		return hr_event_report(changes, event, PROCESSING_OUTCOME_STALE, "STALE", VIEW_NULL, error);
	employer_note_erasure(event->employer, event->intake->occurred_at);
	if (person == NULL) {
		(void)erase_key(changes, event, event->intake->employee_key, NULL);
		return true;
	}
	context.tombstone_reason = "ERASED";
	person_retract(person->state, &context, &output);
	reconcile_publish(changes, &output, cause);
	share_revoke(person->state, REVOCATION_CAUSE_ERASURE, REVOCATION_ACTION_DELETE_DOSSIER, &context, &shares);
	if (!disclose(changes, person, &shares, true, cause, error))
		return false;
	if (!revoke_silent(changes, person, &context, cause, error))
		return false;
	hr_digest_forget_person(changes, person);
	changes_audit(changes, AUDIT_EMPLOYER, event->employer, person->number, cause, "ERASURE", &detail);
	person->removed = true;
	return record_erasure(changes, event, person, erase_keys(changes, event, person), error);
}
