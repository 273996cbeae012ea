#include "provider-svc/core/figures/department_tree.h"

#include <stdlib.h>

#define NONE SIZE_MAX

struct node {
	struct view employer_id;
	struct view code;
	struct view name;
	struct view parent_code;
	bool is_unit;
	size_t group;
	size_t parent;
	size_t first_child;
	size_t next_sibling;
	size_t mark;
	size_t place; /* in the tree */
};

struct forest {
	struct node *nodes; /* by employer and code, each once */
	size_t count;
};

static int compare_nodes(const struct node *a, const struct node *b)
{
	int order = view_compare(a->employer_id, b->employer_id);

	return order != 0 ? order : view_compare(a->code, b->code);
}

/* Units before what is only named by employments. */
static int compare_for_sort(const void *a, const void *b)
{
	struct node x;
	struct node y;
	int order;

	memcpy(&x, a, sizeof x);
	memcpy(&y, b, sizeof y);
	order = compare_nodes(&x, &y);
	return order != 0 ? order : (int)y.is_unit - (int)x.is_unit;
}

static struct forest forest_of(const struct breakdown *breakdown, const struct population_unit *const *units, size_t unit_count, struct arena *arena)
{
	struct forest forest = {.nodes = arena_array(arena, unit_count + breakdown->group_count + 1, sizeof(struct node))};
	size_t count = 0;

	for (size_t i = 0; i < unit_count; i++)
		forest.nodes[count++] = (struct node){
			.employer_id = units[i]->employer_id,
			.code = units[i]->unit_code,
			.name = units[i]->name,
			.parent_code = units[i]->parent_code,
			.is_unit = true,
			.group = DEPARTMENT_NO_GROUP,
		};
	for (size_t i = 0; i < breakdown->group_count; i++)
		forest.nodes[count++] = (struct node){
			.employer_id = breakdown->groups[i].employer_id,
			.code = breakdown->groups[i].value,
			.group = i,
		};
	qsort(forest.nodes, count, sizeof *forest.nodes, compare_for_sort);
	for (size_t i = 0; i < count; i++) {
		struct node *last = forest.count == 0 ? NULL : &forest.nodes[forest.count - 1];

		if (last == NULL || compare_nodes(last, &forest.nodes[i]) != 0)
			forest.nodes[forest.count++] = forest.nodes[i];
		else if (last->group == DEPARTMENT_NO_GROUP)
			last->group = forest.nodes[i].group;
	}
	return forest;
}

static size_t find(const struct forest *forest, struct view employer_id, struct view code)
{
	const struct node wanted = {.employer_id = employer_id, .code = code};
	size_t low = 0;
	size_t high = forest->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = compare_nodes(&forest->nodes[middle], &wanted);

		if (order == 0)
			return middle;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NONE;
}

/* Every node on a circle of parents gets none. */
static void cut_circles(struct forest *forest)
{
	for (size_t i = 0; i < forest->count; i++) {
		size_t at = i;

		while (at != NONE && forest->nodes[at].mark == 0) {
			forest->nodes[at].mark = i + 1;
			at = forest->nodes[at].parent;
		}
		while (at != NONE && forest->nodes[at].mark == i + 1) {
			size_t next = forest->nodes[at].parent;

			forest->nodes[at].parent = NONE;
			at = next;
		}
	}
}

static void link_nodes(struct forest *forest)
{
	for (size_t i = 0; i < forest->count; i++) {
		struct node *node = &forest->nodes[i];

		node->first_child = NONE;
		node->next_sibling = NONE;
		node->parent = view_is_null(node->parent_code) ? NONE : find(forest, node->employer_id, node->parent_code);
	}
	cut_circles(forest);
	for (size_t i = forest->count; i > 0; i--) {
		struct node *node = &forest->nodes[i - 1];

		if (node->parent == NONE)
			continue;
		node->next_sibling = forest->nodes[node->parent].first_child;
		forest->nodes[node->parent].first_child = i - 1;
	}
}

static struct department department_of(const struct node *node, size_t depth, const struct breakdown *breakdown)
{
	return (struct department){
		.employer_id = node->employer_id,
		.code = node->code,
		.name = node->name,
		.depth = depth,
		.subtree = 1,
		.group = node->group,
		.has_employer = breakdown_knows(breakdown, node->employer_id),
	};
}

/* Puts down a node and all under it, parents first, without recursion. */
static void put_tree(struct forest *forest, size_t root, const struct breakdown *breakdown, struct department_tree *tree)
{
	size_t at = root;
	size_t depth = 0;

	while (at != NONE) {
		struct node *node = &forest->nodes[at];

		node->place = tree->count;
		tree->departments[tree->count++] = department_of(node, depth, breakdown);
		if (node->first_child != NONE) {
			at = node->first_child;
			depth++;
			continue;
		}
		while (at != root && forest->nodes[at].next_sibling == NONE) {
			const struct node *done = &forest->nodes[at];

			tree->departments[forest->nodes[done->parent].place].subtree += tree->departments[done->place].subtree;
			at = done->parent;
			depth--;
		}
		if (at == root)
			return;
		tree->departments[forest->nodes[forest->nodes[at].parent].place].subtree += tree->departments[forest->nodes[at].place].subtree;
		at = forest->nodes[at].next_sibling;
	}
}

void department_tree_of(const struct breakdown *breakdown, const struct population_unit *const *units, size_t unit_count, struct arena *arena,
			struct department_tree *ret_tree)
{
	struct forest forest = forest_of(breakdown, units, unit_count, arena);
	struct department_tree tree = {.departments = arena_array(arena, forest.count + 1, sizeof *tree.departments)};

	link_nodes(&forest);
	for (size_t i = 0; i < forest.count; i++) {
		if (forest.nodes[i].parent == NONE)
			put_tree(&forest, i, breakdown, &tree);
	}
	*ret_tree = tree;
}

const struct cell *department_tree_cell(const struct department_tree *tree, size_t index, const struct breakdown *breakdown, size_t period,
					struct arena *arena)
{
	struct cell *sum = arena_take(arena, sizeof *sum);

	if (!tree->departments[index].has_employer)
		return NULL;
	for (size_t i = index; i < index + tree->departments[index].subtree; i++) {
		size_t group = tree->departments[i].group;

		if (group != DEPARTMENT_NO_GROUP && breakdown->groups[group].cells[period] != NULL)
			cell_merge(sum, breakdown->groups[group].cells[period], arena);
	}
	return sum;
}
