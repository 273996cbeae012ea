/*
 * A page of figures to read and to print: one HTML file that needs nothing else, no script, no font, no network. For each employer the key figures,
 * absence and reporting frequency over time, absence by duration and by department, each chart with its numbers; then what the words mean.
 */
#pragma once

#include "provider-svc/core/figures/pen.h"

struct page {
	enum page_language language;
	/* By sheet_of_whole, and by department if they are wanted: the first period is the whole, the others, if any, cut it. */
	const struct sheet *sheet;
	int64_t as_of_ms; /* of what moment the figures are */
};

/* Appends the page. STOP SHEET when the sheet's rows were not judged side by side, OVERFLOW as figure_of, TOO_LARGE when the buffer is full. */
MUST_CHECK bool page_write(const struct page *page, struct buffer *buffer, struct error *error);
