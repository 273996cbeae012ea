/* On random populations: periods and groups add up, and the order of persons means nothing. The seed is printed; KLUIS_SEED gives one. */
#include "tests/unit/check.h"

#include "tests/unit/provider_figures/people.h"

#include <stdlib.h>

enum { ROUNDS = 6, PERSONS = 60, DAYS = 1096 };

struct fixture {
	struct people people;
	uint64_t random;
};

static int set_up(void **state)
{
	static struct fixture fixture;

	memset(&fixture, 0, sizeof fixture);
	fixture.random = check_seed(20260105);
	*state = &fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	arena_done(&fixture->people.arena);
	return 0;
}

/* 0 to below `most`. */
static int32_t below(struct fixture *fixture, int32_t most)
{
	fixture->random ^= fixture->random << 13;
	fixture->random ^= fixture->random >> 7;
	fixture->random ^= fixture->random << 17;
	return (int32_t)((fixture->random >> 20) % (uint64_t)most);
}

static const struct period years = {18993, 18993 + DAYS}; /* 2022 to 2024 */

static struct population_employment *random_employment(struct fixture *fixture, struct people_person *person)
{
	static const int32_t norms[] = {3600, 3800, 4000, 3777};
	static const char *const departments[] = {"A", "B", "C", "D", "E"};
	struct population_employment *employment = people_employ(&fixture->people, person, "2022-01-01", NULL, 2000, 4000);

	employment->start_date = years.from - 200 + below(fixture, DAYS);
	employment->has_end_date = below(fixture, 3) == 0;
	employment->end_date = employment->start_date + below(fixture, DAYS);
	employment->age_band = (enum age_band)below(fixture, AGE_BAND_GE65 + 1);
	employment->gender = (enum gender)below(fixture, GENDER_FEMALE + 1);
	employment->segments.count = 0;
	for (int32_t i = 0, from = employment->start_date; i < 1 + below(fixture, 4); i++, from += 1 + below(fixture, 400)) {
		people_move(&fixture->people, employment, from, departments[below(fixture, 5)], below(fixture, 4000), norms[below(fixture, 4)]);
		if (below(fixture, 4) > 0)
			employment->segments.items[i].function_code = view_text(departments[below(fixture, 3)]);
		employment->segments.items[i].contract_term = (enum contract_term)below(fixture, CONTRACT_TERM_PERMANENT + 1);
	}
	return employment;
}

static void random_spell(struct fixture *fixture, struct people_person *person, const struct population_employment *employment)
{
	struct population_absence *absence = people_absent(&fixture->people, person, employment, "2022-01-01", NULL);

	absence->first_day = employment->start_date + below(fixture, DAYS);
	absence->has_recovered_on = below(fixture, 5) > 0;
	absence->recovered_on = absence->first_day + below(fixture, below(fixture, 4) == 0 ? 900 : 15);
	absence->recovered = absence->has_recovered_on && below(fixture, 5) > 0;
	absence->excluded = below(fixture, 8) == 0;
	absence->exclude_from_frequency = below(fixture, 10) == 0;
	absence->segments.count = 0;
	for (int32_t i = 0, from = absence->first_day; i < 1 + below(fixture, 3); i++, from += 1 + below(fixture, 40))
		people_partly(&fixture->people, absence, from, below(fixture, COURSE_FULL_PCT + 1));
}

static void populate(struct fixture *fixture)
{
	arena_done(&fixture->people.arena);
	memset(&fixture->people, 0, sizeof fixture->people);
	for (size_t i = 0; i < PERSONS; i++) {
		struct people_person *person = people_add(&fixture->people);

		for (int32_t jobs = 1 + (below(fixture, 4) == 0 ? 1 : 0); jobs > 0; jobs--) {
			const struct population_employment *employment = random_employment(fixture, person);

			for (int32_t spells = below(fixture, 8); spells > 0; spells--)
				random_spell(fixture, person, employment);
		}
	}
}

static struct breakdown counted(struct fixture *fixture, enum dimension dimension, const struct period *periods, size_t count, int32_t max_days)
{
	const struct breakdown_terms terms = {.classes = duration_classes_vernet, .max_days = max_days};
	struct breakdown breakdown;

	breakdown_init(&breakdown, dimension, &terms, periods, count, &fixture->people.arena);
	people_count(&fixture->people, &breakdown);
	breakdown_sort(&breakdown);
	return breakdown;
}

/* Everything that adds up over time; duration classes do where no case is open, so they are compared by their sum. */
static void check_same_days(const struct cell *a, const struct cell *b)
{
	check(a->head_days == b->head_days && a->hour_days == b->hour_days);
	check(a->reports == b->reports);
	check(a->ended == b->ended);
	check(a->ended_days == b->ended_days);
	check_size(a->weight_count, b->weight_count);
	for (size_t i = 0; i < a->weight_count; i++) {
		uint64_t classes = 0;

		for (size_t k = 0; k < DURATION_CLASSES; k++)
			classes += a->weights[i].absent_by_class[k];
		check(a->weights[i].norm_hours_x100 == b->weights[i].norm_hours_x100);
		check(a->weights[i].employed == b->weights[i].employed);
		check(a->weights[i].absent == b->weights[i].absent && classes == a->weights[i].absent);
		check(a->weights[i].absent_with_leave == b->weights[i].absent_with_leave);
	}
}

/* Everything that adds up over groups: all. */
static void check_same(const struct cell *a, const struct cell *b)
{
	check_same_days(a, b);
	check(a->hour_persons == b->hour_persons && a->heads_first == b->heads_first && a->heads_last == b->heads_last);
	check_int(memcmp(a->persons, b->persons, sizeof a->persons), 0);
	check_int(memcmp(a->without_day, b->without_day, sizeof a->without_day), 0);
	check_int(memcmp(a->without_report, b->without_report, sizeof a->without_report), 0);
	check_int(memcmp(a->ended_by_class, b->ended_by_class, sizeof a->ended_by_class), 0);
	for (size_t i = 0; i < a->weight_count; i++)
		check_int(memcmp(&a->weights[i], &b->weights[i], sizeof a->weights[i]), 0);
}

/* The periods of a finer cut, summed, against the whole. */
static void check_periods_add_up(struct fixture *fixture, enum period_step fine, enum period_step coarse)
{
	struct period parts[PERIOD_MAX];
	struct period wholes[PERIOD_MAX];
	struct error error = {0};
	size_t part_count;
	size_t whole_count;
	struct breakdown by_part;
	struct breakdown by_whole;

	check_ok(period_cut(&years, fine, parts, &part_count, &error), &error);
	check_ok(period_cut(&years, coarse, wholes, &whole_count, &error), &error);
	by_part = counted(fixture, DIMENSION_DEPARTMENT, parts, part_count, 730);
	by_whole = counted(fixture, DIMENSION_DEPARTMENT, wholes, whole_count, 730);
	check_size(by_part.group_count, by_whole.group_count);
	for (size_t group = 0; group < by_part.group_count; group++) {
		for (size_t i = 0; i < whole_count; i++) {
			static const struct cell nothing;
			const struct cell *whole = by_whole.groups[group].cells[i] == NULL ? &nothing : by_whole.groups[group].cells[i];
			struct cell sum = {0};

			for (size_t k = 0; k < part_count; k++) {
				if (by_part.groups[group].cells[k] != NULL && parts[k].from >= wholes[i].from && parts[k].until <= wholes[i].until)
					cell_merge(&sum, by_part.groups[group].cells[k], &fixture->people.arena);
			}
			check_same_days(&sum, whole);
		}
	}
}

static void months_add_up_to_quarters_and_quarters_to_years(void **state)
{
	struct fixture *fixture = *state;

	for (size_t i = 0; i < ROUNDS; i++) {
		populate(fixture);
		check_periods_add_up(fixture, PERIOD_MONTH, PERIOD_QUARTER);
		check_periods_add_up(fixture, PERIOD_QUARTER, PERIOD_YEAR);
		check_periods_add_up(fixture, PERIOD_YEAR, PERIOD_WHOLE);
	}
}

static void the_groups_of_every_breakdown_add_up_to_the_employer(void **state)
{
	struct fixture *fixture = *state;
	struct period quarters[PERIOD_MAX];
	struct error error = {0};
	size_t count;

	check_ok(period_cut(&years, PERIOD_QUARTER, quarters, &count, &error), &error);
	for (size_t i = 0; i < ROUNDS; i++) {
		struct breakdown whole;

		populate(fixture);
		whole = counted(fixture, DIMENSION_EMPLOYER, quarters, count, COURSE_NO_CAP);
		for (enum dimension dimension = DIMENSION_DEPARTMENT; dimension <= DIMENSION_CONTRACT_TERM; dimension++) {
			struct breakdown parts = counted(fixture, dimension, quarters, count, COURSE_NO_CAP);

			for (size_t k = 0; k < count; k++)
				check_same(breakdown_total(&parts, VIEW_LITERAL("E"), k, &fixture->people.arena), whole.groups[0].cells[k]);
		}
	}
}

static void the_order_of_persons_and_of_their_records_changes_nothing(void **state)
{
	struct fixture *fixture = *state;
	struct breakdown before;
	struct breakdown after;

	populate(fixture);
	before = counted(fixture, DIMENSION_DEPARTMENT, &years, 1, 730);
	for (size_t i = 0; i < fixture->people.count / 2; i++) {
		struct people_person person = fixture->people.persons[i];

		fixture->people.persons[i] = fixture->people.persons[fixture->people.count - 1 - i];
		fixture->people.persons[fixture->people.count - 1 - i] = person;
	}
	for (size_t i = 0; i < fixture->people.count; i++) {
		struct people_person *person = &fixture->people.persons[i];
		struct population_employment *first = person->employments[0];

		person->employments[0] = person->employments[person->employment_count - 1];
		person->employments[person->employment_count - 1] = first;
		for (size_t k = 0; k < person->absence_count / 2; k++) {
			struct population_absence *absence = person->absences[k];

			person->absences[k] = person->absences[person->absence_count - 1 - k];
			person->absences[person->absence_count - 1 - k] = absence;
		}
	}
	after = counted(fixture, DIMENSION_DEPARTMENT, &years, 1, 730);
	check_size(after.group_count, before.group_count);
	for (size_t i = 0; i < after.group_count; i++) {
		check_view(after.groups[i].value, before.groups[i].value);
		check_same(after.groups[i].cells[0], before.groups[i].cells[0]);
	}
}

#define SUM(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

static const struct CMUnitTest tests[] = {
	SUM(months_add_up_to_quarters_and_quarters_to_years),
	SUM(the_groups_of_every_breakdown_add_up_to_the_employer),
	SUM(the_order_of_persons_and_of_their_records_changes_nothing),
};

CHECK_MAIN(tests)
