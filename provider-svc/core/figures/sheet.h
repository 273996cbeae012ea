/* Figures in rows, ready to be written: an employer's total, each of its groups, each department with all under it; each by period. */
#pragma once

#include "common/base/buffer.h"
#include "provider-svc/core/figures/department_tree.h"
#include "provider-svc/core/figures/figure.h"
#include "provider-svc/core/figures/roll.h"

enum sheet_kind {
	SHEET_TOTAL,   /* the whole employer */
	SHEET_GROUP,   /* one group of the breakdown; a department without what is under it */
	SHEET_SUBTREE, /* a department with all under it */
};

struct sheet_row {
	enum sheet_kind kind;
	enum roll_standing standing;
	struct view employer_id;
	struct view value;       /* of the group; null for the total, and for those without a code */
	struct view name;        /* of the department */
	size_t depth;            /* of the department in its tree */
	size_t period;           /* index */
	const struct cell *cell; /* NULL: not known */
	int32_t min_group;       /* the least persons that figures are about */
	bool is_suppressed;      /* too few people, or needed to keep such a cell from being had by subtraction */
	bool hides_cohorts;      /* the same of the figures that leave a part of its persons out, see figure_leaves_out */
	bool hides_hours;        /* the same of those that are made of hours, see figure_is_of_hours */
};

struct sheet {
	const struct breakdown *breakdown;
	struct sheet_row *rows; /* by employer, then the total, then groups, each by period; a department with all under it before itself and those */
	size_t count;
	int32_t min_group;    /* SHEET_EMPLOYERS_OWN: each employer's */
	bool is_side_by_side; /* by sheet_of_whole: what is shown may stand side by side */
};

/* The least persons that a cell is about: what the employer has set, or more. Never fewer than SHEET_MIN_GROUP, which is the least that the vault
 * takes as a setting, whatever a marker says. */
enum { SHEET_EMPLOYERS_OWN = 0, SHEET_MIN_GROUP = 5 };

/* The rows of a sorted breakdown for these employers, those that have ended left out; with a tree (else NULL), which is of that breakdown, by
 * department. Cells about fewer than the employer's min_group, or the one given where that is larger, are suppressed, with as many others as it
 * takes. In the arena; borrows from what is given. */
void sheet_of(const struct breakdown *breakdown, const struct department_tree *tree, const struct population_employer *employers,
	      size_t employer_count, int32_t min_group, struct arena *arena, struct sheet *ret_sheet);

/* The same where the first period is the whole and the others, in order, cut it, and all is read side by side: the employer's totals of all periods,
 * and of the groups the whole period alone (their rows of other periods are suppressed). What the shown ones give when added and subtracted, across
 * periods too, is about no small group. */
void sheet_of_whole(const struct breakdown *breakdown, const struct department_tree *tree, const struct population_employer *employers,
		    size_t employer_count, int32_t min_group, struct arena *arena, struct sheet *ret_sheet);

enum { SHEET_NAME = 64 };

/* How many figures each row has: every figure_kind, then the part of absence_pct of each duration class. */
size_t sheet_figure_count(const struct sheet *sheet);

/* "headcount", "absence_pct 8-42". */
void sheet_figure_name(const struct sheet *sheet, size_t figure, char ret_text[static SHEET_NAME]);

/* As it may be shown: "12.9032", "NOT_AVAILABLE" or "SUPPRESSED". STOP OVERFLOW. */
MUST_CHECK bool sheet_figure(const struct sheet *sheet, const struct sheet_row *row, size_t figure, int32_t decimals,
			     char ret_text[static FIGURE_TEXT], struct error *error);

/* "total", "own", "with-all-under-it"; static. */
const char *sheet_kind_name(enum sheet_kind kind);

/*
 * Appends CSV as RFC 4180 has it, lines that begin with # before it: parameters and definitions. Dates are YYYY-MM-DD, both inclusive. What begins
 * like a formula gets a ' before it, so that a spreadsheet takes it as text; names are as plain_text shows them, for a terminal may be where it goes.
 * STOP OVERFLOW.
 */
MUST_CHECK bool sheet_csv(const struct sheet *sheet, int32_t decimals, struct buffer *buffer, struct error *error);
