#include "provider-svc/figures_answer.h"

#include "provider-svc/core/figures/plain_text.h"

enum { EMPLOYER_MOST = 256 };

struct census {
	struct breakdown *breakdowns;
	size_t count;
	struct period span; /* of all of them */
	struct arena arena; /* of one person */
};

/* Of whose population it is; who it is is nobody's to read here. A vault does not write such, so somebody has to look. */
static bool failed_of(const struct course_person *person, const struct error *fault, struct error *error)
{
	CLEANUP(buffer_done) struct buffer employer_id = {0};

	buffer_init(&employer_id, EMPLOYER_MOST);
	plain_text_put(&employer_id, person->employment_count > 0 ? person->employments[0]->employer_id : person->absences[0]->employer_id);
	return error_set(error, DISPOSITION_STOP, fault->code, fault->place, "%s, in a record of employer %.*s: no figure can be given", fault->text,
			 (int)employer_id.len, (const char *)employer_id.bytes);
}

static bool count_person(void *context, const struct course_person *person, struct error *error)
{
	struct census *census = context;
	struct error fault = {0};
	struct course course;

	arena_reset(&census->arena);
	if (!course_of(person, &census->span, census->breakdowns[0].terms.max_days, &census->arena, &course, &fault))
		return failed_of(person, &fault, error);
	for (size_t i = 0; i < census->count; i++)
		breakdown_add(&census->breakdowns[i], person, &course);
	return true;
}

static struct period span_of(const struct breakdown *breakdowns, size_t count)
{
	struct period span = breakdown_span(&breakdowns[0]);

	for (size_t i = 1; i < count; i++) {
		struct period other = breakdown_span(&breakdowns[i]);

		span.from = other.from < span.from ? other.from : span.from;
		span.until = other.until > span.until ? other.until : span.until;
	}
	return span;
}

static bool take_census(struct figures_source *source, struct breakdown *breakdowns, size_t count, struct error *error)
{
	struct census census = {.breakdowns = breakdowns, .count = count, .span = span_of(breakdowns, count)};
	bool done = figures_source_walk(source, count_person, &census, error);

	arena_done(&census.arena);
	return done;
}

/* The employers that the figures are of. */
static bool find_employers(const struct figures_source *source, struct view employer_id, const struct population_employer **ret, size_t *ret_count,
			   struct error *error)
{
	const struct population_employer *employers = figures_source_employers(source, ret_count);

	*ret = employers;
	if (view_is_null(employer_id))
		return true;
	if (*ret_count == 0)
		return error_set(error, DISPOSITION_STOP, "EMPLOYER", "--employer",
				 "the population holds nothing of that employer; leave --employer out to see of whom it does");
	if (employers[0].ended)
		return error_set(error, DISPOSITION_STOP, "EMPLOYER", "--employer",
				 "this provider does not serve that employer any more: nothing of it is held");
	return true;
}

/* What the sheets have in common. */
struct sheet_maker {
	struct figures_source *source;
	const struct population_employer *employers;
	size_t employer_count;
	int32_t min_group;
	struct arena *arena;
};

static bool make_sheet(const struct sheet_maker *maker, struct breakdown *breakdown, bool is_side_by_side, struct sheet *ret, struct error *error)
{
	const struct population_unit *const *units;
	struct department_tree departments;
	const struct department_tree *tree = NULL;
	size_t unit_count;

	breakdown_sort(breakdown);
	if (breakdown->dimension == DIMENSION_DEPARTMENT) {
		if (!figures_source_units(maker->source, maker->arena, &units, &unit_count, error))
			return false;
		department_tree_of(breakdown, units, unit_count, maker->arena, &departments);
		tree = &departments;
	}
	if (is_side_by_side)
		sheet_of_whole(breakdown, tree, maker->employers, maker->employer_count, maker->min_group, maker->arena, ret);
	else
		sheet_of(breakdown, tree, maker->employers, maker->employer_count, maker->min_group, maker->arena, ret);
	return true;
}

bool figures_answer(struct figures_source *source, const struct figures_ask *asks, size_t ask_count, const struct figures_terms *terms,
		    struct arena *arena, struct sheet *ret_sheets, struct error *error)
{
	struct breakdown *breakdowns = arena_array(arena, ask_count, sizeof *breakdowns);
	struct sheet_maker maker = {.source = source, .min_group = terms->min_group, .arena = arena};

	for (size_t i = 0; i < ask_count; i++)
		breakdown_init(&breakdowns[i], asks[i].dimension, &terms->terms, asks[i].periods, asks[i].period_count, arena);
	if (!take_census(source, breakdowns, ask_count, error) ||
	    !find_employers(source, terms->employer_id, &maker.employers, &maker.employer_count, error))
		return false;
	for (size_t i = 0; i < ask_count; i++) {
		if (!make_sheet(&maker, &breakdowns[i], asks[i].is_side_by_side, &ret_sheets[i], error))
			return false;
	}
	return true;
}
