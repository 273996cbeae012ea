/* The care look-up: which person a provider has in front of it (contract/rules.md, "Care look-up on care.requests"). Pure. */
#pragma once

#include "schemas/codec/message.h"
#include "vault-svc/core/employer.h"
#include "vault-svc/core/person.h"

/* What the provider told, checked and as it is compared. Views into the CareIdentifiers or the arena; null: not given. */
struct lookup_terms {
	struct view birth_date; /* YYYYMMDD, perhaps partial */
	struct view postcode;   /* 1234AB */
	struct view bsn;
	bool has_house_number;
	int32_t house_number;
	struct view surname; /* folded */
};

/* How often a provider may ask of one employer. */
struct lookup_limits {
	int64_t hour_requests;
	int64_t hour_misses;
	int64_t day_misses;
};

/* What it has asked, in fixed windows of the broker's clock: hours of the epoch, days in Amsterdam. */
struct lookup_count {
	int64_t hour;
	int64_t hour_requests;
	int64_t hour_misses;
	int32_t day;
	int64_t day_misses;
};

/*
 * The first row of the table but for key, partition and sealed identifiers: true unless the request is REFUSED. provider: who signed;
 * employer: NULL when it was never enabled.
 */
bool lookup_allowed(const struct care_request *request, struct view provider, const struct employer_state *employer, int64_t broker_time_ms);

/* True for a kind that leads to a live share on the employer's behalf; the others of a provider are silent. */
bool lookup_is_sick_line(enum care_kind kind);

/*
 * Checks the identifiers: false for INSUFFICIENT. The message is a decoded CareIdentifiers. A partial birth date is well formed, and matches nobody.
 */
MUST_CHECK bool lookup_terms_of(const struct message *identifiers, struct arena *arena, struct lookup_terms *ret);

/* True for a person with an employment that is projected and in force on the day, whose birth date and a HOME postcode are the given ones. */
bool lookup_is_candidate(const struct person_state *person, const struct lookup_terms *terms, int32_t today, struct arena *arena);

/* True when the candidate equals every further identifier that was given. */
bool lookup_agrees(const struct person_state *person, const struct lookup_terms *terms, struct arena *arena);

/* NO_MATCH, MATCHED or AMBIGUOUS of so many persons that are candidates and agree. */
enum care_outcome lookup_outcome(size_t matches);

/* True while one more request is within the limits. The count's windows are moved on to the time first. */
MUST_CHECK bool lookup_within(struct lookup_count *count, const struct lookup_limits *limits, int64_t broker_time_ms);

/* Counts a request that was answered so. True when a limit has been reached by this one, be another in force already: an operator is to know. */
bool lookup_counted(struct lookup_count *count, const struct lookup_limits *limits, enum care_outcome outcome);
