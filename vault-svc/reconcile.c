#include "vault-svc/reconcile.h"

#include "vault-svc/absence_share.h"
#include "vault-svc/core/share.h"
#include "vault-svc/disclosure.h"
#include "vault-svc/restoration.h"

struct reconcile_context reconcile_context_of(struct changes *changes, const struct employer *employer, const struct cause *cause)
{
	return (struct reconcile_context){
		.employer = employer->state,
		.now_ms = cause->at,
		.generation = changes->batch->generation,
		.again = changes->again,
		.entropy = &changes->entropy,
		.arena = changes->arena,
	};
}

bool reconcile_is_told(const struct employer *employer)
{
	return employer->state->state == EMPLOYER_LIFECYCLE_ACTIVATING || employer->state->state == EMPLOYER_LIFECYCLE_ACTIVE;
}

static void publish(struct changes *changes, const struct population_output *output, const struct cause *cause)
{
	for (size_t i = 0; i < output->count; i++) {
		const struct population_record *record = &output->items[i];

		changes->entities += !view_is_null(record->value);
		stream_output_add(changes->batch, &(struct stream_output){
							  .topic = vault_topic(changes->vault, "population.", record->provider_id),
							  .partition = changes->batch->partition,
							  .key = view_of(record->key, sizeof record->key),
							  .value = record->value,
							  .reason = record->reason,
							  .cause = cause->stream,
						  });
	}
}

void reconcile_publish(struct changes *changes, const struct employer *employer, const struct population_output *output, const struct cause *cause)
{
	if (!restoration_withholds(changes, employer))
		publish(changes, output, cause);
}

bool reconcile_person(struct changes *changes, struct person *person, const struct person_state *before, const struct employer_state *before_employer,
		      const struct cause *cause, struct error *error)
{
	const struct reconcile_context context = reconcile_context_of(changes, person->employer, cause);
	struct population_output output = {0};
	struct share_outputs shares = {0};

	if (person_reconcile(person->state, &context, &output))
		person->changed = true;
	reconcile_publish(changes, person->employer, &output, cause);
	if (before == NULL)
		return true;
	if (share_update(person->state, before, before_employer, &context, &shares))
		person->changed = true;
	return disclose(changes, person, &shares, false, cause, error);
}

void reconcile_units(struct changes *changes, struct units *units, const struct cause *cause)
{
	const struct reconcile_context context = reconcile_context_of(changes, units->employer, cause);
	struct population_output output = {0};

	if (units_reconcile(units->state, &context, &output))
		units->changed = true;
	reconcile_publish(changes, units->employer, &output, cause);
}

void reconcile_mark(struct changes *changes, const struct employer *employer, struct view provider_id, enum marker_op op, const struct cause *cause)
{
	const struct reconcile_context context = reconcile_context_of(changes, employer, cause);
	struct population_output output = {0};

	population_marker(&context, provider_id, op, &output);
	/* That it is over names nobody, and no run of the restore says it to who has left. */
	if (op == MARKER_OP_ENDED)
		publish(changes, &output, cause);
	else
		reconcile_publish(changes, employer, &output, cause);
}

bool reconcile_after_share(struct changes *changes, struct person *person, const struct cause *cause, struct error *error)
{
	return person->employer->state->settings.absence_facts != ABSENCE_FACTS_AFTER_SHARE ||
	       reconcile_person(changes, person, NULL, person->employer->state, cause, error);
}

bool reconcile_changed(struct changes *changes, struct error *error)
{
	for (struct person *person = changes->persons.first; person != NULL; person = person->next) {
		if (person->removed || person->cause == NULL || !reconcile_is_told(person->employer))
			continue;
		if (!reconcile_person(changes, person, person->before, person->employer->state, person->cause, error) ||
		    !absence_share(changes, person, false, person->cause, error))
			return false;
	}
	for (struct units *units = changes->units; units != NULL; units = units->next)
		if (units->changed && reconcile_is_told(units->employer))
			reconcile_units(changes, units, units->cause);
	return true;
}
