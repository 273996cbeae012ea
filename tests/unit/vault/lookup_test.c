#include "tests/unit/vault/events.h"
#include "vault-svc/core/lookup.h"

/* How one identifier is given. */
enum given { RIGHT, WRONG, ABSENT, MALFORMED, WAYS };

/* Which identifier: the order in which a combination's number is read, as digits to the base of WAYS. */
enum identifier { BIRTH_DATE, POSTCODE, BSN, HOUSE_NUMBER, SURNAME, IDENTIFIERS };

static const int combinations = WAYS * WAYS * WAYS * WAYS * WAYS;

static enum given way_of(int combination, enum identifier which)
{
	for (enum identifier i = 0; i < which; i++)
		combination /= WAYS;
	return (enum given)(combination % WAYS);
}

/* The person has an employment in force and lives, surname Jansen, at 1234AB 12; BSN as given. */
static void someone(struct events *events, const char *bsn)
{
	struct employee_event *told = employee(events);

	told->bsn = view_text(bsn);
	apply_employee(events, told);
	apply_employment(events, employment(events, "D1", day(0)));
}

static struct view told_text(int combination, enum identifier which)
{
	static const char *const values[IDENTIFIERS][WAYS] = {
		[BIRTH_DATE] = {[RIGHT] = "19800517", [WRONG] = "19810517", [MALFORMED] = "19801340"},
		[POSTCODE] = {[RIGHT] = "12 34 ab", [WRONG] = "4321AB", [MALFORMED] = "0234AB"},
		[BSN] = {[RIGHT] = "111222333", [WRONG] = "999990019", [MALFORMED] = "123456789"},
		[SURNAME] = {[RIGHT] = "JANSEN", [WRONG] = "Jans", [MALFORMED] = "Jan\nsen"},
	};

	return view_text(values[which][way_of(combination, which)]);
}

static struct care_identifiers told(int combination)
{
	static const int32_t numbers[WAYS] = {[RIGHT] = 12, [WRONG] = 13, [MALFORMED] = 100000};
	enum given number = way_of(combination, HOUSE_NUMBER);

	return (struct care_identifiers){
		.birth_date = told_text(combination, BIRTH_DATE),
		.postcode = told_text(combination, POSTCODE),
		.bsn = told_text(combination, BSN),
		.has_house_number = number != ABSENT,
		.house_number = numbers[number],
		.surname = told_text(combination, SURNAME),
	};
}

static enum care_outcome look_up(struct events *const persons[], size_t count, const struct care_identifiers *identifiers, struct arena *arena)
{
	struct care_identifiers copy = *identifiers;
	struct message message = {.schema = &care_identifiers_schema, .writer = &care_identifiers_schema, .record = &copy};
	struct lookup_terms terms;
	size_t matches = 0;

	if (!lookup_terms_of(&message, arena, &terms))
		return CARE_OUTCOME_INSUFFICIENT;
	for (size_t i = 0; i < count; i++)
		matches += lookup_is_candidate(&persons[i]->person, &terms, day(40), arena) && lookup_agrees(&persons[i]->person, &terms, arena);
	return lookup_outcome(matches);
}

/* The contract's table in the words of this test. `alike`: how many live there with that birth date, all alike but for the BSN, which one has. */
static enum care_outcome expected(int combination, size_t alike)
{
	bool wrong = false;

	for (enum identifier i = 0; i < IDENTIFIERS; i++) {
		if (way_of(combination, i) == MALFORMED || (i <= POSTCODE && way_of(combination, i) == ABSENT))
			return CARE_OUTCOME_INSUFFICIENT;
		wrong = wrong || way_of(combination, i) == WRONG;
	}
	if (wrong || alike == 0)
		return CARE_OUTCOME_NO_MATCH;
	return alike == 1 || way_of(combination, BSN) == RIGHT ? CARE_OUTCOME_MATCHED : CARE_OUTCOME_AMBIGUOUS;
}

static void every_combination_has_its_outcome(void **state)
{
	struct events *twin = NULL;
	struct events *persons[2] = {*state};
	struct arena arena = {0};

	check_int(events_begin((void **)&twin), 0);
	persons[1] = twin;
	someone(persons[0], "111222333");
	someone(twin, NULL);
	for (int combination = 0; combination < combinations; combination++) {
		const struct care_identifiers identifiers = told(combination);

		for (size_t alike = 0; alike <= 2; alike++) {
			enum care_outcome outcome = look_up(persons, alike, &identifiers, &arena);

			if (outcome != expected(combination, alike)) {
				print_error("combination %d of %zu alike: %s\n", combination, alike, care_outcome_name(outcome));
				fail();
			}
		}
		arena_reset(&arena);
	}
	arena_done(&arena);
	(void)events_end((void **)&twin);
}

static enum care_outcome ask(struct events *events, struct care_identifiers identifiers)
{
	struct events *persons[] = {events};

	return look_up(persons, 1, &identifiers, &events->arena);
}

static struct care_identifiers right(void)
{
	return (struct care_identifiers){.birth_date = VIEW_LITERAL("19800517"), .postcode = VIEW_LITERAL("1234AB")};
}

static void a_partial_birth_date_is_well_formed_and_matches_nobody(void **state)
{
	struct events *events = *state;
	struct employee_event *event = employee(events);
	struct care_identifiers identifiers = right();

	event->birth_date = VIEW_LITERAL("19800500");
	apply_employee(events, event);
	apply_employment(events, employment(events, "D1", day(0)));
	identifiers.birth_date = event->birth_date;
	check_int(ask(events, identifiers), CARE_OUTCOME_NO_MATCH);
}

static void names_are_compared_without_case_and_accents(void **state)
{
	struct events *events = *state;
	struct employee_event *event = employee(events);
	struct care_identifiers identifiers = right();

	event->surname = VIEW_LITERAL("Bront\u00eb");
	event->partner_surname = VIEW_LITERAL("Stra\u00dfer");
	apply_employee(events, event);
	apply_employment(events, employment(events, "D1", day(0)));
	identifiers.surname = VIEW_LITERAL("bronte\u0308");
	check_int(ask(events, identifiers), CARE_OUTCOME_MATCHED);
	identifiers.surname = VIEW_LITERAL("BRONTE");
	check_int(ask(events, identifiers), CARE_OUTCOME_MATCHED);
	identifiers.surname = VIEW_LITERAL("STRASSER");
	check_int(ask(events, identifiers), CARE_OUTCOME_MATCHED);
	identifiers.surname = VIEW_LITERAL("Bron");
	check_int(ask(events, identifiers), CARE_OUTCOME_NO_MATCH);
}

static void a_house_number_of_another_home_does_not_count(void **state)
{
	struct events *events = *state;
	struct employee_event *event = employee(events);
	struct address homes[2] = {event->addresses.items[0], event->addresses.items[0]};
	struct care_identifiers identifiers = right();

	homes[1].postcode = VIEW_LITERAL("9999ZZ");
	homes[1].house_number = 7;
	event->addresses.items = homes;
	event->addresses.count = 2;
	apply_employee(events, event);
	apply_employment(events, employment(events, "D1", day(0)));
	identifiers.has_house_number = true;
	identifiers.house_number = 7;
	check_int(ask(events, identifiers), CARE_OUTCOME_NO_MATCH);
	identifiers.postcode = VIEW_LITERAL("9999zz");
	check_int(ask(events, identifiers), CARE_OUTCOME_MATCHED);
}

static void who_has_no_employment_in_force_is_no_candidate(void **state)
{
	struct events *events = *state;
	struct employment_event *ended = employment(events, "D1", day(0));

	apply_employee(events, employee(events));
	check_int(ask(events, right()), CARE_OUTCOME_NO_MATCH);
	ended->has_end_date = true;
	ended->end_date = day(39);
	apply_employment(events, ended);
	check_int(ask(events, right()), CARE_OUTCOME_NO_MATCH);
	ended = employment(events, "D1", day(0));
	ended->has_end_date = true;
	ended->end_date = day(40);
	apply_employment(events, ended);
	check_int(ask(events, right()), CARE_OUTCOME_MATCHED);
}

static void what_was_cut_off_is_insufficient(void **state)
{
	struct events *events = *state;
	struct care_identifiers identifiers = right();
	struct message message = {.schema = &care_identifiers_schema, .writer = &care_identifiers_schema, .record = &identifiers};
	struct fault fault = {.code = FAULT_TEXT, .path = "surname"};
	struct lookup_terms terms;

	check(lookup_terms_of(&message, &events->arena, &terms));
	fault_list_add(&message.faults, &fault, &events->arena);
	check(!lookup_terms_of(&message, &events->arena, &terms));
}

/* A request that is allowed, of an employer that has agreed to everything. */
struct asked {
	struct employer_provider provider;
	struct employer_state employer;
	struct care_request request;
};

static struct asked asked_rightly(void)
{
	return (struct asked){
		.provider = {.provider_id = VIEW_LITERAL("P1")},
		.employer = {.state = EMPLOYER_LIFECYCLE_ACTIVE, .settings = {.provider_reporting = true}},
		.request = {.command_id = VIEW_LITERAL("0b31fd2c-91a8-4b0d-9d3d-0f6b4d2a9f10"),
			    .provider_id = VIEW_LITERAL("P1"),
			    .actor = VIEW_LITERAL("arts 1"),
			    .kind = CARE_KIND_WALK_IN,
			    .expires_at = beginning + MS_PER_HOUR},
	};
}

static bool is_allowed(struct asked *asked, const char *provider)
{
	asked->employer.providers.items = &asked->provider;
	asked->employer.providers.count = 1;
	return lookup_allowed(&asked->request, view_text(provider), &asked->employer, beginning);
}

static void what_may_not_be_asked_is_refused(void **state)
{
	struct asked asked = asked_rightly();

	(void)state;
	check(is_allowed(&asked, "P1"));
	check(!is_allowed(&asked, "P2"));
	check(!lookup_allowed(&asked.request, VIEW_LITERAL("P1"), NULL, beginning));
	asked.request.expires_at = beginning - 1;
	check(!is_allowed(&asked, "P1"));
	asked.request.expires_at = beginning + MS_PER_DAY;
	check(is_allowed(&asked, "P1"));
	asked.request.expires_at++;
	check(!is_allowed(&asked, "P1"));
	asked = asked_rightly();
	asked.request.command_id = VIEW_LITERAL("0B31FD2C-91A8-4B0D-9D3D-0F6B4D2A9F10");
	check(!is_allowed(&asked, "P1")); /* could not be known again */
	asked = asked_rightly();
	asked.request.actor = VIEW_LITERAL("arts\x1b[2J");
	check(!is_allowed(&asked, "P1"));
	asked.request.actor = VIEW_LITERAL("");
	check(!is_allowed(&asked, "P1"));
	asked = asked_rightly();
	asked.provider.provider_id = VIEW_LITERAL("P2");
	check(!is_allowed(&asked, "P1"));
	asked = asked_rightly();
	asked.employer.state = EMPLOYER_LIFECYCLE_ACTIVATING;
	check(!is_allowed(&asked, "P1"));
}

static void only_a_providers_kinds_may_be_asked(void **state)
{
	struct asked asked = asked_rightly();
	static const bool may[] = {
		[CARE_KIND_SICK_REPORT] = false,         [CARE_KIND_PREVENTIVE_CONSULT] = true, [CARE_KIND_WORKING_CONDITIONS_CONSULT] = true,
		[CARE_KIND_CASEMANAGER_CONTACT] = false, [CARE_KIND_OPEN_CONSULT] = true,       [CARE_KIND_WALK_IN] = true,
		[CARE_KIND_PROVIDER_SICK_LINE] = true,
	};

	(void)state;
	for (size_t kind = 0; kind < sizeof may / sizeof may[0]; kind++) {
		asked.request.kind = (enum care_kind)kind;
		check_int(is_allowed(&asked, "P1"), may[kind]);
	}
	asked.employer.settings.provider_reporting = false;
	check(!is_allowed(&asked, "P1"));
}

static const struct lookup_limits limits = {.hour_requests = 30, .hour_misses = 10, .day_misses = 200};

/* Asks so often, each answered so; how many of them were within the limits. */
static int count_within(struct lookup_count *count, int times, enum care_outcome outcome, int64_t at)
{
	int within = 0;

	for (int i = 0; i < times; i++) {
		bool allowed = lookup_within(count, &limits, at);

		within += allowed;
		(void)lookup_counted(count, &limits, allowed ? outcome : CARE_OUTCOME_RATE_LIMITED);
	}
	return within;
}

static void an_hour_has_thirty_requests_of_which_ten_may_miss(void **state)
{
	struct lookup_count count = {0};

	(void)state;
	check_int(count_within(&count, 100, CARE_OUTCOME_MATCHED, beginning), 30);
	check_int(count_within(&count, 1, CARE_OUTCOME_MATCHED, beginning + MS_PER_HOUR - 1), 0);
	check_int(count_within(&count, 100, CARE_OUTCOME_NO_MATCH, beginning + MS_PER_HOUR), 10);
	/* A clock that goes back gives nothing back. */
	check_int(count_within(&count, 1, CARE_OUTCOME_NO_MATCH, beginning), 0);
}

static void a_day_has_two_hundred_misses(void **state)
{
	struct lookup_count count = {0};
	int within = 0;

	(void)state;
	for (int hour = 0; hour < 23; hour++)
		within += count_within(&count, 10, CARE_OUTCOME_AMBIGUOUS, beginning + hour * MS_PER_HOUR);
	check_int(within, 200);
	/* 23:00 UTC is the next day in Amsterdam. */
	check_int(count_within(&count, 10, CARE_OUTCOME_AMBIGUOUS, beginning + 23 * MS_PER_HOUR), 10);
}

/* The tenth miss, the thirtieth request and the two hundredth miss, though from the tenth on none was within the limits. */
static void reaching_a_limit_is_told_once(void **state)
{
	struct lookup_count count = {0};

	(void)state;
	for (int i = 1; i <= 250; i++) {
		check_int(lookup_within(&count, &limits, beginning), i <= 10);
		check_int(lookup_counted(&count, &limits, CARE_OUTCOME_INSUFFICIENT), i == 10 || i == 30 || i == 200);
	}
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, events_begin, events_end)

static const struct CMUnitTest tests[] = {
	TEST(every_combination_has_its_outcome),
	TEST(a_partial_birth_date_is_well_formed_and_matches_nobody),
	TEST(names_are_compared_without_case_and_accents),
	TEST(a_house_number_of_another_home_does_not_count),
	TEST(who_has_no_employment_in_force_is_no_candidate),
	TEST(what_was_cut_off_is_insufficient),
	TEST(what_may_not_be_asked_is_refused),
	TEST(only_a_providers_kinds_may_be_asked),
	TEST(an_hour_has_thirty_requests_of_which_ten_may_miss),
	TEST(a_day_has_two_hundred_misses),
	TEST(reaching_a_limit_is_told_once),
};

CHECK_MAIN(tests)
