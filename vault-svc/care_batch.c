#include "vault-svc/care_batch.h"

#include "common/base/calendar.h"
#include "common/base/guard.h"
#include "common/config/log.h"
#include "schemas/messages.h"
#include "vault-svc/care_share.h"
#include "vault-svc/disclosure.h"
#include "vault-svc/report.h"
#include "vault-svc/restoration.h"
#include "vault-svc/sealed_input.h"
#include "vault-svc/store/records/records.h"

#include <stdio.h>
#include <stdlib.h>

/* One request of the batch. */
struct care {
	const struct sealed_input *input;
	const struct care_request *request;
	struct view provider;
	bool allowed;
	bool sufficient;
	struct lookup_terms terms;
	uint8_t birth[BLIND_INDEX_LEN]; /* random where there is nothing to look for: the look is the same */
	int64_t again;                  /* person that was answered the first time; 0: none */
	struct care_count *count;       /* NULL: of an employer that was never enabled */
};

/* A repeat's person: noted as the number in decimal. */
static int64_t person_of(const struct seen *seen)
{
	char text[24] = "";

	if (seen == NULL || view_is_null(seen->detail) || seen->detail.len >= sizeof text)
		return 0;
	memcpy(text, seen->detail.ptr, seen->detail.len);
	return strtoll(text, NULL, 10);
}

/* What the provider told; false when it does not open. Told wrongly, it is not sufficient. */
static bool identifiers_open(struct changes *changes, struct care *care)
{
	struct message message = {0};
	struct error why = {0};
	struct view plain;

	if (!box_open(changes->arena, changes->vault->box, care->request->identifiers, &plain, &why) ||
	    !message_decode_as(changes->vault->registry, &care_identifiers_schema, plain, NULL, changes->arena, &message, &why))
		return false;
	care->sufficient = lookup_terms_of(&message, changes->arena, &care->terms);
	return true;
}

static bool is_allowed(struct changes *changes, struct care *care)
{
	const struct sealed_input *input = care->input;

	if (input->misplaced || input->intake->body.faults.count != 0 ||
	    !lookup_allowed(care->request, care->provider, input->employer == NULL ? NULL : input->employer->state, input->cause->at))
		return false;
	if (care->request->confirm_share && disclosure_receiver(changes->vault, care->provider) == NULL)
		return false;
	return identifiers_open(changes, care);
}

static struct care_count *count_of(struct changes *changes, const struct care *care)
{
	bool sick_line = lookup_is_sick_line(care->request->kind);
	struct care_count *row;

	if (care->input->employer == NULL)
		return NULL;
	for (row = changes->care_counts; row != NULL; row = row->next)
		if (row->employer == care->input->employer && row->sick_line == sick_line && view_equal(row->provider_id, care->provider))
			return row;
	row = arena_take(changes->arena, sizeof *row);
	*row = (struct care_count){
		.next = changes->care_counts, .employer = care->input->employer, .provider_id = care->provider, .sick_line = sick_line};
	changes->care_counts = row;
	return row;
}

static void care_init(struct changes *changes, const struct sealed_input *input, struct view provider, struct care *ret)
{
	*ret = (struct care){.input = input, .request = input->intake->body.record, .provider = provider};
	ret->again = person_of(sealed_input_seen(changes, input));
	ret->allowed = is_allowed(changes, ret);
	ret->count = count_of(changes, ret);
	if (ret->allowed && ret->sufficient)
		person_birth_hash(&input->employer->keys, ret->terms.birth_date, ret->terms.postcode, ret->birth);
	else
		entropy_take(&changes->entropy, ret->birth, sizeof ret->birth);
}

/* Two round trips, whatever the requests are: the persons and the counts, then how many silent shares those persons have had. */
static bool load(struct changes *changes, const struct care *cares, size_t count, struct silent_counts *ret, struct error *error)
{
	struct care_wanted wanted = {
		.employers = arena_array(changes->arena, count + 1, sizeof *wanted.employers),
		.births = arena_array(changes->arena, count + 1, sizeof *wanted.births),
		.birth_count = count,
		.owners = arena_array(changes->arena, count + 1, sizeof *wanted.owners),
		.persons = arena_array(changes->arena, count + 1, sizeof *wanted.persons),
		.person_count = count,
	};
	int64_t *numbers;
	size_t found = 0;

	for (size_t i = 0; i < count; i++) {
		wanted.employers[i] = wanted.owners[i] = cares[i].input->employer == NULL ? 0 : cares[i].input->employer->number;
		wanted.births[i] = view_of(cares[i].birth, sizeof cares[i].birth);
		wanted.persons[i] = cares[i].again;
	}
	if (!person_set_queue_care(&changes->persons, changes->database, &wanted, error) ||
	    !care_count_queue_load(changes->care_counts, changes->database, changes->arena, error) || !database_sync(changes->database, error))
		return false;
	numbers = arena_array(changes->arena, changes->persons.count + 1, sizeof *numbers);
	for (const struct person *person = changes->persons.first; person != NULL; person = person->next)
		numbers[found++] = person->number;
	return silent_share_queue_count(numbers, found, ret, changes->database, changes->arena, error) && database_sync(changes->database, error);
}

/* Whom the terms mean; NULL unless it is one. */
static struct person *match(struct changes *changes, const struct care *care, enum care_outcome *ret)
{
	struct person *found = NULL;
	size_t matches = 0;

	for (struct person *person = changes->persons.first; person != NULL; person = person->next) {
		if (person->employer != care->input->employer ||
		    !lookup_is_candidate(person->state, &care->terms, amsterdam_day(care->input->cause->at), changes->arena) ||
		    !lookup_agrees(person->state, &care->terms, changes->arena))
			continue;
		found = person;
		matches++;
	}
	*ret = lookup_outcome(matches);
	return matches == 1 ? found : NULL;
}

static struct person *judge(struct changes *changes, const struct care *care, enum care_outcome *ret)
{
	if (!care->allowed)
		*ret = CARE_OUTCOME_REFUSED;
	else if (!lookup_within(&care->count->count, &changes->vault->options->care_limits, care->input->cause->at))
		*ret = CARE_OUTCOME_RATE_LIMITED;
	else if (!care->sufficient)
		*ret = CARE_OUTCOME_INSUFFICIENT;
	else
		return match(changes, care, ret);
	return NULL;
}

static void count(struct changes *changes, const struct care *care, enum care_outcome outcome)
{
	/* Of what is refused, too, the windows must be the present ones. */
	if (care->count == NULL)
		return;
	(void)!lookup_within(&care->count->count, &changes->vault->options->care_limits, care->input->cause->at);
	if (lookup_counted(&care->count->count, &changes->vault->options->care_limits, outcome))
		log_event(LOG_LEVEL_WARNING, "care_limit_reached", log_text("provider", arena_text(changes->arena, care->provider)),
			  log_int("employer", care->count->employer->number), log_bool("sick_line", care->count->sick_line),
			  log_text("remedy", "ask the provider what it looks for"));
}

static void audit(struct changes *changes, const struct care *care, const struct person *person, enum care_outcome outcome)
{
	const struct audit_detail detail = {
		.issuer = care->input->intake->envelope->issuer,
		.actor = care->request->actor,
		.command_id = care->input->command_id,
		.provider_id = care->provider,
		.subject = view_text(care_outcome_name(outcome)),
	};

	if (care->input->employer != NULL)
		changes_audit(changes, WITHOUT(silent_audit) ? AUDIT_EMPLOYER : AUDIT_REST, care->input->employer,
			      person == NULL ? 0 : person->number, care->input->cause, "CARE_REQUEST", &detail);
}

/* Whoever a restore withholds may have been erased since: no match for now. */
static bool answer(struct changes *changes, const struct care *care, const struct person *person, enum care_outcome outcome, int64_t decided_at,
		   struct error *error)
{
	bool withheld = person != NULL && restoration_withholds(changes, person->employer);
	struct care_result result = {
		.command_id = care->input->command_id, .outcome = withheld ? CARE_OUTCOME_NO_MATCH : outcome, .decided_at = decided_at};
	const struct provider_view *view = person == NULL || withheld ? NULL : person_view_find(person->state, care->provider);

	if (view != NULL)
		memcpy(result.pseudonym, view->pseudonym, sizeof result.pseudonym);
	return report_care(changes, &result, care->provider, care->input->cause, error);
}

/* Answered as the first time; who has been erased since is matched no longer. */
static bool answer_again(struct changes *changes, const struct care *care, const struct seen *seen, struct error *error)
{
	const struct person *person = person_set_find_number(&changes->persons, person_of(seen));
	int32_t outcome = 0;

	if (!schema_enum_value(&care_outcome_enum, seen->code, &outcome))
		outcome = CARE_OUTCOME_REFUSED;
	if (outcome == CARE_OUTCOME_MATCHED && (person == NULL || person->employer != care->input->employer))
		outcome = CARE_OUTCOME_NO_MATCH;
	return answer(changes, care, outcome == CARE_OUTCOME_MATCHED ? person : NULL, (enum care_outcome)outcome, seen->decided_at, error);
}

static const char *number_text(struct changes *changes, const struct person *person)
{
	char *text = arena_take(changes->arena, 24);

	(void)snprintf(text, 24, "%lld", (long long)person->number);
	return text;
}

static bool fold_one(struct changes *changes, const struct care *care, struct silent_counts *counts, struct error *error)
{
	const struct seen *seen = sealed_input_seen(changes, care->input);
	const struct care_share share = {.input = care->input, .request = care->request, .provider = care->provider};
	enum care_outcome outcome = CARE_OUTCOME_REFUSED;
	struct person *person;

	if (seen != NULL)
		return answer_again(changes, care, seen, error);
	person = judge(changes, care, &outcome);
	count(changes, care, outcome);
	/* A SNAPSHOT is sent once: of whom a restore withholds it cannot be made up for later, and must not be noted as made. */
	if (person != NULL && restoration_withholds(changes, person->employer) && care_share_is_silent(&share, person)) {
		person = NULL;
		outcome = CARE_OUTCOME_NO_MATCH;
	}
	audit(changes, care, person, outcome);
	if (person != NULL && !care_share(changes, &share, person, counts, error))
		return false;
	sealed_input_note(changes, care->input, care_outcome_name(outcome), person == NULL ? NULL : number_text(changes, person));
	return answer(changes, care, person, outcome, care->input->cause->at, error);
}

bool care_batch_fold(struct changes *changes, struct error *error)
{
	struct sealed_input *inputs;
	struct silent_counts counts = {0};
	struct care *cares;
	size_t input_count = 0;
	size_t care_count = 0;

	if (!sealed_inputs_prepare(changes, VAULT_CARE_REQUESTS, &inputs, &input_count, error))
		return false;
	if (input_count == 0)
		return true;
	changes->batch->apart = true;
	changes->has_care = true;
	cares = arena_array(changes->arena, input_count + 1, sizeof *cares);
	for (size_t i = 0; i < input_count; i++) {
		const char *fault = sealed_input_provider_fault(changes, &inputs[i]);

		if (fault == NULL)
			care_init(changes, &inputs[i], sealed_input_provider(&inputs[i]), &cares[care_count++]);
		else if (!sealed_input_quarantine(changes, &inputs[i], fault, error))
			return false;
	}
	if (!load(changes, cares, care_count, &counts, error))
		return false;
	for (size_t i = 0; i < care_count; i++)
		if (!fold_one(changes, &cares[i], &counts, error))
			return false;
	return true;
}
