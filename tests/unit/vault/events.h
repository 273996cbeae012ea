/* Makers of raw events and of the person that they are folded into. Test only. */
#pragma once

#include "common/base/calendar.h"
#include "schemas/codec/message.h"
#include "tests/unit/check.h"
#include "vault-svc/core/person.h"

struct events {
	struct arena arena;         /* the person's, and the events' until they are applied */
	struct person_state person; /* begun, of employee key "K1" */
	int64_t now;                /* broker's time; the next event's occurred_at follows it */
	unsigned made;              /* events so far: numbers their ids */
	bool bsn_taken;
	struct event event;     /* the last judged */
	struct verdict verdict; /* of the last applied */
};

/* Set-up and tear-down of one test. */
int events_begin(void **state);
int events_end(void **state);

/* Valid events of employee "K1" of employer "E1", each with an id and time of its own, later than the one before. */
struct employee_event *employee(struct events *events);
struct employment_event *employment(struct events *events, const char *key, int32_t effective_date);
struct absence_event *absence(struct events *events, const char *key, enum absence_op op, int32_t seq);
struct organisation_unit_event *unit(struct events *events, const char *code);

/* Gives an event the time of `minutes` after the beginning of all (later than any other when above 1,000). */
#define AT(event, minutes) ((event)->occurred_at = beginning + (int64_t)(minutes)*60000)
extern const int64_t beginning;

/* Days since 1970-01-01 of 2026-01-01 plus that many. */
int32_t day(int32_t offset);

struct view text(const char *text);

/* The event as event_check leaves it, also in events->event. faults may be NULL. */
const struct event *judge(struct events *events, const struct schema *schema, void *record, const struct fault_list *faults);

/* Judges and applies a copy, whose memory is gone afterwards. The event must not be rejected. The verdict is also in events->verdict. */
const struct verdict *apply(struct events *events, const struct schema *schema, const void *record);
#define apply_employee(events, record) apply((events), &employee_event_schema, (record))
#define apply_employment(events, record) apply((events), &employment_event_schema, (record))
#define apply_absence(events, record) apply((events), &absence_event_schema, (record))

/* Fails unless the last verdict has exactly this finding about the event itself (code NULL: none). */
#define check_said(events, outcome, code) check_said_at((events), (outcome), (code), __FILE__, __LINE__)
void check_said_at(struct events *events, enum processing_outcome outcome, const char *code, const char *file, int line);

/* Fails unless nothing was said and the state did (not) change. */
#define check_changed(events, expected) check_changed_at((events), (expected), __FILE__, __LINE__)
void check_changed_at(struct events *events, bool expected, const char *file, int line);
