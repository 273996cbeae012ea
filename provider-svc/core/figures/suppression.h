/*
 * Which cells of a breakdown are not shown because too few people are in them, and which others are not, so that no sum of what is shown, added and
 * subtracted in any way, is about too few. The cells are a tree: each inner node is the sum of those under it. What can be had from the shown nodes
 * is, for each of them, what is left when the shown ones under it are taken away; it is these remainders that must be large enough, or empty.
 */
#pragma once

#include "provider-svc/core/figures/cell.h"

#define SUPPRESSION_ROOT SIZE_MAX

struct suppression_node {
	size_t parent;           /* an earlier node; SUPPRESSION_ROOT: none */
	const struct cell *cell; /* of a leaf; of an inner node, the sum, not looked at */
	bool is_leaf;
	bool is_shown; /* the outcome */
	/* What is left of it when the shown nodes under it are taken away. */
	bool is_empty;
	uint64_t persons;
	uint64_t head_days;
};

/*
 * Decides for every node. A remainder is large enough with min_group persons, each counted under the group of the last day alone, and as many heads
 * on average over the period's days. Of equal candidates the earlier is kept back.
 */
void suppression_decide(struct suppression_node *nodes, size_t count, uint64_t min_group, uint64_t days);
