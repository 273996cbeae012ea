/* The single-rule examples of the requirements, figure by figure. */
#include "tests/unit/check.h"

#include "provider-svc/core/population.h"
#include "tests/unit/provider_figures/people.h"

static const char *const january = "2023-01-01";
static const char *const february = "2023-02-01";

static void two_employments_weigh_by_themselves_but_are_one_head(void **state)
{
	struct people *people = *state;
	struct people_person *person = people_add(people);
	struct period month = between(january, february);
	struct population_employment *first = people_employ(people, person, "2020-01-01", NULL, 1600, 4000);

	people_employ(people, person, "2020-01-01", NULL, 2400, 4000);
	people_absent(people, person, first, "2023-01-02", "2023-01-12");
	check_figure(month, FIGURE_ABSENCE, "12.9032");
	check_figure(month, FIGURE_REPORTS, "1.0000");
	check_figure(month, FIGURE_HEADCOUNT, "1.0000");
	check_figure(month, FIGURE_FTE, "1.0000");
	check_figure(month, FIGURE_ZERO_DAY_ANY, "0.0000");
}

static void a_factor_above_one_cancels_for_one_person(void **state)
{
	struct people *people = *state;
	struct people_person *person = people_add(people);
	struct period month = between(january, february);

	people_absent(people, person, people_employ(people, person, "2020-01-01", NULL, 4000, 3600), "2023-01-05", "2023-01-15");
	check_figure(month, FIGURE_ABSENCE, "32.2581");
	check_figure(month, FIGURE_FTE, "1.1111");
}

static void a_part_timers_days_are_calendar_days(void **state)
{
	struct people *people = *state;
	struct people_person *person = people_add(people);
	struct period may = between("2023-05-01", "2023-06-01");

	people_absent(people, person, people_employ(people, person, "2020-01-01", NULL, 2400, 4000), "2023-05-01", "2023-05-15");
	check_figure(may, FIGURE_ABSENCE, "45.1613");
	check_figure(may, FIGURE_DURATION, "14.0000");
}

static void a_spell_over_new_year_is_reported_in_one_year_and_ends_in_the_other(void **state)
{
	struct people *people = *state;
	struct people_person *person = people_add(people);
	struct period december = between("2023-12-01", "2024-01-01");
	struct period january_after = between("2024-01-01", "2024-02-01");
	struct period year = between("2023-01-01", "2024-01-01");
	struct period next = between("2024-01-01", "2025-01-01");

	people_absent(people, person, people_employ(people, person, "2020-01-01", NULL, 4000, 4000), "2023-12-25", "2024-01-08");
	check_figure(december, FIGURE_ABSENCE, "22.5806");
	check_figure(january_after, FIGURE_ABSENCE, "22.5806");
	check_figure(year, FIGURE_ABSENCE, "1.9178");
	check_figure(next, FIGURE_ABSENCE, "1.9126");
	check_figure(year, FIGURE_REPORTS, "1.0000");
	check_figure(next, FIGURE_REPORTS, "0.0000");
	check_figure(year, FIGURE_ENDED, "0.0000");
	check_figure(next, FIGURE_ENDED, "1.0000");
	check_figure(next, FIGURE_DURATION, "14.0000");
	check_figure(year, FIGURE_DURATION, "NOT_AVAILABLE");
}

static void the_cap_ends_a_case_after_730_days(void **state)
{
	struct people *people = *state;
	struct people_person *person = people_add(people);
	struct period months = between("2023-02-01", "2023-04-01");

	people_absent(people, person, people_employ(people, person, "2020-01-01", NULL, 4000, 4000), "2021-03-01", NULL);
	check_text(people_figure(people, &months, FIGURE_ABSENCE, 730), "47.4576");
	check_figure(months, FIGURE_ABSENCE, "100.0000");
}

static void recovery_on_the_first_day_ends_the_case_in_the_period_without_a_day(void **state)
{
	struct people *people = *state;
	struct people_person *person = people_add(people);
	struct period month = between(january, february);

	people_absent(people, person, people_employ(people, person, "2020-01-01", NULL, 4000, 4000), "2022-12-12", "2023-01-01");
	check_figure(month, FIGURE_ABSENCE, "0.0000");
	check_figure(month, FIGURE_ENDED, "1.0000");
	check_figure(month, FIGURE_DURATION, "20.0000");
	check_figure(month, FIGURE_ZERO_DAY_ANY, "100.0000");
}

static void recovery_on_the_day_of_the_report_is_a_report_without_a_day(void **state)
{
	struct people *people = *state;
	struct people_person *person = people_add(people);
	struct period month = between(january, february);

	people_absent(people, person, people_employ(people, person, "2020-01-01", NULL, 4000, 4000), "2023-01-10", "2023-01-10");
	check_figure(month, FIGURE_ABSENCE, "0.0000");
	check_figure(month, FIGURE_REPORTS, "1.0000");
	check_figure(month, FIGURE_DURATION, "0.0000");
	check_figure(month, FIGURE_ENDED, "1.0000");
	check_figure(month, FIGURE_ZERO_DAY_ANY, "100.0000");
	check_figure(month, FIGURE_ZERO_REPORT_ANY, "0.0000");
}

static void a_part_time_factor_of_28_in_40_is_0_7(void **state)
{
	struct people *people = *state;
	struct period month = between(january, february);

	people_employ(people, people_add(people), "2020-01-01", NULL, 2800, 4000);
	check_figure(month, FIGURE_FTE, "0.7000");
}

static void the_frequency_of_a_quarter_is_taken_four_times(void **state)
{
	struct people *people = *state;
	struct period quarter = between("2023-01-01", "2023-04-01");

	for (size_t i = 0; i < 40; i++) {
		struct people_person *person = people_add(people);
		struct population_employment *employment = people_employ(people, person, "2020-01-01", NULL, 4000, 4000);

		if (i < 13)
			people_absent(people, person, employment, "2023-02-01", "2023-02-03");
	}
	check_figure(quarter, FIGURE_FREQUENCY_MULTIPLE, "1.3000");
	check_figure(quarter, FIGURE_FREQUENCY, "1.3181"); /* 13 / 40 × 365 / 90 */
	check_figure(quarter, FIGURE_FREQUENCY_BEGIN_END, "1.3181");
	check_figure(quarter, FIGURE_ZERO_DAY_ANY, "67.5000");
}

/* The spells that are left of a batch of the population, as the only ones of the first person. */
static void take_spells(struct people *people, const struct population_fold *fold)
{
	struct people_person *person = &people->persons[0];

	person->absence_count = 0;
	for (size_t i = 0; i < fold->change_count; i++) {
		const struct population_change *change = &fold->changes[i];

		if (change->kind == POPULATION_ABSENCE && !change->dropped) {
			struct population_absence *absence = arena_take(&people->arena, sizeof *absence);

			*absence = *change->absence;
			person->absences[person->absence_count++] = absence;
		}
	}
}

static struct view key_of(struct people *people, const struct population_absence *absence)
{
	uint8_t *key = arena_take(&people->arena, POPULATION_KEY_LEN);

	memcpy(key + 16, absence->entity_id, 16);
	return view_of(key, POPULATION_KEY_LEN);
}

static void a_corrected_or_deleted_spell_leaves_what_would_be_without_it(void **state)
{
	struct people *people = *state;
	struct people_person *person = people_add(people);
	struct population_employment *employment = people_employ(people, person, "2020-01-01", NULL, 4000, 4000);
	struct population_absence *wrong = people_absent(people, person, employment, "2023-01-02", "2023-01-30");
	struct population_absence *corrected = people_absent(people, person, employment, "2023-01-05", "2023-01-15");
	struct period month = between(january, february);
	struct population_employer employers[4];
	struct population_fold fold;

	wrong->revision = 1;
	corrected->revision = 2;
	population_fold_init(&fold, &people->arena, 8, employers, 0);
	check(population_fold_absence(&fold, key_of(people, wrong), wrong));
	check(population_fold_absence(&fold, key_of(people, corrected), corrected));
	take_spells(people, &fold);
	check_figure(month, FIGURE_ABSENCE, "32.2581");
	check_figure(month, FIGURE_REPORTS, "1.0000");
	check_figure(month, FIGURE_DURATION, "10.0000");
	population_fold_tombstone(&fold, key_of(people, corrected));
	take_spells(people, &fold);
	check_figure(month, FIGURE_ABSENCE, "0.0000");
	check_figure(month, FIGURE_REPORTS, "0.0000");
	check_figure(month, FIGURE_ZERO_REPORT_ANY, "100.0000");
}

#define EXAMPLE(test) cmocka_unit_test_setup_teardown(test, people_set_up, people_tear_down)

static const struct CMUnitTest tests[] = {
	EXAMPLE(two_employments_weigh_by_themselves_but_are_one_head),
	EXAMPLE(a_factor_above_one_cancels_for_one_person),
	EXAMPLE(a_part_timers_days_are_calendar_days),
	EXAMPLE(a_spell_over_new_year_is_reported_in_one_year_and_ends_in_the_other),
	EXAMPLE(the_cap_ends_a_case_after_730_days),
	EXAMPLE(recovery_on_the_first_day_ends_the_case_in_the_period_without_a_day),
	EXAMPLE(recovery_on_the_day_of_the_report_is_a_report_without_a_day),
	EXAMPLE(a_corrected_or_deleted_spell_leaves_what_would_be_without_it),
	EXAMPLE(a_part_time_factor_of_28_in_40_is_0_7),
	EXAMPLE(the_frequency_of_a_quarter_is_taken_four_times),
};

CHECK_MAIN(tests)
