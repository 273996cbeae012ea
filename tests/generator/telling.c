#include "tests/generator/telling.h"

#include "common/base/calendar.h"

#include <stdlib.h>

enum { GENERATION_SHIFT = 40, MINUTE_MS = 60000, FIRST_MINUTE = 8 * 60, MINUTES = 10 * 60, EARLY = 7 * 60, LATE = 20 * 60 };

enum content { AS_IT_IS, TOO_EARLY /* first day wrong */, TOO_SHORT /* recovery wrong */, REMOVED };

/* A version of one entity. */
struct moment {
	int64_t time;
	int32_t order;
	int32_t known; /* what has happened up to this day is in it */
	int32_t job;
	const struct life_spell *spell; /* NULL: of the employment */
	size_t number;                  /* of the spell's entity */
	enum content content;
};

struct moments {
	struct moment *items;
	size_t count;
	struct arena *arena;
};

/* What has been told of an entity. */
struct told {
	bool is_there;
	bool is_true; /* as things stood on the day `as_of` */
	int32_t as_of;
};

/* One life being told. */
struct teller {
	struct telling *telling;
	const struct life *life;
	struct moments moments;
	int32_t minute; /* of the day, at which news of this person comes */
	int64_t revisions;
	uint8_t pseudonym[16];
	uint8_t job_ids[LIFE_JOBS][16];
	struct told jobs[LIFE_JOBS];
	uint8_t (*spell_ids)[16];
	struct told *spells; /* as spell_ids */
	size_t spell_count;
};

int64_t telling_revision(int64_t count)
{
	return (INT64_C(1) << GENERATION_SHIFT) + count;
}

int64_t telling_midnight(int32_t day)
{
	return (int64_t)day * MS_PER_DAY;
}

static void draw_id(struct random *random, uint8_t ret[static 16])
{
	uint64_t halves[2] = {random_next(random), random_next(random)};

	memcpy(ret, halves, sizeof halves);
}

static void add(struct teller *teller, int32_t known, int32_t minute, struct moment moment)
{
	struct moments *moments = &teller->moments;

	moment.known = known;
	moment.time = telling_midnight(known) + (int64_t)minute * MINUTE_MS;
	if (known < teller->telling->span->from)
		moment.time = telling_midnight(teller->telling->span->from);
	moment.order = (int32_t)moments->count;
	moments->items = arena_grow(moments->arena, moments->items, moments->count * sizeof moment, (moments->count + 1) * sizeof moment);
	moments->items[moments->count++] = moment;
}

/* News of a day, where the span holds it. */
static void add_news(struct teller *teller, int32_t day, struct moment moment)
{
	const struct span *span = teller->telling->span;

	if (day >= span->from && day < span->until)
		add(teller, day, teller->minute, moment);
}

static enum age_band band_of(const struct life *life, int32_t year)
{
	static const int32_t below[] = {25, 35, 45, 55, 65};
	int32_t age = year - life->birth_year - 1; /* whole years on 1 January: nobody was born on one */
	int32_t band = AGE_BAND_LT25;

	for (size_t i = 0; i < sizeof below / sizeof below[0]; i++)
		band += age >= below[i];
	return (enum age_band)band;
}

/* The year's first day, in which ages are taken: of news of that day, or of the load. */
static int32_t year_of(const struct span *span, int32_t known)
{
	return span_day(span, known < span->from ? span->from : known)->year;
}

static void tell_job(struct teller *teller, int32_t number)
{
	const struct life_job *job = &teller->life->jobs[number];
	const struct span *span = teller->telling->span;
	struct moment moment = {.job = number};

	if (job->start < span->from)
		add(teller, span->from - 1, 0, moment);
	add_news(teller, job->start, moment);
	for (int32_t i = 1; i < job->segment_count; i++)
		add_news(teller, job->segments[i].from, moment);
	for (int32_t year = span_day(span, span->from)->year + 1; year <= span_day(span, span->until - 1)->year; year++) {
		int32_t day = day_of((struct calendar_date){year, 1, 1});

		if (job->start < day && day <= job->last && band_of(teller->life, year) != band_of(teller->life, year - 1))
			add(teller, day, 1, moment);
	}
	add_news(teller, job->last, moment);
}

static bool percent(struct random *random, int32_t share_x2)
{
	return random_below(random, 200) < share_x2;
}

static size_t new_spell(struct teller *teller, struct random *random)
{
	draw_id(random, teller->spell_ids[teller->spell_count]);
	return teller->spell_count++;
}

/* The same report twice, under another id, until somebody sees it. */
static void tell_double(struct teller *teller, struct moment moment, struct random *random)
{
	const struct life_job *job = &teller->life->jobs[moment.job];
	int32_t last = job->last == LIFE_NEVER ? teller->telling->span->until - 1 : job->last;
	int32_t seen = moment.spell->first_day + 1 + random_below(random, 20);

	moment.number = new_spell(teller, random);
	add_news(teller, moment.spell->first_day, moment);
	moment.content = REMOVED;
	add(teller, seen < last ? seen : last, LATE, moment);
}

/* The recovery, and with some wrongly told ones what was meant a day later. */
static void tell_recovery(struct teller *teller, struct moment moment, bool is_wrong)
{
	int32_t day = moment.spell->until;

	if (is_wrong && day + 1 < teller->telling->span->until && day >= teller->telling->span->from) {
		moment.content = TOO_SHORT;
		add_news(teller, day, moment);
		moment.content = AS_IT_IS;
		add_news(teller, day + 1, moment);
		return;
	}
	add_news(teller, day, moment);
}

static void tell_spell(struct teller *teller, int32_t number, const struct life_spell *spell, struct random *random)
{
	const struct life_job *job = &teller->life->jobs[number];
	const struct span *span = teller->telling->span;
	struct moment moment = {.job = number, .spell = spell, .number = new_spell(teller, random)};
	bool is_wrong = percent(random, 2 * teller->telling->corrections);
	bool is_wrong_first = is_wrong && percent(random, 100);
	bool is_double = percent(random, teller->telling->corrections);

	if (spell->first_day < span->from)
		add(teller, span->from - 1, 0, moment);
	if (spell->first_day >= span->from && is_wrong_first) {
		moment.content = TOO_EARLY;
		add(teller, spell->first_day, EARLY, moment);
		moment.content = AS_IT_IS;
	}
	for (int32_t i = 0; i < spell->step_count; i++)
		add_news(teller, spell->steps[i].from, moment);
	if (job->last != LIFE_NEVER && spell->until > job->last)
		add_news(teller, job->last, moment);
	if (spell->is_recovered)
		tell_recovery(teller, moment, is_wrong && !is_wrong_first && job->last != spell->until && job->last != spell->until - 1);
	if (is_double && spell->first_day >= span->from)
		tell_double(teller, moment, random);
}

static int compare(const void *a, const void *b)
{
	const struct moment *x = a;
	const struct moment *y = b;

	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	return x->order < y->order ? -1 : 1;
}

static void key_of(const struct teller *teller, const uint8_t id[static 16], uint8_t ret[static SHEAF_KEY])
{
	memcpy(ret, teller->pseudonym, 16);
	memcpy(ret + 16, id, 16);
}

static bool emit_job(struct teller *teller, const struct moment *moment, struct error *error)
{
	static const char *const functions[LIFE_FUNCTIONS] = {"Verpleegkundige", "Monteur", "Chauffeur",  "Docent",          "Kok",
							      "Planner",         "Inkoper", "Boekhouder", "Ontwikkelaar",    "Beheerder",
							      "Verkoper",        "Lasser",  "Schilder",   "Baliemedewerker", "Magazijnmedewerker",
							      "Jurist",          "Analist", "Conciërge",  "Receptionist",    "Tester"};
	static const char *const codes[LIFE_FUNCTIONS] = {"F00", "F01", "F02", "F03", "F04", "F05", "F06", "F07", "F08", "F09",
							  "F10", "F11", "F12", "F13", "F14", "F15", "F16", "F17", "F18", "F19"};
	struct telling *telling = teller->telling;
	const struct life_job *job = &teller->life->jobs[moment->job];
	struct employment_segment segments[LIFE_SEGMENTS];
	struct population_employment record = {
		.employer_id = telling->employer_id,
		.revision = telling_revision(++teller->revisions),
		.recorded_at = moment->time,
		.gender = teller->life->gender,
		.age_band = band_of(teller->life, year_of(telling->span, moment->known)),
		.start_date = job->start,
		.has_end_date = job->last <= moment->known,
		.end_date = job->last <= moment->known ? job->last : 0,
		.segments = {.items = segments},
	};
	uint8_t key[SHEAF_KEY];

	for (int32_t i = 0; i < job->segment_count && job->segments[i].from <= moment->known; i++) {
		const struct life_segment *from = &job->segments[i];

		segments[record.segments.count++] = (struct employment_segment){.from = from->from,
										.department_code = telling->codes[from->department],
										.department_name = telling->names[from->department],
										.function_code = view_text(codes[from->function]),
										.function_name = view_text(functions[from->function]),
										.contract_hours_x100 = from->hours_x100,
										.norm_hours_x100 = telling->norm_hours_x100,
										.contract_term = from->term};
	}
	memcpy(record.pseudonym, teller->pseudonym, 16);
	memcpy(record.entity_id, teller->job_ids[moment->job], 16);
	key_of(teller, record.entity_id, key);
	return sheaf_add(telling->sheaf, moment->time, key, &population_employment_schema, &record, error);
}

/* Where a spell ends, as far as is known that day. */
static void set_end(const struct moment *moment, const struct life_job *job, struct population_absence *record)
{
	const struct life_spell *spell = moment->spell;

	if (spell->is_recovered && spell->until <= moment->known) {
		record->has_recovered_on = true;
		record->recovered = true;
		record->recovered_on = moment->content == TOO_SHORT ? spell->until - 1 : spell->until;
	} else if (job->last <= moment->known) {
		record->has_recovered_on = true;
		record->recovered_on = job->last + 1;
	}
}

static bool emit_spell(struct teller *teller, const struct moment *moment, struct error *error)
{
	const struct life_spell *spell = moment->spell;
	const struct life_job *job = &teller->life->jobs[moment->job];
	struct absence_segment segments[LIFE_STEPS] = {0};
	int32_t early = moment->content == TOO_EARLY && spell->first_day > job->start ? 1 : 0;
	uint8_t key[SHEAF_KEY];
	struct population_absence record = {
		.employer_id = teller->telling->employer_id,
		.revision = telling_revision(++teller->revisions),
		.recorded_at = moment->time,
		.first_day = spell->first_day - early,
		.excluded = spell->is_leave,
		.exclude_from_frequency = spell->is_unreported,
		.segments = {.items = segments},
	};

	set_end(moment, job, &record);
	for (int32_t i = 0; i < spell->step_count && spell->steps[i].from <= moment->known; i++) {
		if (i > 0 && record.has_recovered_on && spell->steps[i].from >= record.recovered_on)
			break;
		segments[record.segments.count++] = (struct absence_segment){spell->steps[i].from, spell->steps[i].pct_x100};
	}
	segments[0].from = record.first_day;
	segments[0].absence_pct_x100 = moment->content == TOO_EARLY ? 5000 : segments[0].absence_pct_x100;
	memcpy(record.pseudonym, teller->pseudonym, 16);
	memcpy(record.entity_id, teller->spell_ids[moment->number], 16);
	memcpy(record.employment_id, teller->job_ids[moment->job], 16);
	key_of(teller, record.entity_id, key);
	return sheaf_add(teller->telling->sheaf, moment->time, key, &population_absence_schema, &record, error);
}

static bool emit_removal(struct teller *teller, const struct moment *moment, struct error *error)
{
	uint8_t key[SHEAF_KEY];

	key_of(teller, teller->spell_ids[moment->number], key);
	teller->telling->spells--;
	return sheaf_add(teller->telling->sheaf, moment->time, key, NULL, NULL, error);
}

/* A version, unless it would be the one before again. */
static bool emit_version(struct teller *teller, const struct moment *moment, struct error *error)
{
	struct told *told = moment->spell == NULL ? &teller->jobs[moment->job] : &teller->spells[moment->number];
	bool is_true = moment->content == AS_IT_IS;

	if (is_true && told->is_true && told->as_of == moment->known)
		return true;
	if (!told->is_there && moment->spell == NULL)
		teller->telling->employments++;
	else if (!told->is_there)
		teller->telling->spells++;
	*told = (struct told){.is_there = true, .is_true = is_true, .as_of = moment->known};
	return moment->spell == NULL ? emit_job(teller, moment, error) : emit_spell(teller, moment, error);
}

/* In the order of time. */
static bool emit(struct teller *teller, struct error *error)
{
	if (teller->moments.count > 1)
		qsort(teller->moments.items, teller->moments.count, sizeof *teller->moments.items, compare);
	for (size_t i = 0; i < teller->moments.count; i++) {
		const struct moment *moment = &teller->moments.items[i];

		if (moment->content == REMOVED ? !emit_removal(teller, moment, error) : !emit_version(teller, moment, error))
			return false;
	}
	return true;
}

bool telling_add(struct telling *telling, const struct life *life, struct random *random, struct arena *arena, struct error *error)
{
	struct teller teller = {
		.telling = telling, .life = life, .moments = {.arena = arena}, .minute = FIRST_MINUTE + random_below(random, MINUTES)};
	size_t most = 0;

	for (int32_t i = 0; i < life->job_count; i++)
		most += 2 * life->jobs[i].spell_count;
	teller.spell_ids = arena_array(arena, most + 1, sizeof *teller.spell_ids);
	teller.spells = arena_array(arena, most + 1, sizeof *teller.spells);
	draw_id(random, teller.pseudonym);
	for (int32_t i = 0; i < life->job_count; i++) {
		draw_id(random, teller.job_ids[i]);
		tell_job(&teller, i);
		for (size_t k = 0; k < life->jobs[i].spell_count; k++)
			tell_spell(&teller, i, &life->jobs[i].spells[k], random);
	}
	return emit(&teller, error);
}
