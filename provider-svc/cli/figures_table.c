#include "provider-svc/cli/figures_table.h"

#include <stdio.h>

#include "common/cli/columns.h"

enum { LABEL_MOST = 40, PERIOD_ROOM = 40, HEAD_ROOM = 32, GAP = 2, SECTION_MOST = 9 };

/* How the tables are cut: each has its figures, by their order in the sheet, with a short word over each. */
struct section {
	const char *title;
	size_t figures[SECTION_MOST];
	const char *heads[SECTION_MOST];
	size_t count;
};

static const struct section sections[] = {
	{"Size and absence",
	 {FIGURE_HEADCOUNT, FIGURE_HEADCOUNT_LAST_DAY, FIGURE_FTE, FIGURE_ABSENCE, FIGURE_ABSENCE_WITH_LEAVE, FIGURE_REPORTS, FIGURE_ENDED,
	  FIGURE_DURATION},
	 {"heads", "last day", "FTE", "absence %", "with leave %", "reports", "recovered", "mean days"},
	 8},
	{"Reports a year, and persons without absence",
	 {FIGURE_FREQUENCY, FIGURE_FREQUENCY_MULTIPLE, FIGURE_FREQUENCY_BEGIN_END, FIGURE_ZERO_DAY_ANY, FIGURE_ZERO_DAY_WHOLE, FIGURE_ZERO_DAY_LAST,
	  FIGURE_ZERO_REPORT_ANY, FIGURE_ZERO_REPORT_WHOLE, FIGURE_ZERO_REPORT_LAST},
	 {"frequency", "x4, x12", "begin-end", "no day %", "..whole %", "..last %", "no report %", "..whole %", "..last %"},
	 9},
};

enum { SECTIONS = sizeof sections / sizeof sections[0] };

static const char bold[] = "\033[1m";
static const char dim[] = "\033[2m";
static const char yellow[] = "\033[33m";
static const char plain[] = "\033[0m";

struct table {
	const struct figures_request *request;
	const struct sheet *sheet;
	struct buffer *buffer;
	bool colours;
	struct arena arena; /* of one employer's rows */
	size_t first;       /* its first row */
	size_t end;
	struct view *labels;          /* by row from `first` */
	char (*periods)[PERIOD_ROOM]; /* likewise; NULL when there is one period only */
	size_t label_width;
	size_t period_width;
};

static void put_text(struct table *table, const char *text)
{
	(void)buffer_put(table->buffer, view_text(text));
}

static void put_coloured(struct table *table, const char *colour, const char *text)
{
	put_text(table, table->colours ? colour : "");
	put_text(table, text);
	put_text(table, table->colours ? plain : "");
}

static bool is_step(const struct period *period, int32_t months)
{
	struct calendar_date from = date_of(period->from);

	return period_months(period) == months && (from.month - 1) % months == 0;
}

/* "2024", "2024-Q1", "2024-01", else both days. */
static void name_period(const struct period *period, char ret_text[static PERIOD_ROOM])
{
	struct calendar_date from = date_of(period->from);
	char first[16];
	char last[16];

	day_format(period->from, first);
	day_format(period->until - 1, last);
	if (is_step(period, 12))
		(void)snprintf(ret_text, PERIOD_ROOM, "%d", (int)from.year);
	else if (is_step(period, 3))
		(void)snprintf(ret_text, PERIOD_ROOM, "%d-Q%d", (int)from.year, (int)(from.month - 1) / 3 + 1);
	else if (is_step(period, 1))
		(void)snprintf(ret_text, PERIOD_ROOM, "%.7s", first);
	else
		(void)snprintf(ret_text, PERIOD_ROOM, "%s..%s", first, last);
}

/* Whether the row is of a department that has others under it, and not of all these. */
static bool is_inner(const struct sheet *sheet, size_t row)
{
	const struct sheet_row *here = &sheet->rows[row];

	return row > 0 && here->kind == SHEET_GROUP && sheet->rows[row - 1].kind == SHEET_SUBTREE &&
	       view_equal(sheet->rows[row - 1].value, here->value) && view_equal(sheet->rows[row - 1].employer_id, here->employer_id);
}

static struct view label_of(const struct sheet *sheet, size_t index, struct arena *arena)
{
	const struct sheet_row *row = &sheet->rows[index];
	CLEANUP(buffer_done) struct buffer label = {0};

	buffer_init(&label, SCHEMA_MAX_MESSAGE);
	if (row->kind == SHEET_TOTAL)
		return VIEW_LITERAL("all");
	for (size_t i = 0; i < row->depth + (is_inner(sheet, index) ? 1U : 0U); i++)
		(void)buffer_put(&label, VIEW_LITERAL("  "));
	(void)buffer_put(&label, view_is_null(row->value) ? VIEW_LITERAL("(none)") : row->value);
	if (is_inner(sheet, index)) {
		(void)buffer_put(&label, VIEW_LITERAL(" itself"));
	} else if (!view_is_null(row->name)) {
		(void)buffer_put(&label, VIEW_LITERAL(" "));
		(void)buffer_put(&label, row->name);
	}
	return arena_copy(arena, buffer_view(&label));
}

/* The employer's rows from `first` on, with what stands before their figures. */
static void begin_employer(struct table *table, size_t first)
{
	const struct sheet *sheet = table->sheet;

	arena_reset(&table->arena);
	table->first = first;
	for (table->end = first; table->end < sheet->count; table->end++) {
		if (!view_equal(sheet->rows[table->end].employer_id, sheet->rows[first].employer_id))
			break;
	}
	table->labels = arena_array(&table->arena, table->end - first, sizeof *table->labels);
	table->periods = arena_array(&table->arena, table->end - first, sizeof *table->periods);
	table->label_width = 0;
	table->period_width = 0;
	for (size_t i = first; i < table->end; i++) {
		size_t columns;

		table->labels[i - first] = label_of(sheet, i, &table->arena);
		columns = columns_of(table->labels[i - first]);
		if (columns > table->label_width)
			table->label_width = columns < LABEL_MOST ? columns : LABEL_MOST;
		if (sheet->breakdown->period_count == 1)
			continue;
		name_period(&sheet->breakdown->periods[sheet->rows[i].period], table->periods[i - first]);
		if (strlen(table->periods[i - first]) > table->period_width)
			table->period_width = strlen(table->periods[i - first]);
	}
}

/* As people are shown it. */
static const char *shown(const char *text)
{
	if (strcmp(text, "SUPPRESSED") == 0)
		return "small";
	return strcmp(text, "NOT_AVAILABLE") == 0 ? "n/a" : text;
}

static void put_cell(struct table *table, const char *text, size_t width)
{
	const char *word = shown(text);

	(void)buffer_put(table->buffer, VIEW_LITERAL("  "));
	put_text(table, table->colours && word != text ? dim : "");
	columns_put_right(table->buffer, view_text(word), width, SIZE_MAX);
	put_text(table, table->colours && word != text ? plain : "");
}

static void put_heads(struct table *table, const struct section *section, const size_t *widths)
{
	put_text(table, table->colours ? bold : "");
	columns_put(table->buffer, VIEW_LITERAL(""), table->label_width + (table->period_width > 0 ? GAP + table->period_width : 0), SIZE_MAX);
	for (size_t i = 0; i < section->count; i++) {
		(void)buffer_put(table->buffer, VIEW_LITERAL("  "));
		columns_put_right(table->buffer, view_text(section->heads[i]), widths[i], SIZE_MAX);
	}
	put_text(table, table->colours ? plain : "");
	put_text(table, "\n");
}

/* One table of the employer's rows. */
static bool put_section(struct table *table, const struct section *section, struct error *error)
{
	size_t rows = table->end - table->first;
	char(*cells)[FIGURE_TEXT] = arena_array(&table->arena, rows * section->count, sizeof *cells);
	size_t widths[SECTION_MOST] = {0};

	for (size_t i = 0; i < section->count; i++)
		widths[i] = strlen(section->heads[i]);
	for (size_t i = 0; i < rows * section->count; i++) {
		size_t figure = i % section->count;
		const struct sheet_row *row = &table->sheet->rows[table->first + i / section->count];

		if (!sheet_figure(table->sheet, row, section->figures[figure], table->request->decimals, cells[i], error))
			return false;
		if (strlen(shown(cells[i])) > widths[figure])
			widths[figure] = strlen(shown(cells[i]));
	}
	put_text(table, "\n");
	put_coloured(table, bold, section->title);
	put_text(table, "\n");
	put_heads(table, section, widths);
	for (size_t i = 0; i < rows; i++) {
		columns_put(table->buffer, table->labels[i], table->label_width, LABEL_MOST);
		if (table->period_width > 0) {
			(void)buffer_put(table->buffer, VIEW_LITERAL("  "));
			columns_put(table->buffer, view_text(table->periods[i]), table->period_width, SIZE_MAX);
		}
		for (size_t k = 0; k < section->count; k++)
			put_cell(table, cells[i * section->count + k], widths[k]);
		put_text(table, "\n");
	}
	return true;
}

/* The parts of the absence percentage by duration class. */
static bool put_classes(struct table *table, struct error *error)
{
	const struct duration_classes *classes = &table->request->terms.terms.classes;
	struct section section = {.title = "Absence % by duration of the case, in days", .count = duration_class_count(classes)};
	char heads[DURATION_CLASSES][HEAD_ROOM];

	for (size_t i = 0; i < section.count; i++) {
		duration_class_format(classes, i, heads[i]);
		section.figures[i] = FIGURE_KINDS + i;
		section.heads[i] = heads[i];
	}
	return put_section(table, &section, error);
}

static bool put_employer(struct table *table, struct error *error)
{
	static const char *const steps[] = {"", ", by month", ", by quarter", ", by year"};
	const struct sheet_row *row = &table->sheet->rows[table->first];
	const struct figures_request *request = table->request;
	char text[160];
	char from[16];
	char to[16];

	day_format(request->whole.from, from);
	day_format(request->whole.until - 1, to);
	(void)snprintf(text, sizeof text, ": %s to %s, by %s%s, min_group %d\n", from, to, dimension_name(request->dimension), steps[request->step],
		       (int)row->min_group);
	put_text(table, table->first == 0 ? "" : "\n\n");
	put_text(table, table->colours ? bold : "");
	columns_put(table->buffer, row->employer_id, 0, SIZE_MAX);
	put_text(table, table->colours ? plain : "");
	put_text(table, text);
	if (row->standing != ROLL_COMPLETE)
		put_coloured(table, yellow,
			     "LOADING: a load of this employer, the first or one after a restore, has not come to its end; figures are of what is "
			     "there so far: ask again later\n");
	for (size_t i = 0; i < SECTIONS; i++) {
		if (!put_section(table, &sections[i], error))
			return false;
	}
	return put_classes(table, error);
}

static void put_definition(struct table *table, const char *head, enum figure_kind kind)
{
	(void)buffer_put(table->buffer, VIEW_LITERAL("  "));
	columns_put(table->buffer, view_text(head), 12, SIZE_MAX);
	put_text(table, "  ");
	put_text(table, figure_definition(kind));
	put_text(table, " (");
	put_text(table, figure_name(kind));
	put_text(table, ")\n");
}

static void put_legend(struct table *table)
{
	const struct figures_request *request = table->request;
	char text[160];

	put_text(table, "\n\n");
	put_coloured(table, bold, "Legend\n");
	put_text(table,
		 "  small         SUPPRESSED: about fewer persons than min_group, or kept back so that such a cell cannot be had by subtraction\n"
		 "  n/a           NOT_AVAILABLE: nothing to divide by, or not one employment of that employer; never 0\n");
	for (size_t i = 0; i < SECTIONS; i++) {
		for (size_t k = 0; k < sections[i].count; k++)
			put_definition(table, sections[i].heads[k], (enum figure_kind)sections[i].figures[k]);
	}
	put_text(table, "  by duration   the part of absence_pct that the cases of that many days make; they add up to it\n");
	if (request->terms.terms.max_days == COURSE_NO_CAP)
		(void)snprintf(text, sizeof text, "Duration classes: %s. A case counts for all its days.", request->terms.terms.classes.name);
	else
		(void)snprintf(text, sizeof text, "Duration classes: %s. A case counts for %d days at most.", request->terms.terms.classes.name,
			       (int)request->terms.terms.max_days);
	put_text(table, text);
	if (request->terms.min_group == SHEET_EMPLOYERS_OWN)
		(void)snprintf(text, sizeof text, " min_group: each employer's own. Rounded once, halves up.\n");
	else
		(void)snprintf(text, sizeof text, " min_group: each employer's own, at least %d. Rounded once, halves up.\n",
			       (int)request->terms.min_group);
	put_text(table, text);
}

bool figures_table(const struct figures_request *request, const struct sheet *sheet, bool colours, struct buffer *buffer, struct error *error)
{
	struct table table = {.request = request, .sheet = sheet, .buffer = buffer, .colours = colours};
	bool done = true;

	if (sheet->count == 0)
		put_text(&table, "no employer in the population\n");
	for (size_t first = 0; done && first < sheet->count; first = table.end) {
		begin_employer(&table, first);
		done = put_employer(&table, error);
	}
	arena_done(&table.arena);
	put_legend(&table);
	if (!done)
		return false;
	return !buffer->failed || error_set(error, DISPOSITION_STOP, "TOO_LARGE", "figures", "more rows than can be held");
}
