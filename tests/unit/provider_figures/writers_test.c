/* Figures as they are written: five persons, each 40 of 40 hours and sick from 2 to 11 January 2023, in a department whose name would do harm. */
#include "tests/unit/check.h"

#include <jansson.h>

#include "provider-svc/cli/figures_json.h"
#include "provider-svc/cli/figures_table.h"
#include "tests/unit/provider_figures/people.h"

struct fixture {
	struct arena arena;
	struct figures_request request;
	struct breakdown breakdown;
	struct department_tree tree;
	struct sheet sheet;
	struct buffer buffer;
	struct error error;
};

static struct fixture fixture;
static int set_up(void **state)
{
	const struct population_unit unit = {
		.employer_id = VIEW_LITERAL("E"), .unit_code = VIEW_LITERAL("D"), .name = VIEW_LITERAL("Zorg \"A\",\033[31m")};
	const struct population_unit *const units[] = {&unit};
	struct people *people;

	if (people_set_up(state) != 0)
		return 1;
	people = *state;
	fixture = (struct fixture){0};
	fixture.request = (struct figures_request){.whole = between("2023-01-01", "2023-02-01"),
						   .dimension = DIMENSION_DEPARTMENT,
						   .decimals = 2,
						   .terms = {.terms = {.classes = duration_classes_1996}, .min_group = SHEET_EMPLOYERS_OWN}};
	fixture.request.periods[0] = fixture.request.whole;
	buffer_init(&fixture.buffer, 1 << 20);
	for (int i = 0; i < SHEET_MIN_GROUP; i++) {
		struct people_person *person = people_add(people);

		(void)people_absent(people, person, people_employ(people, person, "2020-01-01", NULL, 4000, 4000), "2023-01-02", "2023-01-12");
	}
	breakdown_init(&fixture.breakdown, DIMENSION_DEPARTMENT, &fixture.request.terms.terms, fixture.request.periods, 1, &fixture.arena);
	people_count(people, &fixture.breakdown);
	breakdown_sort(&fixture.breakdown);
	department_tree_of(&fixture.breakdown, units, 1, &fixture.arena, &fixture.tree);
	return 0;
}

static int tear_down(void **state)
{
	buffer_done(&fixture.buffer);
	arena_done(&fixture.arena);
	return people_tear_down(state);
}

static void make_sheet(int32_t min_group)
{
	const struct population_employer employers[] = {
		{.employer_id = VIEW_LITERAL("E"), .begun_generation = 1, .complete_generation = 1},
		{.employer_id = VIEW_LITERAL("F"), .begun_generation = 1, .min_group = 12},
	};

	fixture.request.terms.min_group = min_group;
	sheet_of(&fixture.breakdown, &fixture.tree, employers, 2, min_group, &fixture.arena, &fixture.sheet);
}

static const char *text(void)
{
	return arena_text(&fixture.arena, buffer_view(&fixture.buffer));
}

static const char *table(bool colours)
{
	check_ok(figures_table(&fixture.request, &fixture.sheet, colours, &fixture.buffer, &fixture.error), &fixture.error);
	return text();
}

/* 10 of 31 days; one report each in 31/365 of a year; the same times twelve; nobody without absence. */
static void a_table_stands_in_columns_and_lets_no_control_character_through(void **state)
{
	static const char expected[] =
		"E: 2023-01-01 to 2023-01-31, by department, min_group 5\n"
		"\n"
		"Size and absence\n"
		"                  heads  last day   FTE  absence %  with leave %  reports  recovered  mean days\n"
		"all                5.00      5.00  5.00      32.26         32.26     5.00       5.00      10.00\n"
		"D Zorg \"A\",\xef\xbf\xbd[31m   5.00      5.00  5.00      32.26         32.26     5.00       5.00      10.00\n"
		"\n"
		"Reports a year, and persons without absence\n"
		"                  frequency  x4, x12  begin-end  no day %  ..whole %  ..last %  no report %  ..whole %  ..last %\n"
		"all                   11.77    12.00      11.77      0.00       0.00      0.00         0.00       0.00      0.00\n"
		"D Zorg \"A\",\xef\xbf\xbd[31m      11.77    12.00      11.77      0.00       0.00      0.00         0.00       0.00      0.00\n"
		"\n"
		"Absence % by duration of the case, in days\n"
		"                   1-7   8-42  43-365  >365\n"
		"all               0.00  32.26    0.00  0.00\n"
		"D Zorg \"A\",\xef\xbf\xbd[31m  0.00  32.26    0.00  0.00\n"
		"\n"
		"\n"
		"F: 2023-01-01 to 2023-01-31, by department, min_group 12\n"
		"LOADING: a load of this employer, the first or one after a restore, has not come to its end; figures are of what is there so far: "
		"ask again later\n"
		"\n"
		"Size and absence\n"
		"     heads  last day  FTE  absence %  with leave %  reports  recovered  mean days\n"
		"all    n/a       n/a  n/a        n/a           n/a      n/a        n/a        n/a\n";

	(void)state;
	make_sheet(SHEET_EMPLOYERS_OWN);
	(void)table(false);
	check(fixture.buffer.len > sizeof expected - 1);
	check_view(view_of(fixture.buffer.bytes, sizeof expected - 1), VIEW_LITERAL(expected));
	check(strchr(text(), '\033') == NULL);
	check(strstr(text(), "Duration classes: 1996. A case counts for all its days. min_group: each employer's own.") != NULL);
}

static void colours_say_nothing_that_the_words_do_not(void **state)
{
	const char *coloured;
	const char *plain;
	char bare[16384];
	size_t length = 0;

	(void)state;
	make_sheet(SHEET_MIN_GROUP + 1);
	plain = table(false);
	buffer_clear(&fixture.buffer);
	coloured = table(true);
	check(strstr(coloured, "\033[2msmall\033[0m") != NULL || strstr(coloured, "\033[2m  small\033[0m") != NULL);
	for (const char *at = coloured; *at != '\0' && length < sizeof bare - 1;) {
		if (*at == '\033')
			at = strchr(at, 'm') + 1;
		else
			bare[length++] = *at++;
	}
	bare[length] = '\0';
	check_text(bare, plain);
	check(strstr(plain, "32.26") == NULL && strstr(plain, "small") != NULL);
	check(strstr(plain, "min_group: each employer's own, at least 6.") != NULL);
}

static void json_holds_what_was_asked_what_it_means_and_exact_figures_as_text(void **state)
{
	const char *absence = NULL;
	const char *class = NULL;
	const char *name = NULL;
	const char *standing = NULL;
	const char *heads = NULL;
	json_int_t decimals = 0;
	json_int_t min_group = 0;
	json_t *object;
	json_error_t fault;

	(void)state;
	make_sheet(SHEET_EMPLOYERS_OWN);
	check_ok(figures_json(&fixture.request, &fixture.sheet, &fixture.buffer, &fixture.error), &fixture.error);
	object = json_loadb((const char *)fixture.buffer.bytes, fixture.buffer.len, 0, &fault);
	check(object != NULL);
	check_int(json_unpack(object, "{s:{s:I}}", "parameters", "decimals", &decimals), 0);
	check_int(decimals, 2);
	check_size(json_array_size(json_object_get(object, "definitions")), FIGURE_KINDS + 4);
	check_size(json_array_size(json_object_get(object, "rows")), 3);
	check_int(json_unpack(json_array_get(json_object_get(object, "rows"), 1), "{s:s, s:{s:s, s:s}}", "name", &name, "figures", "absence_pct",
			      &absence, "absence_pct 8-42", &class),
		  0);
	check_text(name, "Zorg \"A\",\033[31m");
	check_text(absence, "32.26");
	check_text(class, "32.26");
	check_int(json_unpack(json_array_get(json_object_get(object, "rows"), 2), "{s:s, s:I, s:{s:s}}", "standing", &standing, "min_group",
			      &min_group, "figures", "headcount", &heads),
		  0);
	check_int(min_group, 12);
	check_text(standing, "LOADING");
	check_text(heads, "NOT_AVAILABLE");
	check(json_is_null(json_object_get(json_object_get(object, "parameters"), "max_days")));
	json_decref(object);
	check(memchr(fixture.buffer.bytes, '\033', fixture.buffer.len) == NULL);
}

static void csv_says_what_it_was_made_with_and_quotes_what_was_delivered(void **state)
{
	(void)state;
	make_sheet(SHEET_EMPLOYERS_OWN);
	check_ok(sheet_csv(&fixture.sheet, 2, &fixture.buffer, &fixture.error), &fixture.error);
	check(strstr(text(), "# decimals: 2,") != NULL && strstr(text(), "# min_group: each employer's own, never under 5\n") != NULL);
	check(strstr(text(), "\r\n\"E\",COMPLETE,5,department,own,\"D\",\"Zorg "
			     "\"\"A\"\",\xef\xbf\xbd[31m\",0,2023-01-01,2023-01-31,5.00,5.00,5.00,32.26,32.26,"
			     "11.77,12.00,11.77,10.00,0.00,0.00,0.00,0.00,0.00,0.00,5.00,5.00,0.00,32.26,0.00,0.00\r\n") != NULL);
}

/* Escape sequences, also of one character; line ends; what turns writing around or is not seen; what is no UTF-8. Formulas. */
static void nothing_in_a_name_acts_on_a_terminal_or_a_spreadsheet(void **state)
{
	static const char *const cases[][2] = {
		{"a\033]0;b\007", "\"a\ufffd]0;b\ufffd\""},
		{"a\x7f\xc2\x9b"
		 "31m",
		 "\"a\ufffd\ufffd31m\""},
		{"a\r\n\tb", "\"a   b\""},
		{"a\u202e\u2066\u200fb\u2028", "\"a\ufffd\ufffd\ufffdb\ufffd\""},
		{"a\xff\xc3", "\"a\ufffd\ufffd\""},
		{"Zo\u00eb, \"b\"", "\"Zo\u00eb, \"\"b\"\"\""},
		{"=1+1", "\"'=1+1\""},
		{"+31", "\"'+31\""},
		{"-1", "\"'-1\""},
		{"@SUM(A1)", "\"'@SUM(A1)\""},
		{"'s-Hertogenbosch", "\"''s-Hertogenbosch\""},
		{"\t=1", "\" =1\""},
		{"\u200b=1", "\"\ufffd=1\""},
	};

	(void)state;
	make_sheet(SHEET_EMPLOYERS_OWN);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char line[256];

		fixture.sheet.rows[1].value = view_text(cases[i][0]);
		fixture.sheet.rows[1].name = view_text(cases[i][0]);
		fixture.sheet.rows[1].employer_id = view_text(cases[i][0]);
		buffer_clear(&fixture.buffer);
		check_ok(sheet_csv(&fixture.sheet, 2, &fixture.buffer, &fixture.error), &fixture.error);
		(void)snprintf(line, sizeof line, "\r\n%s,COMPLETE,5,department,own,%s,%s,0,", cases[i][1], cases[i][1], cases[i][1]);
		check(strstr(text(), line) != NULL);
		buffer_clear(&fixture.buffer);
		check_ok(figures_json(&fixture.request, &fixture.sheet, &fixture.buffer, &fixture.error), &fixture.error);
		for (size_t k = 0; k < fixture.buffer.len; k++)
			check(fixture.buffer.bytes[k] == '\n' || (fixture.buffer.bytes[k] >= ' ' && fixture.buffer.bytes[k] < 0x80));
		buffer_clear(&fixture.buffer);
		for (const char *at = table(false); *at != '\0'; at++)
			check(*at == '\n' || ((unsigned char)*at >= ' ' && *at != 0x7f));
		check(strstr(text(), "\u202e") == NULL && strstr(text(), "\xc2\x9b") == NULL && strstr(text(), "\u2066") == NULL);
	}
}

#define WRITER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

static const struct CMUnitTest tests[] = {
	WRITER(a_table_stands_in_columns_and_lets_no_control_character_through),   WRITER(colours_say_nothing_that_the_words_do_not),
	WRITER(json_holds_what_was_asked_what_it_means_and_exact_figures_as_text), WRITER(nothing_in_a_name_acts_on_a_terminal_or_a_spreadsheet),
	WRITER(csv_says_what_it_was_made_with_and_quotes_what_was_delivered),
};

CHECK_MAIN(tests)
