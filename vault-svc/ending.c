#include "vault-svc/ending.h"

#include "common/config/log.h"
#include "schemas/codec/record.h"
#include "vault-svc/disclosure.h"
#include "vault-svc/reconcile.h"
#include "vault-svc/report.h"

#include <stdio.h>

enum { STEP_SHARES = 500 };

static bool employer_of(struct changes *changes, int32_t number, struct employer **ret, struct error *error)
{
	struct employer_cache *cache = &changes->vault->employers;

	*ret = employer_numbered(cache, number);
	if (*ret != NULL)
		return true;
	if (!employer_queue_load_number(cache, changes->database, changes->arena, number, error) || !database_sync(changes->database, error))
		return false;
	*ret = employer_numbered(cache, number);
	return true;
}

/* Whose share it is, as far as its revocation needs to know: the person may be gone. */
static struct person *stand_in(struct changes *changes, struct employer *employer, int64_t number)
{
	struct person *person = arena_take(changes->arena, sizeof *person);

	*person = (struct person){.employer = employer, .number = number, .state = record_new(&person_state_schema, changes->arena)};
	return person;
}

static bool revoke(struct changes *changes, const struct ending *ending, struct employer *employer, const struct ending_share *share,
		   const struct cause *cause, struct error *error)
{
	struct reconcile_context context = reconcile_context_of(changes, employer, cause);
	bool erased = ending->cause == REVOCATION_CAUSE_ERASURE;
	struct person *person = stand_in(changes, employer, share->person);
	struct share_outputs outputs = {0};

	share_revoke_held(&share->held, ending->cause, share_ending_action(share->has_content && !erased), &context, &outputs);
	if (share->held.silent)
		return disclose_silently(changes, person, &outputs, erased, VIEW_NULL, cause, error);
	return disclose(changes, person, &outputs, erased, cause, error);
}

/* Whether or not there was anything to revoke, the batch says something, to the vault itself: it takes a Kafka transaction either way, and what an
 * employer asks for next waits as long for it. That somebody was erased may be said twice. */
static bool say_something(struct changes *changes, const struct ending *ending, const struct employer *employer, const struct cause *cause,
			  struct error *error)
{
	const struct erasure_record record = {.person = ending->person, .employer_id = employer->employer_id, .erased_at = ending->at};
	char key[24];
	int len = snprintf(key, sizeof key, "%lld", (long long)ending->person);

	return ending->person == 0 ||
	       output_record(changes, "vault.erasures", view_of(key, (size_t)len), &erasure_record_schema, &record, cause, error);
}

static bool revoke_some(struct changes *changes, const struct ending *ending, struct error *error)
{
	/* Each step has a batch of its own, whose number nothing else has in this generation. */
	const struct cause cause = {
		.stream = {.name = VIEW_LITERAL("ending"), .partition = changes->batch->partition, .number = changes->batch->number},
		.at = ending->at,
	};
	struct employer *employer = NULL;

	if (!employer_of(changes, ending->employer_no, &employer, error))
		return false;
	if (employer != NULL && !say_something(changes, ending, employer, &cause, error))
		return false;
	for (size_t i = 0; employer != NULL && i < ending->share_count; i++)
		if (!revoke(changes, ending, employer, &ending->shares[i], &cause, error))
			return false;
	if (employer == NULL || ending->share_count < STEP_SHARES)
		changes->ending_done = ending->number;
	return true;
}

bool ending_step(struct vault *vault, struct stream_batch *batch, struct database *database, bool *ret_did, struct error *error)
{
	struct changes *changes;
	struct ending ending;

	*ret_did = false;
	if (!vault->ending_due[batch->partition])
		return true;
	changes = changes_begin(vault, batch, database, 0);
	if (!ending_load(batch->partition, STEP_SHARES, database, changes->arena, &ending, error))
		return false;
	if (ending.number == 0) {
		vault->ending_due[batch->partition] = false;
		changes_discarded(vault);
		return true;
	}
	*ret_did = true;
	batch->apart = true;
	if (batch->unprocessable != NULL) {
		log_event(LOG_LEVEL_ERROR, "ending_refused", log_int("partition", batch->partition), log_int("ending", ending.number),
			  log_text("code", batch->unprocessable));
		changes->ending_refused = ending.number;
		return true;
	}
	return revoke_some(changes, &ending, error);
}
