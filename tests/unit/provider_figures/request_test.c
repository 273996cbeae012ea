/* What the options of `provider-svc figures` ask for, on 22 November 2026. */
#include "tests/unit/check.h"

#include "provider-svc/cli/figures_request.h"

enum { WORDS_MAX = 20 };

static int32_t day(int32_t year, int32_t month, int32_t of_month)
{
	return day_of((struct calendar_date){year, month, of_month});
}

static struct figures_request request;
static struct error fault;

static int take(struct command_line *line)
{
	fault = (struct error){0};
	return figures_request_of(line, day(2026, 11, 22), &request, &fault) ? EXIT_CODE_DONE : command_failed(line, &fault);
}

/* Words with a space between; the exit code. */
static int ask(const char *words)
{
	const struct command commands[] = {
		{.name = "figures", .help = "x", .options = figures_options, .option_count = FIGURES_OPTIONS, .run = take}};
	const struct program program = {.name = "x-svc", .help = "x", .default_config = "/x", .commands = commands, .command_count = 1};
	char program_name[] = "x-svc";
	char command_name[] = "figures";
	static char copy[256];
	char *argv[WORDS_MAX + 1] = {program_name, command_name};
	int argc = 2;

	(void)snprintf(copy, sizeof copy, "%s", words);
	for (char *rest = copy, *word; (word = strsep(&rest, " ")) != NULL && argc < WORDS_MAX;) {
		if (word[0] != '\0')
			argv[argc++] = word;
	}
	return command_line_run(&program, argc, argv);
}

#define check_span(first, end)                                                                                                                       \
	do {                                                                                                                                         \
		check_int(request.whole.from, (first));                                                                                              \
		check_int(request.whole.until, (end));                                                                                               \
	} while (0)

static void without_options_it_is_totals_of_the_last_calendar_year(void **state)
{
	(void)state;
	check_int(ask(""), 0);
	check_span(day(2025, 1, 1), day(2026, 1, 1));
	check_size(request.period_count, 1);
	check(request.dimension == DIMENSION_EMPLOYER && request.format == FIGURES_TABLE && !request.replay && request.output == NULL);
	check_int(request.decimals, 2);
	check_int(request.terms.min_group, SHEET_EMPLOYERS_OWN);
	check_int(request.terms.terms.max_days, COURSE_NO_CAP);
	check_text(request.terms.terms.classes.name, "1996");
	check(view_is_null(request.terms.employer_id));
}

static void a_first_day_alone_goes_to_today_and_an_end_alone_from_its_years_beginning(void **state)
{
	(void)state;
	check_int(ask("--from 2024-02-29"), 0);
	check_span(day(2024, 2, 29), day(2026, 11, 22));
	check_int(ask("--until 2024-07-01"), 0);
	check_span(day(2024, 1, 1), day(2024, 7, 1));
	check_int(ask("--until 2024-01-01"), 0);
	check_span(day(2023, 1, 1), day(2024, 1, 1));
	check_int(ask("--from 2023-11-15 --until 2024-05-20 --per quarter"), 0);
	check_size(request.period_count, 3);
	check_int(request.periods[1].from, day(2024, 1, 1));
}

static void vernet_brings_its_cap_unless_another_is_given(void **state)
{
	(void)state;
	check_int(ask("--classes vernet"), 0);
	check_int(request.terms.terms.max_days, 730);
	check_int(ask("--classes vernet --max-days none"), 0);
	check_int(request.terms.terms.max_days, COURSE_NO_CAP);
	check_int(ask("--max-days 365 --classes 3,10"), 0);
	check_int(request.terms.terms.max_days, 365);
	check_size(duration_class_count(&request.terms.terms.classes), 3);
	check_int(request.terms.terms.classes.last_day[1], 10);
}

static void everything_else_is_taken_as_it_is_given(void **state)
{
	(void)state;
	check_int(ask("--by age-band --employer E1 --min-group 25 --decimals 9 --format csv --output out.csv --replay"), 0);
	check(request.dimension == DIMENSION_AGE_BAND && request.format == FIGURES_CSV && request.replay);
	check_view(request.terms.employer_id, VIEW_LITERAL("E1"));
	check_text(request.output, "out.csv");
	check_int(request.terms.min_group, 25);
	check_int(request.decimals, 9);
	check_int(ask("--json"), 0);
	check(request.format == FIGURES_JSON);
	check_int(request.decimals, 4);
}

static void what_makes_no_sense_is_wrong_usage(void **state)
{
	static const char *const wrong[][2] = {
		{"--from 2024-02-30", "from"},
		{"--until 24-01-01", "until"},
		{"--until 2201-01-01", "until"},
		{"--from 2024-01-01 --until 2024-01-01", "from"},
		{"--from 2027-01-01", "from"},
		{"--from 1800-01-01 --per month", "per"},
		{"--per week", "per"},
		{"--by name", "by"},
		{"--classes 7,7", "classes"},
		{"--classes 7,", "classes"},
		{"--classes 1,2,3,4,5,6,7,8", "classes"},
		{"--classes -7", "classes"},
		{"--max-days 0", "max-days"},
		{"--max-days some", "max-days"},
		{"--min-group 0", "min-group"},
		{"--decimals 10", "decimals"},
		{"--format xml", "format"},
		{"--format csv --json", "format"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		check_int(ask(wrong[i][0]), EXIT_CODE_USAGE);
		check_text(fault.code, "USAGE");
		check_text(fault.place, wrong[i][1]);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(without_options_it_is_totals_of_the_last_calendar_year),
	cmocka_unit_test(a_first_day_alone_goes_to_today_and_an_end_alone_from_its_years_beginning),
	cmocka_unit_test(vernet_brings_its_cap_unless_another_is_given),
	cmocka_unit_test(everything_else_is_taken_as_it_is_given),
	cmocka_unit_test(what_makes_no_sense_is_wrong_usage),
};

CHECK_MAIN(tests)
