/* What rows of a sheet may be shown side by side: decided for the rows of one employer, from `first` to the sheet's last. */
#pragma once

#include "provider-svc/core/figures/sheet.h"

/* Each period by itself: nothing about fewer than min_group persons can be had from the rows of one period, and from its figures made of hours
 * nothing about fewer with contract hours. */
void disclosure_apart(struct sheet *sheet, size_t first, int32_t min_group, struct arena *arena);

/*
 * All at once, where the first period is the whole and the others, in order, cut it. Of departments and groups the whole period alone is shown, the
 * total in every period. Nothing about fewer than min_group persons can be had across them: a period that is kept back takes others along until it
 * cannot be had from the whole, and what is left of each group is, in each shown period and in those kept back together, large enough or empty.
 * Those with contract hours are judged apart, but a row is shown or not with all its figures. Where the whole is too small itself, or would give away
 * a period whatever is kept back, it and the groups are not shown.
 */
void disclosure_together(struct sheet *sheet, size_t first, int32_t min_group, struct arena *arena);
