/*
 * One person as the vault knows it, and the fold of raw events into it (contract/rules.md: Events, Registers and stamps, Employments, Spells).
 * Pure: no I/O, clock or randomness. A state's memory is an arena's; folding changes the state in place and takes what it needs from the arena, in
 * which strings of the event are copied only when `person_apply` keeps them (the event may go afterwards).
 */
#pragma once

#include "vault-svc/core/event.h"
#include "vault-svc/core/state/state.h" /* generated from state/PersonState.avsc, EmployerState.avsc, UnitsState.avsc */

/* What became of an event. */
struct verdict {
	struct finding_list findings; /* to be reported, besides those of event_check */
	bool changed;                 /* the state differs: write it and reconcile */
	bool current;     /* every register that the event names now holds exactly its content, and nothing was reported: a later equal one changes
			     nothing */
	bool quarantined; /* findings hold one QUARANTINED: the record is to be kept sealed */
};

/* What the fold needs to know beside state and event. */
struct fold_context {
	int64_t now_ms; /* broker's time of the record */
	bool bsn_taken; /* another active person of the employer has the event's BSN (EVENT_EMPLOYEE) */
	struct arena *arena;
};

/* A new person without identity, for the first event of a key. `number` is random and positive. */
void person_begin(struct person_state *person, int64_t number, struct view employee_key, struct arena *arena);

/*
 * Folds one checked event (not a DELETE of the person, not a unit, not a marker) into the person: equal, stale, identity changed, overflow, waiting,
 * spells and employments. The event's key must be one of the person's (keys are moved by person_take_key before).
 */
void person_apply(struct person_state *person, const struct event *event, const struct fold_context *context, struct verdict *ret);

/* True when this EmployeeEvent DELETE is older than the identity held (row 9, STALE): then nothing is erased. */
bool person_delete_is_stale(const struct person_state *person, const struct event *event);

/* employee_key_old: the person gets `key` as its present key; the one it had becomes a former key. Nothing when it is the present key already. True
 * when changed. */
bool person_take_key(struct person_state *person, struct view key, struct arena *arena);

/* Somebody else has taken `key`: it is this person's no longer, but stays among those it ever had. True when changed. */
bool person_lose_key(struct person_state *person, struct view key, struct arena *arena);

/* True when `key` is the present or a former key. */
bool person_has_key(const struct person_state *person, struct view key);

/*
 * The steps of `other`, a person without identity whose key was taken over, move into `person`: employments register by register (the higher stamp
 * wins, floors too), spells step by step (what `person` has stays). Afterwards `other` is to be removed. Nothing of `other` was ever published.
 */
void person_absorb(struct person_state *person, const struct person_state *other, struct arena *arena);

/* True when an employment as projected is in force on `today` or later: what "active" means for a BSN. */
bool person_is_active(const struct person_state *person, int32_t today);

/* The key of the employment that `key` names now or named before; NULL when there is none. */
const struct employment *person_employment(const struct person_state *person, struct view key);
