/* One HR event on its way through contract/rules.md, "Events on hr.events": what is known of it, and its fold into person or departments. */
#pragma once

#include "vault-svc/core/person.h"
#include "vault-svc/intake.h"
#include "vault-svc/report.h"

struct hr_event {
	const struct intake_event *intake;
	struct report_about about; /* coordinates and cause */
	struct view key;           /* as it came, for quarantine */
	struct view value;
	struct employer *employer; /* NULL: never enabled */
	struct person_key *person_key;
	struct person_key *old_key; /* employee_key_old */
	bool decided;               /* by rows 1 to 4: outcome and code */
	enum processing_outcome outcome;
	const char *code;
	bool unchanged;     /* the digest cache says so */
	bool has_digest;    /* entity and content are set */
	uint64_t entity;    /* in the digest cache */
	uint64_t content;   /* likewise */
	int64_t arrived_at; /* broker's time of the record, which is not the cause's of one that was released */
	int64_t released;   /* quarantine_id that an operator released; 0: none */
};

/* Rows 1 to 4. Needs the employer; sets what is decided. `source`: of hr.events.<source>, else null. unprocessable: see stream_batch. */
void hr_event_admit(struct changes *changes, struct hr_event *event, struct view source, const char *unprocessable);

/* Asks the digest cache, and else for what the event needs from the database. */
void hr_event_ask(struct changes *changes, struct hr_event *event);

/* Rows 5 to 11, or what was decided: folds the event, reports and quarantines. Persons are reconciled afterwards. */
MUST_CHECK bool hr_event_fold(struct changes *changes, struct hr_event *event, struct error *error);

/* Reports an outcome about the event. */
MUST_CHECK bool hr_event_report(struct changes *changes, const struct hr_event *event, enum processing_outcome outcome, const char *code,
				struct view field, struct error *error);

/* Keeps the record sealed under the code (which is reported by the caller). */
MUST_CHECK bool hr_event_quarantine(struct changes *changes, const struct hr_event *event, const char *code, struct error *error);

/* Applies an event to a state of `person` (the person's own, or a copy of it), reports and quarantines what comes of it. */
MUST_CHECK bool hr_event_apply(struct changes *changes, const struct hr_event *event, const struct event *full, const struct person *person,
			       struct person_state *state, struct verdict *ret, struct error *error);

/* A copy of the state to try the event on. Of a released event without what would make it another identity: an operator has looked, it is a
 * correction. */
struct person_state *hr_event_state_copy(struct changes *changes, const struct hr_event *event, const struct event *full,
					 const struct person_state *state);

/* The person's state has changed by the event: to be written and reconciled. */
void hr_event_changed(struct changes *changes, const struct hr_event *event, struct person *person);

/* hr_rekey.c: an EmployeeEvent with employee_key_old. *ret_done false: it is to be folded as any other. */
MUST_CHECK bool hr_event_rekey(struct changes *changes, struct hr_event *event, const struct event *full, bool *ret_done, struct error *error);

/* hr_erase.c: an EmployeeEvent DELETE. */
MUST_CHECK bool hr_event_erase(struct changes *changes, struct hr_event *event, const struct event *full, struct error *error);

/* hr_digest.c: sets entity and content where the event is of a kind that the digest cache holds. */
void hr_digest_of(const struct digest_cache *cache, struct hr_event *event);

/* Forgets what the event may change: the entity itself, and all steps of a spell that begins anew. state may be NULL. */
void hr_digest_forget(struct changes *changes, const struct hr_event *event, const struct person_state *state);

/* Forgets all entities of a person. */
void hr_digest_forget_person(struct changes *changes, const struct person *person);

/* Notes the event as applied, where it can be found unchanged later. */
void hr_digest_note(struct changes *changes, const struct hr_event *event, const struct person_state *state);
