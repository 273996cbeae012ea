/* One employer's part of the page. */
#pragma once

#include "provider-svc/core/figures/pen.h"

struct page_employer {
	const struct sheet *sheet;
	size_t first; /* of its rows, which begin with the totals by period */
	size_t end;
	size_t number; /* of the employer on the page, from 1: makes ids */
};

/* Whether there is anything known of the employer. */
bool page_employer_is_known(const struct page_employer *employer);

/* The part, from its heading to its last table. */
void page_employer_write(struct pen *pen, const struct page_employer *employer);

/* "Provisional", where a load has not come to its end; else nothing. */
void page_employer_mark(struct pen *pen, const struct sheet_row *row);
