/* Months, the whole and departments side by side: what is kept back, and an attempt to get at it by adding and subtracting. */
#include "tests/unit/check.h"

#include "provider-svc/core/figures/sheet.h"
#include "tests/unit/provider_figures/people.h"

#include <stdlib.h>

enum { MONTHS = 4, PERIODS = MONTHS + 1, DEPARTMENTS = 6, MIN_GROUP = 5, ROUNDS = 400, ATOMS = DEPARTMENTS * MONTHS };

static const char *const codes[DEPARTMENTS] = {"A", "B", "C", "D", "E", "F"};

/* One employer's sheet over the first months of 2024. */
struct fixture {
	struct people people;
	struct period periods[1 + PERIOD_MAX];
	struct breakdown breakdown;
	struct department_tree tree;
	struct sheet sheet;
	const char *parents[DEPARTMENTS];
	uint64_t random;
};

static int set_up(void **state)
{
	static struct fixture fixture;

	memset(&fixture, 0, sizeof fixture);
	fixture.random = check_seed(20261122);
	*state = &fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	arena_done(&fixture->people.arena);
	return 0;
}

static void nobody(struct fixture *fixture)
{
	arena_done(&fixture->people.arena);
	memset(&fixture->people, 0, sizeof fixture->people);
	memset(fixture->parents, 0, sizeof fixture->parents);
}

/* So many people in a department from a day to a last day (NULL: none), with these hours x100 of 36. */
static void hire_for(struct fixture *fixture, int count, const char *department, const char *start, const char *last, int32_t hours)
{
	for (int i = 0; i < count; i++) {
		struct population_employment *employment = people_employ(&fixture->people, people_add(&fixture->people), start, last, hours, 3600);

		employment->segments.items[0].department_code = view_text(department);
	}
}

static void hire(struct fixture *fixture, int count, const char *department, const char *start, const char *last)
{
	hire_for(fixture, count, department, start, last, 3600);
}

/* The months that the whole is cut into, and the sheet; apart: as if each period were shown alone. */
static void make_sheet(struct fixture *fixture, bool apart)
{
	static const struct breakdown_terms terms = {.classes = {.name = "two", .last_day = {7}, .boundaries = 1}};
	const struct population_employer employer = {.employer_id = VIEW_LITERAL("E"), .complete_generation = 1, .min_group = MIN_GROUP};
	struct population_unit units[DEPARTMENTS] = {0};
	const struct population_unit *pointers[DEPARTMENTS];
	struct arena *arena = &fixture->people.arena;
	struct error error = {0};
	size_t count;

	for (size_t i = 0; i < DEPARTMENTS; i++) {
		units[i].employer_id = employer.employer_id;
		units[i].unit_code = view_text(codes[i]);
		units[i].parent_code = view_text(fixture->parents[i]);
		pointers[i] = &units[i];
	}
	fixture->periods[0] = between("2024-01-01", "2024-05-01");
	check_ok(period_cut(&fixture->periods[0], PERIOD_MONTH, fixture->periods + 1, &count, &error), &error);
	check_size(count, MONTHS);
	breakdown_init(&fixture->breakdown, DIMENSION_DEPARTMENT, &terms, fixture->periods, PERIODS, arena);
	people_count(&fixture->people, &fixture->breakdown);
	breakdown_sort(&fixture->breakdown);
	department_tree_of(&fixture->breakdown, pointers, DEPARTMENTS, arena, &fixture->tree);
	if (apart)
		sheet_of(&fixture->breakdown, &fixture->tree, &employer, 1, SHEET_EMPLOYERS_OWN, arena, &fixture->sheet);
	else
		sheet_of_whole(&fixture->breakdown, &fixture->tree, &employer, 1, SHEET_EMPLOYERS_OWN, arena, &fixture->sheet);
}

static bool is_shown(const struct fixture *fixture, enum sheet_kind kind, const char *code, size_t period)
{
	for (size_t i = 0; i < fixture->sheet.count; i++) {
		const struct sheet_row *row = &fixture->sheet.rows[i];

		if (row->kind == kind && row->period == period && (kind == SHEET_TOTAL || view_equal(row->value, view_text(code))))
			return !row->is_suppressed;
	}
	fail_msg("no such row");
	return false;
}

static bool total_is_shown(const struct fixture *fixture, size_t period)
{
	return is_shown(fixture, SHEET_TOTAL, NULL, period);
}

static void all_is_shown_where_every_month_is_large(void **state)
{
	struct fixture *fixture = *state;

	hire(fixture, 6, "A", "2020-01-01", NULL);
	hire(fixture, 7, "B", "2020-01-01", NULL);
	make_sheet(fixture, false);
	for (size_t i = 0; i < PERIODS; i++)
		check(total_is_shown(fixture, i));
	check(is_shown(fixture, SHEET_GROUP, "A", 0) && is_shown(fixture, SHEET_GROUP, "B", 0));
	check(!is_shown(fixture, SHEET_GROUP, "A", 1));
}

/* January has three people: the year less the other months would be January. */
static void a_small_month_takes_another_along(void **state)
{
	struct fixture *fixture = *state;

	hire(fixture, 3, "A", "2020-01-01", NULL);
	hire(fixture, 20, "A", "2024-02-01", NULL);
	hire(fixture, 5, "A", "2024-03-01", NULL);
	make_sheet(fixture, false);
	check(total_is_shown(fixture, 0) && !total_is_shown(fixture, 1) && !total_is_shown(fixture, 2));
	check(total_is_shown(fixture, 3) && total_is_shown(fixture, 4));
	check(is_shown(fixture, SHEET_GROUP, "A", 0));
}

/* Only in February there are enough people: then the whole would be January, March and April with it. */
static void months_stand_alone_where_the_whole_is_too_small(void **state)
{
	struct fixture *fixture = *state;

	hire(fixture, 2, "A", "2020-01-01", NULL);
	hire(fixture, 8, "B", "2024-02-01", "2024-02-29");
	make_sheet(fixture, false);
	check(!total_is_shown(fixture, 0) && !total_is_shown(fixture, 1) && total_is_shown(fixture, 2) && !total_is_shown(fixture, 3));
	check(!is_shown(fixture, SHEET_GROUP, "A", 0) && !is_shown(fixture, SHEET_GROUP, "B", 0));
}

/* All were in A in January but two, who stay; B came after it. A less January would be these two. */
static void a_department_that_was_small_in_one_month_is_kept_back(void **state)
{
	struct fixture *fixture = *state;

	hire(fixture, 2, "A", "2020-01-01", NULL);
	hire(fixture, 40, "A", "2020-01-01", "2024-01-31");
	hire(fixture, 40, "B", "2024-02-01", NULL);
	make_sheet(fixture, true);
	check(is_shown(fixture, SHEET_GROUP, "A", 0));
	make_sheet(fixture, false);
	for (size_t i = 0; i < PERIODS; i++)
		check(total_is_shown(fixture, i));
	check(!is_shown(fixture, SHEET_GROUP, "A", 0) && !is_shown(fixture, SHEET_GROUP, "B", 0));
}

static void a_sum_over_departments_takes_the_smaller_along(void **state)
{
	struct fixture *fixture = *state;

	fixture->parents[1] = "A";
	fixture->parents[2] = "A";
	hire(fixture, 9, "A", "2020-01-01", NULL);
	hire(fixture, 3, "B", "2020-01-01", NULL);
	hire(fixture, 30, "C", "2020-01-01", NULL);
	make_sheet(fixture, false);
	check(total_is_shown(fixture, 0) && is_shown(fixture, SHEET_SUBTREE, "A", 0) && is_shown(fixture, SHEET_GROUP, "C", 0));
	check(!is_shown(fixture, SHEET_GROUP, "A", 0) && !is_shown(fixture, SHEET_GROUP, "B", 0));
}

static void an_employer_nothing_is_known_of_keeps_nothing_back(void **state)
{
	struct fixture *fixture = *state;

	make_sheet(fixture, false);
	for (size_t i = 0; i < PERIODS; i++)
		check(total_is_shown(fixture, i) && fixture->sheet.rows[i].cell == NULL);
}

/* As it is shown of the row in a period. */
static const char *shown(const struct fixture *fixture, enum sheet_kind kind, const char *code, size_t period, size_t figure)
{
	static char text[FIGURE_TEXT];
	struct error error = {0};

	for (size_t i = 0; i < fixture->sheet.count; i++) {
		const struct sheet_row *row = &fixture->sheet.rows[i];

		if (row->kind != kind || row->period != period || (kind != SHEET_TOTAL && !view_equal(row->value, view_text(code))))
			continue;
		check_ok(sheet_figure(&fixture->sheet, row, figure, 2, text, &error), &error);
		return text;
	}
	fail_msg("no such row");
	return NULL;
}

/* Nobody is ever absent: of all, and of all but one, 100 % each; were the one so, it could be told. */
static void who_alone_left_is_not_told_by_figures_of_those_who_stayed(void **state)
{
	struct fixture *fixture = *state;

	hire(fixture, 12, "A", "2020-01-01", NULL);
	hire(fixture, 1, "A", "2020-01-01", "2024-01-20");
	hire(fixture, 6, "A", "2020-01-01", "2024-02-20");
	make_sheet(fixture, true);
	for (enum sheet_kind kind = SHEET_TOTAL; kind <= SHEET_GROUP; kind++) {
		check_text(shown(fixture, kind, "A", 1, FIGURE_ZERO_DAY_ANY), "100.00");
		check_text(shown(fixture, kind, "A", 1, FIGURE_ZERO_DAY_WHOLE), "SUPPRESSED");
		check_text(shown(fixture, kind, "A", 1, FIGURE_ZERO_DAY_LAST), "SUPPRESSED");
		check_text(shown(fixture, kind, "A", 1, FIGURE_ZERO_REPORT_WHOLE), "SUPPRESSED");
		check_text(shown(fixture, kind, "A", 1, FIGURE_ZERO_REPORT_LAST), "SUPPRESSED");
		check_text(shown(fixture, kind, "A", 2, FIGURE_ZERO_DAY_WHOLE), "100.00");
		check_text(shown(fixture, kind, "A", 3, FIGURE_ZERO_REPORT_LAST), "100.00");
	}
}

/* Twelve left, enough; of those there on the last day only one had not been there on every day. */
static void nor_who_alone_came_and_stayed(void **state)
{
	struct fixture *fixture = *state;

	hire(fixture, 20, "A", "2020-01-01", NULL);
	hire(fixture, 12, "A", "2020-01-01", "2024-01-20");
	hire(fixture, 1, "A", "2024-01-10", NULL);
	make_sheet(fixture, true);
	check_text(shown(fixture, SHEET_TOTAL, NULL, 1, FIGURE_ZERO_DAY_ANY), "100.00");
	check_text(shown(fixture, SHEET_TOTAL, NULL, 1, FIGURE_ZERO_DAY_WHOLE), "SUPPRESSED");
	check_text(shown(fixture, SHEET_TOTAL, NULL, 1, FIGURE_ZERO_DAY_LAST), "SUPPRESSED");
	check_text(shown(fixture, SHEET_TOTAL, NULL, 2, FIGURE_ZERO_DAY_LAST), "100.00");
}

/* Six left, five of them in A: the total less A would be the sixth, and so would the total be beside all of B. */
static void nor_by_taking_a_department_from_the_whole(void **state)
{
	struct fixture *fixture = *state;

	hire(fixture, 10, "A", "2020-01-01", NULL);
	hire(fixture, 5, "A", "2020-01-01", "2024-01-20");
	hire(fixture, 10, "B", "2020-01-01", NULL);
	hire(fixture, 1, "B", "2020-01-01", "2024-01-20");
	make_sheet(fixture, true);
	check_text(shown(fixture, SHEET_TOTAL, NULL, 1, FIGURE_ZERO_DAY_WHOLE), "SUPPRESSED");
	check_text(shown(fixture, SHEET_GROUP, "A", 1, FIGURE_ZERO_DAY_WHOLE), "100.00");
	check_text(shown(fixture, SHEET_GROUP, "B", 1, FIGURE_ZERO_DAY_WHOLE), "SUPPRESSED");
	check_text(shown(fixture, SHEET_GROUP, "B", 1, FIGURE_ZERO_DAY_ANY), "100.00");
}

/* All of B left and one of A: the total's last day is that of A's nine, and all of A less these the one. */
static void nor_by_a_department_that_all_have_left(void **state)
{
	struct fixture *fixture = *state;

	hire(fixture, 9, "A", "2020-01-01", NULL);
	hire(fixture, 1, "A", "2020-01-01", "2024-01-20");
	hire(fixture, 10, "B", "2020-01-01", "2024-01-20");
	make_sheet(fixture, true);
	check_text(shown(fixture, SHEET_GROUP, "A", 1, FIGURE_ZERO_DAY_ANY), "100.00");
	check_text(shown(fixture, SHEET_GROUP, "B", 1, FIGURE_ZERO_DAY_ANY), "100.00");
	check_text(shown(fixture, SHEET_TOTAL, NULL, 1, FIGURE_ZERO_DAY_LAST), "SUPPRESSED");
	check_text(shown(fixture, SHEET_TOTAL, NULL, 1, FIGURE_ZERO_REPORT_WHOLE), "SUPPRESSED");
	check_text(shown(fixture, SHEET_GROUP, "A", 1, FIGURE_ZERO_DAY_LAST), "SUPPRESSED");
}

static void check_hours(const struct fixture *fixture, enum sheet_kind kind, const char *code, bool are_shown)
{
	static const size_t of_hours[] = {FIGURE_FTE, FIGURE_ABSENCE, FIGURE_ABSENCE_WITH_LEAVE, FIGURE_KINDS, FIGURE_KINDS + 1};

	for (size_t i = 0; i < sizeof of_hours / sizeof of_hours[0]; i++)
		check((strcmp(shown(fixture, kind, code, 1, of_hours[i]), "SUPPRESSED") != 0) == are_shown);
	check(strcmp(shown(fixture, kind, code, 1, FIGURE_HEADCOUNT), "SUPPRESSED") != 0);
	check(strcmp(shown(fixture, kind, code, 1, FIGURE_FREQUENCY), "SUPPRESSED") != 0);
}

/* Four with hours among many on call: FTE and ZVP would be of these four. The total less B would be, too. */
static void figures_of_hours_are_of_enough_people_with_hours(void **state)
{
	struct fixture *fixture = *state;

	hire_for(fixture, 20, "A", "2020-01-01", NULL, 0);
	hire(fixture, MIN_GROUP - 1, "A", "2020-01-01", NULL);
	hire(fixture, MIN_GROUP, "B", "2020-01-01", NULL);
	make_sheet(fixture, true);
	check_hours(fixture, SHEET_GROUP, "A", false);
	check_hours(fixture, SHEET_GROUP, "B", false);
	check_hours(fixture, SHEET_TOTAL, NULL, true);
	hire(fixture, 1, "A", "2020-01-01", NULL);
	make_sheet(fixture, true);
	check_hours(fixture, SHEET_GROUP, "A", true);
	check_hours(fixture, SHEET_GROUP, "B", true);
}

static void people_with_hours_are_counted_by_days_and_persons(void **state)
{
	struct fixture *fixture = *state;

	hire_for(fixture, 20, "A", "2020-01-01", NULL, 0);
	hire(fixture, MIN_GROUP, "A", "2020-01-01", "2024-01-20");
	make_sheet(fixture, true);
	check_hours(fixture, SHEET_TOTAL, NULL, false);
}

static void where_nobody_has_hours_that_may_be_seen(void **state)
{
	struct fixture *fixture = *state;

	hire_for(fixture, MIN_GROUP, "A", "2020-01-01", NULL, 0);
	hire(fixture, MIN_GROUP, "B", "2020-01-01", NULL);
	make_sheet(fixture, true);
	check_hours(fixture, SHEET_GROUP, "A", true);
	check_text(shown(fixture, SHEET_GROUP, "A", 1, FIGURE_FTE), "0.00");
	check_text(shown(fixture, SHEET_GROUP, "A", 1, FIGURE_ABSENCE), "NOT_AVAILABLE");
	check_hours(fixture, SHEET_TOTAL, NULL, true);
}

static void a_page_shows_a_row_with_its_figures_of_hours_or_not_at_all(void **state)
{
	struct fixture *fixture = *state;

	hire_for(fixture, 20, "A", "2020-01-01", NULL, 0);
	hire(fixture, MIN_GROUP - 1, "A", "2020-01-01", NULL);
	hire(fixture, MIN_GROUP, "B", "2020-01-01", NULL);
	make_sheet(fixture, false);
	check(total_is_shown(fixture, 0) && total_is_shown(fixture, 1));
	check(!is_shown(fixture, SHEET_GROUP, "A", 0) && !is_shown(fixture, SHEET_GROUP, "B", 0));
}

static int below(struct fixture *fixture, int most)
{
	fixture->random ^= fixture->random << 13;
	fixture->random ^= fixture->random >> 7;
	fixture->random ^= fixture->random << 17;
	return (int)((fixture->random >> 20) % (uint64_t)most);
}

/* A tree, and people who come, go and move between departments. */
static void populate(struct fixture *fixture)
{
	int most = 10 + below(fixture, 90);

	nobody(fixture);
	for (int i = 1; i < DEPARTMENTS; i++)
		fixture->parents[i] = below(fixture, 2) == 0 ? NULL : codes[below(fixture, i)];
	for (int i = 0; i < most; i++) {
		struct population_employment *employment =
			people_employ(&fixture->people, people_add(&fixture->people), "2024-01-01", NULL, below(fixture, 5) == 0 ? 0 : 3600, 3600);

		employment->start_date += below(fixture, 3) == 0 ? below(fixture, 100) : -50;
		employment->has_end_date = below(fixture, 4) == 0;
		employment->end_date = employment->start_date + 50 + below(fixture, 90);
		employment->segments.items[0].from = employment->start_date;
		employment->segments.items[0].department_code = view_text(codes[below(fixture, 1 + below(fixture, DEPARTMENTS))]);
		if (below(fixture, 4) == 0)
			people_move(&fixture->people, employment, employment->start_date + 1 + below(fixture, 120),
				    codes[below(fixture, DEPARTMENTS)], 3600, 3600);
	}
}

static bool lies_under(const struct fixture *fixture, size_t department, const char *code)
{
	for (const char *at = codes[department]; at != NULL; at = fixture->parents[at[0] - 'A']) {
		if (strcmp(at, code) == 0)
			return true;
	}
	return false;
}

static bool holds(const struct fixture *fixture, const struct sheet_row *row, size_t department, size_t month)
{
	char code[2] = {row->kind == SHEET_TOTAL ? '\0' : (char)row->value.ptr[0], '\0'};

	if (row->kind == SHEET_TOTAL)
		return row->period == 0 || row->period == month + 1;
	if (row->kind == SHEET_GROUP)
		return strcmp(codes[department], code) == 0;
	return lies_under(fixture, department, code);
}

/* In which of the shown rows the days of a department in a month are. */
static uint64_t rows_with(const struct fixture *fixture, size_t department, size_t month)
{
	uint64_t found = 0;
	size_t bit = 0;

	for (size_t i = 0; i < fixture->sheet.count; i++) {
		const struct sheet_row *row = &fixture->sheet.rows[i];

		if (row->kind != SHEET_TOTAL && row->period > 0)
			continue;
		if (!row->is_suppressed && holds(fixture, row, department, month))
			found |= UINT64_C(1) << bit;
		bit++;
	}
	return found;
}

/* At all, or with hours. */
static bool was_there(const struct fixture *fixture, size_t person, size_t department, size_t month, bool with_hours)
{
	const struct population_employment *employment = fixture->people.persons[person].employments[0];
	const struct period *days = &fixture->periods[month + 1];

	for (int32_t at = days->from; at < days->until; at++) {
		const struct employment_segment *segment = course_segment_at(employment, at);

		if (at < employment->start_date || (employment->has_end_date && at > employment->end_date))
			continue;
		if (view_equal(segment->department_code, view_text(codes[department])) && (!with_hours || segment->contract_hours_x100 > 0))
			return true;
	}
	return false;
}

/*
 * Whatever the shown rows are multiplied with and added up to, days that are in the same rows come out with the same factor. So if the people of all
 * days that are in the same rows are many, or none, nothing can be had about a few. True when there are few anywhere.
 */
static bool gives_away(const struct fixture *fixture, bool with_hours)
{
	static bool there[PEOPLE_MAX][ATOMS];
	uint64_t sorts[ATOMS];

	for (size_t i = 0; i < ATOMS; i++) {
		sorts[i] = rows_with(fixture, i / MONTHS, i % MONTHS);
		for (size_t person = 0; person < fixture->people.count; person++)
			there[person][i] = was_there(fixture, person, i / MONTHS, i % MONTHS, with_hours);
	}
	for (size_t i = 0; i < ATOMS; i++) {
		size_t persons = 0;

		for (size_t person = 0; person < fixture->people.count && sorts[i] != 0; person++) {
			bool is_one = false;

			for (size_t k = 0; k < ATOMS; k++)
				is_one = is_one || (sorts[k] == sorts[i] && there[person][k]);
			persons += is_one ? 1 : 0;
		}
		if (persons > 0 && persons < MIN_GROUP)
			return true;
	}
	return false;
}

/* Of one month who was there on every day, who came and stayed, and who left. */
enum { STAYED, CAME, LEFT, SORTS };

static uint64_t persons_of(const struct fixture *fixture, size_t department, size_t sort)
{
	for (size_t i = 0; i < fixture->sheet.count; i++) {
		const struct sheet_row *row = &fixture->sheet.rows[i];

		if (row->period != 1 || row->kind != SHEET_GROUP || row->cell == NULL || !view_equal(row->value, view_text(codes[department])))
			continue;
		if (sort == STAYED)
			return row->cell->persons[COHORT_WHOLE_PERIOD];
		if (sort == CAME)
			return row->cell->persons[COHORT_LAST_DAY] - row->cell->persons[COHORT_WHOLE_PERIOD];
		return row->cell->persons[COHORT_ANY_DAY] - row->cell->persons[COHORT_LAST_DAY];
	}
	return 0;
}

/* In which figures of the first month these are: of each shown row those of all, of the last day's and of the whole month's. */
static uint64_t figures_with(const struct fixture *fixture, size_t department, size_t sort, bool heeded)
{
	uint64_t found = 0;
	size_t bit = 0;

	for (size_t i = 0; i < fixture->sheet.count; i++) {
		const struct sheet_row *row = &fixture->sheet.rows[i];

		if (row->period != 1)
			continue;
		if (!row->is_suppressed && holds(fixture, row, department, 0)) {
			found |= UINT64_C(1) << bit;
			if (sort != LEFT && !(heeded && row->hides_cohorts))
				found |= UINT64_C(2) << bit;
			if (sort == STAYED && !(heeded && row->hides_cohorts))
				found |= UINT64_C(4) << bit;
		}
		bit += COHORTS;
	}
	return found;
}

/* As gives_away, of the figures of who stayed; heeded: those that are kept back are not seen. */
static bool gives_away_who_left(const struct fixture *fixture, bool heeded)
{
	uint64_t figures[DEPARTMENTS * SORTS];

	for (size_t i = 0; i < DEPARTMENTS * SORTS; i++)
		figures[i] = figures_with(fixture, i / SORTS, i % SORTS, heeded);
	for (size_t i = 0; i < DEPARTMENTS * SORTS; i++) {
		uint64_t persons = 0;

		for (size_t k = 0; k < DEPARTMENTS * SORTS && figures[i] != 0; k++)
			persons += figures[k] == figures[i] ? persons_of(fixture, k / SORTS, k % SORTS) : 0;
		if (persons > 0 && persons < MIN_GROUP)
			return true;
	}
	return false;
}

static void nor_about_a_few_who_came_or_left_by_the_figures_of_who_stayed(void **state)
{
	struct fixture *fixture = *state;
	size_t shown = 0;
	size_t given_away_unheeded = 0;

	for (size_t i = 0; i < ROUNDS; i++) {
		populate(fixture);
		make_sheet(fixture, true);
		check(!gives_away_who_left(fixture, true));
		given_away_unheeded += gives_away_who_left(fixture, false) ? 1 : 0;
		for (size_t k = 0; k < fixture->sheet.count; k++) {
			const struct sheet_row *row = &fixture->sheet.rows[k];

			shown += row->period == 1 && row->cell != NULL && !row->is_suppressed && !row->hides_cohorts ? 1 : 0;
		}
	}
	check(shown > ROUNDS / 10 && given_away_unheeded > ROUNDS / 10);
}

static void nothing_about_a_few_can_be_had_across_months_and_departments(void **state)
{
	struct fixture *fixture = *state;
	size_t totals = 0;
	size_t departments = 0;
	size_t given_away_apart = 0;

	for (size_t i = 0; i < ROUNDS; i++) {
		populate(fixture);
		make_sheet(fixture, false);
		check(!gives_away(fixture, false) && !gives_away(fixture, true));
		for (size_t k = 0; k < fixture->sheet.count; k++) {
			const struct sheet_row *row = &fixture->sheet.rows[k];

			totals += row->kind == SHEET_TOTAL && !row->is_suppressed ? 1 : 0;
			departments += row->kind != SHEET_TOTAL && row->period == 0 && !row->is_suppressed ? 1 : 0;
		}
		make_sheet(fixture, true);
		given_away_apart += gives_away(fixture, false) ? 1 : 0;
	}
	print_message("shown: %zu totals, %zu departments; judged apart %zu of %d would give somebody away\n", totals, departments, given_away_apart,
		      ROUNDS);
	check(totals > ROUNDS * 3 && departments > ROUNDS && given_away_apart > ROUNDS / 40);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test_setup_teardown(all_is_shown_where_every_month_is_large, set_up, tear_down),
	cmocka_unit_test_setup_teardown(a_small_month_takes_another_along, set_up, tear_down),
	cmocka_unit_test_setup_teardown(months_stand_alone_where_the_whole_is_too_small, set_up, tear_down),
	cmocka_unit_test_setup_teardown(a_department_that_was_small_in_one_month_is_kept_back, set_up, tear_down),
	cmocka_unit_test_setup_teardown(a_sum_over_departments_takes_the_smaller_along, set_up, tear_down),
	cmocka_unit_test_setup_teardown(an_employer_nothing_is_known_of_keeps_nothing_back, set_up, tear_down),
	cmocka_unit_test_setup_teardown(who_alone_left_is_not_told_by_figures_of_those_who_stayed, set_up, tear_down),
	cmocka_unit_test_setup_teardown(nor_who_alone_came_and_stayed, set_up, tear_down),
	cmocka_unit_test_setup_teardown(nor_by_taking_a_department_from_the_whole, set_up, tear_down),
	cmocka_unit_test_setup_teardown(nor_by_a_department_that_all_have_left, set_up, tear_down),
	cmocka_unit_test_setup_teardown(figures_of_hours_are_of_enough_people_with_hours, set_up, tear_down),
	cmocka_unit_test_setup_teardown(people_with_hours_are_counted_by_days_and_persons, set_up, tear_down),
	cmocka_unit_test_setup_teardown(where_nobody_has_hours_that_may_be_seen, set_up, tear_down),
	cmocka_unit_test_setup_teardown(a_page_shows_a_row_with_its_figures_of_hours_or_not_at_all, set_up, tear_down),
	cmocka_unit_test_setup_teardown(nor_about_a_few_who_came_or_left_by_the_figures_of_who_stayed, set_up, tear_down),
	cmocka_unit_test_setup_teardown(nothing_about_a_few_can_be_had_across_months_and_departments, set_up, tear_down),
};

CHECK_MAIN(tests)
