/* Tables with a bar in each row: absence by duration and by department. */
#pragma once

#include "provider-svc/core/figures/page_employer.h"

/* The classes of the whole period. */
void page_bars_of_classes(struct pen *pen, const struct page_employer *employer);

/* The departments of the whole period, as a tree; nothing where there are none. */
void page_bars_of_departments(struct pen *pen, const struct page_employer *employer);
