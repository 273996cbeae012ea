/* The rules on what counts, where two records meet or something is left out. */
#include "tests/unit/check.h"

#include "tests/unit/provider_figures/people.h"

static struct period april(void)
{
	return between("2023-04-01", "2023-05-01");
}

static struct population_employment *full_time(struct people *people, struct people_person **ret_person)
{
	*ret_person = people_add(people);
	return people_employ(people, *ret_person, "2020-01-01", NULL, 4000, 4000);
}

static void partial_absence_is_weighted_but_lasts_whole_days(void **state)
{
	struct people *people = *state;
	struct period month = april();
	struct people_person *person;
	struct population_employment *employment = full_time(people, &person);
	struct population_absence *absence = people_absent(people, person, employment, "2023-04-01", "2023-04-16");

	people_partly(people, absence, day("2023-04-11"), 4000);
	check_figure(month, FIGURE_ABSENCE, "40.0000"); /* (10 + 5 × 0.4) / 30 */
	check_figure(month, FIGURE_DURATION, "15.0000");
	check_figure(month, FIGURE_REPORTS, "1.0000");
}

static void overlapping_spells_count_once_with_the_larger_percentage(void **state)
{
	struct people *people = *state;
	struct period month = april();
	struct people_person *person;
	struct population_employment *employment = full_time(people, &person);
	struct population_absence *half = people_absent(people, person, employment, "2023-04-01", "2023-04-11");

	half->segments.items[0].absence_pct_x100 = 5000;
	people_absent(people, person, employment, "2023-04-06", "2023-04-16");
	check_figure(month, FIGURE_ABSENCE, "41.6667"); /* (5 × 0.5 + 10) / 30 */
	check_figure(month, FIGURE_REPORTS, "2.0000");
}

static void leave_is_in_the_variant_with_leave_alone(void **state)
{
	struct people *people = *state;
	struct period month = april();
	struct people_person *person;
	struct population_employment *employment = full_time(people, &person);

	people_absent(people, person, employment, "2023-04-02", "2023-04-05");
	people_absent(people, person, employment, "2023-04-05", "2023-04-20")->excluded = true;
	people_absent(people, person, employment, "2023-04-20", "2023-04-23");
	check_figure(month, FIGURE_ABSENCE, "20.0000");
	check_figure(month, FIGURE_ABSENCE_WITH_LEAVE, "70.0000");
	check_figure(month, FIGURE_REPORTS, "2.0000");
	check_figure(month, FIGURE_DURATION, "3.0000");
	check_figure(month, FIGURE_FTE, "1.0000");
}

static void leave_alone_leaves_a_person_without_absence(void **state)
{
	struct people *people = *state;
	struct period month = april();
	struct people_person *person;
	struct population_employment *employment = full_time(people, &person);

	people_absent(people, person, employment, "2023-04-05", "2023-04-20")->excluded = true;
	check_figure(month, FIGURE_ZERO_DAY_ANY, "100.0000");
	check_figure(month, FIGURE_ZERO_REPORT_ANY, "100.0000");
	check_figure(month, FIGURE_ENDED, "0.0000");
}

static void a_spell_kept_from_the_frequency_still_has_days_and_a_duration(void **state)
{
	struct people *people = *state;
	struct period month = april();
	struct people_person *person;
	struct population_employment *employment = full_time(people, &person);

	people_absent(people, person, employment, "2023-04-01", "2023-04-04")->exclude_from_frequency = true;
	check_figure(month, FIGURE_REPORTS, "0.0000");
	check_figure(month, FIGURE_ABSENCE, "10.0000");
	check_figure(month, FIGURE_DURATION, "3.0000");
	check_figure(month, FIGURE_ZERO_REPORT_ANY, "100.0000");
	check_figure(month, FIGURE_ZERO_DAY_ANY, "0.0000");
}

static void spells_close_to_each_other_are_reports_of_their_own(void **state)
{
	struct people *people = *state;
	struct period month = april();
	struct people_person *person;
	struct population_employment *employment = full_time(people, &person);

	people_absent(people, person, employment, "2023-04-03", "2023-04-05");
	people_absent(people, person, employment, "2023-04-06", "2023-04-10");
	check_figure(month, FIGURE_REPORTS, "2.0000");
	check_figure(month, FIGURE_DURATION, "3.0000");
}

static void who_leaves_while_sick_counts_to_the_last_day_and_has_not_recovered(void **state)
{
	struct people *people = *state;
	struct period month = april();
	struct people_person *person = people_add(people);
	struct population_employment *employment = people_employ(people, person, "2020-01-01", "2023-04-10", 4000, 4000);

	people_absent(people, person, employment, "2023-04-06", "2023-04-26");
	check_figure(month, FIGURE_ABSENCE, "50.0000");
	check_figure(month, FIGURE_ENDED, "0.0000");
	check_figure(month, FIGURE_HEADCOUNT, "0.3333");
	check_figure(month, FIGURE_HEADCOUNT_LAST_DAY, "0.0000");
	check_figure(month, FIGURE_ZERO_DAY_LAST, "NOT_AVAILABLE");
	check_figure(month, FIGURE_ZERO_DAY_ANY, "0.0000");
}

static void hours_count_from_the_day_they_change(void **state)
{
	struct people *people = *state;
	struct period month = april();
	struct people_person *person;
	struct population_employment *employment = full_time(people, &person);

	people_move(people, employment, day("2023-04-16"), "D", 1800, 3600);
	people_absent(people, person, employment, "2023-04-11", "2023-04-21");
	check_figure(month, FIGURE_FTE, "0.7500");
	check_figure(month, FIGURE_ABSENCE, "33.3333"); /* (5 + 5 × 0.5) / 22.5 */
}

static void a_spell_without_its_employment_counts_for_nothing(void **state)
{
	struct people *people = *state;
	struct period month = april();
	struct people_person *person;
	struct population_employment *employment = full_time(people, &person);
	struct population_absence *absence = people_absent(people, person, employment, "2023-04-11", "2023-04-21");

	absence->employment_id[15] ^= 1;
	check_figure(month, FIGURE_ABSENCE, "0.0000");
	check_figure(month, FIGURE_REPORTS, "0.0000");
}

/* Counts of the only group of that value, in the arena. */
static const struct cell *cell_in(struct people *people, struct breakdown *breakdown, const char *value)
{
	for (size_t i = 0; i < breakdown->group_count; i++) {
		if (view_equal(breakdown->groups[i].value, view_text(value)))
			return breakdown->groups[i].cells[0];
	}
	return arena_take(&people->arena, sizeof(struct cell));
}

static struct breakdown by_department(struct people *people, const struct period *period)
{
	const struct breakdown_terms terms = {.classes = duration_classes_1996};
	struct breakdown breakdown;

	breakdown_init(&breakdown, DIMENSION_DEPARTMENT, &terms, period, 1, &people->arena);
	people_count(people, &breakdown);
	return breakdown;
}

static void days_count_where_they_were_and_a_case_where_it_began_and_ended(void **state)
{
	struct people *people = *state;
	struct period month = april();
	struct people_person *person;
	struct population_employment *employment = full_time(people, &person);
	struct breakdown breakdown;

	people_move(people, employment, day("2023-04-11"), "OTHER", 4000, 4000);
	people_absent(people, person, employment, "2023-04-09", "2023-04-14");
	breakdown = by_department(people, &month);
	check(cell_in(people, &breakdown, "D")->head_days == 10 && cell_in(people, &breakdown, "OTHER")->head_days == 20);
	check(cell_in(people, &breakdown, "D")->weights[0].absent == UINT64_C(2) * 4000 * COURSE_FULL_PCT);
	check(cell_in(people, &breakdown, "OTHER")->weights[0].absent == UINT64_C(3) * 4000 * COURSE_FULL_PCT);
	check(cell_in(people, &breakdown, "D")->reports == 1 && cell_in(people, &breakdown, "OTHER")->reports == 0);
	check(cell_in(people, &breakdown, "D")->ended == 0 && cell_in(people, &breakdown, "OTHER")->ended == 1);
	check(cell_in(people, &breakdown, "OTHER")->persons[COHORT_ANY_DAY] == 1 && cell_in(people, &breakdown, "D")->persons[COHORT_ANY_DAY] == 0);
}

static void a_person_is_one_head_under_the_employment_of_most_hours(void **state)
{
	struct people *people = *state;
	struct period month = april();
	struct people_person *person = people_add(people);
	struct breakdown breakdown;

	people_employ(people, person, "2019-01-01", NULL, 1600, 4000)->segments.items[0].department_code = VIEW_LITERAL("SMALL");
	people_employ(people, person, "2020-01-01", NULL, 2000, 3600)->segments.items[0].department_code = VIEW_LITERAL("LARGE");
	breakdown = by_department(people, &month);
	check(cell_in(people, &breakdown, "LARGE")->head_days == 30);
	check(cell_in(people, &breakdown, "SMALL")->head_days == 0);
	check(cell_in(people, &breakdown, "SMALL")->weights[0].employed == 30 * 1600);
}

/* The part of the absence that the cases of a class of 1996 make in a period. */
static const char *class_figure(struct people *people, const struct period *period, size_t class)
{
	const struct breakdown_terms terms = {.classes = duration_classes_1996};
	char *text = arena_take(&people->arena, FIGURE_TEXT);
	struct breakdown breakdown;
	struct figure figure;
	struct error error = {0};

	breakdown_init(&breakdown, DIMENSION_EMPLOYER, &terms, period, 1, &people->arena);
	people_count(people, &breakdown);
	check_ok(figure_of_class(class, breakdown_total(&breakdown, VIEW_LITERAL("E"), 0, &people->arena), 4, &figure, &error), &error);
	figure_format(&figure, text);
	return text;
}

static void a_case_is_in_the_class_of_its_whole_length(void **state)
{
	struct people *people = *state;
	struct period month = april();
	struct people_person *person;
	struct population_employment *employment = full_time(people, &person);

	people_absent(people, person, employment, "2023-04-28", "2023-05-05"); /* 7 days */
	people_absent(people, person, employment, "2023-03-25", "2023-04-02"); /* 8 days */
	check_text(class_figure(people, &month, 0), "10.0000");
	check_text(class_figure(people, &month, 1), "3.3333");
	check_text(class_figure(people, &month, 2), "0.0000");
}

static void an_open_case_is_in_the_class_of_its_length_so_far(void **state)
{
	struct people *people = *state;
	struct period month = april();
	struct people_person *person;
	struct population_employment *employment = full_time(people, &person);

	people_absent(people, person, employment, "2023-04-22", NULL);
	check_text(class_figure(people, &month, 0), "0.0000");
	check_text(class_figure(people, &month, 1), "30.0000");
}

/* The population cuts an open spell at the employment's end, however far away that is; it has not recovered then. */
static void an_open_case_of_a_fixed_term_is_open(void **state)
{
	struct people *people = *state;
	struct period month = april();
	struct people_person *person = people_add(people);
	struct population_employment *employment = people_employ(people, person, "2020-01-01", "2025-12-31", 4000, 4000);

	people_absent(people, person, employment, "2023-04-28", "2026-01-01")->recovered = false;
	check_text(class_figure(people, &month, 0), "10.0000");
	check_text(class_figure(people, &month, 3), "0.0000");
}

static void nobody_ever_employed_is_not_known_rather_than_zero(void **state)
{
	struct people *people = *state;
	struct period month = april();

	check_figure(month, FIGURE_HEADCOUNT, "NOT_AVAILABLE");
	check_figure(month, FIGURE_ABSENCE, "NOT_AVAILABLE");
}

static void an_employer_whose_people_have_all_left_has_nobody(void **state)
{
	struct people *people = *state;
	struct period month = april();

	people_employ(people, people_add(people), "2020-01-01", "2022-12-31", 4000, 4000);
	check_figure(month, FIGURE_HEADCOUNT, "0.0000");
	check_figure(month, FIGURE_FTE, "0.0000");
	check_figure(month, FIGURE_ABSENCE, "NOT_AVAILABLE");
}

static void the_frequency_of_two_years_is_per_calendar_year(void **state)
{
	struct people *people = *state;
	struct period years = between("2023-01-01", "2025-01-01");
	struct people_person *person;
	struct population_employment *employment = full_time(people, &person);

	people_absent(people, person, employment, "2023-04-01", "2023-04-02");
	people_absent(people, person, employment, "2024-04-01", "2024-04-02");
	check_figure(years, FIGURE_FREQUENCY, "1.0000");
}

static void records_that_break_the_contract_are_refused(void **state)
{
	struct people *people = *state;
	struct period month = april();
	struct people_person *person;
	struct population_employment *employment = full_time(people, &person);
	struct population_absence *absence = people_absent(people, person, employment, "2023-04-11", "2023-04-21");
	const struct course_person records = {
		.employments = (const struct population_employment *const *)person->employments,
		.employment_count = 1,
		.absences = (const struct population_absence *const *)person->absences,
		.absence_count = 1,
	};
	struct course course;
	struct error error = {0};

	check_ok(course_of(&records, &month, COURSE_NO_CAP, &people->arena, &course, &error), &error);
	absence->segments.items[0].absence_pct_x100 = 10001;
	check_fails(course_of(&records, &month, COURSE_NO_CAP, &people->arena, &course, &error), &error, "PERCENTAGE");
	absence->segments.count = 0;
	check_fails(course_of(&records, &month, COURSE_NO_CAP, &people->arena, &course, &error), &error, "SEGMENTS");
	employment->segments.items[0].norm_hours_x100 = 0;
	check_fails(course_of(&records, &month, COURSE_NO_CAP, &people->arena, &course, &error), &error, "HOURS");
	employment->start_date = INT32_MAX;
	check_fails(course_of(&records, &month, COURSE_NO_CAP, &people->arena, &course, &error), &error, "DATE");
}

#define RULE(test) cmocka_unit_test_setup_teardown(test, people_set_up, people_tear_down)

static const struct CMUnitTest tests[] = {
	RULE(partial_absence_is_weighted_but_lasts_whole_days),
	RULE(overlapping_spells_count_once_with_the_larger_percentage),
	RULE(leave_is_in_the_variant_with_leave_alone),
	RULE(leave_alone_leaves_a_person_without_absence),
	RULE(a_spell_kept_from_the_frequency_still_has_days_and_a_duration),
	RULE(spells_close_to_each_other_are_reports_of_their_own),
	RULE(who_leaves_while_sick_counts_to_the_last_day_and_has_not_recovered),
	RULE(hours_count_from_the_day_they_change),
	RULE(a_spell_without_its_employment_counts_for_nothing),
	RULE(days_count_where_they_were_and_a_case_where_it_began_and_ended),
	RULE(a_person_is_one_head_under_the_employment_of_most_hours),
	RULE(a_case_is_in_the_class_of_its_whole_length),
	RULE(an_open_case_is_in_the_class_of_its_length_so_far),
	RULE(an_open_case_of_a_fixed_term_is_open),
	RULE(nobody_ever_employed_is_not_known_rather_than_zero),
	RULE(an_employer_whose_people_have_all_left_has_nobody),
	RULE(the_frequency_of_two_years_is_per_calendar_year),
	RULE(records_that_break_the_contract_are_refused),
};

CHECK_MAIN(tests)
