#include "provider-svc/core/figures/page.h"

#include "provider-svc/core/figures/page_employer.h"
#include "provider-svc/core/figures/page_style.h"

static void put_paragraph(struct pen *pen, const char *class, enum page_word word)
{
	pen_put(pen, "<p class=\"%s\">", class);
	pen_word(pen, word);
	pen_raw(pen, "</p>\n");
}

static void put_range(struct pen *pen, const struct period *period)
{
	char from[PAGE_DATE];
	char to[PAGE_DATE];

	page_day(pen->language, period->from, from);
	page_day(pen->language, period->until - 1, to);
	pen_words(pen, from);
	pen_raw(pen, " ");
	pen_word(pen, PAGE_THROUGH);
	pen_raw(pen, " ");
	pen_words(pen, to);
}

static void put_head(struct pen *pen, const struct page *page)
{
	char as_of[PAGE_DATE];

	pen_put(pen,
		"<!DOCTYPE html>\n<html xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"%s\" xml:lang=\"%s\">\n<head>\n<meta charset=\"utf-8\"/>\n",
		page_word(pen->language, PAGE_LANGUAGE), page_word(pen->language, PAGE_LANGUAGE));
	pen_raw(pen, "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\"/>\n"
		     "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
		     "<meta name=\"referrer\" content=\"no-referrer\"/>\n<meta name=\"color-scheme\" content=\"light dark\"/>\n<title>");
	pen_word(pen, PAGE_TITLE);
	pen_raw(pen, ", ");
	put_range(pen, &page->sheet->breakdown->periods[0]);
	pen_raw(pen, "</title>\n<style>\n");
	page_style_write(pen);
	pen_raw(pen, "</style>\n</head>\n<body>\n"
		     "<svg class=\"patterns\" width=\"0\" height=\"0\" aria-hidden=\"true\"><defs><pattern id=\"kept\" width=\"6\" height=\"6\" "
		     "patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\"><path d=\"M0 0V6\"/></pattern></defs></svg>\n"
		     "<header><h1>");
	pen_word(pen, PAGE_TITLE);
	pen_raw(pen, "</h1>\n<p class=\"range\">");
	put_range(pen, &page->sheet->breakdown->periods[0]);
	pen_raw(pen, "</p>\n<p class=\"as-of\">");
	page_time(pen->language, page->as_of_ms, as_of);
	pen_word(pen, PAGE_MADE_ON);
	pen_put(pen, " %s</p></header>\n<main>\n", as_of);
}

/* The next employer's rows; false when there are no more. */
static bool next_employer(const struct sheet *sheet, struct page_employer *employer)
{
	if (employer->end == sheet->count)
		return false;
	employer->sheet = sheet;
	employer->first = employer->end;
	employer->number++;
	do
		employer->end++;
	while (employer->end < sheet->count && view_equal(sheet->rows[employer->end].employer_id, sheet->rows[employer->first].employer_id));
	return true;
}

/* All employers side by side, with a way to each. */
static void put_employers(struct pen *pen, const struct sheet *sheet)
{
	static const enum figure_kind figures[] = {FIGURE_ABSENCE,      FIGURE_FREQUENCY, FIGURE_DURATION,
						   FIGURE_ZERO_DAY_ANY, FIGURE_HEADCOUNT, FIGURE_FTE};
	static const enum page_word heads[] = {PAGE_EMPLOYER,        PAGE_SHORT_ABSENCE_UNIT, PAGE_SHORT_FREQUENCY, PAGE_SHORT_DURATION_UNIT,
					       PAGE_SHORT_ZERO_UNIT, PAGE_SHORT_HEADCOUNT,    PAGE_SHORT_FTE};
	struct page_employer employer = {0};

	pen_raw(pen, "<nav class=\"part\" aria-labelledby=\"employers\"><h2 id=\"employers\">");
	pen_word(pen, PAGE_EMPLOYERS);
	pen_raw(pen, "</h2>\n<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-labelledby=\"employers\"><table><thead><tr>");
	for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
		pen_raw(pen, "<th scope=\"col\">");
		pen_word(pen, heads[i]);
		pen_raw(pen, "</th>");
	}
	pen_raw(pen, "</tr></thead><tbody>\n");
	while (next_employer(sheet, &employer)) {
		const struct sheet_row *row = &sheet->rows[employer.first];
		bool is_absent;

		pen_put(pen, "<tr><th scope=\"row\"><a href=\"#e%zu\">", employer.number);
		pen_name(pen, row->employer_id);
		pen_raw(pen, "</a>");
		page_employer_mark(pen, row);
		pen_raw(pen, "</th>");
		is_absent = pen_absent(pen, row, sizeof figures / sizeof figures[0]);
		for (size_t i = 0; i < sizeof figures / sizeof figures[0] && !is_absent; i++) {
			pen_raw(pen, "<td>");
			(void)pen_figure(pen, row, &sheet->breakdown->periods[0], figures[i], PEN_NUMBER);
			pen_raw(pen, "</td>");
		}
		pen_raw(pen, "</tr>\n");
	}
	pen_raw(pen, "</tbody></table></div></nav>\n");
}

static void put_parameter(struct pen *pen, enum page_word name)
{
	pen_raw(pen, "<dt>");
	pen_word(pen, name);
	pen_raw(pen, "</dt><dd>");
}

static void put_parameters(struct pen *pen, const struct page *page)
{
	const struct breakdown *breakdown = page->sheet->breakdown;
	char text[PAGE_DATE];

	pen_raw(pen, "<section class=\"part\"><h2>");
	pen_word(pen, PAGE_PARAMETERS);
	pen_raw(pen, "</h2><dl class=\"terms\">\n");
	put_parameter(pen, PAGE_PARAMETER_PERIOD);
	put_range(pen, &breakdown->periods[0]);
	pen_raw(pen, "</dd>\n");
	put_parameter(pen, PAGE_PARAMETER_PARTS);
	if (breakdown->period_count > 1)
		pen_put(pen, "%zu %s", breakdown->period_count - 1, page_word(pen->language, PAGE_PARTS));
	else
		pen_word(pen, PAGE_NOT_CUT);
	pen_raw(pen, "</dd>\n");
	put_parameter(pen, PAGE_MADE_ON);
	page_time(pen->language, page->as_of_ms, text);
	pen_words(pen, text);
	pen_raw(pen, "</dd>\n");
	put_parameter(pen, PAGE_PARAMETER_CLASSES);
	for (size_t i = 0; i < duration_class_count(&breakdown->terms.classes); i++) {
		page_class(pen->language, &breakdown->terms.classes, i, text);
		pen_raw(pen, i == 0 ? "" : "; ");
		pen_words(pen, text);
	}
	pen_put(pen, " (%s)</dd>\n", breakdown->terms.classes.name);
	put_parameter(pen, PAGE_PARAMETER_CAP);
	if (breakdown->terms.max_days == COURSE_NO_CAP)
		pen_word(pen, PAGE_NO_CAP);
	else
		pen_put(pen, "%d %s", (int)breakdown->terms.max_days, page_word(pen->language, PAGE_UNIT_DAYS));
	pen_raw(pen, "</dd></dl>\n");
	put_paragraph(pen, "text", PAGE_SMALL_GROUPS);
	put_paragraph(pen, "text", PAGE_ROUNDING);
	put_paragraph(pen, "text", PAGE_NO_NAMES);
	pen_raw(pen, "</section>\n");
}

static void put_definitions(struct pen *pen)
{
	pen_raw(pen, "<section class=\"part\"><h2>");
	pen_word(pen, PAGE_DEFINITIONS);
	pen_raw(pen, "</h2><dl class=\"terms\">\n");
	for (size_t i = 0; i < FIGURE_KINDS; i++) {
		if (!page_has_figure((enum figure_kind)i))
			continue;
		pen_raw(pen, "<dt>");
		pen_words(pen, page_figure_name(pen->language, (enum figure_kind)i));
		pen_raw(pen, "</dt><dd>");
		pen_words(pen, page_figure_definition(pen->language, (enum figure_kind)i));
		pen_raw(pen, "</dd>\n");
	}
	pen_raw(pen, "<dt>");
	pen_word(pen, PAGE_BY_CLASS);
	pen_raw(pen, "</dt><dd>");
	pen_word(pen, PAGE_CLASS_PART);
	pen_raw(pen, "</dd></dl></section>\n");
}

bool page_write(const struct page *page, struct buffer *buffer, struct error *error)
{
	struct pen pen = {.buffer = buffer, .language = page->language, .error = error};
	struct page_employer employer = {0};
	size_t employers = 0;

	if (!page->sheet->is_side_by_side)
		return error_set(error, DISPOSITION_STOP, "SHEET", "page", "rows that were not judged side by side are not shown so");
	while (next_employer(page->sheet, &employer))
		employers++;
	put_head(&pen, page);
	if (employers == 0)
		put_paragraph(&pen, "notice is-unknown", PAGE_NO_EMPLOYERS);
	if (employers > 1)
		put_employers(&pen, page->sheet);
	employer = (struct page_employer){0};
	while (next_employer(page->sheet, &employer))
		page_employer_write(&pen, &employer);
	put_parameters(&pen, page);
	put_definitions(&pen);
	pen_raw(&pen, "</main>\n</body>\n</html>\n");
	if (pen.failed)
		return false;
	return !buffer->failed || error_set(error, DISPOSITION_STOP, "TOO_LARGE", "page", "more employers and departments than a page can hold");
}
