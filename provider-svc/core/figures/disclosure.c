#include "provider-svc/core/figures/disclosure.h"

#include "provider-svc/core/figures/suppression.h"

/* The rows of one employer in the sheet, and the least persons that figures are about. */
struct employer_rows {
	struct sheet *sheet;
	size_t first;
	uint64_t min_group;
	struct arena *arena;
};

static struct employer_rows rows_of(struct sheet *sheet, size_t first, int32_t min_group, struct arena *arena)
{
	return (struct employer_rows){.sheet = sheet, .first = first, .min_group = min_group > 0 ? (uint64_t)min_group : 0, .arena = arena};
}

/* Rows of one period as a tree under the total. */
struct row_tree {
	struct suppression_node *nodes;
	size_t *rows; /* which row each node is */
	size_t count;
};

/* Rows about nothing known are left out. Leaves have no rests yet. */
static struct row_tree tree_of(const struct employer_rows *rows, size_t period)
{
	const struct sheet *sheet = rows->sheet;
	size_t most = (sheet->count - rows->first) / sheet->breakdown->period_count + 1;
	struct row_tree tree = {
		.nodes = arena_array(rows->arena, most, sizeof *tree.nodes),
		.rows = arena_array(rows->arena, most, sizeof *tree.rows),
	};
	size_t *sums = arena_array(rows->arena, most, sizeof *sums);
	size_t total = SUPPRESSION_ROOT;

	for (size_t i = rows->first; i < sheet->count; i++) {
		const struct sheet_row *row = &sheet->rows[i];
		const struct sheet_row *last = tree.count == 0 ? NULL : &sheet->rows[tree.rows[tree.count - 1]];
		struct suppression_node node = {.is_leaf = row->kind == SHEET_GROUP, .parent = total};

		if (row->period != period || row->cell == NULL)
			continue;
		if (row->kind == SHEET_TOTAL)
			total = tree.count;
		else if (row->depth > 0)
			node.parent = sums[row->depth - 1];
		if (row->kind == SHEET_SUBTREE)
			sums[row->depth] = tree.count;
		else if (row->kind == SHEET_GROUP && last != NULL && last->kind == SHEET_SUBTREE && view_equal(last->value, row->value))
			node.parent = tree.count - 1;
		tree.rows[tree.count] = i;
		tree.nodes[tree.count++] = node;
	}
	if (tree.count == 1)
		tree.nodes[0].is_leaf = true;
	return tree;
}

static struct suppression_rest rest_of_persons(uint64_t persons, uint64_t days)
{
	return (struct suppression_rest){.is_empty = persons == 0, .persons = persons, .head_days = persons * days};
}

/* What is to be large enough of a leaf over so many days, in so many parts. */
typedef void take_rests(const struct cell *cell, uint64_t days, struct suppression_rest *ret);

enum { ROW_PARTS = 1, HOUR_PARTS = 2, COHORT_PARTS = 4 };

static void take_row(const struct cell *cell, uint64_t days, struct suppression_rest *ret)
{
	(void)days;
	ret[0] = suppression_rest_of(cell);
}

static void take_hours(const struct cell *cell, uint64_t days, struct suppression_rest *ret)
{
	take_row(cell, days, ret);
	ret[1] = suppression_rest_of_hours(cell);
}

/* The row itself; then who was there on every day, who came and stayed to the last, who had left by then: the cohorts are sums of these. */
static void take_cohorts(const struct cell *cell, uint64_t days, struct suppression_rest *ret)
{
	take_row(cell, days, ret);
	ret[1] = rest_of_persons(cell->persons[COHORT_WHOLE_PERIOD], days);
	ret[2] = rest_of_persons(cell->persons[COHORT_LAST_DAY] - cell->persons[COHORT_WHOLE_PERIOD], days);
	ret[3] = rest_of_persons(cell->persons[COHORT_ANY_DAY] - cell->persons[COHORT_LAST_DAY], days);
}

/* The rows of one period, decided. */
static struct row_tree judged(const struct employer_rows *rows, size_t period, take_rests *take, size_t part_count)
{
	uint64_t days = (uint64_t)period_days(&rows->sheet->breakdown->periods[period]);
	struct row_tree tree = tree_of(rows, period);
	struct suppression_part parts[HOUR_PARTS];

	for (size_t i = 0; i < part_count; i++)
		parts[i] = (struct suppression_part){.days = days};
	for (size_t i = 0; i < tree.count; i++) {
		if (!tree.nodes[i].is_leaf)
			continue;
		tree.nodes[i].rests = arena_array(rows->arena, part_count, sizeof *tree.nodes[i].rests);
		take(rows->sheet->rows[tree.rows[i]].cell, days, tree.nodes[i].rests);
	}
	suppression_decide(tree.nodes, tree.count, rows->min_group, parts, part_count, rows->arena);
	return tree;
}

/*
 * Figures of those who stayed tell, beside those of all, of who came and who left. Of each row that is shown the latter are known, and so of what is
 * left of it when the shown ones under it are taken away. Where who stayed, came or left are too few in that, the former are kept back, of the row
 * and of all that it is a part of. No other row goes along instead: figures of all its persons would stay, and tell as much.
 */
static void decide_cohorts(const struct employer_rows *rows, size_t period, const struct row_tree *shown)
{
	uint64_t days = (uint64_t)period_days(&rows->sheet->breakdown->periods[period]);
	struct row_tree tree = tree_of(rows, period);
	const struct suppression_part parts[COHORT_PARTS] = {{.days = days}, {.days = days}, {.days = days}, {.days = days}};

	for (size_t i = 0; i < tree.count; i++) {
		tree.nodes[i].rests = arena_array(rows->arena, COHORT_PARTS, sizeof *tree.nodes[i].rests);
		for (size_t part = 0; part < COHORT_PARTS; part++)
			tree.nodes[i].rests[part].is_empty = true;
		if (tree.nodes[i].is_leaf)
			take_cohorts(rows->sheet->rows[tree.rows[i]].cell, days, tree.nodes[i].rests);
	}
	for (size_t i = tree.count; i > 0; i--) {
		struct suppression_node *node = &tree.nodes[i - 1];
		struct sheet_row *row = &rows->sheet->rows[tree.rows[i - 1]];
		bool has_parent = node->parent != SUPPRESSION_ROOT;

		node->is_shown = shown->nodes[i - 1].is_shown;
		if (node->is_shown && !suppression_is_safe(node->rests, rows->min_group, parts, COHORT_PARTS))
			row->hides_cohorts = true;
		if (has_parent && row->hides_cohorts)
			rows->sheet->rows[tree.rows[node->parent]].hides_cohorts = true;
		if (has_parent && !node->is_shown)
			suppression_leave(&tree.nodes[node->parent], node, COHORT_PARTS);
	}
}

/* What figures made of hours tell by subtraction is about those with hours, of a row and of what is left of it. What is kept back beyond this, with
 * the rows themselves, only makes what is left larger: no other figure is made of hours. */
void disclosure_apart(struct sheet *sheet, size_t first, int32_t min_group, struct arena *arena)
{
	const struct employer_rows rows = rows_of(sheet, first, min_group, arena);

	for (size_t period = 0; period < sheet->breakdown->period_count; period++) {
		struct row_tree all = judged(&rows, period, take_row, ROW_PARTS);
		struct row_tree hours = judged(&rows, period, take_hours, HOUR_PARTS);

		for (size_t i = 0; i < all.count; i++) {
			struct sheet_row *row = &sheet->rows[all.rows[i]];

			row->is_suppressed = !all.nodes[i].is_shown;
			row->hides_hours = !hours.nodes[i].is_shown;
			row->hides_cohorts = false;
		}
		decide_cohorts(&rows, period, &all);
	}
}

/* The same row in another period: rows of one department go by period, those of it alone behind those with all under it. */
static const struct sheet_row *row_in(const struct sheet *sheet, size_t row, size_t period)
{
	size_t stride = sheet->breakdown->period_count > 1 && sheet->rows[row + 1].kind != sheet->rows[row].kind ? 2 : 1;

	return &sheet->rows[row + period * stride];
}

/* The periods but the whole: which are kept back. */
struct timeline {
	struct suppression_rest *rests; /* of the total, by period; the first is the whole's; then those with hours */
	bool *is_kept_back;             /* by period */
	struct suppression_part *parts; /* the whole, what is shown, what is kept back as one; then all again, for those with hours */
	size_t *periods;                /* of each of the first half */
	size_t count;                   /* of these: as many as periods */
};

static void take_parts(const struct sheet *sheet, struct timeline *timeline)
{
	timeline->count = 0;
	for (int kept_back = 0; kept_back < 2; kept_back++) {
		for (size_t i = 0; i < sheet->breakdown->period_count; i++) {
			if (timeline->is_kept_back[i] != (kept_back == 1))
				continue;
			timeline->periods[timeline->count] = i;
			timeline->parts[timeline->count++] = (struct suppression_part){
				.days = (uint64_t)period_days(&sheet->breakdown->periods[i]),
				.goes_on = kept_back == 1,
			};
		}
	}
	timeline->parts[timeline->count - 1].goes_on = false;
	memcpy(timeline->parts + timeline->count, timeline->parts, timeline->count * sizeof *timeline->parts);
}

/* The rests of one row, part by part. */
static struct suppression_rest *rests_of(const struct employer_rows *rows, const struct timeline *timeline, size_t row)
{
	struct suppression_rest *rests = arena_array(rows->arena, 2 * timeline->count, sizeof *rests);

	for (size_t i = 0; i < timeline->count; i++) {
		const struct cell *cell = row_in(rows->sheet, row, timeline->periods[i])->cell;

		rests[i] = suppression_rest_of(cell);
		rests[timeline->count + i] = suppression_rest_of_hours(cell);
	}
	return rests;
}

/* Keeps back the shown period with the fewest persons, if there is any with somebody in it. */
static bool keep_another_back(const struct sheet *sheet, struct timeline *timeline)
{
	size_t smallest = 0;

	for (size_t i = 1; i < sheet->breakdown->period_count; i++) {
		if (timeline->is_kept_back[i] || timeline->rests[i].is_empty)
			continue;
		if (smallest == 0 || timeline->rests[i].persons < timeline->rests[smallest].persons)
			smallest = i;
	}
	if (smallest == 0)
		return false;
	timeline->is_kept_back[smallest] = true;
	return true;
}

static void keep_small_back(const struct employer_rows *rows, struct timeline *timeline)
{
	for (size_t i = 1; i < timeline->count; i++) {
		const struct suppression_part part = {.days = (uint64_t)period_days(&rows->sheet->breakdown->periods[i])};

		timeline->is_kept_back[i] = !suppression_is_safe(&timeline->rests[i], rows->min_group, &part, 1) ||
					    !suppression_is_safe(&timeline->rests[timeline->count + i], rows->min_group, &part, 1);
	}
}

/* Decides on the total's periods; false when the whole cannot be shown beside them. */
static bool decide_timeline(const struct employer_rows *rows, struct timeline *timeline)
{
	size_t count = rows->sheet->breakdown->period_count;

	*timeline = (struct timeline){
		.is_kept_back = arena_array(rows->arena, count, sizeof *timeline->is_kept_back),
		.parts = arena_array(rows->arena, 2 * count, sizeof *timeline->parts),
		.periods = arena_array(rows->arena, count, sizeof *timeline->periods),
	};
	take_parts(rows->sheet, timeline);
	timeline->rests = rests_of(rows, timeline, rows->first);
	keep_small_back(rows, timeline);
	take_parts(rows->sheet, timeline);
	while (!suppression_is_safe(rests_of(rows, timeline, rows->first), rows->min_group, timeline->parts, 2 * timeline->count)) {
		if (!keep_another_back(rows->sheet, timeline)) {
			keep_small_back(rows, timeline);
			return false;
		}
		take_parts(rows->sheet, timeline);
	}
	return true;
}

void disclosure_together(struct sheet *sheet, size_t first, int32_t min_group, struct arena *arena)
{
	const struct employer_rows rows = rows_of(sheet, first, min_group, arena);
	struct timeline timeline;
	struct row_tree tree;

	if (sheet->rows[first].cell == NULL)
		return;
	for (size_t i = first; i < sheet->count; i++) {
		sheet->rows[i].is_suppressed = true;
		sheet->rows[i].hides_cohorts = true; /* over time nobody has judged them */
	}
	if (decide_timeline(&rows, &timeline)) {
		tree = tree_of(&rows, 0);
		for (size_t i = 0; i < tree.count; i++) {
			if (tree.nodes[i].is_leaf)
				tree.nodes[i].rests = rests_of(&rows, &timeline, tree.rows[i]);
		}
		suppression_decide(tree.nodes, tree.count, rows.min_group, timeline.parts, 2 * timeline.count, arena);
		for (size_t i = 0; i < tree.count; i++)
			sheet->rows[tree.rows[i]].is_suppressed = !tree.nodes[0].is_shown || !tree.nodes[i].is_shown;
	}
	for (size_t i = 1; i < sheet->breakdown->period_count; i++)
		sheet->rows[first + i].is_suppressed = timeline.is_kept_back[i];
}
