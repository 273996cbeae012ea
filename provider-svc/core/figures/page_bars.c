#include "provider-svc/core/figures/page_bars.h"

#include <stdio.h>

enum { PER_CENT = 100, BAR = 1000 /* tenths of a percent of its width */, DEEPEST = 12 };

static const enum figure_kind department_figures[] = {FIGURE_FREQUENCY, FIGURE_DURATION, FIGURE_HEADCOUNT, FIGURE_FTE};
enum { DEPARTMENT_FIGURES = sizeof department_figures / sizeof department_figures[0] };

/* The bars of one table. */
struct scale {
	uint64_t most; /* hundredths of a percent, at the end of a bar */
	bool has_mark;
	uint64_t mark; /* of all together */
};

static void widen(struct scale *scale, const struct figure *figure)
{
	if (figure->value > scale->most)
		scale->most = figure->value;
}

static void round_up(struct scale *scale)
{
	scale->most = scale->most == 0 ? PER_CENT : (scale->most + PER_CENT - 1) / PER_CENT * PER_CENT;
}

/* A heading that says what the bars go up to. */
static void put_scale(struct pen *pen, const struct scale *scale)
{
	const struct figure most = {.is_available = true, .value = scale->most / PER_CENT};
	char text[PAGE_NUMBER];

	page_per_cent(pen->language, &most, text);
	pen_raw(pen, "<th scope=\"col\" class=\"bar\"><span class=\"scale\"><span><span class=\"unseen\">");
	pen_word(pen, PAGE_SCALE);
	pen_raw(pen, " </span>0</span><span><span class=\"unseen\">");
	pen_word(pen, PAGE_THROUGH);
	pen_put(pen, " </span>%s</span></span></th>", text);
}

/* figure NULL: there is none, because it is kept back or for another reason. */
static void put_bar(struct pen *pen, const struct scale *scale, const char *class, const struct figure *figure, bool is_kept)
{
	uint64_t mark = scale->mark * BAR / scale->most;
	uint64_t width = figure == NULL ? BAR : figure->value * BAR / scale->most;

	pen_put(pen, "<td class=\"bar\"><svg aria-hidden=\"true\"><rect class=\"%s\" x=\"0\" y=\"1\" width=\"%d.%d%%\" height=\"12\"/>",
		figure != NULL ? class
		: is_kept      ? "kept-band"
			       : "none-band",
		(int)(width / 10), (int)(width % 10));
	if (scale->has_mark && mark <= BAR)
		pen_put(pen, "<line class=\"mark\" x1=\"%d.%d%%\" x2=\"%d.%d%%\" y1=\"0\" y2=\"14\"/>", (int)(mark / 10), (int)(mark % 10),
			(int)(mark / 10), (int)(mark % 10));
	pen_raw(pen, "</svg></td>");
}

static void begin_table(struct pen *pen, const struct page_employer *employer, const char *name, enum page_word title)
{
	const struct sheet_row *row = &employer->sheet->rows[employer->first];

	pen_put(pen, "<section class=\"part\"><h3 id=\"%s%zu\">", name, employer->number);
	pen_word(pen, title);
	page_employer_mark(pen, row);
	pen_put(pen, "</h3>\n<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-labelledby=\"%s%zu\"><table class=\"%s\">", name,
		employer->number, name);
}

static void put_heading(struct pen *pen, enum page_word word)
{
	pen_raw(pen, "<th scope=\"col\">");
	pen_word(pen, word);
	pen_raw(pen, "</th>");
}

static void put_class(struct pen *pen, const struct page_employer *employer, const struct scale *scale, size_t class)
{
	const struct sheet_row *row = &employer->sheet->rows[employer->first];
	struct figure figure;
	bool is_there = pen_class_value(pen, row, class, &figure);
	char text[PAGE_DATE];

	page_class(pen->language, &employer->sheet->breakdown->terms.classes, class, text);
	pen_raw(pen, "<tr><th scope=\"row\">");
	pen_words(pen, text);
	pen_raw(pen, "</th><td>");
	(void)pen_class_figure(pen, row, class);
	pen_put(pen, "</td>");
	(void)snprintf(text, sizeof text, "seg c%zu", class);
	put_bar(pen, scale, text, is_there ? &figure : NULL, row->is_suppressed);
	pen_raw(pen, "</tr>\n");
}

void page_bars_of_classes(struct pen *pen, const struct page_employer *employer)
{
	const struct sheet_row *row = &employer->sheet->rows[employer->first];
	const struct period *whole = &employer->sheet->breakdown->periods[0];
	size_t classes = duration_class_count(&employer->sheet->breakdown->terms.classes);
	struct scale scale = {0};
	struct figure figure;

	for (size_t i = 0; i < classes; i++) {
		if (pen_class_value(pen, row, i, &figure))
			widen(&scale, &figure);
	}
	round_up(&scale);
	begin_table(pen, employer, "classes", PAGE_BY_CLASS);
	pen_raw(pen, "<thead><tr>");
	put_heading(pen, PAGE_CLASS);
	put_heading(pen, PAGE_SHORT_ABSENCE_UNIT);
	put_scale(pen, &scale);
	pen_raw(pen, "</tr></thead><tbody>\n");
	for (size_t i = 0; i < classes; i++)
		put_class(pen, employer, &scale, i);
	pen_raw(pen, "</tbody><tfoot><tr><th scope=\"row\">");
	pen_word(pen, PAGE_ALL_CLASSES);
	pen_raw(pen, "</th><td>");
	(void)pen_figure(pen, row, whole, FIGURE_ABSENCE, PEN_NUMBER);
	pen_raw(pen, "</td><td class=\"bar\"></td></tr></tfoot></table></div></section>\n");
}

/* Whether a row is of a department over the whole period. */
static bool is_department(const struct sheet_row *row)
{
	return row->kind != SHEET_TOTAL && row->period == 0;
}

/* Whether a row is the part of a sum above it that is in the department itself. */
static bool is_part(const struct sheet_row *rows, size_t index)
{
	return rows[index].kind == SHEET_GROUP && rows[index - 1].kind == SHEET_SUBTREE;
}

/* Where nobody is in a department itself but only in those under it there is nothing to say of it. */
static bool is_worth_a_row(const struct sheet_row *rows, size_t index)
{
	const struct sheet_row *row = &rows[index];

	return is_department(row) && !(is_part(rows, index) && !row->is_suppressed && row->cell != NULL && cell_is_empty(row->cell));
}

static struct scale scale_of(struct pen *pen, const struct page_employer *employer)
{
	const struct sheet_row *total = &employer->sheet->rows[employer->first];
	const struct period *whole = &employer->sheet->breakdown->periods[0];
	struct scale scale = {0};
	struct figure figure;

	scale.has_mark = pen_value(pen, total, whole, FIGURE_ABSENCE, &figure);
	if (scale.has_mark) {
		scale.mark = figure.value;
		widen(&scale, &figure);
	}
	for (size_t i = employer->first; i < employer->end; i++) {
		const struct sheet_row *row = &employer->sheet->rows[i];

		if (is_department(row) && pen_value(pen, row, whole, FIGURE_ABSENCE, &figure))
			widen(&scale, &figure);
	}
	round_up(&scale);
	return scale;
}

/* What the row is about; `is_itself`: the department itself, after all that it holds. */
static void put_department_name(struct pen *pen, const struct sheet_row *row, bool is_itself)
{
	size_t depth = row->depth + (is_itself ? 1 : 0);

	pen_put(pen, "<th scope=\"row\" class=\"i%zu\">", depth < DEEPEST ? depth : DEEPEST);
	if (view_is_null(row->name) && row->value.len == 0)
		pen_word(pen, PAGE_NO_NAME);
	else
		pen_name(pen, row->name.len > 0 ? row->name : row->value);
	if (row->name.len > 0 && row->value.len > 0 && !is_itself) {
		pen_raw(pen, " <span class=\"code\">");
		pen_name(pen, row->value);
		pen_raw(pen, "</span>");
	}
	if (row->kind == SHEET_SUBTREE || is_itself) {
		pen_raw(pen, " <span class=\"rows\">");
		pen_word(pen, is_itself ? PAGE_ITSELF : PAGE_WITH_ALL_UNDER);
		pen_raw(pen, "</span>");
	}
	pen_raw(pen, "</th>");
}

static void put_department(struct pen *pen, const struct sheet_row *row, const struct period *whole, const struct scale *scale, bool is_itself)
{
	struct figure figure;
	bool is_there = pen_value(pen, row, whole, FIGURE_ABSENCE, &figure);

	pen_put(pen, "<tr%s>", row->kind == SHEET_SUBTREE ? " class=\"sum\"" : "");
	put_department_name(pen, row, is_itself);
	pen_raw(pen, "<td>");
	(void)pen_figure(pen, row, whole, FIGURE_ABSENCE, PEN_NUMBER);
	pen_raw(pen, "</td>");
	put_bar(pen, scale, "fill", is_there ? &figure : NULL, row->is_suppressed);
	if (!pen_absent(pen, row, DEPARTMENT_FIGURES)) {
		for (size_t i = 0; i < DEPARTMENT_FIGURES; i++) {
			pen_raw(pen, "<td>");
			(void)pen_figure(pen, row, whole, department_figures[i], PEN_NUMBER);
			pen_raw(pen, "</td>");
		}
	}
	pen_raw(pen, "</tr>\n");
}

void page_bars_of_departments(struct pen *pen, const struct page_employer *employer)
{
	static const enum page_word headings[] = {PAGE_SHORT_FREQUENCY, PAGE_SHORT_DURATION_UNIT, PAGE_SHORT_HEADCOUNT, PAGE_SHORT_FTE};
	const struct sheet *sheet = employer->sheet;
	const struct scale scale = scale_of(pen, employer);
	bool has_any = false;

	for (size_t i = employer->first; i < employer->end; i++)
		has_any = has_any || is_department(&sheet->rows[i]);
	if (!has_any)
		return;
	begin_table(pen, employer, "departments", PAGE_BY_DEPARTMENT);
	pen_raw(pen, "<thead><tr>");
	put_heading(pen, PAGE_DEPARTMENT);
	put_heading(pen, PAGE_SHORT_ABSENCE_UNIT);
	put_scale(pen, &scale);
	for (size_t i = 0; i < DEPARTMENT_FIGURES; i++)
		put_heading(pen, headings[i]);
	pen_raw(pen, "</tr></thead><tbody>\n");
	for (size_t i = employer->first; i < employer->end; i++) {
		if (is_worth_a_row(sheet->rows, i))
			put_department(pen, &sheet->rows[i], &sheet->breakdown->periods[0], &scale, is_part(sheet->rows, i));
	}
	pen_raw(pen, "</tbody></table></div>\n<p class=\"small\">");
	pen_word(pen, PAGE_DEPARTMENTS_NOTE);
	pen_raw(pen, "</p></section>\n");
}
