#include "provider-svc/core/figures/suppression.h"

#include "provider-svc/core/figures/course.h"

static bool cell_is_empty(const struct cell *cell)
{
	return cell->head_days == 0 && cell->weight_count == 0 && cell->reports == 0 && cell->ended == 0 && cell->persons[COHORT_ANY_DAY] == 0;
}

static bool is_large(const struct suppression_node *node, uint64_t min_group, uint64_t days)
{
	return node->persons >= min_group && node->head_days / days >= min_group;
}

static void take_leaf(struct suppression_node *node)
{
	node->is_empty = cell_is_empty(node->cell);
	node->persons = node->cell->persons[COHORT_ANY_DAY];
	node->head_days = node->cell->head_days;
}

/* What is left of a node becomes a part of what is left of its parent. */
static void leave(struct suppression_node *parent, const struct suppression_node *node)
{
	parent->is_empty = parent->is_empty && node->is_empty;
	parent->persons += node->persons;
	parent->head_days += node->head_days;
}

/* The smallest shown node right under `parent` of which there is anything; NULL: none. What is left of such a one is large enough by itself. */
static struct suppression_node *smallest_under(struct suppression_node *nodes, size_t count, size_t parent)
{
	struct suppression_node *smallest = NULL;

	for (size_t i = parent + 1; i < count; i++) {
		struct suppression_node *node = &nodes[i];

		if (node->parent != parent || !node->is_shown || node->is_empty)
			continue;
		if (smallest == NULL || node->persons < smallest->persons)
			smallest = node;
	}
	return smallest;
}

void suppression_decide(struct suppression_node *nodes, size_t count, uint64_t min_group, uint64_t days)
{
	for (size_t i = 0; i < count; i++) {
		nodes[i].is_empty = true;
		nodes[i].persons = 0;
		nodes[i].head_days = 0;
		if (nodes[i].is_leaf)
			take_leaf(&nodes[i]);
	}
	for (size_t i = count; i > 0; i--) {
		struct suppression_node *node = &nodes[i - 1];

		node->is_shown = node->is_empty || is_large(node, min_group, days);
		if (!node->is_shown && !node->is_leaf) {
			struct suppression_node *other = smallest_under(nodes, count, i - 1);

			if (other != NULL) {
				other->is_shown = false;
				leave(node, other);
				node->is_shown = true;
			}
		}
		if (!node->is_shown && node->parent != SUPPRESSION_ROOT)
			leave(&nodes[node->parent], node);
	}
}
