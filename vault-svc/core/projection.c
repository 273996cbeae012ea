#include "vault-svc/core/projection.h"

#include "vault-svc/core/elementary.h"

bool employment_in_force(const struct projected_employment *employment, int32_t day)
{
	return employment->start_date <= day && (!employment->has_end_date || day <= employment->end_date);
}

bool spell_open_on(const struct projected_spell *spell, int32_t day)
{
	return spell->first_day <= day && (!spell->has_recovered_on || day < spell->recovered_on);
}

bool spell_applied(const struct spell *spell, size_t *ret_from, size_t *ret_count)
{
	size_t from = SIZE_MAX;
	size_t count = 1;

	for (size_t i = 0; i < spell->steps.count; i++) {
		enum absence_op op = spell->steps.items[i].op;

		if (op == ABSENCE_OP_START || op == ABSENCE_OP_CORRECT || op == ABSENCE_OP_DELETE)
			from = i;
	}
	if (from == SIZE_MAX || spell->steps.items[from].op == ABSENCE_OP_DELETE)
		return false;
	while (from + count < spell->steps.count && spell->steps.items[from + count].seq == spell->steps.items[from + count - 1].seq + 1)
		count++;
	*ret_from = from;
	*ret_count = count;
	return true;
}

/* What two neighbours must have alike to be one. */
static bool same_terms(const struct employment_segment *a, const struct employment_segment *b)
{
	return view_equal(a->department_code, b->department_code) && view_equal(a->department_name, b->department_name) &&
	       view_equal(a->parent_department_code, b->parent_department_code) && view_equal(a->function_code, b->function_code) &&
	       view_equal(a->function_name, b->function_name) && view_equal(a->cost_centre, b->cost_centre) &&
	       a->contract_hours_x100 == b->contract_hours_x100 && a->norm_hours_x100 == b->norm_hours_x100 && a->contract_term == b->contract_term &&
	       view_equal(a->employment_kind, b->employment_kind);
}

static struct employment_segment segment_of(const struct employment_register *held, int32_t from)
{
	return (struct employment_segment){
		.from = from,
		.department_code = held->department_code,
		.department_name = held->department_name,
		.parent_department_code = held->parent_department_code,
		.function_code = held->function_code,
		.function_name = held->function_name,
		.cost_centre = held->cost_centre,
		.contract_hours_x100 = held->contract_hours_x100,
		.norm_hours_x100 = held->norm_hours_x100,
		.contract_term = held->contract_term,
		.employment_kind = held->employment_kind,
	};
}

/* More than a record may hold: the oldest go, and the first that stays is extended back to where they began. */
static void keep_latest_employment_segments(struct employment_segment_array *segments)
{
	size_t surplus = segments->count > PROJECTED_SEGMENTS_MAX ? segments->count - PROJECTED_SEGMENTS_MAX : 0;
	int32_t begin = segments->items[0].from;

	segments->items += surplus;
	segments->count -= surplus;
	segments->items[0].from = begin;
}

static void keep_latest_absence_segments(struct absence_segment_array *segments)
{
	size_t surplus = segments->count > PROJECTED_SEGMENTS_MAX ? segments->count - PROJECTED_SEGMENTS_MAX : 0;
	int32_t begin = segments->items[0].from;

	segments->items += surplus;
	segments->count -= surplus;
	segments->items[0].from = begin;
}

static bool employment_projected(const struct employment *employment, int32_t birth, struct arena *arena, struct projected_employment *ret)
{
	const struct employment_header *header = employment->header;
	const struct employment_register_array *held = &employment->segments;
	struct employment_segment_array segments = {0};
	size_t first = 0;

	if (header == NULL || held->count == 0 || birth >= header->start_date || (header->has_end_date && header->end_date < header->start_date))
		return false;
	while (first + 1 < held->count && held->items[first + 1].effective_date <= header->start_date)
		first++;
	segments.items = arena_array(arena, held->count - first, sizeof *segments.items);
	for (size_t i = first; i < held->count; i++) {
		struct employment_segment next = segment_of(&held->items[i], i == first ? header->start_date : held->items[i].effective_date);

		if (i > first && header->has_end_date && next.from > header->end_date)
			break;
		if (segments.count == 0 || !same_terms(&segments.items[segments.count - 1], &next))
			segments.items[segments.count++] = next;
	}
	keep_latest_employment_segments(&segments);
	*ret = (struct projected_employment){
		.key = employment->employment_key,
		.source = employment,
		.header = header,
		.start_date = header->start_date,
		.has_end_date = header->has_end_date,
		.end_date = header->end_date,
		.segments = segments,
	};
	return true;
}

static int employment_key_order(const void *key, const void *employment)
{
	return view_compare(*(const struct view *)key, ((const struct projected_employment *)employment)->key);
}

const struct projected_employment *projection_employment(const struct projection *projection, struct view key)
{
	if (projection->employment_count == 0)
		return NULL;
	return bsearch(&key, projection->employments, projection->employment_count, sizeof *projection->employments, employment_key_order);
}

static int spell_key_order(const void *key, const void *spell)
{
	return view_compare(*(const struct view *)key, ((const struct projected_spell *)spell)->key);
}

const struct projected_spell *projection_spell(const struct projection *projection, struct view key)
{
	if (projection->spell_count == 0)
		return NULL;
	return bsearch(&key, projection->spells, projection->spell_count, sizeof *projection->spells, spell_key_order);
}

/* Puts the percentage of a step into the list, ordered by day; a later step of the same day replaces the earlier. */
static void put_percentage(struct absence_segment_array *segments, int32_t from, int32_t percentage)
{
	size_t at = segments->count;

	while (at > 0 && segments->items[at - 1].from > from)
		at--;
	if (at > 0 && segments->items[at - 1].from == from) {
		segments->items[at - 1].absence_pct_x100 = percentage;
		return;
	}
	for (size_t i = segments->count; i > at; i--)
		segments->items[i] = segments->items[i - 1];
	segments->items[at] = (struct absence_segment){.from = from, .absence_pct_x100 = percentage};
	segments->count++;
}

/* One segment per mutation date, the highest seq winning; END has none. The first begins at first_day, nothing begins at the end or later. */
static struct absence_segment_array percentages(const struct spell_step *steps, size_t count, const struct projected_spell *spell,
						struct arena *arena)
{
	struct absence_segment_array all = {.items = arena_array(arena, count, sizeof *all.items)};
	struct absence_segment_array cut = {.items = all.items};

	for (size_t i = 0; i < count; i++)
		if (steps[i].op != ABSENCE_OP_END)
			put_percentage(&all, steps[i].mutation_date < spell->first_day ? spell->first_day : steps[i].mutation_date,
				       steps[i].absence_pct_x100);
	for (size_t i = 0; i < all.count; i++) {
		struct absence_segment next = all.items[i];

		if (i == 0)
			next.from = spell->first_day;
		else if (spell->has_recovered_on && next.from >= spell->recovered_on)
			break;
		if (cut.count == 0 || cut.items[cut.count - 1].absence_pct_x100 != next.absence_pct_x100)
			cut.items[cut.count++] = next;
	}
	keep_latest_absence_segments(&cut);
	return cut;
}

/* When the spell ends, and whether by recovery: by its highest step, and not later than its employment. */
static void end_spell(struct projected_spell *spell, const struct projected_employment *employment)
{
	const struct spell_step *latest = spell->latest;
	bool by_recovery = !latest->has_end_reason || latest->end_reason == ABSENCE_END_RECOVERED || latest->end_reason == ABSENCE_END_TO_WAZO;

	if (latest->has_recovered_on) {
		spell->has_recovered_on = true;
		spell->recovered_on = latest->recovered_on;
	} else if (latest->op == ABSENCE_OP_END) {
		spell->has_recovered_on = true;
		spell->recovered_on = latest->mutation_date;
	}
	spell->recovered = spell->has_recovered_on && by_recovery;
	if (employment->has_end_date && (!spell->has_recovered_on || spell->recovered_on > employment->end_date + 1)) {
		spell->has_recovered_on = true;
		spell->recovered_on = employment->end_date + 1;
		spell->recovered = false;
	}
	if (spell->has_recovered_on && spell->recovered_on < spell->first_day)
		spell->recovered_on = spell->first_day;
}

static bool spell_projected(const struct person_state *person, const struct spell *spell, const struct projection *projection, struct arena *arena,
			    struct projected_spell *ret)
{
	const struct employment *held;
	const struct projected_employment *employment;
	const struct spell_step *steps;
	size_t from;
	size_t count;

	if (!spell_applied(spell, &from, &count))
		return false;
	steps = &spell->steps.items[from];
	held = person_employment(person, steps[0].employment_key);
	employment = held == NULL ? NULL : projection_employment(projection, held->employment_key);
	if (employment == NULL || !employment_in_force(employment, steps[0].first_day))
		return false;
	*ret = (struct projected_spell){
		.key = spell->absence_key,
		.employment_key = employment->key,
		.beginning = &steps[0],
		.latest = &steps[count - 1],
		.first_day = steps[0].first_day,
	};
	end_spell(ret, employment);
	ret->segments = percentages(steps, count, ret, arena);
	return true;
}

static int by_employment_key(const void *a, const void *b)
{
	return view_compare(((const struct projected_employment *)a)->key, ((const struct projected_employment *)b)->key);
}

static int by_spell_key(const void *a, const void *b)
{
	return view_compare(((const struct projected_spell *)a)->key, ((const struct projected_spell *)b)->key);
}

void project(const struct person_state *person, struct arena *arena, struct projection *ret)
{
	int32_t birth;

	*ret = (struct projection){0};
	if (person->identity == NULL)
		return;
	birth = birth_date_earliest(person->identity->birth_date);
	ret->employments = arena_array(arena, person->employments.count, sizeof *ret->employments);
	for (size_t i = 0; i < person->employments.count; i++)
		if (employment_projected(&person->employments.items[i], birth, arena, &ret->employments[ret->employment_count]))
			ret->employment_count++;
	if (ret->employment_count > 1)
		qsort(ret->employments, ret->employment_count, sizeof *ret->employments, by_employment_key);
	ret->spells = arena_array(arena, person->spells.count, sizeof *ret->spells);
	for (size_t i = 0; i < person->spells.count; i++)
		if (spell_projected(person, &person->spells.items[i], ret, arena, &ret->spells[ret->spell_count]))
			ret->spell_count++;
	if (ret->spell_count > 1)
		qsort(ret->spells, ret->spell_count, sizeof *ret->spells, by_spell_key);
}
