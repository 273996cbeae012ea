/* What happens to one person at work: the truth, drawn at random, of which nobody has been told yet. */
#pragma once

#include "schemas/messages.h"
#include "tests/generator/random.h"
#include "tests/generator/span.h"

enum { LIFE_JOBS = 2, LIFE_SEGMENTS = 8, LIFE_STEPS = 3, LIFE_NEVER = INT32_MAX, LIFE_FUNCTIONS = 20 };

struct life_segment {
	int32_t from;
	int32_t department; /* number, from 0 */
	int32_t function;
	int32_t hours_x100;
	enum contract_term term;
};

struct life_step {
	int32_t from;
	int32_t pct_x100;
};

/* Spells of one job never overlap. */
struct life_spell {
	int32_t first_day;
	int32_t until;     /* exclusive; not after the day behind the job's last, nor before the span unless it is leave that is over */
	bool is_recovered; /* false: cut short by the job's end */
	bool is_leave;
	bool is_unreported; /* kept from the frequency */
	struct life_step steps[LIFE_STEPS];
	int32_t step_count;
};

struct life_job {
	int32_t start;
	int32_t last; /* LIFE_NEVER: beyond the span */
	struct life_segment segments[LIFE_SEGMENTS];
	int32_t segment_count;
	struct life_spell *spells; /* by time, those with a day in the span or recovered on its first; in the arena */
	size_t spell_count;
};

struct life {
	enum gender gender;
	int32_t birth_year;
	struct life_job jobs[LIFE_JOBS]; /* the second lies within the first */
	int32_t job_count;
};

/* Where somebody works. */
struct life_place {
	int32_t norm_hours_x100;
	int32_t departments; /* how many */
};

/* Draws a life. Its spells are in the arena. */
void life_draw(const struct span *span, const struct life_place *place, struct random *random, struct arena *arena, struct life *ret);
