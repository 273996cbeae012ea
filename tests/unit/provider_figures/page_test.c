/* The page of figures: what it says and does not say, and that what comes from outside stays text. */
#include "tests/unit/check.h"

#include "provider-svc/core/figures/chart.h"
#include "provider-svc/core/figures/page.h"
#include "tests/unit/provider_figures/people.h"

#include <stdio.h>
#include <stdlib.h>

enum { MONTHS = 4, MIN_GROUP = 5, LIMIT = 64 << 20, MANY = 1000, DEEP = 40 };

/* One employer's page over the first months of 2024. */
struct fixture {
	struct people people;
	struct population_unit units[MANY];
	size_t unit_count;
	struct population_employer employer;
	struct period periods[1 + PERIOD_MAX];
	enum period_step step;
	struct buffer buffer;
	const char *html;
};

static int set_up(void **state)
{
	static struct fixture fixture;

	memset(&fixture, 0, sizeof fixture);
	fixture.employer = (struct population_employer){.employer_id = VIEW_LITERAL("E"), .complete_generation = 1, .min_group = MIN_GROUP};
	fixture.step = PERIOD_MONTH;
	buffer_init(&fixture.buffer, LIMIT);
	*state = &fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	buffer_done(&fixture->buffer);
	arena_done(&fixture->people.arena);
	return 0;
}

static void hire(struct fixture *fixture, int count, const char *department, const char *start, const char *last)
{
	for (int i = 0; i < count; i++) {
		struct population_employment *employment = people_employ(&fixture->people, people_add(&fixture->people), start, last, 3600, 3600);

		employment->segments.items[0].department_code = view_text(department);
	}
}

/* The n-th person is absent in these days. */
static void fall_ill(struct fixture *fixture, size_t number, const char *first, const char *recovered)
{
	struct people_person *person = &fixture->people.persons[number];

	(void)people_absent(&fixture->people, person, person->employments[0], first, recovered);
}

static void add_unit(struct fixture *fixture, const char *code, const char *name, const char *parent)
{
	fixture->units[fixture->unit_count++] = (struct population_unit){
		.employer_id = fixture->employer.employer_id,
		.unit_code = view_text(code),
		.name = view_text(name),
		.parent_code = view_text(parent),
	};
}

static bool try_page(struct fixture *fixture, enum page_language language, size_t employers, bool side_by_side, struct error *error)
{
	static const struct breakdown_terms terms = {.classes = {.name = "1996", .last_day = {7, 42, 365}, .boundaries = 3}};
	const struct population_unit *pointers[MANY];
	struct arena *arena = &fixture->people.arena;
	struct breakdown breakdown;
	struct department_tree tree;
	struct sheet sheet;
	struct page page = {.language = language, .sheet = &sheet, .as_of_ms = INT64_C(1795349160000)};
	size_t count = 0;

	for (size_t i = 0; i < fixture->unit_count; i++)
		pointers[i] = &fixture->units[i];
	fixture->periods[0] = between("2024-01-01", "2024-05-01");
	if (fixture->step != PERIOD_WHOLE && !period_cut(&fixture->periods[0], fixture->step, fixture->periods + 1, &count, error))
		return false;
	breakdown_init(&breakdown, DIMENSION_DEPARTMENT, &terms, fixture->periods, 1 + count, arena);
	people_count(&fixture->people, &breakdown);
	breakdown_sort(&breakdown);
	department_tree_of(&breakdown, pointers, fixture->unit_count, arena, &tree);
	if (side_by_side)
		sheet_of_whole(&breakdown, &tree, &fixture->employer, employers, SHEET_EMPLOYERS_OWN, arena, &sheet);
	else
		sheet_of(&breakdown, &tree, &fixture->employer, employers, SHEET_EMPLOYERS_OWN, arena, &sheet);
	buffer_clear(&fixture->buffer);
	if (!page_write(&page, &fixture->buffer, error))
		return false;
	check(buffer_byte(&fixture->buffer, 0));
	fixture->html = (const char *)fixture->buffer.bytes;
	return true;
}

static void make_page(struct fixture *fixture, enum page_language language)
{
	struct error error = {0};

	check_ok(try_page(fixture, language, 1, true, &error), &error);
}

static bool says(const struct fixture *fixture, const char *text)
{
	return strstr(fixture->html, text) != NULL;
}

static size_t times_of(const char *html, const char *text)
{
	size_t count = 0;

	for (const char *at = strstr(html, text); at != NULL; at = strstr(at + 1, text))
		count++;
	return count;
}

static size_t times(const struct fixture *fixture, const char *text)
{
	return times_of(fixture->html, text);
}

/* What pen_text makes of bytes. */
static const char *as_text(struct fixture *fixture, const char *bytes, size_t len)
{
	struct pen pen = {.buffer = &fixture->buffer};

	buffer_clear(&fixture->buffer);
	pen_text(&pen, view_of(bytes, len));
	check(buffer_byte(&fixture->buffer, 0));
	return (const char *)fixture->buffer.bytes;
}

#define check_as_text(given, expected) check_text(as_text(fixture, (given), sizeof(given) - 1), (expected))

static void nothing_from_outside_is_markup(void **state)
{
	struct fixture *fixture = *state;

	check_as_text("Zorg & Co", "Zorg &#38; Co");
	check_as_text("<script>alert(\"x\")</script>", "&#60;script&#62;alert(&#34;x&#34;)&#60;/script&#62;");
	check_as_text("' onload='x", "&#39; onload=&#39;x");
	check_as_text("a\tb\r\nc", "a b  c");
	check_as_text("a\0b\x1b[31m\x7f", "a\ufffdb\ufffd[31m\ufffd");
	check_as_text("caf\u00e9 \u4e2d \U0001f600", "caf\u00e9 \u4e2d \U0001f600");
}

static void nothing_from_outside_turns_the_text_around(void **state)
{
	struct fixture *fixture = *state;

	check_as_text("a\u202eb\u2066c\u200fd\u061ce", "a\ufffdb\ufffdc\ufffdd\ufffde");
	check_as_text("\ufeff\u2028\u200b\xc2\x85", "\ufffd\ufffd\ufffd\ufffd");
}

static void what_is_no_utf8_is_shown_as_such(void **state)
{
	struct fixture *fixture = *state;

	check_as_text("a\xff\xc3", "a\ufffd\ufffd");
	check_as_text("\xc0\xbc\xe0\x80\xbc", "\ufffd\ufffd\ufffd\ufffd\ufffd");
	check_as_text("\xed\xa0\x80", "\ufffd\ufffd\ufffd");
	check_as_text("\xf4\x90\x80\x80", "\ufffd\ufffd\ufffd\ufffd");
}

static const char *number_of(enum page_language language, uint64_t value, int32_t decimals, bool is_per_cent)
{
	static char text[PAGE_NUMBER];
	const struct figure figure = {.is_available = true, .decimals = decimals, .value = value};

	if (is_per_cent)
		page_per_cent(language, &figure, text);
	else
		page_number(language, &figure, text);
	return text;
}

static void numbers_are_written_as_the_language_has_them(void **state)
{
	(void)state;
	check_text(number_of(PAGE_DUTCH, 485, 2, true), "4,85\u00a0%");
	check_text(number_of(PAGE_ENGLISH, 485, 2, true), "4.85%");
	check_text(number_of(PAGE_DUTCH, 123456789, 1, false), "12.345.678,9");
	check_text(number_of(PAGE_ENGLISH, 123456789, 1, false), "12,345,678.9");
	check_text(number_of(PAGE_DUTCH, 999, 0, false), "999");
	check_text(number_of(PAGE_DUTCH, 1000, 0, false), "1.000");
	check_text(number_of(PAGE_ENGLISH, UINT64_MAX, 9, false), "18,446,744,073.709551615");
}

static const char *period_of(enum page_language language, const char *first, const char *until)
{
	static char text[PAGE_DATE];
	const struct period days = between(first, until);

	page_period(language, &days, text);
	return text;
}

static void dates_and_periods_are_written_as_the_language_has_them(void **state)
{
	char text[PAGE_DATE];

	(void)state;
	check_text(period_of(PAGE_DUTCH, "2025-03-01", "2025-04-01"), "mrt 2025");
	check_text(period_of(PAGE_ENGLISH, "2025-03-01", "2025-04-01"), "Mar 2025");
	check_text(period_of(PAGE_DUTCH, "2025-04-01", "2025-07-01"), "2e kw. 2025");
	check_text(period_of(PAGE_ENGLISH, "2025-04-01", "2025-07-01"), "Q2 2025");
	check_text(period_of(PAGE_DUTCH, "2024-01-01", "2025-01-01"), "2024");
	check_text(period_of(PAGE_ENGLISH, "2024-01-01", "2025-01-01"), "2024");
	check_text(period_of(PAGE_DUTCH, "2025-03-15", "2025-04-01"), "15–31 mrt 2025");
	check_text(period_of(PAGE_ENGLISH, "2025-03-15", "2025-04-01"), "15–31 Mar 2025");
	check_text(period_of(PAGE_DUTCH, "2025-02-01", "2025-05-01"), "1 feb 2025 – 30 apr 2025");
	check_text(period_of(PAGE_ENGLISH, "2025-02-01", "2025-05-01"), "1 Feb 2025 – 30 Apr 2025");
	page_day(PAGE_DUTCH, day("2026-11-22"), text);
	check_text(text, "22 november 2026");
	page_time(PAGE_ENGLISH, INT64_C(1795349160000), text);
	check_text(text, "22 November 2026, 12:06 UTC");
}

static const char *class_of(enum page_language language, const struct duration_classes *classes, size_t index)
{
	static char text[PAGE_DATE];

	page_class(language, classes, index, text);
	return text;
}

static void duration_classes_have_the_names_of_the_field(void **state)
{
	const struct duration_classes own = {.name = "own", .last_day = {1, 30}, .boundaries = 2};

	(void)state;
	check_text(class_of(PAGE_DUTCH, &duration_classes_1996, 0), "Kort, 1–7\u00a0dagen");
	check_text(class_of(PAGE_ENGLISH, &duration_classes_1996, 3), "Extra long, >\u00a0365\u00a0days");
	check_text(class_of(PAGE_DUTCH, &duration_classes_vernet, 2), "Lang, 1e jaar, 92–365\u00a0dagen");
	check_text(class_of(PAGE_DUTCH, &own, 0), "1\u00a0dag");
	check_text(class_of(PAGE_ENGLISH, &own, 1), "2–30\u00a0days");
}

static void every_word_is_there_in_both_languages(void **state)
{
#define WORD_CHECK(key, dutch, english) check(sizeof(dutch) > 1 && sizeof(english) > 1);
	(void)state;
	PAGE_WORD_LIST(WORD_CHECK)
#undef WORD_CHECK
	for (size_t i = 0; i < FIGURE_KINDS; i++) {
		for (enum page_language language = PAGE_DUTCH; language <= PAGE_ENGLISH; language++) {
			check(page_figure_name(language, (enum figure_kind)i) != NULL);
			check(page_figure_definition(language, (enum figure_kind)i) != NULL);
		}
	}
}

/* Eight people, one of them absent for ten of April's thirty days. */
static void a_page_has_the_figures(void **state)
{
	struct fixture *fixture = *state;

	hire(fixture, 8, "A", "2020-01-01", NULL);
	fall_ill(fixture, 0, "2024-04-01", "2024-04-11");
	make_page(fixture, PAGE_DUTCH);
	check(says(fixture, "<dt>Ziekte\u00adverzuim\u00adpercentage</dt><dd class=\"big\">1,03\u00a0%</dd>"));
	check(says(fixture, "<tr><th scope=\"row\">apr 2024</th><td>4,17</td><td>4,17</td><td>8,0</td><td>8,0</td></tr>"));
	check(says(fixture, "hoogste 4,17 (apr 2024). De getallen staan"));
	check(says(fixture, "Gemaakt op 22 november 2026, 12:06 UTC"));
	check(says(fixture, "<html xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"nl\""));
	make_page(fixture, PAGE_ENGLISH);
	check(says(fixture, "<dt>Absence percentage</dt><dd class=\"big\">1.03%</dd>"));
	check(says(fixture, "<tr><th scope=\"row\">Apr 2024</th><td>4.17</td><td>4.17</td><td>8.0</td><td>8.0</td></tr>"));
	check(!says(fixture, "suppressed</span>") && !says(fixture, "class=\"loading\""));
}

static void a_page_loads_nothing(void **state)
{
	struct fixture *fixture = *state;

	hire(fixture, 8, "A", "2020-01-01", NULL);
	make_page(fixture, PAGE_DUTCH);
	check(says(fixture, "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\"/>"));
	check(!says(fixture, "<script") && !says(fixture, "<link") && !says(fixture, "src=") && !says(fixture, "@import") &&
	      !says(fixture, "@font-face"));
	check_size(times(fixture, "url("), times(fixture, "url(#kept)"));
	check_size(times(fixture, "href="), times(fixture, "href=\"#"));
	check_size(times(fixture, "://"), 1);
}

/* Three people in January: that month is kept back, and another with it, or the whole less the others would be January. */
static void a_month_that_is_kept_back_is_hatched_and_cannot_be_had_by_subtraction(void **state)
{
	struct fixture *fixture = *state;

	hire(fixture, 3, "A", "2020-01-01", NULL);
	hire(fixture, 20, "A", "2024-02-01", NULL);
	hire(fixture, 9, "A", "2024-03-01", NULL);
	fall_ill(fixture, 0, "2024-01-02", "2024-01-20");
	fall_ill(fixture, 5, "2024-02-05", "2024-02-07");
	fall_ill(fixture, 6, "2024-03-05", "2024-03-08");
	make_page(fixture, PAGE_ENGLISH);
	check(says(fixture, "<tr><th scope=\"row\">Jan 2024</th><td colspan=\"4\"><span class=\"kept\">suppressed</span></td></tr>"));
	check(says(fixture, "<tr><th scope=\"row\">Feb 2024</th><td colspan=\"4\"><span class=\"kept\">suppressed</span></td></tr>"));
	check(says(fixture, "<tr><th scope=\"row\">Mar 2024</th><td>0.30</td>"));
	/* One band over both months in each drawing of each of the three charts; no point, column or number of theirs. */
	check_size(times(fixture, "<rect class=\"kept-band\" x=\"45.0\""), 6);
	check_size(times(fixture, "<circle"), 4);
	check_size(times(fixture, "Suppressed is not zero."), 1);
	check(says(fixture, "sick reports: 3</dd>"));
}

static void what_is_not_available_is_framed_and_no_zero(void **state)
{
	struct fixture *fixture = *state;

	hire(fixture, 8, "A", "2024-02-01", NULL);
	make_page(fixture, PAGE_DUTCH);
	check(says(fixture, "<tr><th scope=\"row\">jan 2024</th><td><span class=\"none\">niet beschikbaar</span></td>"));
	check_size(times(fixture, "<rect class=\"none-band\" x=\"45.0\""), 6);
	check(!says(fixture, "class=\"kept\""));
}

static void an_employer_that_is_loading_is_so_with_every_figure(void **state)
{
	struct fixture *fixture = *state;

	hire(fixture, 8, "A", "2020-01-01", NULL);
	fixture->employer.complete_generation = 0;
	fixture->employer.begun_generation = 1;
	make_page(fixture, PAGE_DUTCH);
	check(says(fixture, "<p class=\"notice is-loading\">"));
	/* Six key figures and six parts with a heading. */
	check_size(times(fixture, "<span class=\"loading\">Voorlopig</span></dt>"), 6);
	check_size(times(fixture, "<span class=\"loading\">Voorlopig</span></h3>"), times(fixture, "<h3"));
	check_size(times(fixture, "<h3"), 6);
}

static void without_one_employment_nothing_is_drawn(void **state)
{
	struct fixture *fixture = *state;

	add_unit(fixture, "A", "Afdeling", NULL);
	make_page(fixture, PAGE_DUTCH);
	check(says(fixture, "<p class=\"notice is-unknown\">"));
	check(says(fixture, "<dd class=\"big\"><span class=\"none\">niet beschikbaar</span></dd>"));
	check(!says(fixture, "<svg class=\"chart") && !says(fixture, ">0</dd>") && !says(fixture, "0,0"));
}

static void without_employers_the_page_says_so(void **state)
{
	struct fixture *fixture = *state;
	struct error error = {0};

	check_ok(try_page(fixture, PAGE_ENGLISH, 0, true, &error), &error);
	check(says(fixture, "The population holds no employer to give figures of.") && !says(fixture, "<section class=\"employer\""));
}

static void a_whole_that_is_not_cut_has_no_charts_over_time(void **state)
{
	struct fixture *fixture = *state;

	hire(fixture, 8, "A", "2020-01-01", NULL);
	fixture->step = PERIOD_WHOLE;
	make_page(fixture, PAGE_ENGLISH);
	check(!says(fixture, "<svg class=\"chart") && says(fixture, "<h3 id=\"departments1\">") && says(fixture, "not cut"));
}

static void a_deep_tree_keeps_its_order(void **state)
{
	struct fixture *fixture = *state;
	static char codes[DEEP][16];

	for (int i = 0; i < DEEP; i++) {
		(void)snprintf(codes[i], sizeof codes[i], "deep-%02d", i);
		add_unit(fixture, codes[i], NULL, i == 0 ? NULL : codes[i - 1]);
	}
	hire(fixture, 9, codes[DEEP - 1], "2020-01-01", NULL);
	make_page(fixture, PAGE_ENGLISH);
	for (int i = 1; i < DEEP; i++)
		check(strstr(fixture->html, codes[i - 1]) < strstr(fixture->html, codes[i]));
	check(says(fixture, "<th scope=\"row\" class=\"i12\"><bdi>deep-39</bdi></th><td>0.00</td>"));
}

static void a_thousand_departments_with_names_from_outside_are_rows(void **state)
{
	struct fixture *fixture = *state;
	static char codes[MANY][24];

	for (int i = 0; i < MANY; i++) {
		(void)snprintf(codes[i], sizeof codes[i], "<b>&%d", i);
		add_unit(fixture, codes[i], "<script>\"'\u202e", NULL);
	}
	hire(fixture, 9, codes[0], "2020-01-01", NULL);
	make_page(fixture, PAGE_DUTCH);
	check_size(times(fixture, "<bdi>&#60;script&#62;&#34;&#39;\ufffd</bdi>"), MANY);
	check(!says(fixture, "<b>") && !says(fixture, "<script") && !says(fixture, "\u202e"));
}

static void rows_judged_apart_make_no_page(void **state)
{
	struct fixture *fixture = *state;
	struct error error = {0};

	hire(fixture, 8, "A", "2020-01-01", NULL);
	check_fails(try_page(fixture, PAGE_DUTCH, 1, false, &error), &error, "SHEET");
}

static void a_page_that_does_not_fit_is_none(void **state)
{
	struct fixture *fixture = *state;
	struct error error = {0};

	hire(fixture, 8, "A", "2020-01-01", NULL);
	buffer_done(&fixture->buffer);
	buffer_init(&fixture->buffer, 1000);
	check_fails(try_page(fixture, PAGE_DUTCH, 1, true, &error), &error, "TOO_LARGE");
}

/* Parts of 1.004 each are 3.012 together, and not three times 1.00: the whole is rounded by itself, and it is by wholes that months are compared. */
static void a_charts_extremes_are_the_figures_of_the_whole(void **state)
{
	static const struct duration_classes classes = {.name = "three", .last_day = {7, 42}, .boundaries = 2};
	struct fixture *fixture = *state;
	const struct chart_column columns[] = {
		{.period = between("2024-01-01", "2024-02-01"), .values = {100, 100, 100}, .whole = 301},
		{.period = between("2024-02-01", "2024-03-01"), .values = {150, 100, 50}, .whole = 300},
	};
	const struct chart chart = {.kind = CHART_STACKS, .columns = columns, .count = 2, .classes = &classes};
	struct error error = {0};
	struct pen pen = {.buffer = &fixture->buffer, .language = PAGE_ENGLISH, .error = &error};

	chart_write(&pen, &chart);
	check(buffer_put(&fixture->buffer, view_of("", 1)));
	fixture->html = (const char *)fixture->buffer.bytes;
	check(strstr(fixture->html, "highest 3.01 (Jan 2024)") != NULL && strstr(fixture->html, "lowest 3.00 (Feb 2024)") != NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

static const struct CMUnitTest tests[] = {
	TEST(nothing_from_outside_is_markup),
	TEST(nothing_from_outside_turns_the_text_around),
	TEST(what_is_no_utf8_is_shown_as_such),
	TEST(numbers_are_written_as_the_language_has_them),
	TEST(dates_and_periods_are_written_as_the_language_has_them),
	TEST(duration_classes_have_the_names_of_the_field),
	TEST(every_word_is_there_in_both_languages),
	TEST(a_page_has_the_figures),
	TEST(a_page_loads_nothing),
	TEST(a_month_that_is_kept_back_is_hatched_and_cannot_be_had_by_subtraction),
	TEST(what_is_not_available_is_framed_and_no_zero),
	TEST(an_employer_that_is_loading_is_so_with_every_figure),
	TEST(without_one_employment_nothing_is_drawn),
	TEST(without_employers_the_page_says_so),
	TEST(a_whole_that_is_not_cut_has_no_charts_over_time),
	TEST(a_deep_tree_keeps_its_order),
	TEST(a_thousand_departments_with_names_from_outside_are_rows),
	TEST(rows_judged_apart_make_no_page),
	TEST(a_charts_extremes_are_the_figures_of_the_whole),
	TEST(a_page_that_does_not_fit_is_none),
};

CHECK_MAIN(tests)
