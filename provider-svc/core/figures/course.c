#include "provider-svc/core/figures/course.h"

#include <stdlib.h>

enum { DAY_MOST = 3000000 };

static bool day_is_sane(int32_t day)
{
	return day > -DAY_MOST && day < DAY_MOST;
}

static bool is_code(struct view text)
{
	return !view_is_null(text) && text.len <= COURSE_TEXT;
}

static bool check_segment(const struct employment_segment *segment, struct error *error)
{
	if (!is_code(segment->department_code) || segment->function_code.len > COURSE_TEXT)
		return error_set(error, DISPOSITION_REJECT, "TEXT", "employment", "a code is too long or missing");
	if (segment->norm_hours_x100 < 1 || segment->norm_hours_x100 > COURSE_MAX_HOURS || segment->contract_hours_x100 < 0 ||
	    segment->contract_hours_x100 > COURSE_MAX_HOURS)
		return error_set(error, DISPOSITION_REJECT, "HOURS", "employment", "hours out of range");
	return true;
}

static bool check_employment(const struct population_employment *employment, struct error *error)
{
	const struct employment_segment *segments = employment->segments.items;

	if (!is_code(employment->employer_id))
		return error_set(error, DISPOSITION_REJECT, "TEXT", "employment", "the employer is missing");
	if (!day_is_sane(employment->start_date) || (employment->has_end_date && !day_is_sane(employment->end_date)))
		return error_set(error, DISPOSITION_REJECT, "DATE", "employment", "a date out of any calendar");
	if (employment->segments.count == 0 || segments[0].from > employment->start_date)
		return error_set(error, DISPOSITION_REJECT, "SEGMENTS", "employment", "the first segment begins after the employment");
	for (size_t i = 0; i < employment->segments.count; i++) {
		if (i > 0 && segments[i].from <= segments[i - 1].from)
			return error_set(error, DISPOSITION_REJECT, "SEGMENTS", "employment", "segments are not in order");
		if (!check_segment(&segments[i], error))
			return false;
	}
	return true;
}

static bool check_absence(const struct population_absence *absence, struct error *error)
{
	const struct absence_segment *segments = absence->segments.items;

	if (!day_is_sane(absence->first_day) || (absence->has_recovered_on && !day_is_sane(absence->recovered_on)))
		return error_set(error, DISPOSITION_REJECT, "DATE", "absence", "a date out of any calendar");
	if (absence->segments.count == 0 || segments[0].from > absence->first_day)
		return error_set(error, DISPOSITION_REJECT, "SEGMENTS", "absence", "the first segment begins after the spell");
	for (size_t i = 0; i < absence->segments.count; i++) {
		if (i > 0 && segments[i].from <= segments[i - 1].from)
			return error_set(error, DISPOSITION_REJECT, "SEGMENTS", "absence", "segments are not in order");
		if (segments[i].absence_pct_x100 < 0 || segments[i].absence_pct_x100 > COURSE_FULL_PCT)
			return error_set(error, DISPOSITION_REJECT, "PERCENTAGE", "absence", "a percentage out of range");
	}
	return true;
}

static bool is_in_force(const struct population_employment *employment, int64_t day)
{
	return employment->start_date <= day && (!employment->has_end_date || day <= employment->end_date);
}

const struct employment_segment *course_segment_at(const struct population_employment *employment, int64_t day)
{
	size_t i = employment->segments.count - 1;

	while (i > 0 && employment->segments.items[i].from > day)
		i--;
	return &employment->segments.items[i];
}

static int32_t pct_at(const struct population_absence *absence, int32_t day)
{
	size_t i = absence->segments.count - 1;

	while (i > 0 && absence->segments.items[i].from > day)
		i--;
	return absence->segments.items[i].absence_pct_x100;
}

int64_t course_spell_length(const struct course_spell *spell, int32_t period_end, int32_t max_days)
{
	int64_t end = spell->recovered || spell->until < period_end ? spell->until : period_end;
	int64_t length = end - spell->absence->first_day;

	return max_days != COURSE_NO_CAP && length > max_days ? max_days : length;
}

static const struct population_employment *employment_of(const struct course_person *person, const uint8_t id[static 16])
{
	for (size_t i = 0; i < person->employment_count; i++) {
		if (memcmp(person->employments[i]->entity_id, id, 16) == 0)
			return person->employments[i];
	}
	return NULL;
}

/* The case of a spell of that employment. */
static struct course_spell spell_of(const struct population_absence *absence, const struct population_employment *employment, int32_t max_days)
{
	struct course_spell spell = {
		.absence = absence,
		.employment = employment,
		.until = absence->has_recovered_on ? absence->recovered_on : INT64_MAX,
		.recovered = absence->has_recovered_on && absence->recovered,
		.is_leave = absence->excluded,
		.is_reported = !absence->excluded && !absence->exclude_from_frequency,
	};

	if (employment->has_end_date && spell.until > (int64_t)employment->end_date + 1) {
		spell.until = (int64_t)employment->end_date + 1;
		spell.recovered = false;
	}
	spell.counted = spell.until;
	if (max_days != COURSE_NO_CAP && spell.counted > (int64_t)absence->first_day + max_days)
		spell.counted = (int64_t)absence->first_day + max_days;
	return spell;
}

static bool take_spells(struct course *course, const struct course_person *person, int32_t max_days, struct error *error)
{
	course->spells = arena_array(course->arena, person->absence_count + 1, sizeof *course->spells);
	for (size_t i = 0; i < person->absence_count; i++) {
		const struct population_absence *absence = person->absences[i];
		const struct population_employment *employment = employment_of(person, absence->employment_id);

		if (!check_absence(absence, error))
			return false;
		if (employment != NULL && is_in_force(employment, absence->first_day))
			course->spells[course->spell_count++] = spell_of(absence, employment, max_days);
	}
	return true;
}

struct points {
	int32_t *days;
	size_t count;
	struct period span;
};

static void add_point(struct points *points, int64_t day)
{
	if (day > points->span.from && day < points->span.until)
		points->days[points->count++] = (int32_t)day;
}

static int compare_days(const void *a, const void *b)
{
	int32_t x;
	int32_t y;

	memcpy(&x, a, sizeof x);
	memcpy(&y, b, sizeof y);
	return (x > y) - (x < y);
}

/* Every day of the span on which something may change, its two ends too, in order and each once. */
static struct points points_of(const struct course_person *person, const struct course *course, const struct period *span)
{
	struct points points = {.span = *span};
	size_t most = 2;
	size_t distinct = 0;

	for (size_t i = 0; i < person->employment_count; i++)
		most += person->employments[i]->segments.count + 2;
	for (size_t i = 0; i < course->spell_count; i++)
		most += course->spells[i].absence->segments.count + 2;
	points.days = arena_array(course->arena, most, sizeof *points.days);
	points.days[points.count++] = span->from;
	points.days[points.count++] = span->until;
	for (size_t i = 0; i < person->employment_count; i++) {
		const struct population_employment *employment = person->employments[i];

		add_point(&points, employment->start_date);
		if (employment->has_end_date)
			add_point(&points, (int64_t)employment->end_date + 1);
		for (size_t k = 0; k < employment->segments.count; k++)
			add_point(&points, employment->segments.items[k].from);
	}
	for (size_t i = 0; i < course->spell_count; i++) {
		const struct course_spell *spell = &course->spells[i];

		add_point(&points, spell->absence->first_day);
		add_point(&points, spell->counted);
		for (size_t k = 0; k < spell->absence->segments.count; k++)
			add_point(&points, spell->absence->segments.items[k].from);
	}
	qsort(points.days, points.count, sizeof *points.days, compare_days);
	for (size_t i = 0; i < points.count; i++) {
		if (distinct == 0 || points.days[i] != points.days[distinct - 1])
			points.days[distinct++] = points.days[i];
	}
	points.count = distinct;
	return points;
}

/* Negative when the person is a head under a rather than under b: the larger part-time factor, then the earlier start, then by content, so that it
 * does not hang on random ids; what is equal in all of this falls into the same cells. */
static int compare_mains(const struct course_slice *a, const struct course_slice *b)
{
	int64_t x = (int64_t)a->segment->contract_hours_x100 * b->segment->norm_hours_x100;
	int64_t y = (int64_t)b->segment->contract_hours_x100 * a->segment->norm_hours_x100;
	int order;

	if (x != y)
		return x > y ? -1 : 1;
	if (a->employment->start_date != b->employment->start_date)
		return a->employment->start_date < b->employment->start_date ? -1 : 1;
	order = view_compare(a->segment->department_code, b->segment->department_code);
	if (order == 0)
		order = view_compare(a->segment->function_code, b->segment->function_code);
	if (order == 0)
		order = (int)a->segment->contract_term - (int)b->segment->contract_term;
	if (order == 0)
		order = (int)a->employment->age_band - (int)b->employment->age_band;
	return order != 0 ? order : (int)a->employment->gender - (int)b->employment->gender;
}

/* Whether a day of both belongs to a rather than to b, which has that percentage: the larger one, then the earlier case, then the longer. */
static bool goes_before(const struct course_spell *a, int32_t pct, const struct course_spell *b, int32_t other)
{
	if (b == NULL || pct != other)
		return b == NULL || pct > other;
	if (a->absence->first_day != b->absence->first_day)
		return a->absence->first_day < b->absence->first_day;
	return a->until != b->until ? a->until > b->until : a->recovered && !b->recovered;
}

/* Absence on the days of the slice, of all spells of its employment. */
static void take_absence(const struct course *course, struct course_slice *slice)
{
	for (size_t i = 0; i < course->spell_count; i++) {
		const struct course_spell *spell = &course->spells[i];
		int32_t pct;

		if (spell->employment != slice->employment || spell->absence->first_day > slice->days.from || spell->counted <= slice->days.from)
			continue;
		pct = pct_at(spell->absence, slice->days.from);
		if (pct > slice->pct_with_leave)
			slice->pct_with_leave = pct;
		if (spell->is_leave || !goes_before(spell, pct, slice->spell, slice->pct))
			continue;
		slice->spell = spell;
		slice->pct = pct;
	}
}

/* One slice for each employment in force on the days between two points. */
static void take_slices(struct course *course, const struct course_person *person, const struct period *days)
{
	size_t first = course->slice_count;
	size_t main = first;

	course->slices = arena_grow(course->arena, course->slices, course->slice_count * sizeof *course->slices,
				    (course->slice_count + person->employment_count) * sizeof *course->slices);
	for (size_t i = 0; i < person->employment_count; i++) {
		struct course_slice slice = {.days = *days, .employment = person->employments[i]};

		if (!is_in_force(slice.employment, days->from))
			continue;
		slice.segment = course_segment_at(slice.employment, days->from);
		take_absence(course, &slice);
		course->slices[course->slice_count] = slice;
		if (compare_mains(&slice, &course->slices[main]) < 0)
			main = course->slice_count;
		course->slice_count++;
	}
	if (course->slice_count > first)
		course->slices[main].is_main = true;
}

bool course_of(const struct course_person *person, const struct period *span, int32_t max_days, struct arena *arena, struct course *ret_course,
	       struct error *error)
{
	struct course course = {.arena = arena};
	struct points points;

	for (size_t i = 0; i < person->employment_count; i++) {
		if (!check_employment(person->employments[i], error))
			return false;
	}
	if (!take_spells(&course, person, max_days, error))
		return false;
	points = points_of(person, &course, span);
	for (size_t i = 0; i + 1 < points.count; i++)
		take_slices(&course, person, &(struct period){.from = points.days[i], .until = points.days[i + 1]});
	*ret_course = course;
	return true;
}
