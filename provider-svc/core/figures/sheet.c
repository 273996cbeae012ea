#include "provider-svc/core/figures/sheet.h"

#include "provider-svc/core/figures/disclosure.h"
#include "provider-svc/core/figures/plain_text.h"

#include <stdio.h>
#include <stdlib.h>

static int compare_employers(const void *a, const void *b)
{
	struct population_employer x;
	struct population_employer y;

	memcpy(&x, a, sizeof x);
	memcpy(&y, b, sizeof y);
	return view_compare(x.employer_id, y.employer_id);
}

static void put_row(struct sheet *sheet, const struct sheet_row *row)
{
	sheet->rows[sheet->count++] = *row;
}

static void put_totals(struct sheet *sheet, const struct population_employer *employer, struct arena *arena)
{
	for (size_t i = 0; i < sheet->breakdown->period_count; i++)
		put_row(sheet, &(struct sheet_row){
				       .kind = SHEET_TOTAL,
				       .standing = roll_standing(employer),
				       .employer_id = employer->employer_id,
				       .period = i,
				       .cell = breakdown_total(sheet->breakdown, employer->employer_id, i, arena),
			       });
}

/* Nobody there is 0 where there are others of the employer. */
static const struct cell *group_cell(const struct breakdown *breakdown, size_t group, size_t period)
{
	static const struct cell nobody;
	const struct cell *cell = group == DEPARTMENT_NO_GROUP ? NULL : breakdown->groups[group].cells[period];

	return cell == NULL ? &nobody : cell;
}

static void put_groups(struct sheet *sheet, const struct population_employer *employer)
{
	for (size_t group = breakdown_first_of(sheet->breakdown, employer->employer_id); group < sheet->breakdown->group_count; group++) {
		const struct breakdown_group *found = &sheet->breakdown->groups[group];

		if (!view_equal(found->employer_id, employer->employer_id))
			return;
		for (size_t i = 0; i < sheet->breakdown->period_count; i++)
			put_row(sheet, &(struct sheet_row){
					       .kind = SHEET_GROUP,
					       .standing = roll_standing(employer),
					       .employer_id = employer->employer_id,
					       .value = found->value,
					       .period = i,
					       .cell = group_cell(sheet->breakdown, group, i),
				       });
	}
}

/* Employers come in the tree's order: what lies before *next is of those before this one. */
static void put_departments(struct sheet *sheet, const struct department_tree *tree, size_t *next, const struct population_employer *employer,
			    struct arena *arena)
{
	while (*next < tree->count && view_compare(tree->departments[*next].employer_id, employer->employer_id) < 0)
		(*next)++;
	for (; *next < tree->count; (*next)++) {
		const size_t index = *next;
		const struct department *department = &tree->departments[index];
		struct sheet_row row = {
			.standing = roll_standing(employer),
			.employer_id = employer->employer_id,
			.value = department->code,
			.name = department->name,
			.depth = department->depth,
		};

		if (!view_equal(department->employer_id, employer->employer_id))
			return;
		for (row.period = 0; row.period < sheet->breakdown->period_count; row.period++) {
			row.kind = SHEET_SUBTREE;
			row.cell = department_tree_cell(tree, index, sheet->breakdown, row.period, arena);
			if (department->subtree > 1)
				put_row(sheet, &row);
			row.kind = SHEET_GROUP;
			row.cell = department->has_employer ? group_cell(sheet->breakdown, department->group, row.period) : NULL;
			put_row(sheet, &row);
		}
	}
}

static int32_t min_group_of(const struct population_employer *employer, int32_t asked)
{
	int32_t most = employer->min_group > asked ? employer->min_group : asked;

	return most > SHEET_MIN_GROUP ? most : SHEET_MIN_GROUP;
}

/* How the rows of one employer, from `first` to the last, are judged. */
typedef void decide_rows(struct sheet *sheet, size_t first, int32_t min_group, struct arena *arena);

static struct sheet make_sheet(const struct breakdown *breakdown, const struct department_tree *tree, const struct population_employer *employers,
			       size_t employer_count, int32_t min_group, decide_rows *decide, struct arena *arena)
{
	struct population_employer *sorted = arena_array(arena, employer_count + 1, sizeof *sorted);
	size_t rows = employer_count + breakdown->group_count + (tree == NULL ? 0 : 2 * tree->count);
	struct sheet sheet = {
		.breakdown = breakdown,
		.min_group = min_group,
		.rows = arena_array(arena, (rows + 1) * breakdown->period_count, sizeof *sheet.rows),
	};
	size_t next = 0;

	if (employer_count > 0)
		memcpy(sorted, employers, employer_count * sizeof *sorted);
	qsort(sorted, employer_count, sizeof *sorted, compare_employers);
	for (size_t i = 0; i < employer_count; i++) {
		size_t first = sheet.count;

		if (sorted[i].ended)
			continue;
		put_totals(&sheet, &sorted[i], arena);
		if (tree != NULL)
			put_departments(&sheet, tree, &next, &sorted[i], arena);
		else if (breakdown->dimension != DIMENSION_EMPLOYER)
			put_groups(&sheet, &sorted[i]);
		for (size_t row = first; row < sheet.count; row++)
			sheet.rows[row].min_group = min_group_of(&sorted[i], min_group);
		decide(&sheet, first, sheet.rows[first].min_group, arena);
	}
	return sheet;
}

void sheet_of(const struct breakdown *breakdown, const struct department_tree *tree, const struct population_employer *employers,
	      size_t employer_count, int32_t min_group, struct arena *arena, struct sheet *ret_sheet)
{
	*ret_sheet = make_sheet(breakdown, tree, employers, employer_count, min_group, disclosure_apart, arena);
}

void sheet_of_whole(const struct breakdown *breakdown, const struct department_tree *tree, const struct population_employer *employers,
		    size_t employer_count, int32_t min_group, struct arena *arena, struct sheet *ret_sheet)
{
	*ret_sheet = make_sheet(breakdown, tree, employers, employer_count, min_group, disclosure_together, arena);
	ret_sheet->is_side_by_side = true;
}

static void put_text(struct buffer *buffer, const char *text)
{
	(void)buffer_put(buffer, view_text(text));
}

/* A field of text, in quotes. What a spreadsheet would take for a formula begins with an apostrophe, and so does what begins with one. */
static void put_field(struct buffer *buffer, struct view text)
{
	static const uint8_t marks[] = {'=', '+', '-', '@', '\''};

	put_text(buffer, "\"");
	if (text.len > 0 && memchr(marks, text.ptr[0], sizeof marks) != NULL)
		put_text(buffer, "'");
	for (size_t at = 0; at < text.len;) {
		struct view character = plain_text_next(text, &at);

		if (view_equal(character, VIEW_LITERAL("\"")))
			put_text(buffer, "\"");
		(void)buffer_put(buffer, character);
	}
	put_text(buffer, "\",");
}

size_t sheet_figure_count(const struct sheet *sheet)
{
	return FIGURE_KINDS + duration_class_count(&sheet->breakdown->terms.classes);
}

void sheet_figure_name(const struct sheet *sheet, size_t figure, char ret_text[static SHEET_NAME])
{
	char class[32];

	if (figure < FIGURE_KINDS) {
		(void)snprintf(ret_text, SHEET_NAME, "%s", figure_name((enum figure_kind)figure));
		return;
	}
	duration_class_format(&sheet->breakdown->terms.classes, figure - FIGURE_KINDS, class);
	(void)snprintf(ret_text, SHEET_NAME, "%s %s", figure_name(FIGURE_ABSENCE), class);
}

static bool is_kept_back(const struct sheet_row *row, size_t figure)
{
	bool is_class = figure >= FIGURE_KINDS;

	return row->is_suppressed || (row->hides_cohorts && !is_class && figure_leaves_out((enum figure_kind)figure)) ||
	       (row->hides_hours && (is_class || figure_is_of_hours((enum figure_kind)figure)));
}

bool sheet_figure(const struct sheet *sheet, const struct sheet_row *row, size_t figure, int32_t decimals, char ret_text[static FIGURE_TEXT],
		  struct error *error)
{
	const struct period *period = &sheet->breakdown->periods[row->period];
	struct figure value;
	bool done = figure < FIGURE_KINDS ? figure_of((enum figure_kind)figure, row->cell, period, decimals, &value, error)
					  : figure_of_class(figure - FIGURE_KINDS, row->cell, decimals, &value, error);

	if (!done)
		return false;
	figure_format(&value, ret_text);
	if (is_kept_back(row, figure))
		(void)snprintf(ret_text, FIGURE_TEXT, "SUPPRESSED");
	return true;
}

const char *sheet_kind_name(enum sheet_kind kind)
{
	static const char *const names[] = {"total", "own", "with-all-under-it"};

	return names[kind];
}

static void put_terms(const struct sheet *sheet, int32_t decimals, struct buffer *buffer)
{
	const struct breakdown *breakdown = sheet->breakdown;
	const struct duration_classes *classes = &breakdown->terms.classes;
	char text[128];

	(void)snprintf(text, sizeof text, "# max_days: %d (0: no cap)\n# decimals: %d, halves rounded up\n", (int)breakdown->terms.max_days,
		       (int)decimals);
	put_text(buffer, text);
	if (sheet->min_group == SHEET_EMPLOYERS_OWN)
		(void)snprintf(text, sizeof text, "# min_group: each employer's own, never under 5\n");
	else
		(void)snprintf(text, sizeof text, "# min_group: each employer's own, at least %d\n", (int)sheet->min_group);
	put_text(buffer, text);
	put_text(buffer, "# SUPPRESSED: about fewer persons than min_group, or needed to keep such a cell from being had by subtraction\n");
	put_text(buffer, "# NOT_AVAILABLE: nothing to divide by, or not one employment of that employer; never 0\n");
	put_text(buffer, "# LOADING: a load of the employer, the first or one after a restore, has not come to its end; figures are of what "
			 "is there so far\n");
	put_text(buffer, "# duration_classes: ");
	put_text(buffer, classes->name);
	for (size_t i = 0; i < duration_class_count(classes); i++) {
		char class[32];

		duration_class_format(classes, i, class);
		put_text(buffer, i == 0 ? " " : ", ");
		put_text(buffer, class);
	}
	put_text(buffer, " days\n");
	for (size_t i = 0; i < FIGURE_KINDS; i++) {
		put_text(buffer, "# ");
		put_text(buffer, figure_name((enum figure_kind)i));
		put_text(buffer, " (");
		put_text(buffer, figure_unit((enum figure_kind)i));
		put_text(buffer, "): ");
		put_text(buffer, figure_definition((enum figure_kind)i));
		put_text(buffer, "\n");
	}
	put_text(buffer, "# absence_pct …: the part of absence_pct that the cases of that many days make\n");
}

static void put_head(const struct sheet *sheet, struct buffer *buffer)
{
	put_text(buffer, "employer,standing,min_group,breakdown,rows,value,name,depth,from,to");
	for (size_t i = 0; i < sheet_figure_count(sheet); i++) {
		char name[SHEET_NAME];

		sheet_figure_name(sheet, i, name);
		put_text(buffer, ",");
		put_text(buffer, name);
	}
	put_text(buffer, "\r\n");
}

static bool put_figures(const struct sheet *sheet, const struct sheet_row *row, int32_t decimals, struct buffer *buffer, struct error *error)
{
	for (size_t i = 0; i < sheet_figure_count(sheet); i++) {
		char text[FIGURE_TEXT];

		if (!sheet_figure(sheet, row, i, decimals, text, error))
			return false;
		put_text(buffer, ",");
		put_text(buffer, text);
	}
	put_text(buffer, "\r\n");
	return true;
}

static void put_labels(const struct sheet *sheet, const struct sheet_row *row, struct buffer *buffer)
{
	const struct period *period = &sheet->breakdown->periods[row->period];
	char text[96];
	char from[16];
	char to[16];

	put_field(buffer, row->employer_id);
	put_text(buffer, roll_standing_name(row->standing));
	(void)snprintf(text, sizeof text, ",%d,", (int)row->min_group);
	put_text(buffer, text);
	put_text(buffer, dimension_name(sheet->breakdown->dimension));
	put_text(buffer, ",");
	put_text(buffer, sheet_kind_name(row->kind));
	put_text(buffer, ",");
	put_field(buffer, row->value);
	put_field(buffer, row->name);
	day_format(period->from, from);
	day_format(period->until - 1, to);
	(void)snprintf(text, sizeof text, "%zu,%s,%s", row->depth, from, to);
	put_text(buffer, text);
}

bool sheet_csv(const struct sheet *sheet, int32_t decimals, struct buffer *buffer, struct error *error)
{
	put_terms(sheet, decimals, buffer);
	put_head(sheet, buffer);
	for (size_t i = 0; i < sheet->count; i++) {
		put_labels(sheet, &sheet->rows[i], buffer);
		if (!put_figures(sheet, &sheet->rows[i], decimals, buffer, error))
			return false;
	}
	return !buffer->failed || error_set(error, DISPOSITION_STOP, "TOO_LARGE", "figures", "more rows than can be held");
}
