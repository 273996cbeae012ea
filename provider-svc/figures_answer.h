/* Figures by one or more breakdowns, out of one walk over a source. */
#pragma once

#include "provider-svc/core/figures/sheet.h"
#include "provider-svc/figures_source.h"

/* One sheet that is asked for. */
struct figures_ask {
	enum dimension dimension;
	const struct period *periods; /* at least one; borrowed, as long as the sheet */
	size_t period_count;
	bool is_side_by_side; /* as sheet_of_whole wants the periods, and judged so; else each period by itself */
};

struct figures_terms {
	struct breakdown_terms terms; /* of every sheet */
	int32_t min_group;            /* SHEET_EMPLOYERS_OWN, or at least so many where an employer's own is less */
	struct view employer_id;      /* as the source was opened with */
};

/* Counts every person once for all that is asked and puts the answer to asks[i] into ret_sheets[i], in the arena. The source can be asked again. STOP
 * EMPLOYER when there is nothing of the employer asked for, the code of what a record breaks, or as the source says. */
MUST_CHECK bool figures_answer(struct figures_source *source, const struct figures_ask *asks, size_t ask_count, const struct figures_terms *terms,
			       struct arena *arena, struct sheet *ret_sheets, struct error *error);
