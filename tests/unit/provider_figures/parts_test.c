/* The parts that figures are made of: exact numbers, periods, duration classes, the tree of departments. */
#include "tests/unit/check.h"

#include "provider-svc/core/figures/department_tree.h"
#include "provider-svc/core/figures/wide.h"
#include "tests/unit/provider_figures/people.h"

static uint64_t quotient_of(uint64_t numerator, uint64_t scale, uint64_t denominator)
{
	struct wide a;
	struct wide b;
	uint64_t quotient = 0;

	wide_set(&a, numerator);
	wide_set(&b, denominator);
	check(wide_quotient(&a, scale, &b, &quotient));
	return quotient;
}

static void quotients_are_rounded_once_halves_up(void **state)
{
	(void)state;
	check(quotient_of(1, 1, 2) == 1);
	check(quotient_of(1, 1, 3) == 0);
	check(quotient_of(5, 10, 100) == 1);
	check(quotient_of(249999, 1, 100000) == 2);
	check(quotient_of(UINT64_MAX, 1, UINT64_MAX) == 1);
	check(quotient_of(0, 10000, 7) == 0);
	check(quotient_of(400, 10000, 3100) == 1290);
}

static void a_quotient_that_does_not_fit_is_refused(void **state)
{
	struct wide a;
	struct wide b;
	uint64_t quotient;

	(void)state;
	wide_set(&a, UINT64_MAX);
	wide_set(&b, 1);
	check(!wide_quotient(&a, 1, &b, &quotient));
	wide_set(&b, 0);
	check(!wide_quotient(&a, 1, &b, &quotient));
}

/* Numbers of one limb are divided another way than those of many: a ratio stays what it is when both are made longer. */
static void a_quotient_does_not_hang_on_the_length_of_its_numbers(void **state)
{
	uint64_t random = check_seed(20261122);

	(void)state;
	for (size_t round = 0; round < 20000; round++) {
		struct wide numerator;
		struct wide denominator;
		uint64_t scale = round % 3 == 0 ? 1 : UINT64_C(100000000000);
		uint64_t parts[2];
		uint64_t quotients[2];
		bool fits[2];

		for (size_t i = 0; i < 2; i++) {
			random = random * UINT64_C(6364136223846793005) + 1442695040888963407;
			parts[i] = random >> (random >> 33) % 64;
		}
		for (size_t i = 0; i < 2; i++) {
			wide_set(&numerator, parts[0]);
			wide_set(&denominator, parts[1]);
			for (size_t k = 0; k < 2 * i; k++) {
				wide_multiply(&numerator, UINT64_MAX - 58);
				wide_multiply(&denominator, UINT64_MAX - 58);
			}
			fits[i] = wide_quotient(&numerator, scale, &denominator, &quotients[i]);
		}
		check_int(fits[0], fits[1]);
		if (fits[0])
			check(quotients[0] == quotients[1]);
	}
}

static void what_is_multiplied_and_divided_again_is_what_it_was(void **state)
{
	struct wide number;
	struct wide one;

	(void)state;
	wide_set(&number, 1);
	wide_set(&one, 1);
	for (uint64_t i = 2; i < 2000; i++)
		wide_multiply(&number, i);
	check(!number.overflow);
	for (uint64_t i = 1999; i > 1; i--)
		check(wide_divide(&number, i) == 0);
	check_int(wide_compare(&number, &one), 0);
}

static void a_number_that_outgrows_its_room_says_so_for_good(void **state)
{
	struct wide number;
	struct wide other;

	(void)state;
	wide_set(&number, 1);
	for (size_t i = 0; i < WIDE_LIMBS; i++)
		wide_multiply(&number, UINT64_MAX);
	check(!number.overflow);
	wide_multiply(&number, UINT64_MAX);
	check(number.overflow);
	wide_set(&other, 1);
	wide_add(&other, &number);
	check(other.overflow);
}

/* Each of 1 to 16,800 hundredths of an hour as the norm of one cell: the common norm fits, and the sum is right. */
static void every_norm_there_can_be_fits_in_one_cell(void **state)
{
	struct arena arena = {0};
	struct cell cell = {0};
	struct period day_one = between("2023-01-01", "2023-01-02");
	struct error error = {0};
	struct figure figure;

	(void)state;
	for (int32_t norm = 1; norm <= COURSE_MAX_HOURS; norm++)
		cell_weight_of(&cell, norm, &arena)->employed = (uint64_t)norm;
	check_ok(figure_of(FIGURE_FTE, &cell, &day_one, 4, &figure, &error), &error);
	check(figure.value == UINT64_C(168000000));
	arena_done(&arena);
}

static void a_sum_that_overflows_gives_no_figure(void **state)
{
	struct arena arena = {0};
	struct cell cell = {0};
	struct cell other = {.head_days = UINT64_MAX};
	struct period month = between("2023-01-01", "2023-02-01");
	struct error error = {0};
	struct figure figure;

	(void)state;
	cell_merge(&cell, &other, &arena);
	check_ok(figure_of(FIGURE_REPORTS, &cell, &month, 4, &figure, &error), &error);
	cell_merge(&cell, &other, &arena);
	check_fails(figure_of(FIGURE_REPORTS, &cell, &month, 4, &figure, &error), &error, "OVERFLOW");
	check(strstr(error.text, "--until") != NULL && strstr(error.text, "--employer") != NULL);
	arena_done(&arena);
}

static void periods_are_cut_at_calendar_boundaries(void **state)
{
	struct period whole = between("2023-11-15", "2025-02-01");
	struct period cut[PERIOD_MAX];
	struct error error = {0};
	size_t count;

	(void)state;
	check_ok(period_cut(&whole, PERIOD_MONTH, cut, &count, &error), &error);
	check_size(count, 15);
	check_int(cut[0].from, day("2023-11-15"));
	check_int(cut[0].until, day("2023-12-01"));
	check_int(cut[14].until, day("2025-02-01"));
	check_ok(period_cut(&whole, PERIOD_QUARTER, cut, &count, &error), &error);
	check_size(count, 6);
	check_int(cut[1].from, day("2024-01-01"));
	check_ok(period_cut(&whole, PERIOD_YEAR, cut, &count, &error), &error);
	check_size(count, 3);
	check_int(cut[1].until, day("2025-01-01"));
	check_ok(period_cut(&whole, PERIOD_WHOLE, cut, &count, &error), &error);
	check_size(count, 1);
	check_fails(period_cut(&(struct period){5, 5}, PERIOD_MONTH, cut, &count, &error), &error, "PERIOD");
	check_fails(period_cut(&(struct period){0, 365 * 200}, PERIOD_MONTH, cut, &count, &error), &error, "TOO_MANY");
}

static void years_and_months_of_a_period_are_exact(void **state)
{
	struct period both = between("2023-01-01", "2025-01-01");
	struct period quarter = between("2024-01-01", "2024-04-01");
	struct period cut_off = between("2024-01-01", "2024-03-31");
	uint64_t years;
	uint64_t one_year;

	(void)state;
	period_years(&both, &years, &one_year);
	check(years == 2 * one_year);
	period_years(&quarter, &years, &one_year);
	check(years * 366 == one_year * 91);
	check_int(period_months(&quarter), 3);
	check_int(period_months(&both), 24);
	check_int(period_months(&cut_off), 0);
}

static void duration_classes_take_what_their_names_say(void **state)
{
	const int32_t falling[] = {7, 7};
	const int32_t own[] = {1, 2};
	struct duration_classes classes;
	struct error error = {0};
	char text[32];

	(void)state;
	check_size(duration_class_of(&duration_classes_1996, 0), 0);
	check_size(duration_class_of(&duration_classes_1996, 7), 0);
	check_size(duration_class_of(&duration_classes_1996, 8), 1);
	check_size(duration_class_of(&duration_classes_1996, 42), 1);
	check_size(duration_class_of(&duration_classes_1996, 43), 2);
	check_size(duration_class_of(&duration_classes_1996, 365), 2);
	check_size(duration_class_of(&duration_classes_1996, 366), 3);
	check_size(duration_class_of(&duration_classes_vernet, 14), 0);
	check_size(duration_class_of(&duration_classes_vernet, 91), 1);
	check_size(duration_class_of(&duration_classes_vernet, 365), 2);
	check_size(duration_class_of(&duration_classes_vernet, 730), 3);
	check_size(duration_class_of(&duration_classes_vernet, 731), 4);
	duration_class_format(&duration_classes_1996, 1, text);
	check_text(text, "8-42");
	duration_class_format(&duration_classes_1996, 3, text);
	check_text(text, ">365");
	check_ok(duration_classes_make(own, 2, &classes, &error), &error);
	check_size(duration_class_count(&classes), 3);
	check_fails(duration_classes_make(falling, 2, &classes, &error), &error, "DURATION_CLASSES");
	check_fails(duration_classes_make(falling, 0, &classes, &error), &error, "DURATION_CLASSES");
	check_fails(duration_classes_make(falling, DURATION_CLASSES, &classes, &error), &error, "DURATION_CLASSES");
}

static struct population_unit unit(const char *code, const char *parent)
{
	return (struct population_unit){
		.employer_id = VIEW_LITERAL("E"), .unit_code = view_text(code), .name = view_text(code), .parent_code = view_text(parent)};
}

/* TOP holds EMPTY and SALES, SALES holds D; X and Y are each other's parent, LOST has one that is not there; D is where people work, and OUT, which
 * no unit names. */
static void departments_stand_in_their_tree_and_add_up(void **state)
{
	static const char *const expected[] = {"LOST", "OUT", "TOP", "EMPTY", "SALES", "D", "X", "Y"};
	static const size_t depths[] = {0, 0, 0, 1, 1, 2, 0, 0};
	static const size_t sizes[] = {1, 1, 4, 1, 2, 1, 1, 1};
	static struct people people;
	const struct population_unit all[] = {unit("Y", "X"),       unit("D", "SALES"),   unit("X", "Y"),   unit("SALES", "TOP"),
					      unit("LOST", "GONE"), unit("EMPTY", "TOP"), unit("TOP", NULL)};
	const struct population_unit *units[7];
	const struct breakdown_terms terms = {.classes = duration_classes_1996};
	struct period month = between("2023-01-01", "2023-02-01");
	struct breakdown breakdown;
	struct department_tree tree;

	(void)state;
	for (size_t i = 0; i < 7; i++)
		units[i] = &all[i];
	people_employ(&people, people_add(&people), "2020-01-01", NULL, 4000, 4000);
	people_employ(&people, people_add(&people), "2020-01-01", NULL, 4000, 4000)->segments.items[0].department_code = VIEW_LITERAL("OUT");
	people_employ(&people, people_add(&people), "2020-01-01", NULL, 4000, 4000)->segments.items[0].department_code = VIEW_LITERAL("SALES");
	breakdown_init(&breakdown, DIMENSION_DEPARTMENT, &terms, &month, 1, &people.arena);
	people_count(&people, &breakdown);
	breakdown_sort(&breakdown);
	department_tree_of(&breakdown, units, 7, &people.arena, &tree);
	check_size(tree.count, 8);
	for (size_t i = 0; i < tree.count; i++) {
		check_view(tree.departments[i].code, view_text(expected[i]));
		check_size(tree.departments[i].depth, depths[i]);
		check_size(tree.departments[i].subtree, sizes[i]);
	}
	check(department_tree_cell(&tree, 2, &breakdown, 0, &people.arena)->heads_last == 2);
	check(department_tree_cell(&tree, 3, &breakdown, 0, &people.arena)->heads_last == 0);
	check(department_tree_cell(&tree, 4, &breakdown, 0, &people.arena)->heads_last == 2);
	check(department_tree_cell(&tree, 5, &breakdown, 0, &people.arena)->heads_last == 1);
	arena_done(&people.arena);
}

static void a_tree_of_an_employer_without_employments_knows_nothing(void **state)
{
	static struct people people;
	const struct population_unit top = unit("TOP", NULL);
	const struct population_unit *units[] = {&top};
	const struct breakdown_terms terms = {.classes = duration_classes_1996};
	struct period month = between("2023-01-01", "2023-02-01");
	struct breakdown breakdown;
	struct department_tree tree;
	struct figure figure;
	struct error error = {0};

	(void)state;
	breakdown_init(&breakdown, DIMENSION_DEPARTMENT, &terms, &month, 1, &people.arena);
	department_tree_of(&breakdown, units, 1, &people.arena, &tree);
	check_size(tree.count, 1);
	check_ok(figure_of(FIGURE_HEADCOUNT, department_tree_cell(&tree, 0, &breakdown, 0, &people.arena), &month, 4, &figure, &error), &error);
	check(!figure.is_available);
	arena_done(&people.arena);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(quotients_are_rounded_once_halves_up),
	cmocka_unit_test(a_quotient_that_does_not_fit_is_refused),
	cmocka_unit_test(a_quotient_does_not_hang_on_the_length_of_its_numbers),
	cmocka_unit_test(what_is_multiplied_and_divided_again_is_what_it_was),
	cmocka_unit_test(a_number_that_outgrows_its_room_says_so_for_good),
	cmocka_unit_test(every_norm_there_can_be_fits_in_one_cell),
	cmocka_unit_test(a_sum_that_overflows_gives_no_figure),
	cmocka_unit_test(periods_are_cut_at_calendar_boundaries),
	cmocka_unit_test(years_and_months_of_a_period_are_exact),
	cmocka_unit_test(duration_classes_take_what_their_names_say),
	cmocka_unit_test(departments_stand_in_their_tree_and_add_up),
	cmocka_unit_test(a_tree_of_an_employer_without_employments_knows_nothing),
};

CHECK_MAIN(tests)
