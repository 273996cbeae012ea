#include "vault-svc/core/lookup.h"

#include "common/base/calendar.h"
#include "common/base/uuid.h"
#include "common/text/fold.h"
#include "vault-svc/core/elementary.h"
#include "vault-svc/core/projection.h"

bool lookup_is_sick_line(enum care_kind kind)
{
	return kind == CARE_KIND_PROVIDER_SICK_LINE;
}

/* The contract's table, "Who may ask for which kind". */
static bool may_ask(enum care_kind kind, const struct employer_state *employer)
{
	switch (kind) {
	case CARE_KIND_PREVENTIVE_CONSULT:
	case CARE_KIND_WORKING_CONDITIONS_CONSULT:
	case CARE_KIND_OPEN_CONSULT:
	case CARE_KIND_WALK_IN:
		return true;
	case CARE_KIND_PROVIDER_SICK_LINE:
		return employer->settings.provider_reporting;
	case CARE_KIND_SICK_REPORT:
	case CARE_KIND_CASEMANAGER_CONTACT:
		break;
	}
	return false;
}

bool lookup_allowed(const struct care_request *request, struct view provider, const struct employer_state *employer, int64_t broker_time_ms)
{
	if (!view_equal(request->provider_id, provider) || !uuid_is_valid(request->command_id))
		return false;
	if (view_is_null(request->actor) || text_fault(request->actor) != NULL)
		return false;
	if (broker_time_ms > request->expires_at || request->expires_at - broker_time_ms > MS_PER_DAY)
		return false;
	return employer != NULL && employer->state == EMPLOYER_LIFECYCLE_ACTIVE && employer_provider(employer, provider) != NULL &&
	       may_ask(request->kind, employer);
}

/* Spaces go, wherever they stand. */
static struct view without_spaces(struct arena *arena, struct view text)
{
	uint8_t *kept = arena_take(arena, text.len + 1);
	size_t len = 0;

	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] != ' ')
			kept[len++] = text.ptr[i];
	return view_of(kept, len);
}

bool lookup_terms_of(const struct message *identifiers, struct arena *arena, struct lookup_terms *ret)
{
	const struct view netherlands = VIEW_LITERAL("NL");
	const struct care_identifiers *given = identifiers->record;
	struct view postcode;

	if (identifiers->faults.count != 0 || view_is_null(given->birth_date) || view_is_null(given->postcode))
		return false;
	postcode = without_spaces(arena, given->postcode);
	if (birth_date_fault(given->birth_date) != NULL || postcode_fault(netherlands, postcode) != NULL ||
	    (!view_is_null(given->bsn) && bsn_fault(given->bsn) != NULL) ||
	    (given->has_house_number && house_number_fault(given->house_number) != NULL) ||
	    (!view_is_null(given->surname) && text_fault(given->surname) != NULL))
		return false;
	*ret = (struct lookup_terms){
		.birth_date = given->birth_date,
		.postcode = postcode_normalised(arena, netherlands, postcode),
		.bsn = given->bsn,
		.has_house_number = given->has_house_number,
		.house_number = given->house_number,
		.surname = text_folded(arena, given->surname),
	};
	return true;
}

static bool lives_at(const struct address *address, const struct lookup_terms *terms)
{
	return address->kind == ADDRESS_KIND_HOME && view_equal(address->postcode, terms->postcode);
}

static bool has_employment_on(const struct person_state *person, int32_t day, struct arena *arena)
{
	struct projection projection;

	project(person, arena, &projection);
	for (size_t i = 0; i < projection.employment_count; i++)
		if (employment_in_force(&projection.employments[i], day))
			return true;
	return false;
}

bool lookup_is_candidate(const struct person_state *person, const struct lookup_terms *terms, int32_t today, struct arena *arena)
{
	const struct identity *identity = person->identity;
	bool at_home = false;

	if (identity == NULL || !birth_date_is_complete(terms->birth_date) || !view_equal(identity->birth_date, terms->birth_date))
		return false;
	for (size_t i = 0; i < identity->addresses.count; i++)
		at_home = at_home || lives_at(&identity->addresses.items[i], terms);
	return at_home && has_employment_on(person, today, arena);
}

/* Of a home with the given postcode: another one's number says nothing. */
static bool has_house_number(const struct identity *identity, const struct lookup_terms *terms)
{
	for (size_t i = 0; i < identity->addresses.count; i++) {
		const struct address *address = &identity->addresses.items[i];

		if (lives_at(address, terms) && address->has_house_number && address->house_number == terms->house_number)
			return true;
	}
	return false;
}

bool lookup_agrees(const struct person_state *person, const struct lookup_terms *terms, struct arena *arena)
{
	const struct identity *identity = person->identity;

	if (!view_is_null(terms->bsn) && !view_equal(identity->bsn, terms->bsn))
		return false;
	if (terms->has_house_number && !has_house_number(identity, terms))
		return false;
	return view_is_null(terms->surname) || view_equal(text_folded(arena, identity->surname), terms->surname) ||
	       view_equal(text_folded(arena, identity->partner_surname), terms->surname);
}

enum care_outcome lookup_outcome(size_t matches)
{
	if (matches == 0)
		return CARE_OUTCOME_NO_MATCH;
	return matches == 1 ? CARE_OUTCOME_MATCHED : CARE_OUTCOME_AMBIGUOUS;
}

/* A clock that goes back opens no new window. */
static void move_on(struct lookup_count *count, int64_t hour, int32_t day)
{
	if (hour > count->hour) {
		count->hour = hour;
		count->hour_requests = 0;
		count->hour_misses = 0;
	}
	if (day > count->day) {
		count->day = day;
		count->day_misses = 0;
	}
}

/* One bit for each limit that is reached. */
static unsigned reached(const struct lookup_count *count, const struct lookup_limits *limits)
{
	return (count->hour_requests >= limits->hour_requests ? 1U : 0U) | (count->hour_misses >= limits->hour_misses ? 2U : 0U) |
	       (count->day_misses >= limits->day_misses ? 4U : 0U);
}

bool lookup_within(struct lookup_count *count, const struct lookup_limits *limits, int64_t broker_time_ms)
{
	move_on(count, broker_time_ms / MS_PER_HOUR, amsterdam_day(broker_time_ms));
	return reached(count, limits) == 0;
}

bool lookup_counted(struct lookup_count *count, const struct lookup_limits *limits, enum care_outcome outcome)
{
	unsigned before = reached(count, limits);

	count->hour_requests++;
	if (outcome != CARE_OUTCOME_MATCHED) {
		count->hour_misses++;
		count->day_misses++;
	}
	return (reached(count, limits) & ~before) != 0;
}
