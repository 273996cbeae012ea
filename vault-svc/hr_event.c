#include "vault-svc/hr_event.h"

#include "common/base/calendar.h"
#include "schemas/codec/record.h"
#include "vault-svc/absence_share.h"
#include "vault-svc/subject.h"

bool hr_event_report(struct changes *changes, const struct hr_event *event, enum processing_outcome outcome, const char *code, struct view field,
		     struct error *error)
{
	return report_processing(changes, &event->about, outcome, code, field, error);
}

static struct view old_key_of(const struct intake_event *intake)
{
	return ((const struct employee_event *)intake->record)->employee_key_old;
}

/* Of what could not be decoded, as far as its bytes can be walked. */
static struct subject subject_of(const struct changes *changes, const struct hr_event *event)
{
	const struct intake_event *intake = event->intake;

	if (intake->fault != NULL)
		return subject_read(changes->vault->registry, event->value);
	return (struct subject){.employee_key = intake->employee_key,
				.employee_key_old = intake->kind == EVENT_EMPLOYEE ? old_key_of(intake) : VIEW_NULL};
}

static void name_employee(struct poison *poison, struct subject subject)
{
	poison->has_key_hash = subject.employee_key.len > 0;
	if (poison->has_key_hash)
		person_key_hash(&poison->employer->keys, subject.employee_key, poison->key_hash);
	poison->has_old_key_hash = subject.employee_key_old.len > 0;
	if (poison->has_old_key_hash)
		person_key_hash(&poison->employer->keys, subject.employee_key_old, poison->old_key_hash);
}

bool hr_event_quarantine(struct changes *changes, const struct hr_event *event, const char *code, struct error *error)
{
	struct poison poison = {
		.employer = event->employer,
		.topic = event->about.topic,
		.partition = event->about.partition,
		.offset = event->about.offset,
		.at = event->arrived_at,
		.code = code,
		.key = event->key,
		.value = event->value,
		.replaces = event->released,
	};

	if (event->employer != NULL)
		name_employee(&poison, subject_of(changes, event));
	return changes_poison(changes, &poison, error);
}

static void decide(struct hr_event *event, enum processing_outcome outcome, const char *code)
{
	event->decided = true;
	event->outcome = outcome;
	event->code = code;
}

/* Whoever is enabled, and not at the end of it: its poison is kept. */
static bool is_enabled(const struct employer *employer)
{
	return employer != NULL && employer->state->state != EMPLOYER_LIFECYCLE_TERMINATED;
}

void hr_event_admit(struct changes *changes, struct hr_event *event, struct view source, const char *unprocessable)
{
	const struct intake_event *intake = event->intake;
	const struct vault *vault = changes->vault;
	const char *poison = intake->fault;

	if (unprocessable != NULL)
		poison = strcmp(unprocessable, "OVERFLOW") == 0 ? "OVERFLOW" : "CRASHED";

	if (poison != NULL) {
		decide(event, is_enabled(event->employer) ? PROCESSING_OUTCOME_QUARANTINED : PROCESSING_OUTCOME_REJECTED, poison);
	} else if (intake->misplaced) {
		decide(event, PROCESSING_OUTCOME_REJECTED, "WRONG_PARTITION");
	} else if (event->employer == NULL) {
		decide(event, PROCESSING_OUTCOME_REJECTED, "EMPLOYER_UNKNOWN");
	} else if (event->employer->state->state == EMPLOYER_LIFECYCLE_TERMINATING ||
		   event->employer->state->state == EMPLOYER_LIFECYCLE_TERMINATED) {
		decide(event, PROCESSING_OUTCOME_DROPPED, "EMPLOYER_TERMINATED");
	} else if (!view_is_null(source) &&
		   (!view_equal(source, intake->source_system) || !trust_grants(&vault->trust, source, intake->employer_id))) {
		decide(event, PROCESSING_OUTCOME_REJECTED, "NOT_GRANTED");
	} else if (intake->test != vault->options->test_deployment) {
		decide(event, PROCESSING_OUTCOME_REJECTED, "TEST_DATA");
	} else if (intake->future) {
		decide(event, PROCESSING_OUTCOME_REJECTED, "FUTURE");
	}
}

/* True when row 5 cannot apply, whatever the database says: nobody of the employer was erased as of that moment or later, nor is by this batch. */
static bool is_after_erasures(const struct changes *changes, const struct hr_event *event)
{
	return !changes->erases && event->intake->occurred_at > event->employer->last_erased_at;
}

static void ask_for_person(struct changes *changes, struct hr_event *event)
{
	const struct intake_event *intake = event->intake;
	const struct employee_event *employee = intake->kind == EVENT_EMPLOYEE ? intake->record : NULL;

	event->person_key = person_set_key(&changes->persons, event->employer, intake->employee_key);
	if (employee == NULL || intake->is_delete || intake->rejected)
		return;
	if (employee->employee_key_old.len > 0)
		event->old_key = person_set_key(&changes->persons, event->employer, employee->employee_key_old);
	if (employee->bsn.len > 0 && (intake->kept_fields & changes->vault->bsn_field) == 0)
		person_set_want_bsn(&changes->persons, event->employer, employee->bsn);
}

void hr_event_ask(struct changes *changes, struct hr_event *event)
{
	const struct intake_event *intake = event->intake;
	const struct digest_cache *cache = &changes->vault->digests;
	bool is_person = intake->kind != EVENT_UNIT && intake->kind != EVENT_SNAPSHOT;

	if (event->decided || intake->kind == EVENT_SNAPSHOT || (intake->rejected && (!is_person || is_after_erasures(changes, event))))
		return;
	changes->erases = changes->erases || (intake->kind == EVENT_EMPLOYEE && intake->is_delete);
	if (!intake->rejected)
		hr_digest_of(cache, event);
	if (event->has_digest && intake->findings.count == 0 && event->released == 0 && digest_cache_has(cache, event->entity, event->content) &&
	    (!is_person ||
	     (is_after_erasures(changes, event) && person_set_find_key(&changes->persons, event->employer, intake->employee_key) == NULL))) {
		event->unchanged = true;
		return;
	}
	if (is_person && intake->employee_key.len > 0) {
		ask_for_person(changes, event);
	} else if (intake->kind == EVENT_UNIT) {
		(void)changes_units(changes, event->employer);
		/* A later event of the same unit in this batch must not be judged by what held before it. */
		hr_digest_forget(changes, event, NULL);
	}
}

void hr_event_changed(struct changes *changes, const struct hr_event *event, struct person *person)
{
	person->changed = true;
	person->cause = event->about.cause;
	if (event->intake->kind == EVENT_EMPLOYEE)
		person_set_note_bsn(&changes->persons, person);
}

bool hr_event_apply(struct changes *changes, const struct hr_event *event, const struct event *full, const struct person *person,
		    struct person_state *state, struct verdict *ret, struct error *error)
{
	struct fold_context context = {.now_ms = event->about.cause->at, .arena = changes->arena};

	if (full->kind == EVENT_EMPLOYEE && full->employee->bsn.len > 0 && (full->kept_fields & changes->vault->bsn_field) == 0 &&
	    event->released == 0)
		context.bsn_taken =
			person_set_bsn_taken(&changes->persons, person, event->employer, full->employee->bsn, amsterdam_day(event->about.cause->at));
	hr_digest_forget(changes, event, state);
	*ret = (struct verdict){0};
	person_apply(state, full, &context, ret);
	if (!report_findings(changes, &event->about, ret->findings.items, ret->findings.count, error))
		return false;
	for (size_t i = 0; ret->quarantined && i < ret->findings.count; i++)
		if (ret->findings.items[i].outcome == PROCESSING_OUTCOME_QUARANTINED)
			return hr_event_quarantine(changes, event, ret->findings.items[i].code, error);
	return true;
}

struct person_state *hr_event_state_copy(struct changes *changes, const struct hr_event *event, const struct event *full,
					 const struct person_state *state)
{
	struct person_state *copy = record_copy(&person_state_schema, changes->arena, state);

	if (event->released == 0 || full->kind != EVENT_EMPLOYEE || copy->identity == NULL)
		return copy;
	/* A field at fault keeps what is held. */
	if ((full->kept_fields & changes->vault->bsn_field) == 0)
		copy->identity->bsn = VIEW_NULL;
	copy->identity->birth_date = full->employee->birth_date;
	return copy;
}

static bool fold_person(struct changes *changes, struct hr_event *event, const struct event *full, struct error *error)
{
	struct person *person = event->person_key->person;
	bool is_new = person == NULL;
	struct person_state *state;
	struct verdict verdict;

	if (is_new) {
		person = person_new(event->employer, &changes->entropy, changes->arena);
		person->state = record_new(&person_state_schema, changes->arena);
		person_begin(person->state, person->number, event->intake->employee_key, changes->arena);
	}
	state = event->released != 0 ? hr_event_state_copy(changes, event, full, person->state) : person->state;
	if (!hr_event_apply(changes, event, full, person, state, &verdict, error))
		return false;
	if (verdict.changed) {
		person->state = state;
		if (is_new) {
			person_set_add(&changes->persons, person);
			event->person_key->person = person;
			event->person_key->moved = true;
		}
		hr_event_changed(changes, event, person);
		absence_share_note(changes, person, full, &event->about);
	}
	if (verdict.current && verdict.findings.count == 0)
		hr_digest_note(changes, event, person->state);
	changes->vault->counters.unchanged += !verdict.changed && verdict.findings.count == 0;
	return true;
}

static bool fold_unit(struct changes *changes, struct hr_event *event, const struct event *full, struct error *error)
{
	struct units *units = changes_units(changes, event->employer);
	struct verdict verdict = {0};

	hr_digest_forget(changes, event, NULL);
	units_apply(units->state, full, changes->arena, &verdict);
	if (!report_findings(changes, &event->about, verdict.findings.items, verdict.findings.count, error))
		return false;
	if (verdict.quarantined && !hr_event_quarantine(changes, event, "OVERFLOW", error))
		return false;
	if (verdict.changed) {
		units->changed = true;
		units->cause = event->about.cause;
	}
	if (verdict.current && verdict.findings.count == 0)
		hr_digest_note(changes, event, NULL);
	return true;
}

/* Full deliveries are not taken yet: said honestly, and nothing is removed. */
static bool fold_snapshot(struct changes *changes, const struct hr_event *event, const struct snapshot_marker *marker, struct error *error)
{
	int64_t now = event->about.cause->at;

	return report_run(changes, event->about.employer_id, marker->snapshot_id, RUN_KIND_DELIVERY, RUN_OUTCOME_ABORTED, now, now, NULL, 0,
			  event->about.cause, error);
}

static bool fold_decided(struct changes *changes, const struct hr_event *event, struct error *error)
{
	if (event->outcome == PROCESSING_OUTCOME_QUARANTINED && !hr_event_quarantine(changes, event, event->code, error))
		return false;
	if (strcmp(event->code, "FUTURE") == 0)
		return report_findings(changes, &event->about, event->intake->findings.items, event->intake->findings.count, error);
	return hr_event_report(changes, event, event->outcome, event->code, VIEW_NULL, error);
}

/* A DELETE that is taken again after a restore, whose erasure was done again before: what came before it and says to be later has made somebody of
 * the key once more, as it had when it was taken first. */
static bool is_erased_again(const struct changes *changes, const struct hr_event *event)
{
	const struct intake_event *intake = event->intake;

	return intake->kind == EVENT_EMPLOYEE && intake->is_delete && event->person_key->person != NULL &&
	       event->person_key->erased_at == intake->occurred_at && stream_is_behind(changes->batch->stream, changes->batch->partition);
}

bool hr_event_fold(struct changes *changes, struct hr_event *event, struct error *error)
{
	const struct intake_event *intake = event->intake;
	struct event full;
	bool done = false;

	if (event->decided)
		return fold_decided(changes, event, error);
	if (event->unchanged) {
		changes->vault->counters.unchanged++;
		return true;
	}
	if (event->person_key != NULL && event->person_key->erased_at >= intake->occurred_at && !is_erased_again(changes, event))
		return hr_event_report(changes, event, PROCESSING_OUTCOME_DROPPED, "ERASED", VIEW_NULL, error);
	if (!report_findings(changes, &event->about, intake->findings.items, intake->findings.count, error))
		return false;
	if (intake->rejected)
		return true;
	intake_event_expand(intake, &full);
	if (full.kind == EVENT_SNAPSHOT)
		return fold_snapshot(changes, event, full.snapshot, error);
	if (full.kind == EVENT_UNIT)
		return fold_unit(changes, event, &full, error);
	if (event->person_key == NULL)
		return hr_event_report(changes, event, PROCESSING_OUTCOME_REJECTED, "TEXT", VIEW_LITERAL("employee_key"), error);
	if (full.kind == EVENT_EMPLOYEE && full.is_delete)
		return hr_event_erase(changes, event, &full, error);
	if (event->old_key != NULL && !hr_event_rekey(changes, event, &full, &done, error))
		return false;
	return done || fold_person(changes, event, &full, error);
}
