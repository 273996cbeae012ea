#include "provider-svc/cli/figures_request.h"

#include <errno.h>
#include <stdlib.h>

enum { MAX_DAYS_VERNET = 730, MAX_DAYS_MOST = 100000, MIN_GROUP_MOST = 1000000, DECIMALS_TABLE = 2, DECIMALS_ELSE = 4, YEAR_MOST = 2200 };

const struct command_option figures_options[FIGURES_OPTIONS] = {
	{.name = "from",
	 .value = "DATE",
	 .help = "first day, YYYY-MM-DD; unless given 1 January of the year that the last day is in; with neither this nor --until: the last "
		 "calendar year that is over"},
	{.name = "until", .value = "DATE", .help = "the day after the last one; today unless given: the last day is then yesterday"},
	{.name = "per", .value = "STEP", .help = "cut into whole (unless given), month (a page unless given), quarter, year"},
	{.name = "by", .value = "WHAT", .help = "employer (unless given: totals alone), department, function, age-band, gender, contract-term"},
	{.name = "employer", .value = "ID", .help = "this employer only; all of them otherwise"},
	{.name = "classes",
	 .value = "CLASSES",
	 .help = "duration classes: 1996 (unless given), vernet, or the last days of your own, rising: 7,42,365"},
	{.name = "max-days", .value = "N|none", .help = "a case counts for so many days at most; 730 with vernet, else none, unless given"},
	{.name = "min-group", .value = "N", .help = "show nothing about fewer persons, where the employer's own min_group is less"},
	{.name = "decimals", .value = "N", .help = "0 to 9; 2 in a table, else 4, unless given"},
	{.name = "format",
	 .value = "FORMAT",
	 .help = "table (unless given), csv, json, html: a page to read and to print, with charts, that needs nothing else"},
	{.name = "lang", .value = "nl|en", .help = "language of the page; nl unless given"},
	{.name = "output", .value = "FILE", .help = "write there instead of to standard output; the file is there only once it is whole"},
	{.name = "replay", .help = "from all that the population's topic holds at this moment, instead of the tables: needs no database and no keys"},
};
static bool refuse(const char *option, const char *what, struct error *error)
{
	return error_set(error, DISPOSITION_REJECT, "USAGE", option, "--%s: %s", option, what);
}

/* The option's place among the words, 0 when it is not given. */
static bool word_of(const struct command_line *line, const char *option, const char *const *words, size_t count, const char *what, size_t *ret,
		    struct error *error)
{
	const char *value = command_value(line, option);

	*ret = 0;
	if (value == NULL)
		return true;
	while (*ret < count && strcmp(words[*ret], value) != 0)
		(*ret)++;
	return *ret < count || refuse(option, what, error);
}

static bool day_option(const struct command_line *line, const char *option, int32_t fallback, int32_t *ret, struct error *error)
{
	const char *value = command_value(line, option);

	*ret = fallback;
	return value == NULL || day_parse(view_text(value), ret) || refuse(option, "a date that exists, as YYYY-MM-DD", error);
}

/* For a page the whole stands before what it is cut into. */
static bool cut_periods(struct figures_request *request, struct error *error)
{
	struct period parts[PERIOD_MAX];
	size_t first = request->format == FIGURES_HTML ? 1 : 0;
	size_t count;

	if (!period_cut(&request->whole, request->step, parts, &count, error))
		return false;
	request->periods[0] = request->whole;
	request->period_count = first;
	for (size_t i = 0; i < count && (first == 0 || request->step != PERIOD_WHOLE); i++)
		request->periods[request->period_count++] = parts[i];
	return true;
}

static bool periods_of(const struct command_line *line, int32_t today, struct figures_request *ret, struct error *error)
{
	static const char *const steps[] = {"whole", "month", "quarter", "year"};
	int32_t this_year = first_day_of_year(today);
	int32_t until = command_has(line, "from") ? today : this_year;
	struct error fault = {0};
	size_t step;

	if (!day_option(line, "until", until, &ret->whole.until, error) ||
	    !day_option(line, "from", first_day_of_year(ret->whole.until - 1), &ret->whole.from, error) ||
	    !word_of(line, "per", steps, sizeof steps / sizeof steps[0], "whole, month, quarter or year", &step, error))
		return false;
	ret->step = (enum period_step)step;
	if (ret->format == FIGURES_HTML && !command_has(line, "per"))
		ret->step = PERIOD_MONTH;
	if (date_of(ret->whole.until).year > YEAR_MOST)
		return refuse("until", "a year up to 2200", error);
	if (cut_periods(ret, &fault))
		return true;
	if (strcmp(fault.code, "TOO_MANY") == 0)
		return refuse("per", "too many periods: take a longer step or a shorter time", error);
	return refuse("from", "a day before --until", error);
}

/* "7,42,365" */
static bool own_classes(const char *text, struct duration_classes *ret, struct error *error)
{
	int32_t last_days[DURATION_CLASSES - 1];
	size_t count = 0;
	const char *at = text;

	for (;;) {
		char *end;
		long days;

		errno = 0;
		days = strtol(at, &end, 10);
		if (end == at || *at == ' ' || errno != 0 || days < 1 || days > MAX_DAYS_MOST || count == DURATION_CLASSES - 1 ||
		    (*end != ',' && *end != '\0'))
			return false;
		last_days[count++] = (int32_t)days;
		if (*end == '\0')
			break;
		at = end + 1;
	}
	return duration_classes_make(last_days, count, ret, error);
}

static bool classes_of(const struct command_line *line, struct breakdown_terms *ret, struct error *error)
{
	const char *classes = command_value(line, "classes");
	const char *max_days = command_value(line, "max-days");
	bool is_vernet = classes != NULL && strcmp(classes, "vernet") == 0;
	struct error fault = {0};
	int64_t days;

	ret->classes = is_vernet ? duration_classes_vernet : duration_classes_1996;
	if (classes != NULL && !is_vernet && strcmp(classes, "1996") != 0 && !own_classes(classes, &ret->classes, &fault))
		return refuse("classes", "1996, vernet, or one to seven last days, rising, with commas: 7,42,365", error);
	if (max_days != NULL && strcmp(max_days, "none") == 0) {
		ret->max_days = COURSE_NO_CAP;
		return true;
	}
	if (!command_number(line, "max-days", 1, MAX_DAYS_MOST, is_vernet ? MAX_DAYS_VERNET : COURSE_NO_CAP, &days, error))
		return max_days == NULL ? false : refuse("max-days", "a whole number of days from 1, or none", error);
	ret->max_days = (int32_t)days;
	return true;
}

static bool format_of(const struct command_line *line, struct figures_request *ret, struct error *error)
{
	static const char *const formats[] = {"table", "csv", "json", "html"};
	static const char *const languages[] = {"nl", "en"};
	size_t format;
	size_t language;
	int64_t decimals;

	if (!word_of(line, "format", formats, sizeof formats / sizeof formats[0], "table, csv, json or html", &format, error) ||
	    !word_of(line, "lang", languages, sizeof languages / sizeof languages[0], "nl or en", &language, error))
		return false;
	ret->format = (enum figures_format)format;
	ret->language = (enum page_language)language;
	if (command_wants_json(line)) {
		if (command_has(line, "format") && ret->format != FIGURES_JSON)
			return refuse("format", "another one than --json asks for", error);
		ret->format = FIGURES_JSON;
	}
	if (!command_number(line, "decimals", 0, FIGURE_DECIMALS_MAX, ret->format == FIGURES_TABLE ? DECIMALS_TABLE : DECIMALS_ELSE, &decimals,
			    error))
		return false;
	ret->decimals = (int32_t)decimals;
	return true;
}

/* The page shows what it shows: totals and departments, each figure with its own decimals. */
static bool page_of(const struct command_line *line, struct figures_request *ret, struct error *error)
{
	if (ret->format != FIGURES_HTML)
		return !command_has(line, "lang") || refuse("lang", "is for --format html", error);
	if (command_has(line, "by") && ret->dimension != DIMENSION_DEPARTMENT)
		return refuse("by", "a page has totals and departments; leave it out with --format html", error);
	if (command_has(line, "decimals"))
		return refuse("decimals", "a page gives each figure its own; leave it out with --format html", error);
	ret->dimension = DIMENSION_DEPARTMENT;
	return true;
}

bool figures_request_of(const struct command_line *line, int32_t today, struct figures_request *ret, struct error *error)
{
	static const char *const dimensions[] = {"employer", "department", "function", "age-band", "gender", "contract-term"};
	int64_t min_group;
	size_t dimension;

	*ret = (struct figures_request){
		.terms.employer_id = view_text(command_value(line, "employer")),
		.replay = command_has(line, "replay"),
		.output = command_value(line, "output"),
	};
	if (!format_of(line, ret, error) || !periods_of(line, today, ret, error) ||
	    !word_of(line, "by", dimensions, sizeof dimensions / sizeof dimensions[0],
		     "employer, department, function, age-band, gender or contract-term", &dimension, error) ||
	    !classes_of(line, &ret->terms.terms, error) ||
	    !command_number(line, "min-group", 1, MIN_GROUP_MOST, SHEET_EMPLOYERS_OWN, &min_group, error))
		return false;
	ret->dimension = (enum dimension)dimension;
	ret->terms.min_group = (int32_t)(min_group != SHEET_EMPLOYERS_OWN && min_group < SHEET_MIN_GROUP ? SHEET_MIN_GROUP : min_group);
	return page_of(line, ret, error);
}
