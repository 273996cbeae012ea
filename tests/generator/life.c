#include "tests/generator/life.h"

enum { YEAR = 365, MONTH = 30, LEAVE_DAYS = 112 };

/* Part-time factors, thousandths of a full week: 0.76 on average. */
static const struct {
	int32_t share; /* of a thousand people */
	int32_t factor;
} weeks[] = {{351, 1000}, {96, 900}, {160, 800}, {180, 600}, {100, 500}, {70, 400}, {43, 200}};

/* How long a spell lasts: geometric, the exponential of whole days, from 1 day on. So many of a thousand have that mean, in half days. */
static const struct {
	uint64_t mean_halves;
	int32_t share;
	bool is_long;
} durations[] = {{7, 690, false}, {28, 207, false}, {220, 92, true}, {900, 11, true}};

enum { PARTIAL_PERCENT = 60, PARTIAL_LEAST_DAYS = 28, UNREPORTED_PERCENT = 2 };

static bool percent(struct random *random, int32_t share)
{
	return random_below(random, 100) < share;
}

static int32_t hours_of(struct random *random, const struct life_place *place)
{
	int32_t left = random_below(random, 1000);
	size_t i = 0;

	while (left >= weeks[i].share)
		left -= weeks[i++].share;
	return place->norm_hours_x100 * weeks[i].factor / 1000;
}

static int32_t duration_of(struct random *random, bool *ret_long)
{
	int32_t left = random_below(random, 1000);
	int32_t days = 1;
	uint32_t chance;
	size_t i = 0;

	while (left >= durations[i].share)
		left -= durations[i++].share;
	chance = chance_of(2, durations[i].mean_halves);
	while (!random_chance(random, chance))
		days++;
	*ret_long = durations[i].is_long;
	return days;
}

static void add_step(struct life_spell *spell, int32_t from, int32_t pct_x100)
{
	spell->steps[spell->step_count++] = (struct life_step){.from = from, .pct_x100 = pct_x100};
}

/* A sick spell from that day on. A long one is half recovered after half its time, and three quarters after three quarters of it, more often than
 * not. */
static struct life_spell sick_spell(struct random *random, int32_t day)
{
	struct life_spell spell = {.first_day = day, .is_recovered = true};
	bool is_long;
	int32_t days = duration_of(random, &is_long);

	spell.until = day + days;
	add_step(&spell, day, 10000);
	if (is_long && days >= PARTIAL_LEAST_DAYS && percent(random, PARTIAL_PERCENT)) {
		add_step(&spell, day + days / 2, 5000);
		add_step(&spell, day + days - days / 4, 2500);
	}
	spell.is_unreported = percent(random, UNREPORTED_PERCENT);
	return spell;
}

static struct life_spell leave_spell(int32_t day)
{
	struct life_spell spell = {.first_day = day, .until = day + LEAVE_DAYS, .is_recovered = true, .is_leave = true};

	add_step(&spell, day, 10000);
	return spell;
}

/* Keeps a spell that the span sees something of, cut at the job's end. */
static void keep_spell(const struct span *span, struct life_job *job, struct life_spell *spell, struct arena *arena)
{
	if (spell->until < span->from)
		return;
	if (job->last != LIFE_NEVER && spell->until > job->last + 1) {
		spell->until = job->last + 1;
		spell->is_recovered = false;
		while (spell->step_count > 1 && spell->steps[spell->step_count - 1].from >= spell->until)
			spell->step_count--;
	}
	job->spells = arena_grow(arena, job->spells, job->spell_count * sizeof *spell, (job->spell_count + 1) * sizeof *spell);
	job->spells[job->spell_count++] = *spell;
}

/* Day by day: whoever is at work may fall sick, or begin leave. The reports of people at work so come as near to a Poisson process as days allow. */
static void draw_spells(const struct span *span, const struct life *life, struct life_job *job, struct random *random, struct arena *arena)
{
	int32_t end = job->last == LIFE_NEVER ? span->until : job->last + 1;
	uint32_t leave_chance = chance_of(45, 365250);
	int32_t day = job->start > span->warm ? job->start : span->warm;

	while (day < end) {
		const struct span_day *known = span_day(span, day);
		int32_t age = known->year - life->birth_year;
		bool may_leave = life->gender == GENDER_FEMALE && age >= 25 && age < 40;
		uint32_t drawn = (uint32_t)(random_next(random) >> 32);
		struct life_spell spell;

		if (drawn >= known->report_chance + (may_leave ? leave_chance : 0)) {
			day++;
			continue;
		}
		spell = drawn < known->report_chance ? sick_spell(random, day) : leave_spell(day);
		day = spell.until;
		keep_spell(span, job, &spell, arena);
	}
}

static struct life_segment *add_segment(struct life_job *job, int32_t from, const struct life_segment *like)
{
	struct life_segment *segment = &job->segments[job->segment_count++];

	*segment = *like;
	segment->from = from;
	return segment;
}

/* Other hours, another department, or both terms of a contract one after the other. */
static void draw_segments(const struct span *span, const struct life_place *place, struct life_job *job, struct random *random)
{
	bool is_hire = job->start >= span->from;
	int32_t day = (is_hire ? job->start : span->from) + 1 + random_below(random, YEAR);
	int32_t end = job->last == LIFE_NEVER ? span->until : job->last + 1;
	struct life_segment first = {.department = random_below(random, place->departments),
				     .function = random_below(random, LIFE_FUNCTIONS),
				     .hours_x100 = hours_of(random, place),
				     .term = is_hire || percent(random, 20) ? CONTRACT_TERM_FIXED : CONTRACT_TERM_PERMANENT};

	add_segment(job, job->start, &first);
	while (day < end && job->segment_count < LIFE_SEGMENTS) {
		if (job->segments[job->segment_count - 1].term == CONTRACT_TERM_FIXED && day >= job->start + YEAR)
			add_segment(job, day, &job->segments[job->segment_count - 1])->term = CONTRACT_TERM_PERMANENT;
		else if (percent(random, 8))
			add_segment(job, day, &job->segments[job->segment_count - 1])->hours_x100 = hours_of(random, place);
		else if (percent(random, 8))
			add_segment(job, day, &job->segments[job->segment_count - 1])->department = random_below(random, place->departments);
		day += 200 + random_below(random, 330);
	}
}

/* Of a hundred people 65 are there when the span begins, the others are hired on some day of it; six of a thousand leave each month. */
static struct life_job first_job(const struct span *span, struct random *random)
{
	struct life_job job = {.last = LIFE_NEVER};

	job.start =
		percent(random, 65) ? span->from - 1 - random_below(random, 12 * YEAR) : span->from + random_below(random, span->until - span->from);
	for (int32_t day = (job.start > span->from ? job.start : span->from) + MONTH; day < span->until; day += MONTH) {
		if (random_below(random, 1000) >= 6)
			continue;
		job.last = day + random_below(random, MONTH);
		break;
	}
	if (job.last >= span->until)
		job.last = LIFE_NEVER;
	return job;
}

/* A second employment beside the first: false where there is no time for it. */
static bool second_job(const struct span *span, const struct life_job *first, struct random *random, struct life_job *ret)
{
	int32_t start = (first->start > span->from ? first->start : span->from) + random_below(random, YEAR);
	int32_t last = start + 100 + random_below(random, 3 * YEAR);

	if (start >= span->until || start > first->last)
		return false;
	if (last > first->last)
		last = first->last;
	*ret = (struct life_job){.start = start, .last = last < span->until ? last : LIFE_NEVER};
	return true;
}

void life_draw(const struct span *span, const struct life_place *place, struct random *random, struct arena *arena, struct life *ret)
{
	int32_t gender = random_below(random, 100);
	struct life life = {.gender = gender < 50 ? GENDER_MALE : gender < 99 ? GENDER_FEMALE : GENDER_UNSPECIFIED, .job_count = 1};

	life.birth_year = span_day(span, span->from)->year - 18 - random_below(random, 47);
	life.jobs[0] = first_job(span, random);
	if (percent(random, 3) && second_job(span, &life.jobs[0], random, &life.jobs[1]))
		life.job_count = 2;
	for (int32_t i = 0; i < life.job_count; i++) {
		draw_segments(span, place, &life.jobs[i], random);
		draw_spells(span, &life, &life.jobs[i], random, arena);
	}
	*ret = life;
}
