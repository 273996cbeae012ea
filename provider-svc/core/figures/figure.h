/* Figures made from counts: exact fractions, rounded once, halves up. docs/figures.md has the definitions at length. */
#pragma once

#include "provider-svc/core/figures/cell.h"
#include "provider-svc/core/figures/period.h"

/* Name, unit, definition. */
#define FIGURE_LIST(X)                                                                                                                               \
	X(HEADCOUNT, "headcount", "persons", "person-days / days of the period; one head a person")                                                  \
	X(HEADCOUNT_LAST_DAY, "headcount_last_day", "persons", "heads on the last day of the period")                                                \
	X(FTE, "fte", "fte", "employment days x part-time factor / days of the period")                                                              \
	X(ABSENCE, "absence_pct", "%", "100 x absent days x part-time factor x percentage / employment days x part-time factor; leave left out")     \
	X(ABSENCE_WITH_LEAVE, "absence_with_leave_pct", "%", "the same with leave")                                                                  \
	X(FREQUENCY, "frequency", "a year", "reports begun in the period / average heads / length of the period in calendar years")                  \
	X(FREQUENCY_MULTIPLE, "frequency_multiple", "a year",                                                                                        \
	  "reports / average heads x 12 / months of the period (quarter x 4); whole months only")                                                    \
	X(FREQUENCY_BEGIN_END, "frequency_begin_end", "a year", "as frequency, over the mean of the heads on the first and the last day")            \
	X(DURATION, "mean_duration", "days", "whole calendar duration of the cases recovered in the period / their number")                          \
	X(ZERO_DAY_ANY, "zero_no_day_any_day", "%", "100 x persons without a day of absence / persons employed on any day of the period")            \
	X(ZERO_DAY_WHOLE, "zero_no_day_whole_period", "%", "the same of persons employed on every day")                                              \
	X(ZERO_DAY_LAST, "zero_no_day_last_day", "%", "the same of persons employed on the last day")                                                \
	X(ZERO_REPORT_ANY, "zero_no_report_any_day", "%", "100 x persons without a report / persons employed on any day of the period")              \
	X(ZERO_REPORT_WHOLE, "zero_no_report_whole_period", "%", "the same of persons employed on every day")                                        \
	X(ZERO_REPORT_LAST, "zero_no_report_last_day", "%", "the same of persons employed on the last day")                                          \
	X(REPORTS, "reports", "cases", "cases that began in the period; leave and what is not counted as a report left out")                         \
	X(ENDED, "recovered", "cases", "cases recovered in the period")

#define FIGURE_ENUM(symbol, name, unit, definition) FIGURE_##symbol,
enum figure_kind { FIGURE_LIST(FIGURE_ENUM) };
#undef FIGURE_ENUM
enum { FIGURE_KINDS = FIGURE_ENDED + 1, FIGURE_DECIMALS_MAX = 9, FIGURE_TEXT = 40 };

struct figure {
	bool is_available; /* false: there is nothing to divide by, or it is not known; never 0 instead */
	int32_t decimals;
	uint64_t value; /* times 10 to the power of decimals */
};

/* One figure of a cell; cell NULL: nothing is known. decimals 0 to 9. False (stop, OVERFLOW) when a sum did not fit. */
MUST_CHECK bool figure_of(enum figure_kind kind, const struct cell *cell, const struct period *period, int32_t decimals, struct figure *ret_figure,
			  struct error *error);

/* The part of absence_pct that the cases of one duration class make. The classes add up to it before they are rounded. */
MUST_CHECK bool figure_of_class(size_t class, const struct cell *cell, int32_t decimals, struct figure *ret_figure, struct error *error);

/* Whether it is about a part of the cell's persons: beside the figure of all of them it tells about those left out. */
bool figure_leaves_out(enum figure_kind kind);

/* Whether it is made of contract hours: it tells nothing of those without any, and is about the others alone. The parts by duration class are, too. */
bool figure_is_of_hours(enum figure_kind kind);

/* "12.9032", or "NOT_AVAILABLE". */
void figure_format(const struct figure *figure, char ret_text[static FIGURE_TEXT]);

/* "absence_pct"; static. */
const char *figure_name(enum figure_kind kind);

/* "%"; static. */
const char *figure_unit(enum figure_kind kind);

/* One line for people; static. */
const char *figure_definition(enum figure_kind kind);
