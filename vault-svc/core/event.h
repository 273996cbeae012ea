/* A raw HR event after rows 4, 6 and 7 of contract/rules.md "Events on hr.events": checked, normalised, and with the fields named that must keep what
 * is held. */
#pragma once

#include "schemas/codec/message.h"
#include "vault-svc/core/finding.h"

enum event_kind { EVENT_EMPLOYEE, EVENT_EMPLOYMENT, EVENT_ABSENCE, EVENT_UNIT, EVENT_SNAPSHOT };

struct event {
	enum event_kind kind;
	union {
		struct employee_event *employee;
		struct employment_event *employment;
		struct absence_event *absence;
		struct organisation_unit_event *unit;
		struct snapshot_marker *snapshot;
	};
	/* What all have in common; views into the record. */
	struct view event_id;
	struct view employer_id;
	struct view source_system;
	struct view employee_key; /* null for units and markers */
	int64_t occurred_at;
	bool test;
	bool is_delete;
	/* Bit i: field i of the event's schema broke its rule (reported WARNED): the held value stays, null if there is none. */
	uint64_t kept_fields;
	bool rejected; /* findings hold exactly one REJECTED, and nothing is to be applied */
	struct finding_list findings;
	uint8_t content_digest[16]; /* BLAKE2b-128 of the content (all but event_id, occurred_at, source_system, source_ref, test, snapshot_id) */
};

/* The head of an event, for rows 2 and 3 that come before its rules: kind, ids and times only, from a decoded message of one of the five types. */
void event_of(const struct message *message, struct event *ret);

/*
 * Rows 4, 6 and 7: checks the event against the broker's time, normalises it in place (postcodes) and drops list items at fault. Pure; memory from
 * the arena. Where row 4 or 6 applies, ret->rejected is set with the one finding; else findings hold the WARNED ones. Row 5 (erased) lies between 4
 * and 6 and is the caller's: `event_future` first, then erased, then `event_check`.
 */
void event_check(struct event *event, const struct message *message, struct arena *arena);

/* Row 4: REJECTED FUTURE when occurred_at is more than 24 h after the broker's time or recovered_on after the broker's date in Amsterdam; true when
 * so. */
bool event_future(struct event *event, int64_t broker_time_ms, struct arena *arena);
