#include "provider-svc/core/figures/page_employer.h"

#include "provider-svc/core/figures/chart.h"
#include "provider-svc/core/figures/page_bars.h"

#include <stdio.h>

/* What a table beside its chart has at most. */
enum { BESIDE_FIGURES = 4, BESIDE_PERIODS = 13 };

static const struct sheet_row *total_of(const struct page_employer *employer, size_t period)
{
	return &employer->sheet->rows[employer->first + period];
}

bool page_employer_is_known(const struct page_employer *employer)
{
	return total_of(employer, 0)->cell != NULL;
}

void page_employer_mark(struct pen *pen, const struct sheet_row *row)
{
	if (row->standing != ROLL_LOADING)
		return;
	pen_raw(pen, " <span class=\"loading\">");
	pen_word(pen, PAGE_LOADING);
	pen_raw(pen, "</span>");
}

/* One key figure, and another that belongs to it. */
struct card {
	enum page_word label;
	enum figure_kind figure;
	const enum page_word *unit; /* NULL: none */
	enum page_word note;
	enum figure_kind note_figure;
};

static void put_card(struct pen *pen, const struct sheet_row *row, const struct period *period, const struct card *card)
{
	pen_raw(pen, "<div class=\"card\"><dt>");
	pen_word(pen, card->label);
	page_employer_mark(pen, row);
	pen_raw(pen, "</dt><dd class=\"big\">");
	if (pen_figure(pen, row, period, card->figure, PEN_PER_CENT) && card->unit != NULL) {
		pen_raw(pen, " <span class=\"of\">");
		pen_word(pen, *card->unit);
		pen_raw(pen, "</span>");
	}
	pen_raw(pen, "</dd>");
	if (card->note_figure != card->figure) {
		pen_raw(pen, "<dd class=\"note\">");
		pen_word(pen, card->note);
		pen_raw(pen, ": ");
		(void)pen_figure(pen, row, period, card->note_figure, PEN_PER_CENT);
		pen_raw(pen, "</dd>");
	}
	pen_raw(pen, "</div>\n");
}

static void put_cards(struct pen *pen, const struct page_employer *employer)
{
	static const enum page_word a_year = PAGE_UNIT_A_YEAR_SHORT;
	static const enum page_word days = PAGE_UNIT_DAYS;
	static const enum page_word average = PAGE_UNIT_AVERAGE;
	static const enum page_word fte = PAGE_UNIT_FTE;
	static const struct card cards[] = {
		{PAGE_CARD_ABSENCE, FIGURE_ABSENCE, NULL, PAGE_NOTE_ABSENCE, FIGURE_ABSENCE_WITH_LEAVE},
		{PAGE_CARD_FREQUENCY, FIGURE_FREQUENCY, &a_year, PAGE_NOTE_FREQUENCY, FIGURE_REPORTS},
		{PAGE_CARD_DURATION, FIGURE_DURATION, &days, PAGE_NOTE_DURATION, FIGURE_ENDED},
		{PAGE_CARD_ZERO, FIGURE_ZERO_DAY_ANY, NULL, PAGE_NOTE_ZERO, FIGURE_ZERO_REPORT_ANY},
		{PAGE_CARD_HEADCOUNT, FIGURE_HEADCOUNT, &average, PAGE_NOTE_HEADCOUNT, FIGURE_HEADCOUNT_LAST_DAY},
		{PAGE_CARD_FTE, FIGURE_FTE, &fte, PAGE_CARD_FTE, FIGURE_FTE},
	};

	pen_raw(pen, "<dl class=\"cards\">\n");
	for (size_t i = 0; i < sizeof cards / sizeof cards[0]; i++)
		put_card(pen, total_of(employer, 0), &employer->sheet->breakdown->periods[0], &cards[i]);
	pen_raw(pen, "</dl>\n");
}

/* A chart over time and the table that belongs to it. */
struct panel {
	const char *name;
	struct chart chart;
	enum figure_kind drawn;
	const enum figure_kind *figures; /* of the table, of which there are so many; NULL: the classes and the whole */
	const enum page_word *headings;
	size_t count;
};

static void take_columns(struct pen *pen, const struct page_employer *employer, const struct panel *panel, struct chart_column *columns)
{
	const struct sheet *sheet = employer->sheet;

	for (size_t i = 1; i < sheet->breakdown->period_count; i++) {
		const struct sheet_row *row = total_of(employer, i);
		struct chart_column *column = &columns[i - 1];
		struct figure figure = {0};
		bool is_there = pen_value(pen, row, &sheet->breakdown->periods[i], panel->drawn, &figure);

		column->period = sheet->breakdown->periods[i];
		column->whole = figure.value;
		column->mark = is_there ? CHART_VALUE : row->is_suppressed ? CHART_SUPPRESSED : CHART_NOT_AVAILABLE;
		if (panel->chart.classes == NULL)
			column->values[0] = figure.value;
		for (size_t k = 0; panel->chart.classes != NULL && k < duration_class_count(panel->chart.classes); k++) {
			if (pen_class_value(pen, row, k, &figure))
				column->values[k] = figure.value;
		}
	}
}

/* A class's name may stand above its days. */
static void put_class_head(struct pen *pen, const struct duration_classes *classes, size_t class)
{
	char text[PAGE_DATE];
	const char *days;

	page_class(pen->language, classes, class, text);
	days = strstr(text, ", ");
	while (days != NULL && strstr(days + 1, ", ") != NULL)
		days = strstr(days + 1, ", ");
	if (days != NULL) {
		pen_text(pen, view_of(text, (size_t)(days + 1 - text)));
		pen_raw(pen, " ");
	}
	pen_raw(pen, "<span class=\"whole\">");
	pen_words(pen, days == NULL ? text : days + 2);
	pen_raw(pen, " (%)</span>");
}

static void put_heads(struct pen *pen, const struct panel *panel)
{
	const struct duration_classes *classes = panel->chart.classes;

	pen_raw(pen, "<thead><tr><th scope=\"col\">");
	pen_word(pen, PAGE_PERIOD);
	pen_raw(pen, "</th>");
	for (size_t i = 0; i < panel->count; i++) {
		pen_raw(pen, "<th scope=\"col\">");
		if (classes != NULL && i < duration_class_count(classes))
			put_class_head(pen, classes, i);
		else
			pen_word(pen, classes != NULL ? PAGE_SHORT_ABSENCE_UNIT : panel->headings[i]);
		pen_raw(pen, "</th>");
	}
	pen_raw(pen, "</tr></thead>");
}

static void put_row(struct pen *pen, const struct page_employer *employer, const struct panel *panel, size_t period)
{
	const struct period *days = &employer->sheet->breakdown->periods[period];
	const struct sheet_row *row = total_of(employer, period);
	char text[PAGE_DATE];
	bool is_absent;

	page_period(pen->language, days, text);
	pen_raw(pen, "<tr><th scope=\"row\">");
	pen_words(pen, period == 0 ? page_word(pen->language, PAGE_WHOLE_PERIOD) : text);
	pen_raw(pen, "</th>");
	is_absent = pen_absent(pen, row, panel->count);
	for (size_t i = 0; i < panel->count && !is_absent; i++) {
		pen_raw(pen, "<td>");
		if (panel->chart.classes != NULL && i + 1 < panel->count)
			(void)pen_class_figure(pen, row, i);
		else
			(void)pen_figure(pen, row, days, panel->chart.classes != NULL ? FIGURE_ABSENCE : panel->figures[i], PEN_NUMBER);
		pen_raw(pen, "</td>");
	}
	pen_raw(pen, "</tr>\n");
}

static void put_panel(struct pen *pen, const struct page_employer *employer, struct panel *panel, struct chart_column *columns)
{
	size_t periods = employer->sheet->breakdown->period_count;

	take_columns(pen, employer, panel, columns);
	panel->chart.columns = columns;
	panel->chart.count = periods - 1;
	panel->chart.is_beside = panel->count <= BESIDE_FIGURES && panel->chart.count <= BESIDE_PERIODS;
	pen_put(pen, "<section class=\"part\"><h3 id=\"%s%zu\">", panel->name, employer->number);
	pen_word(pen, panel->chart.title);
	page_employer_mark(pen, total_of(employer, 0));
	pen_put(pen, "</h3>\n<div class=\"%s\"><figure>\n", panel->chart.is_beside ? "beside" : "under");
	chart_write(pen, &panel->chart);
	pen_put(pen, "</figure>\n<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-labelledby=\"%s%zu\"><table>", panel->name,
		employer->number);
	put_heads(pen, panel);
	pen_raw(pen, "<tbody>\n");
	for (size_t i = 1; i < periods; i++)
		put_row(pen, employer, panel, i);
	pen_raw(pen, "</tbody><tfoot>");
	put_row(pen, employer, panel, 0);
	pen_raw(pen, "</tfoot></table></div></div></section>\n");
}

static void put_panels(struct pen *pen, const struct page_employer *employer, struct chart_column *columns)
{
	static const enum figure_kind time_figures[] = {FIGURE_ABSENCE, FIGURE_ABSENCE_WITH_LEAVE, FIGURE_HEADCOUNT, FIGURE_FTE};
	static const enum page_word time_heads[] = {PAGE_SHORT_ABSENCE_UNIT, PAGE_SHORT_WITH_LEAVE_UNIT, PAGE_SHORT_HEADCOUNT, PAGE_SHORT_FTE};
	static const enum figure_kind report_figures[] = {FIGURE_FREQUENCY, FIGURE_REPORTS, FIGURE_ENDED, FIGURE_DURATION};
	static const enum page_word report_heads[] = {PAGE_SHORT_FREQUENCY, PAGE_SHORT_REPORTS, PAGE_SHORT_ENDED, PAGE_SHORT_DURATION_UNIT};
	const struct duration_classes *classes = &employer->sheet->breakdown->terms.classes;
	size_t number = 4 * employer->number;
	struct panel time = {
		.name = "time",
		.chart = {.kind = CHART_LINE, .number = number, .title = PAGE_OVER_TIME, .axis = PAGE_AXIS_ABSENCE},
		.drawn = FIGURE_ABSENCE,
		.figures = time_figures,
		.headings = time_heads,
		.count = sizeof time_figures / sizeof time_figures[0],
	};
	struct panel stacks = {
		.name = "stacks",
		.chart = {.kind = CHART_STACKS, .number = number + 1, .title = PAGE_CLASS_OVER_TIME, .axis = PAGE_AXIS_ABSENCE, .classes = classes},
		.drawn = FIGURE_ABSENCE,
		.count = duration_class_count(classes) + 1,
	};
	struct panel reports = {
		.name = "reports",
		.chart = {.kind = CHART_COLUMNS, .number = number + 2, .title = PAGE_FREQUENCY_OVER_TIME, .axis = PAGE_AXIS_FREQUENCY},
		.drawn = FIGURE_FREQUENCY,
		.figures = report_figures,
		.headings = report_heads,
		.count = sizeof report_figures / sizeof report_figures[0],
	};

	if (columns != NULL)
		put_panel(pen, employer, &time, columns);
	page_bars_of_departments(pen, employer);
	page_bars_of_classes(pen, employer);
	if (columns != NULL) {
		put_panel(pen, employer, &stacks, columns);
		put_panel(pen, employer, &reports, columns);
	}
}

static void put_all_figures(struct pen *pen, const struct page_employer *employer)
{
	pen_put(pen, "<section class=\"part\"><h3 id=\"all%zu\">", employer->number);
	pen_word(pen, PAGE_ALL_FIGURES);
	page_employer_mark(pen, total_of(employer, 0));
	pen_put(pen, "</h3>\n<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-labelledby=\"all%zu\"><table class=\"all\"><thead><tr>",
		employer->number);
	pen_raw(pen, "<th scope=\"col\">");
	pen_word(pen, PAGE_FIGURE);
	pen_raw(pen, "</th><th scope=\"col\">");
	pen_word(pen, PAGE_VALUE);
	pen_raw(pen, "</th><th scope=\"col\" class=\"left\">");
	pen_word(pen, PAGE_UNIT);
	pen_raw(pen, "</th></tr></thead><tbody>\n");
	for (size_t i = 0; i < FIGURE_KINDS; i++) {
		enum figure_kind kind = (enum figure_kind)i;

		if (!page_has_figure(kind))
			continue;
		pen_raw(pen, "<tr><th scope=\"row\">");
		pen_words(pen, page_figure_name(pen->language, kind));
		pen_raw(pen, "</th><td>");
		(void)pen_figure(pen, total_of(employer, 0), &employer->sheet->breakdown->periods[0], kind, PEN_NUMBER);
		pen_raw(pen, "</td><td class=\"left\">");
		pen_words(pen, page_figure_unit(pen->language, kind));
		pen_raw(pen, "</td></tr>\n");
	}
	pen_raw(pen, "</tbody></table></div></section>\n");
}

static void put_notice(struct pen *pen, const char *class, enum page_word word)
{
	pen_put(pen, "<p class=\"notice %s\">", class);
	pen_word(pen, word);
	pen_raw(pen, "</p>\n");
}

void page_employer_write(struct pen *pen, const struct page_employer *employer)
{
	CLEANUP(arena_done) struct arena arena = {0};
	const struct sheet_row *whole = total_of(employer, 0);
	size_t periods = employer->sheet->breakdown->period_count;

	pen_put(pen, "<section class=\"employer\" aria-labelledby=\"e%zu\"><p class=\"over\">", employer->number);
	pen_word(pen, PAGE_EMPLOYER);
	pen_put(pen, "</p><h2 id=\"e%zu\">", employer->number);
	pen_name(pen, whole->employer_id);
	pen_raw(pen, "</h2>\n");
	if (whole->standing == ROLL_LOADING)
		put_notice(pen, "is-loading", PAGE_LOADING_LONG);
	if (!page_employer_is_known(employer))
		put_notice(pen, "is-unknown", PAGE_UNKNOWN_LONG);
	else if (whole->is_suppressed)
		put_notice(pen, "is-kept", PAGE_WHOLE_SUPPRESSED);
	put_cards(pen, employer);
	if (page_employer_is_known(employer)) {
		put_panels(pen, employer, periods > 2 ? arena_array(&arena, periods, sizeof(struct chart_column)) : NULL);
		put_all_figures(pen, employer);
	}
	pen_put(pen, "<p class=\"small\">");
	pen_word(pen, PAGE_PARAMETER_GROUP);
	pen_put(pen, ": %d.</p></section>\n", (int)whole->min_group);
}
