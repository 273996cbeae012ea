#include "provider-svc/core/figures/breakdown.h"

#include <stdlib.h>

enum { FIRST_ROOM = 64 };

void breakdown_init(struct breakdown *breakdown, enum dimension dimension, const struct breakdown_terms *terms, const struct period *periods,
		    size_t period_count, struct arena *arena)
{
	*breakdown = (struct breakdown){
		.arena = arena,
		.dimension = dimension,
		.terms = *terms,
		.periods = periods,
		.period_count = period_count,
		.name_room = FIRST_ROOM,
		.employer_room = FIRST_ROOM,
		.presences = arena_array(arena, period_count, sizeof *breakdown->presences),
	};
	name_set_init(&breakdown->names, arena, FIRST_ROOM);
	name_set_init(&breakdown->employers, arena, FIRST_ROOM);
}

struct period breakdown_span(const struct breakdown *breakdown)
{
	struct period span = breakdown->periods[0];

	for (size_t i = 1; i < breakdown->period_count; i++) {
		if (breakdown->periods[i].from < span.from)
			span.from = breakdown->periods[i].from;
		if (breakdown->periods[i].until > span.until)
			span.until = breakdown->periods[i].until;
	}
	return span;
}

/* The index of a name, which is copied when it is new; the set is made larger when it is full. */
static size_t name_put(struct breakdown *breakdown, struct name_set *set, size_t *room, struct view name, bool *ret_new)
{
	size_t index;

	if (set->count == *room) {
		struct name_set larger;

		*room *= 2;
		name_set_init(&larger, breakdown->arena, *room);
		for (size_t i = 0; i < set->count; i++)
			(void)name_set_put(&larger, set->names[i], NULL);
		*set = larger;
	}
	index = name_set_put(set, name, ret_new);
	if (*ret_new)
		set->names[index] = arena_copy(breakdown->arena, name);
	return index;
}

static struct view value_of(enum dimension dimension, const struct population_employment *employment, const struct employment_segment *segment)
{
	static const char *const bands[] = {"UNKNOWN", "LT25", "A25_34", "A35_44", "A45_54", "A55_64", "GE65"};
	static const char *const genders[] = {"UNSPECIFIED", "MALE", "FEMALE"};
	static const char *const terms[] = {"UNKNOWN", "FIXED", "PERMANENT"};

	switch (dimension) {
	case DIMENSION_EMPLOYER:
		return VIEW_NULL;
	case DIMENSION_DEPARTMENT:
		return segment->department_code;
	case DIMENSION_FUNCTION:
		return segment->function_code;
	case DIMENSION_AGE_BAND:
		return view_text(bands[employment->age_band]);
	case DIMENSION_GENDER:
		return view_text(genders[employment->gender]);
	case DIMENSION_CONTRACT_TERM:
		return view_text(terms[segment->contract_term]);
	}
	return VIEW_NULL;
}

/* Room for one more group. Doubled here: between two of them so many lists of cells are grown that the arena would not know this one any more. */
static void make_room(struct breakdown *breakdown)
{
	struct breakdown_group *larger;

	if (breakdown->group_count < breakdown->group_room)
		return;
	breakdown->group_room = breakdown->group_room == 0 ? FIRST_ROOM : 2 * breakdown->group_room;
	larger = arena_array(breakdown->arena, breakdown->group_room, sizeof *larger);
	if (breakdown->group_count > 0)
		memcpy(larger, breakdown->groups, breakdown->group_count * sizeof *larger);
	breakdown->groups = larger;
}

/* The group that an employment is in while that segment holds. */
static size_t group_of(struct breakdown *breakdown, const struct population_employment *employment, const struct employment_segment *segment)
{
	struct view value = value_of(breakdown->dimension, employment, segment);
	size_t length = employment->employer_id.len + 1 + (view_is_null(value) ? 0 : value.len + 1);
	uint8_t key[2 * COURSE_TEXT + 2];
	bool is_new;

	if (segment == breakdown->last_segment)
		return breakdown->last_group;
	memcpy(key, employment->employer_id.ptr, employment->employer_id.len);
	key[employment->employer_id.len] = 0;
	if (!view_is_null(value)) {
		key[employment->employer_id.len + 1] = 1;
		memcpy(key + employment->employer_id.len + 2, value.ptr, value.len);
	}
	breakdown->last_segment = segment;
	breakdown->last_group = name_put(breakdown, &breakdown->names, &breakdown->name_room, view_of(key, length), &is_new);
	if (!is_new)
		return breakdown->last_group;
	make_room(breakdown);
	breakdown->groups[breakdown->group_count++] = (struct breakdown_group){
		.employer_id = arena_copy(breakdown->arena, employment->employer_id),
		.value = arena_copy(breakdown->arena, value),
		.cells = arena_array(breakdown->arena, breakdown->period_count, sizeof(struct cell *)),
	};
	return breakdown->last_group;
}

static struct cell *cell_of(struct breakdown *breakdown, size_t group, size_t period)
{
	struct cell **cell = &breakdown->groups[group].cells[period];

	if (*cell == NULL)
		*cell = arena_take(breakdown->arena, sizeof **cell);
	return *cell;
}

static void count_absence(struct breakdown *breakdown, struct cell *cell, struct cell_weight *weight, const struct course_slice *slice,
			  uint64_t hours, int32_t period_end)
{
	size_t class;

	cell_count(cell, &weight->absent_with_leave, hours, (uint64_t)slice->pct_with_leave);
	if (slice->spell == NULL)
		return;
	class = duration_class_of(&breakdown->terms.classes, course_spell_length(slice->spell, period_end, breakdown->terms.max_days));
	cell_count(cell, &weight->absent, hours, (uint64_t)slice->pct);
	cell_count(cell, &weight->absent_by_class[class], hours, (uint64_t)slice->pct);
}

/* The days of a slice that lie in a period. */
static void count_days(struct breakdown *breakdown, const struct course_slice *slice, size_t group, size_t period, const struct period *days)
{
	const struct period *whole = &breakdown->periods[period];
	struct breakdown_presence *presence = &breakdown->presences[period];
	struct cell *cell = cell_of(breakdown, group, period);
	struct cell_weight *weight = cell_weight_of(cell, slice->segment->norm_hours_x100, breakdown->arena);
	uint64_t hours = (uint64_t)period_days(days) * (uint64_t)slice->segment->contract_hours_x100;

	cell_count(cell, &weight->employed, hours, 1);
	count_absence(breakdown, cell, weight, slice, hours, whole->until);
	if (slice->spell != NULL && slice->pct > 0)
		presence->has_day = true;
	if (!slice->is_main)
		return;
	cell_count(cell, &cell->head_days, (uint64_t)period_days(days), 1);
	if (days->from == whole->from)
		cell_count(cell, &cell->heads_first, 1, 1);
	if (days->until == whole->until) {
		cell_count(cell, &cell->heads_last, 1, 1);
		presence->is_last_day = true;
	}
	presence->head_days += period_days(days);
	presence->group = group;
	if (slice->segment->contract_hours_x100 == 0)
		return;
	cell_count(cell, &cell->hour_days, (uint64_t)period_days(days), 1);
	presence->has_hours = true;
	presence->hour_group = group;
}

static void count_slice(struct breakdown *breakdown, const struct course_slice *slice)
{
	size_t group = group_of(breakdown, slice->employment, slice->segment);

	for (size_t i = 0; i < breakdown->period_count; i++) {
		struct period days;

		if (period_overlap(&slice->days, &breakdown->periods[i], &days))
			count_days(breakdown, slice, group, i, &days);
	}
}

static bool lies_in(int64_t day, const struct period *period)
{
	return period->from <= day && day < period->until;
}

/* The report where the case began; its end where the person was on its last day. */
static void count_spell(struct breakdown *breakdown, const struct course_spell *spell)
{
	int32_t first_day = spell->absence->first_day;
	int64_t last_day = spell->until > first_day ? spell->until - 1 : first_day;

	if (spell->is_leave)
		return;
	for (size_t i = 0; i < breakdown->period_count; i++) {
		const struct period *period = &breakdown->periods[i];

		if (spell->is_reported && lies_in(first_day, period)) {
			struct cell *cell =
				cell_of(breakdown, group_of(breakdown, spell->employment, course_segment_at(spell->employment, first_day)), i);

			cell_count(cell, &cell->reports, 1, 1);
			breakdown->presences[i].has_report = true;
		}
		if (spell->recovered && lies_in(spell->until, period)) {
			struct cell *cell =
				cell_of(breakdown, group_of(breakdown, spell->employment, course_segment_at(spell->employment, last_day)), i);
			int64_t days = course_spell_length(spell, period->until, breakdown->terms.max_days);

			cell_count(cell, &cell->ended, 1, 1);
			cell_count(cell, &cell->ended_days, (uint64_t)days, 1);
			cell_count(cell, &cell->ended_by_class[duration_class_of(&breakdown->terms.classes, days)], 1, 1);
		}
	}
}

static void count_person(struct breakdown *breakdown, size_t period)
{
	const struct breakdown_presence *presence = &breakdown->presences[period];
	const bool belongs[COHORTS] = {
		[COHORT_ANY_DAY] = presence->head_days > 0,
		[COHORT_WHOLE_PERIOD] = presence->head_days == period_days(&breakdown->periods[period]),
		[COHORT_LAST_DAY] = presence->is_last_day,
	};
	struct cell *cell;

	if (presence->head_days == 0)
		return;
	cell = cell_of(breakdown, presence->group, period);
	for (size_t i = 0; i < COHORTS; i++) {
		if (!belongs[i])
			continue;
		cell_count(cell, &cell->persons[i], 1, 1);
		cell_count(cell, &cell->without_day[i], presence->has_day ? 0 : 1, 1);
		cell_count(cell, &cell->without_report[i], presence->has_report ? 0 : 1, 1);
	}
	if (!presence->has_hours)
		return;
	cell = cell_of(breakdown, presence->hour_group, period);
	cell_count(cell, &cell->hour_persons, 1, 1);
}

void breakdown_add(struct breakdown *breakdown, const struct course_person *person, const struct course *course)
{
	bool is_new;

	memset(breakdown->presences, 0, breakdown->period_count * sizeof *breakdown->presences);
	breakdown->last_segment = NULL;
	for (size_t i = 0; i < person->employment_count; i++)
		(void)name_put(breakdown, &breakdown->employers, &breakdown->employer_room, person->employments[i]->employer_id, &is_new);
	for (size_t i = 0; i < course->slice_count; i++)
		count_slice(breakdown, &course->slices[i]);
	for (size_t i = 0; i < course->spell_count; i++)
		count_spell(breakdown, &course->spells[i]);
	for (size_t i = 0; i < breakdown->period_count; i++)
		count_person(breakdown, i);
}

static int compare_groups(const void *a, const void *b)
{
	struct breakdown_group x;
	struct breakdown_group y;
	int order;

	memcpy(&x, a, sizeof x);
	memcpy(&y, b, sizeof y);
	order = view_compare(x.employer_id, y.employer_id);
	return order != 0 ? order : view_compare(x.value, y.value);
}

void breakdown_sort(struct breakdown *breakdown)
{
	if (breakdown->group_count > 1)
		qsort(breakdown->groups, breakdown->group_count, sizeof *breakdown->groups, compare_groups);
}

size_t breakdown_first_of(const struct breakdown *breakdown, struct view employer_id)
{
	size_t low = 0;
	size_t high = breakdown->group_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (view_compare(breakdown->groups[middle].employer_id, employer_id) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool breakdown_knows(const struct breakdown *breakdown, struct view employer_id)
{
	size_t first = breakdown_first_of(breakdown, employer_id);

	if (first < breakdown->group_count && view_equal(breakdown->groups[first].employer_id, employer_id))
		return true;
	for (size_t i = 0; i < breakdown->employers.count; i++) {
		if (view_equal(breakdown->employers.names[i], employer_id))
			return true;
	}
	return false;
}

const struct cell *breakdown_total(const struct breakdown *breakdown, struct view employer_id, size_t period, struct arena *arena)
{
	struct cell *sum = arena_take(arena, sizeof *sum);
	size_t i = breakdown_first_of(breakdown, employer_id);

	for (; i < breakdown->group_count && view_equal(breakdown->groups[i].employer_id, employer_id); i++) {
		if (breakdown->groups[i].cells[period] != NULL)
			cell_merge(sum, breakdown->groups[i].cells[period], arena);
	}
	return breakdown_knows(breakdown, employer_id) ? sum : NULL;
}

const char *dimension_name(enum dimension dimension)
{
	static const char *const names[] = {"employer", "department", "function", "age-band", "gender", "contract-term"};

	return names[dimension];
}
