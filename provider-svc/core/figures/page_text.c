#include "provider-svc/core/figures/page_text.h"

#include <stdio.h>

#include "common/base/calendar.h"

enum { LANGUAGES = PAGE_ENGLISH + 1, MONTHS = 12, QUARTER = 3 };

const char *page_word(enum page_language language, enum page_word word)
{
#define PAGE_WORD_TEXTS(key, dutch, english) {dutch, english},
	static const char *const words[][LANGUAGES] = {PAGE_WORD_LIST(PAGE_WORD_TEXTS)};
#undef PAGE_WORD_TEXTS
	return words[word][language];
}

bool page_has_figure(enum figure_kind kind)
{
	return kind != FIGURE_ZERO_DAY_WHOLE && kind != FIGURE_ZERO_DAY_LAST && kind != FIGURE_ZERO_REPORT_WHOLE && kind != FIGURE_ZERO_REPORT_LAST;
}

struct figure_words {
	const char *name;
	const char *definition;
};

static const struct figure_words figure_words[][LANGUAGES] = {
	[FIGURE_HEADCOUNT] = {{"Medewerkers, gemiddeld",
			       "persoonsdagen gedeeld door de dagen van de periode; een persoon is één, hoeveel dienstverbanden ook"},
			      {"Headcount, average",
			       "person-days divided by the days of the period; a person is one head, however many employments"}},
	[FIGURE_HEADCOUNT_LAST_DAY] = {{"Medewerkers op de laatste dag", "personen in dienst op de laatste dag van de periode"},
				       {"Headcount on the last day", "persons employed on the last day of the period"}},
	[FIGURE_FTE] = {{"Voltijdbanen (fte)", "dagen in dienst × deeltijdfactor, gedeeld door de dagen van de periode"},
			{"Full-time equivalents (FTE)", "days employed × part-time factor, divided by the days of the period"}},
	[FIGURE_ABSENCE] =
		{{"Ziekteverzuimpercentage (ZVP)", "100 × verzuimde dagen × deeltijdfactor × verzuimdeel, gedeeld door dagen in dienst × "
						   "deeltijdfactor; kalenderdagen, zonder verlof"},
		 {"Absence percentage (ZVP)",
		  "100 × days absent × part-time factor × part absent, divided by days employed × part-time factor; calendar days, without leave"}},
	[FIGURE_ABSENCE_WITH_LEAVE] = {{"Ziekteverzuimpercentage inclusief verlof", "hetzelfde, met zwangerschaps- en ander verlof als verzuim"},
				       {"Absence percentage including leave", "the same, with maternity and other leave as absence"}},
	[FIGURE_FREQUENCY] = {{"Meldingsfrequentie (ZMF)", "ziekmeldingen in de periode, per gemiddelde medewerker en per kalenderjaar"},
			      {"Reporting frequency (ZMF)", "sick reports in the period, per average head and per calendar year"}},
	[FIGURE_FREQUENCY_MULTIPLE] = {{"Meldingsfrequentie, naar maanden",
					"ziekmeldingen per gemiddelde medewerker × 12 / maanden van de periode (kwartaal × 4); alleen hele maanden"},
				       {"Reporting frequency, by months",
					"sick reports per average head × 12 / months of the period (quarter × 4); whole months only"}},
	[FIGURE_FREQUENCY_BEGIN_END] = {{"Meldingsfrequentie, begin en eind",
					 "als de meldingsfrequentie, per gemiddelde van de medewerkers op de eerste en de laatste dag"},
					{"Reporting frequency, begin and end",
					 "as the reporting frequency, per mean of the heads on the first and the last day"}},
	[FIGURE_DURATION] = {{"Gemiddelde verzuimduur (GZVD)",
			      "hele duur in kalenderdagen van de gevallen die in de periode herstelden, gedeeld door hun aantal"},
			     {"Mean duration of absence (GZVD)",
			      "whole duration in calendar days of the cases that recovered in the period, divided by their number"}},
	[FIGURE_ZERO_DAY_ANY] = {{"Nulverzuim: geen verzuimdag",
				  "100 × personen zonder verzuimdag, van wie op enige dag van de periode in dienst was"},
				 {"Zero absence: no day absent",
				  "100 × persons without a day of absence, of those employed on any day of the period"}},
	[FIGURE_ZERO_DAY_WHOLE] = {{"Nulverzuim: geen verzuimdag, hele periode", "hetzelfde, van wie elke dag in dienst was"},
				   {"Zero absence: no day absent, whole period", "the same, of those employed on every day"}},
	[FIGURE_ZERO_DAY_LAST] = {{"Nulverzuim: geen verzuimdag, laatste dag", "hetzelfde, van wie op de laatste dag in dienst was"},
				  {"Zero absence: no day absent, last day", "the same, of those employed on the last day"}},
	[FIGURE_ZERO_REPORT_ANY] = {{"Nulverzuim: geen melding",
				     "100 × personen zonder ziekmelding, van wie op enige dag van de periode in dienst was"},
				    {"Zero absence: no report", "100 × persons without a sick report, of those employed on any day of the period"}},
	[FIGURE_ZERO_REPORT_WHOLE] = {{"Nulverzuim: geen melding, hele periode", "hetzelfde, van wie elke dag in dienst was"},
				      {"Zero absence: no report, whole period", "the same, of those employed on every day"}},
	[FIGURE_ZERO_REPORT_LAST] = {{"Nulverzuim: geen melding, laatste dag", "hetzelfde, van wie op de laatste dag in dienst was"},
				     {"Zero absence: no report, last day", "the same, of those employed on the last day"}},
	[FIGURE_REPORTS] = {{"Ziekmeldingen", "gevallen die in de periode begonnen; zonder verlof en wat niet als melding telt"},
			    {"Sick reports", "cases that began in the period; without leave and what does not count as a report"}},
	[FIGURE_ENDED] = {{"Herstelde gevallen", "gevallen die in de periode herstelden"}, {"Cases recovered", "cases that recovered in the period"}},
};
_Static_assert(sizeof figure_words / sizeof figure_words[0] == FIGURE_KINDS, "every figure has its words");

const char *page_figure_name(enum page_language language, enum figure_kind kind)
{
	return figure_words[kind][language].name;
}

const char *page_figure_definition(enum page_language language, enum figure_kind kind)
{
	return figure_words[kind][language].definition;
}

const char *page_figure_unit(enum page_language language, enum figure_kind kind)
{
	static const enum page_word units[FIGURE_KINDS] = {
		[FIGURE_HEADCOUNT] = PAGE_UNIT_PERSONS,
		[FIGURE_HEADCOUNT_LAST_DAY] = PAGE_UNIT_PERSONS,
		[FIGURE_FTE] = PAGE_UNIT_FTE,
		[FIGURE_ABSENCE] = PAGE_UNIT_PER_CENT,
		[FIGURE_ABSENCE_WITH_LEAVE] = PAGE_UNIT_PER_CENT,
		[FIGURE_FREQUENCY] = PAGE_UNIT_A_YEAR,
		[FIGURE_FREQUENCY_MULTIPLE] = PAGE_UNIT_A_YEAR,
		[FIGURE_FREQUENCY_BEGIN_END] = PAGE_UNIT_A_YEAR,
		[FIGURE_DURATION] = PAGE_UNIT_DAYS,
		[FIGURE_ZERO_DAY_ANY] = PAGE_UNIT_PER_CENT,
		[FIGURE_ZERO_DAY_WHOLE] = PAGE_UNIT_PER_CENT,
		[FIGURE_ZERO_DAY_LAST] = PAGE_UNIT_PER_CENT,
		[FIGURE_ZERO_REPORT_ANY] = PAGE_UNIT_PER_CENT,
		[FIGURE_ZERO_REPORT_WHOLE] = PAGE_UNIT_PER_CENT,
		[FIGURE_ZERO_REPORT_LAST] = PAGE_UNIT_PER_CENT,
		[FIGURE_REPORTS] = PAGE_UNIT_CASES,
		[FIGURE_ENDED] = PAGE_UNIT_CASES,
	};

	return page_word(language, units[kind]);
}

void page_number(enum page_language language, const struct figure *figure, char ret_text[static PAGE_NUMBER])
{
	static const char thousands_of[LANGUAGES] = {'.', ','};
	static const char decimal_of[LANGUAGES] = {',', '.'};
	char plain[FIGURE_TEXT];
	size_t digits;
	size_t len = 0;

	figure_format(figure, plain);
	digits = strcspn(plain, ".");
	for (size_t i = 0; plain[i] != '\0'; i++) {
		if (i > 0 && i < digits && (digits - i) % 3 == 0)
			ret_text[len++] = thousands_of[language];
		if (plain[i] == '.')
			ret_text[len++] = decimal_of[language];
		else
			ret_text[len++] = plain[i];
	}
	ret_text[len] = '\0';
}

void page_per_cent(enum page_language language, const struct figure *figure, char ret_text[static PAGE_NUMBER])
{
	char number[PAGE_NUMBER];

	page_number(language, figure, number);
	(void)snprintf(ret_text, PAGE_NUMBER, "%.40s%s", number, language == PAGE_DUTCH ? "\u00a0%" : "%");
}

static const char *const months[MONTHS][LANGUAGES] = {
	{"januari", "January"},   {"februari", "February"}, {"maart", "March"},     {"april", "April"},         {"mei", "May"},
	{"juni", "June"},         {"juli", "July"},         {"augustus", "August"}, {"september", "September"}, {"oktober", "October"},
	{"november", "November"}, {"december", "December"},
};

static const char *const short_months[MONTHS][LANGUAGES] = {
	{"jan", "Jan"}, {"feb", "Feb"}, {"mrt", "Mar"}, {"apr", "Apr"}, {"mei", "May"}, {"jun", "Jun"},
	{"jul", "Jul"}, {"aug", "Aug"}, {"sep", "Sep"}, {"okt", "Oct"}, {"nov", "Nov"}, {"dec", "Dec"},
};

void page_day(enum page_language language, int32_t day, char ret_text[static PAGE_DATE])
{
	struct calendar_date date = date_of(day);

	(void)snprintf(ret_text, PAGE_DATE, "%d %s %d", (int)date.day, months[date.month - 1][language], (int)date.year);
}

void page_time(enum page_language language, int64_t time_ms, char ret_text[static PAGE_DATE])
{
	char day[PAGE_DATE];
	char clock[32];

	page_day(language, (int32_t)(time_ms / MS_PER_DAY), day);
	time_format(time_ms, clock);
	(void)snprintf(ret_text, PAGE_DATE, "%.40s, %.5s UTC", day, clock + sizeof "YYYY-MM-DD");
}

/* How many months a period is that is one of the steps: 1, 3 or 12, from where such a step begins. 0: none. */
static int32_t step_of(const struct period *period)
{
	int32_t length = period_months(period);
	int32_t month = date_of(period->from).month - 1;

	if (length == 1 || (length == QUARTER && month % QUARTER == 0) || (length == MONTHS && month == 0))
		return length;
	return 0;
}

void page_tick(enum page_language language, const struct period *period, char ret_text[static PAGE_TICK], char ret_year[static PAGE_TICK])
{
	struct calendar_date date = date_of(period->from);
	const char *month = short_months[date.month - 1][language];

	(void)snprintf(ret_year, PAGE_TICK, "%d", (int)date.year);
	switch (step_of(period)) {
	case 1:
		(void)snprintf(ret_text, PAGE_TICK, "%s", month);
		break;
	case QUARTER:
		(void)snprintf(ret_text, PAGE_TICK, language == PAGE_DUTCH ? "%de kw." : "Q%d", (int)((date.month - 1) / QUARTER + 1));
		break;
	case MONTHS:
		(void)snprintf(ret_text, PAGE_TICK, "%s", ret_year);
		ret_year[0] = '\0';
		break;
	default:
		(void)snprintf(ret_text, PAGE_TICK, "%d %s", (int)date.day, month);
		break;
	}
}

void page_period(enum page_language language, const struct period *period, char ret_text[static PAGE_DATE])
{
	struct calendar_date first = date_of(period->from);
	struct calendar_date last = date_of(period->until - 1);
	char tick[PAGE_TICK];
	char year[PAGE_TICK];

	page_tick(language, period, tick, year);
	if (step_of(period) != 0)
		(void)snprintf(ret_text, PAGE_DATE, "%s%s%s", tick, year[0] == '\0' ? "" : " ", year);
	else if (first.year == last.year && first.month == last.month)
		(void)snprintf(ret_text, PAGE_DATE, "%d–%d %s %d", (int)first.day, (int)last.day, short_months[first.month - 1][language],
			       (int)first.year);
	else
		(void)snprintf(ret_text, PAGE_DATE, "%d %s %d – %d %s %d", (int)first.day, short_months[first.month - 1][language], (int)first.year,
			       (int)last.day, short_months[last.month - 1][language], (int)last.year);
}

/* What the field calls the classes of the two standards; own ones have no name. */
static const char *class_name(enum page_language language, const struct duration_classes *classes, size_t index)
{
	static const char *const standard[][LANGUAGES] = {
		{"Kort", "Short"}, {"Middellang", "Medium"}, {"Lang", "Long"}, {"Extra lang", "Extra long"}};
	static const char *const vernet[][LANGUAGES] = {{"Kort", "Short"},
							{"Middellang", "Medium"},
							{"Lang, 1e jaar", "Long, 1st year"},
							{"Extra lang, 2e jaar", "Extra long, 2nd year"},
							{"Na 2 jaar", "After 2 years"}};

	if (strcmp(classes->name, duration_classes_1996.name) == 0)
		return standard[index][language];
	if (strcmp(classes->name, duration_classes_vernet.name) == 0)
		return vernet[index][language];
	return NULL;
}

void page_class(enum page_language language, const struct duration_classes *classes, size_t index, char ret_text[static PAGE_DATE])
{
	const char *name = class_name(language, classes, index);
	const char *days = page_word(language, index == 0 && classes->last_day[0] == 1 ? PAGE_UNIT_DAY : PAGE_UNIT_DAYS);
	int32_t first = index == 0 ? 1 : classes->last_day[index - 1] + 1;
	char range[PAGE_TICK];

	if (index == classes->boundaries)
		(void)snprintf(range, sizeof range, ">\u00a0%d", (int)first - 1);
	else if (first == classes->last_day[index])
		(void)snprintf(range, sizeof range, "%d", (int)first);
	else
		(void)snprintf(range, sizeof range, "%d–%d", (int)first, (int)classes->last_day[index]);
	(void)snprintf(ret_text, PAGE_DATE, "%s%s%s\u00a0%s", name == NULL ? "" : name, name == NULL ? "" : ", ", range, days);
}
