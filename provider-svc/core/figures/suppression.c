#include "provider-svc/core/figures/suppression.h"

#include "provider-svc/core/figures/course.h"

struct suppression_judge {
	uint64_t min_group;
	const struct suppression_part *parts;
	size_t part_count;
	struct suppression_rest *scratch; /* one for each part */
};

struct suppression_rest suppression_rest_of(const struct cell *cell)
{
	return (struct suppression_rest){
		.is_empty = cell_is_empty(cell),
		.persons = cell->persons[COHORT_ANY_DAY],
		.head_days = cell->head_days,
	};
}

struct suppression_rest suppression_rest_of_hours(const struct cell *cell)
{
	return (struct suppression_rest){
		.is_empty = !cell_has_hours(cell),
		.persons = cell->hour_persons,
		.head_days = cell->hour_days,
	};
}

static void add_rest(struct suppression_rest *sum, const struct suppression_rest *rest)
{
	sum->is_empty = sum->is_empty && rest->is_empty;
	sum->persons += rest->persons;
	sum->head_days += rest->head_days;
}

bool suppression_is_safe(const struct suppression_rest *rests, uint64_t min_group, const struct suppression_part *parts, size_t part_count)
{
	struct suppression_rest block = {.is_empty = true};
	uint64_t days = 0;

	for (size_t i = 0; i < part_count; i++) {
		block.is_empty = block.is_empty && rests[i].is_empty;
		block.head_days += rests[i].head_days;
		if (block.persons < rests[i].persons)
			block.persons = rests[i].persons;
		days += parts[i].days;
		if (parts[i].goes_on)
			continue;
		if (!block.is_empty && (block.persons < min_group || block.head_days / days < min_group))
			return false;
		block = (struct suppression_rest){.is_empty = true};
		days = 0;
	}
	return true;
}

static bool is_empty(const struct suppression_node *node, size_t part_count)
{
	for (size_t i = 0; i < part_count; i++) {
		if (!node->rests[i].is_empty)
			return false;
	}
	return true;
}

void suppression_leave(struct suppression_node *parent, const struct suppression_node *node, size_t part_count)
{
	for (size_t i = 0; i < part_count; i++)
		add_rest(&parent->rests[i], &node->rests[i]);
}

/* Whether there is nothing shown between a node and `index` above it. */
static bool hangs_on(const struct suppression_node *nodes, size_t node, size_t index)
{
	size_t at = nodes[node].parent;

	while (at != index && at != SUPPRESSION_ROOT && !nodes[at].is_shown)
		at = nodes[at].parent;
	return at == index;
}

static bool lies_under(const struct suppression_node *nodes, size_t node, size_t index)
{
	size_t at = nodes[node].parent;

	while (at != index && at != SUPPRESSION_ROOT)
		at = nodes[at].parent;
	return at == index;
}

/* The smallest shown node that hangs on `index` and of which there is anything left; NULL: none. What is left of such a one is safe by itself. */
static struct suppression_node *smallest_rest(struct suppression_node *nodes, size_t count, size_t index, size_t part_count)
{
	struct suppression_node *smallest = NULL;

	for (size_t i = index + 1; i < count; i++) {
		struct suppression_node *node = &nodes[i];

		if (!node->is_shown || is_empty(node, part_count) || !hangs_on(nodes, i, index))
			continue;
		if (smallest == NULL || node->rests[0].persons < smallest->rests[0].persons)
			smallest = node;
	}
	return smallest;
}

/* The smallest shown sum that hangs on `index` and has anything shown under it; NULL: none. */
static struct suppression_node *smallest_sum(struct suppression_node *nodes, size_t count, size_t index, size_t part_count)
{
	struct suppression_node *smallest = NULL;
	uint64_t least = UINT64_MAX;

	for (size_t i = index + 1; i < count; i++) {
		uint64_t persons = 0;
		bool has_any = false;

		if (nodes[i].is_leaf || !nodes[i].is_shown || !hangs_on(nodes, i, index))
			continue;
		for (size_t k = i + 1; k < count; k++) {
			if (!nodes[k].is_shown || is_empty(&nodes[k], part_count) || !lies_under(nodes, k, i))
				continue;
			has_any = true;
			persons += nodes[k].rests[0].persons;
		}
		if (has_any && persons < least) {
			least = persons;
			smallest = &nodes[i];
		}
	}
	return smallest;
}

/* Whether a node that is not safe would be with all that can be taken along. What is safe stays so with more that is: where all of it together is not
 * enough, nothing helps. */
static bool can_be_helped(const struct suppression_node *nodes, size_t count, size_t index, const struct suppression_judge *judge)
{
	bool is_top = nodes[index].parent == SUPPRESSION_ROOT;
	struct suppression_node all = {.rests = judge->scratch};

	memcpy(all.rests, nodes[index].rests, judge->part_count * sizeof *all.rests);
	for (size_t i = index + 1; i < count; i++) {
		if (!nodes[i].is_shown || is_empty(&nodes[i], judge->part_count))
			continue;
		if (is_top ? lies_under(nodes, i, index) : hangs_on(nodes, i, index))
			suppression_leave(&all, &nodes[i], judge->part_count);
	}
	return suppression_is_safe(all.rests, judge->min_group, judge->parts, judge->part_count);
}

/* Whether the node can be shown; what is needed for it goes along. For the sake of the top alone a sum that has nothing left goes too, so that what
 * is under it can. */
static bool decide_node(struct suppression_node *nodes, size_t count, size_t index, const struct suppression_judge *judge)
{
	struct suppression_node *node = &nodes[index];
	bool is_safe = suppression_is_safe(node->rests, judge->min_group, judge->parts, judge->part_count);

	if (!is_safe && (node->is_leaf || !can_be_helped(nodes, count, index, judge)))
		return false;
	while (!is_safe) {
		struct suppression_node *other = smallest_rest(nodes, count, index, judge->part_count);

		if (other == NULL && node->parent == SUPPRESSION_ROOT)
			other = smallest_sum(nodes, count, index, judge->part_count);
		if (other == NULL)
			return false;
		other->is_shown = false;
		suppression_leave(node, other, judge->part_count);
		is_safe = suppression_is_safe(node->rests, judge->min_group, judge->parts, judge->part_count);
	}
	return true;
}

void suppression_decide(struct suppression_node *nodes, size_t count, uint64_t min_group, const struct suppression_part *parts, size_t part_count,
			struct arena *arena)
{
	const struct suppression_judge judge = {
		.min_group = min_group,
		.parts = parts,
		.part_count = part_count,
		.scratch = arena_array(arena, part_count, sizeof *judge.scratch),
	};

	for (size_t i = 0; i < count; i++) {
		if (nodes[i].is_leaf)
			continue;
		nodes[i].rests = arena_array(arena, part_count, sizeof *nodes[i].rests);
		for (size_t part = 0; part < part_count; part++)
			nodes[i].rests[part].is_empty = true;
	}
	for (size_t i = count; i > 0; i--) {
		struct suppression_node *node = &nodes[i - 1];

		node->is_shown = decide_node(nodes, count, i - 1, &judge);
		if (!node->is_shown && node->parent != SUPPRESSION_ROOT)
			suppression_leave(&nodes[node->parent], node, part_count);
	}
}
