#include "provider-svc/core/figures/figure.h"

#include "provider-svc/core/figures/wide.h"

#include <inttypes.h>
#include <stdio.h>

enum { PERCENT = 100, FULL_PCT = 10000, MONTHS_OF_YEAR = 12 };

struct fraction {
	struct wide numerator;
	struct wide denominator;
};

static uint64_t greatest_common_divisor(uint64_t a, uint64_t b)
{
	while (b != 0) {
		uint64_t rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

/* The least common multiple of the cell's norms. */
static struct wide common_norm(const struct cell *cell)
{
	struct wide common;

	wide_set(&common, 1);
	for (size_t i = 0; i < cell->weight_count; i++) {
		uint64_t norm = (uint64_t)cell->weights[i].norm_hours_x100;
		struct wide quotient = common;

		wide_multiply(&common, norm / greatest_common_divisor(norm, wide_divide(&quotient, norm)));
	}
	return common;
}

enum weight_sum { SUM_EMPLOYED, SUM_ABSENT, SUM_ABSENT_WITH_LEAVE, SUM_CLASS };

static uint64_t sum_of(const struct cell_weight *weight, enum weight_sum which, size_t class)
{
	switch (which) {
	case SUM_EMPLOYED:
		return weight->employed;
	case SUM_ABSENT:
		return weight->absent;
	case SUM_ABSENT_WITH_LEAVE:
		return weight->absent_with_leave;
	case SUM_CLASS:
		return weight->absent_by_class[class];
	}
	return 0;
}

/* The sum over the norms of each one's sum / norm, times the common norm. */
static struct wide weighted(const struct cell *cell, const struct wide *common, enum weight_sum which, size_t class)
{
	struct wide total;

	wide_set(&total, 0);
	for (size_t i = 0; i < cell->weight_count; i++) {
		struct wide term = *common;

		(void)wide_divide(&term, (uint64_t)cell->weights[i].norm_hours_x100);
		wide_multiply(&term, sum_of(&cell->weights[i], which, class));
		wide_add(&total, &term);
	}
	return total;
}

static void set_whole(struct fraction *fraction, uint64_t numerator, uint64_t denominator)
{
	wide_set(&fraction->numerator, numerator);
	wide_set(&fraction->denominator, denominator);
}

static void set_fte(struct fraction *fraction, const struct cell *cell, const struct period *period)
{
	fraction->denominator = common_norm(cell);
	fraction->numerator = weighted(cell, &fraction->denominator, SUM_EMPLOYED, 0);
	wide_multiply(&fraction->denominator, (uint64_t)period_days(period));
}

static void set_absence(struct fraction *fraction, const struct cell *cell, enum weight_sum which, size_t class)
{
	struct wide common = common_norm(cell);

	fraction->numerator = weighted(cell, &common, which, class);
	fraction->denominator = weighted(cell, &common, SUM_EMPLOYED, 0);
	wide_multiply(&fraction->numerator, PERCENT);
	wide_multiply(&fraction->denominator, FULL_PCT);
}

/* Reports × parts / heads, over the period's length in years. */
static void set_frequency(struct fraction *fraction, const struct cell *cell, const struct period *period, uint64_t heads, uint64_t parts)
{
	uint64_t years;
	uint64_t one_year;

	period_years(period, &years, &one_year);
	set_whole(fraction, cell->reports, heads);
	wide_multiply(&fraction->numerator, parts);
	wide_multiply(&fraction->numerator, one_year);
	wide_multiply(&fraction->denominator, years);
}

static void set_multiple(struct fraction *fraction, const struct cell *cell, const struct period *period)
{
	set_whole(fraction, cell->reports, cell->head_days);
	wide_multiply(&fraction->numerator, (uint64_t)period_days(period));
	wide_multiply(&fraction->numerator, MONTHS_OF_YEAR);
	wide_multiply(&fraction->denominator, (uint64_t)period_months(period));
}

static void set_zero(struct fraction *fraction, uint64_t without, uint64_t persons)
{
	set_whole(fraction, without, persons);
	wide_multiply(&fraction->numerator, PERCENT);
}

static void set_fraction(struct fraction *fraction, enum figure_kind kind, const struct cell *cell, const struct period *period)
{
	uint64_t days = (uint64_t)period_days(period);

	switch (kind) {
	case FIGURE_HEADCOUNT:
		set_whole(fraction, cell->head_days, days);
		break;
	case FIGURE_HEADCOUNT_LAST_DAY:
		set_whole(fraction, cell->heads_last, 1);
		break;
	case FIGURE_FTE:
		set_fte(fraction, cell, period);
		break;
	case FIGURE_ABSENCE:
		set_absence(fraction, cell, SUM_ABSENT, 0);
		break;
	case FIGURE_ABSENCE_WITH_LEAVE:
		set_absence(fraction, cell, SUM_ABSENT_WITH_LEAVE, 0);
		break;
	case FIGURE_FREQUENCY:
		set_frequency(fraction, cell, period, cell->head_days, days);
		break;
	case FIGURE_FREQUENCY_MULTIPLE:
		set_multiple(fraction, cell, period);
		break;
	case FIGURE_FREQUENCY_BEGIN_END:
		set_frequency(fraction, cell, period, cell->heads_first + cell->heads_last, 2);
		break;
	case FIGURE_DURATION:
		set_whole(fraction, cell->ended_days, cell->ended);
		break;
	case FIGURE_ZERO_DAY_ANY:
	case FIGURE_ZERO_DAY_WHOLE:
	case FIGURE_ZERO_DAY_LAST:
		set_zero(fraction, cell->without_day[kind - FIGURE_ZERO_DAY_ANY], cell->persons[kind - FIGURE_ZERO_DAY_ANY]);
		break;
	case FIGURE_ZERO_REPORT_ANY:
	case FIGURE_ZERO_REPORT_WHOLE:
	case FIGURE_ZERO_REPORT_LAST:
		set_zero(fraction, cell->without_report[kind - FIGURE_ZERO_REPORT_ANY], cell->persons[kind - FIGURE_ZERO_REPORT_ANY]);
		break;
	case FIGURE_REPORTS:
		set_whole(fraction, cell->reports, 1);
		break;
	case FIGURE_ENDED:
		set_whole(fraction, cell->ended, 1);
		break;
	}
}

static bool finish(const struct fraction *fraction, const struct cell *cell, int32_t decimals, struct figure *ret_figure, struct error *error)
{
	struct figure figure = {.is_available = fraction->denominator.used > 0, .decimals = decimals};
	uint64_t scale = 1;

	for (int32_t i = 0; i < decimals; i++)
		scale *= 10;
	if (cell->overflow || (figure.is_available && !wide_quotient(&fraction->numerator, scale, &fraction->denominator, &figure.value)))
		return error_set(
			error, DISPOSITION_STOP, "OVERFLOW", "figure",
			"a sum is larger than 64 bits: ask for a shorter time (--from, --until), or for one employer after another (--employer)");
	*ret_figure = figure;
	return true;
}

bool figure_of(enum figure_kind kind, const struct cell *cell, const struct period *period, int32_t decimals, struct figure *ret_figure,
	       struct error *error)
{
	struct fraction fraction;

	if (cell == NULL) {
		*ret_figure = (struct figure){.decimals = decimals};
		return true;
	}
	set_fraction(&fraction, kind, cell, period);
	return finish(&fraction, cell, decimals, ret_figure, error);
}

bool figure_of_class(size_t class, const struct cell *cell, int32_t decimals, struct figure *ret_figure, struct error *error)
{
	struct fraction fraction;

	if (cell == NULL) {
		*ret_figure = (struct figure){.decimals = decimals};
		return true;
	}
	set_absence(&fraction, cell, SUM_CLASS, class);
	return finish(&fraction, cell, decimals, ret_figure, error);
}

bool figure_leaves_out(enum figure_kind kind)
{
	return kind == FIGURE_ZERO_DAY_WHOLE || kind == FIGURE_ZERO_DAY_LAST || kind == FIGURE_ZERO_REPORT_WHOLE || kind == FIGURE_ZERO_REPORT_LAST;
}

bool figure_is_of_hours(enum figure_kind kind)
{
	return kind == FIGURE_FTE || kind == FIGURE_ABSENCE || kind == FIGURE_ABSENCE_WITH_LEAVE;
}

void figure_format(const struct figure *figure, char ret_text[static FIGURE_TEXT])
{
	uint64_t scale = 1;

	for (int32_t i = 0; i < figure->decimals; i++)
		scale *= 10;
	if (!figure->is_available)
		(void)snprintf(ret_text, FIGURE_TEXT, "NOT_AVAILABLE");
	else if (figure->decimals == 0)
		(void)snprintf(ret_text, FIGURE_TEXT, "%" PRIu64, figure->value);
	else
		(void)snprintf(ret_text, FIGURE_TEXT, "%" PRIu64 ".%0*" PRIu64, figure->value / scale, (int)figure->decimals, figure->value % scale);
}

const char *figure_name(enum figure_kind kind)
{
#define FIGURE_NAME(symbol, name, unit, definition) name,
	static const char *const names[] = {FIGURE_LIST(FIGURE_NAME)};
#undef FIGURE_NAME
	return names[kind];
}

const char *figure_unit(enum figure_kind kind)
{
#define FIGURE_UNIT(symbol, name, unit, definition) unit,
	static const char *const units[] = {FIGURE_LIST(FIGURE_UNIT)};
#undef FIGURE_UNIT
	return units[kind];
}

const char *figure_definition(enum figure_kind kind)
{
#define FIGURE_DEFINITION(symbol, name, unit, definition) definition,
	static const char *const definitions[] = {FIGURE_LIST(FIGURE_DEFINITION)};
#undef FIGURE_DEFINITION
	return definitions[kind];
}
