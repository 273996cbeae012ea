/*
 * A chart over time as inline SVG, drawn twice, for a wide and for a narrow page; the page shows one. What is not known is never drawn as zero: a
 * hatched band is kept back, a dashed frame is not available, each with its word. Coordinates are whole tenths.
 */
#pragma once

#include "provider-svc/core/figures/pen.h"

enum chart_kind { CHART_LINE, CHART_COLUMNS, CHART_STACKS };

enum chart_mark { CHART_VALUE, CHART_SUPPRESSED, CHART_NOT_AVAILABLE };

/* One period. */
struct chart_column {
	struct period period;
	enum chart_mark mark;
	uint64_t values[DURATION_CLASSES]; /* hundredths, one for each series */
	uint64_t whole;                    /* hundredths: what the series are parts of, rounded by itself */
};

struct chart {
	enum chart_kind kind;
	size_t number; /* of the chart on the page: makes its ids */
	enum page_word title;
	enum page_word axis;
	const struct chart_column *columns;
	size_t count;                           /* at least one */
	bool is_beside;                         /* has its table beside it: less broad and higher */
	const struct duration_classes *classes; /* the series of stacks, the first on top; else NULL: there is one series */
};

/* The drawings and, under them, what their colours and marks mean. */
void chart_write(struct pen *pen, const struct chart *chart);
