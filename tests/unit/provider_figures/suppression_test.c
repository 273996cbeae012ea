/* Small groups: what is kept back, and an attempt to get at it by adding and subtracting what is shown. */
#include "tests/unit/check.h"

#include "provider-svc/core/figures/course.h"
#include "provider-svc/core/figures/suppression.h"

#include <stdlib.h>

enum { NODES = 24, LEAVES = 10, MIN_GROUP = 10, DAYS = 30, ROUNDS = 3000, PRIME = 2147483629 };

struct tree {
	struct suppression_node nodes[NODES];
	struct suppression_rest rests[NODES];
	struct cell cells[NODES];
	size_t count;
};

static void add(struct tree *tree, size_t parent, uint64_t persons, bool is_leaf)
{
	struct suppression_node *node = &tree->nodes[tree->count];
	struct cell *cell = &tree->cells[tree->count++];

	*cell = (struct cell){.head_days = persons * DAYS, .persons = {[COHORT_ANY_DAY] = persons}};
	*node = (struct suppression_node){.parent = parent, .is_leaf = is_leaf};
}

static void decide(struct tree *tree)
{
	const struct suppression_part part = {.days = DAYS};
	CLEANUP(arena_done) struct arena arena = {0};

	for (size_t i = 0; i < tree->count; i++) {
		tree->rests[i] = suppression_rest_of(&tree->cells[i]);
		tree->nodes[i].rests = &tree->rests[i];
	}
	suppression_decide(tree->nodes, tree->count, MIN_GROUP, &part, 1, &arena);
}

static void large_groups_and_empty_ones_are_shown(void **state)
{
	struct tree tree = {.count = 0};

	(void)state;
	add(&tree, SUPPRESSION_ROOT, 0, false);
	add(&tree, 0, 10, true);
	add(&tree, 0, 0, true);
	add(&tree, 0, 40, true);
	decide(&tree);
	for (size_t i = 0; i < tree.count; i++)
		check(tree.nodes[i].is_shown);
}

static void a_small_group_takes_the_smallest_other_along(void **state)
{
	struct tree tree = {.count = 0};

	(void)state;
	add(&tree, SUPPRESSION_ROOT, 0, false);
	add(&tree, 0, 30, true);
	add(&tree, 0, 9, true);
	add(&tree, 0, 12, true);
	decide(&tree);
	check(tree.nodes[0].is_shown && tree.nodes[1].is_shown);
	check(!tree.nodes[2].is_shown && !tree.nodes[3].is_shown);
}

static void small_groups_that_are_many_together_need_no_other(void **state)
{
	struct tree tree = {.count = 0};

	(void)state;
	add(&tree, SUPPRESSION_ROOT, 0, false);
	add(&tree, 0, 6, true);
	add(&tree, 0, 4, true);
	add(&tree, 0, 12, true);
	decide(&tree);
	check(tree.nodes[0].is_shown && tree.nodes[3].is_shown && !tree.nodes[1].is_shown && !tree.nodes[2].is_shown);
}

static void a_small_employer_shows_nothing(void **state)
{
	struct tree tree = {.count = 0};

	(void)state;
	add(&tree, SUPPRESSION_ROOT, 0, false);
	add(&tree, 0, 5, true);
	add(&tree, 0, 4, true);
	decide(&tree);
	check(!tree.nodes[0].is_shown && !tree.nodes[1].is_shown && !tree.nodes[2].is_shown);
}

/* The total has nothing of its own to hide the small group behind, nor have the sums under it. */
static void a_sum_with_nothing_left_goes_before_the_total_does(void **state)
{
	struct tree tree = {.count = 0};

	(void)state;
	add(&tree, SUPPRESSION_ROOT, 0, false);
	add(&tree, 0, 3, true);
	add(&tree, 0, 0, false);
	add(&tree, 2, 40, true);
	add(&tree, 2, 50, true);
	add(&tree, 0, 0, false);
	add(&tree, 5, 20, true);
	add(&tree, 5, 12, true);
	decide(&tree);
	check(tree.nodes[0].is_shown && tree.nodes[2].is_shown && tree.nodes[3].is_shown && tree.nodes[4].is_shown && tree.nodes[6].is_shown);
	check(!tree.nodes[1].is_shown && !tree.nodes[5].is_shown && !tree.nodes[7].is_shown);
}

static void many_who_came_and_went_are_still_a_small_group(void **state)
{
	struct tree tree = {.count = 0};

	(void)state;
	add(&tree, SUPPRESSION_ROOT, 30, true);
	tree.cells[0].head_days = 9 * DAYS;
	decide(&tree);
	check(!tree.nodes[0].is_shown);
}

static void a_group_that_is_nobodys_main_employment_is_small(void **state)
{
	struct tree tree = {.count = 0};
	struct cell_weight weight = {.norm_hours_x100 = 4000};

	(void)state;
	add(&tree, SUPPRESSION_ROOT, 0, true);
	tree.cells[0].weights = &weight;
	tree.cells[0].weight_count = 1;
	decide(&tree);
	check(!tree.nodes[0].is_shown);
}

static uint64_t random_state;

static uint64_t below(uint64_t most)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (random_state >> 20) % most;
}

/* A total, sums under it and under each other, and leaves under these. */
static void grow(struct tree *tree)
{
	size_t sums[4] = {0};
	size_t sum_count = 1;

	tree->count = 0;
	add(tree, SUPPRESSION_ROOT, 0, false);
	for (size_t leaves = 0; leaves < LEAVES;) {
		if (sum_count < 4 && below(4) == 0) {
			sums[sum_count] = tree->count;
			add(tree, sums[below(sum_count)], 0, false);
			sum_count++;
			continue;
		}
		add(tree, sums[below(sum_count)], below(3) == 0 ? below(10) : below(3) == 0 ? 0 : below(30), true);
		leaves++;
	}
}

/* Rows of equations over the leaves that hold anybody, modulo a prime. */
struct equations {
	uint64_t rows[NODES][LEAVES];
	size_t count;
};

static uint64_t inverse(uint64_t value)
{
	uint64_t result = 1;

	for (uint64_t power = PRIME - 2; power > 0; power >>= 1) {
		if (power & 1)
			result = result * value % PRIME;
		value = value * value % PRIME;
	}
	return result;
}

/* Takes the rows held so far out of this one; true when nothing is left of it. What is left becomes a row if `keep`. */
static bool follows(struct equations *equations, const uint64_t row[static LEAVES], bool keep)
{
	uint64_t rest[LEAVES];

	memcpy(rest, row, sizeof rest);
	for (size_t i = 0; i < equations->count; i++) {
		const uint64_t *held = equations->rows[i];
		size_t lead = 0;
		uint64_t times;

		while (held[lead] == 0)
			lead++;
		times = rest[lead];
		for (size_t k = 0; k < LEAVES; k++)
			rest[k] = (rest[k] + (PRIME - times) * held[k]) % PRIME;
	}
	for (size_t lead = 0; lead < LEAVES; lead++) {
		if (rest[lead] == 0)
			continue;
		for (size_t k = LEAVES; k > 0 && keep; k--)
			equations->rows[equations->count][k - 1] = rest[k - 1] * inverse(rest[lead]) % PRIME;
		equations->count += keep ? 1 : 0;
		return false;
	}
	return true;
}

/* The leaves that a node is the sum of. */
static void take_leaves(const struct tree *tree, size_t node, const size_t numbers[static NODES], uint64_t row[static LEAVES])
{
	memset(row, 0, LEAVES * sizeof *row);
	for (size_t i = 0; i < tree->count; i++) {
		size_t at = i;

		while (at != node && at != SUPPRESSION_ROOT)
			at = tree->nodes[at].parent;
		if (tree->nodes[i].is_leaf && at == node && tree->cells[i].persons[COHORT_ANY_DAY] > 0)
			row[numbers[i]] = 1;
	}
}

/* Whether some set of leaves with fewer persons than MIN_GROUP is a sum of shown nodes, each taken any number of times. */
static bool gives_away(const struct tree *tree)
{
	struct equations equations = {.count = 0};
	size_t numbers[NODES] = {0};
	uint64_t persons[LEAVES] = {0};
	uint64_t row[LEAVES];
	size_t leaves = 0;

	for (size_t i = 0; i < tree->count; i++) {
		if (tree->nodes[i].is_leaf) {
			persons[leaves] = tree->cells[i].persons[COHORT_ANY_DAY];
			numbers[i] = leaves++;
		}
	}
	for (size_t i = 0; i < tree->count; i++) {
		take_leaves(tree, i, numbers, row);
		if (tree->nodes[i].is_shown)
			(void)follows(&equations, row, true);
	}
	for (uint32_t set = 1; set < 1U << LEAVES; set++) {
		uint64_t sum = 0;

		for (size_t i = 0; i < LEAVES; i++) {
			row[i] = (set >> i & 1U) != 0 && persons[i] > 0 ? 1 : 0;
			sum += row[i] * persons[i];
		}
		if (sum > 0 && sum < MIN_GROUP && follows(&equations, row, false))
			return true;
	}
	return false;
}

static void no_small_group_can_be_had_by_adding_and_subtracting(void **state)
{
	static struct tree tree;
	size_t shown = 0;

	(void)state;
	random_state = check_seed(20260106);
	for (size_t i = 0; i < ROUNDS; i++) {
		grow(&tree);
		decide(&tree);
		check(!gives_away(&tree));
		for (size_t k = 0; k < tree.count; k++)
			shown += tree.nodes[k].is_shown ? 1 : 0;
	}
	check(shown > ROUNDS * 4);
}

/* The attempt finds what is there to be found: small groups alone kept back. */
static void the_attempt_succeeds_where_only_small_groups_are_kept_back(void **state)
{
	struct tree tree = {.count = 0};

	(void)state;
	add(&tree, SUPPRESSION_ROOT, 0, false);
	add(&tree, 0, 0, false);
	add(&tree, 1, 30, true);
	add(&tree, 1, 9, true);
	for (size_t i = 0; i < 8; i++)
		add(&tree, 0, 12, true);
	decide(&tree);
	check(!gives_away(&tree));
	for (size_t i = 0; i < tree.count; i++)
		tree.nodes[i].is_shown = i != 3;
	check(gives_away(&tree));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(large_groups_and_empty_ones_are_shown),
	cmocka_unit_test(a_small_group_takes_the_smallest_other_along),
	cmocka_unit_test(small_groups_that_are_many_together_need_no_other),
	cmocka_unit_test(a_small_employer_shows_nothing),
	cmocka_unit_test(a_sum_with_nothing_left_goes_before_the_total_does),
	cmocka_unit_test(many_who_came_and_went_are_still_a_small_group),
	cmocka_unit_test(a_group_that_is_nobodys_main_employment_is_small),
	cmocka_unit_test(no_small_group_can_be_had_by_adding_and_subtracting),
	cmocka_unit_test(the_attempt_succeeds_where_only_small_groups_are_kept_back),
};

CHECK_MAIN(tests)
