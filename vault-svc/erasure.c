#include "vault-svc/erasure.h"

#include "common/base/guard.h"
#include "vault-svc/core/share.h"
#include "vault-svc/disclosure.h"
#include "vault-svc/hr_event.h"
#include "vault-svc/reconcile.h"
#include "vault-svc/store/records/records.h"
#include "vault-svc/unsilent.h"

#include <stdio.h>

/* Of one ErasureRecord. */
enum { HASHES_MAX = 64 };

/* Notes one key as erased; in this batch, too. */
static struct view erase_key(struct changes *changes, const struct erasure_order *order, struct view key, const struct cause *cause)
{
	struct erasure *erasure = arena_take(changes->arena, sizeof *erasure);
	struct person_key *held = person_set_find_key(&changes->persons, order->employer, key);

	*erasure = (struct erasure){
		.next = changes->erasures,
		.employer = order->employer,
		.person = order->person == NULL ? 0 : order->person->number,
		.erased_at = order->moment,
		.recorded_at = cause->at,
	};
	person_key_hash(&order->employer->keys, key, erasure->hash);
	changes->erasures = erasure;
	changes_drop_poison(changes, order->employer, erasure->hash);
	if (held != NULL) {
		if (held->erased_at < erasure->erased_at)
			held->erased_at = erasure->erased_at;
		if (held->person == order->person)
			held->person = NULL;
		held->moved = held->moved && held->person != NULL;
	}
	return view_of(erasure->hash, sizeof erasure->hash);
}

/* All keys the person ever had; the hashes for the ErasureRecord. */
static struct view_array erase_keys(struct changes *changes, const struct erasure_order *order, const struct cause *cause)
{
	const struct person_state *state = order->person->state;
	size_t room = 1 + state->former_keys.count + state->lost_keys.count;
	struct view_array hashes = {.items = arena_array(changes->arena, room, sizeof *hashes.items)};

	hashes.items[hashes.count++] = erase_key(changes, order, state->employee_key, cause);
	for (size_t i = 0; i < state->former_keys.count; i++)
		hashes.items[hashes.count++] = erase_key(changes, order, state->former_keys.items[i], cause);
	for (size_t i = 0; i < state->lost_keys.count; i++)
		hashes.items[hashes.count++] = erase_key(changes, order, state->lost_keys.items[i], cause);
	return hashes;
}

/* As many records as the hashes need. */
static bool record_erasure(struct changes *changes, const struct erasure_order *order, struct view_array hashes, const struct cause *cause,
			   struct error *error)
{
	struct erasure_record record = {
		.person = order->person->number,
		.employer_id = order->employer->employer_id,
		.erased_at = order->moment,
	};
	char key[24];
	int len = snprintf(key, sizeof key, "%lld", (long long)record.person);

	for (size_t at = 0; at < hashes.count; at += HASHES_MAX) {
		record.key_hashes.items = hashes.items + at;
		record.key_hashes.count = hashes.count - at < HASHES_MAX ? hashes.count - at : HASHES_MAX;
		if (!output_record(changes, "vault.erasures", view_of(key, (size_t)len), &erasure_record_schema, &record, cause, error))
			return false;
	}
	return true;
}

/* What providers are known to hold of the person. The rest is looked for later, whether or not there is any: the employer sees no difference. */
static bool revoke_all(struct changes *changes, const struct erasure_order *order, const struct cause *cause, struct error *error)
{
	struct reconcile_context context = reconcile_context_of(changes, order->employer, cause);
	struct population_output output = {0};
	struct share_outputs shares = {0};

	context.tombstone_reason = "ERASED";
	person_retract(order->person->state, &context, &output);
	reconcile_publish(changes, order->employer, &output, cause);
	share_revoke(order->person->state, REVOCATION_CAUSE_ERASURE, REVOCATION_ACTION_DELETE_DOSSIER, &context, &shares);
	changes_ending(changes, &(struct ending_due){
					.employer_no = order->employer->number,
					.cause = REVOCATION_CAUSE_ERASURE,
					.person = order->person->number,
					.at = cause->at,
				});
	if (CAN_DO_WITHOUT && !unsilent_erasure(changes, order->person, cause, error))
		return false;
	return disclose(changes, order->person, &shares, true, cause, error);
}

bool erasure_carry_out(struct changes *changes, const struct erasure_order *order, const struct cause *cause, struct error *error)
{
	struct person *person = order->person;

	employer_note_erasure(order->employer, order->moment);
	if (person == NULL) {
		(void)erase_key(changes, order, order->employee_key, cause);
		return true;
	}
	if (!revoke_all(changes, order, cause, error))
		return false;
	hr_digest_forget_person(changes, person);
	changes_audit(changes, AUDIT_EMPLOYER, order->employer, person->number, cause, "ERASURE", order->order);
	person->removed = true;
	return record_erasure(changes, order, erase_keys(changes, order, cause), cause, error);
}
