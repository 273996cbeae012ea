/*
 * The spells of a person: steps by seq from the beginning on. The beginning is the highest START, CORRECT or DELETE; what follows it without a gap is
 * applied, what lies behind a gap, or has no beginning yet, waits.
 */
#pragma once

#include "vault-svc/core/person.h"

/* As for employments: what a person may hold. */
#define SPELLS_MAX 1024
#define PERSON_STEPS_MAX 4096
#define SPELL_WAITING_MAX 32
#define PERSON_WAITING_MAX 128

/* Folds an AbsenceEvent. Adds to ret->findings and sets the other fields where they are true. WAITING for the person is the caller's. */
void spell_apply(struct person_state *person, const struct event *event, const struct fold_context *context, struct verdict *ret);

/* Steps of `other` that the person's spell of that key lacks; a spell the person lacks is taken over whole. Copied into the arena. */
void spell_absorb(struct person_state *person, const struct spell *other, struct arena *arena);

/* The spell of that key; NULL when there is none. */
struct spell *spell_find(const struct person_state *person, struct view absence_key);

/* WAITING for the employment or an earlier step, where the step of that seq waits for it and it has not been said of the spell. */
void spell_report_waiting(struct person_state *person, const struct event *event, const struct fold_context *context, struct verdict *ret);
