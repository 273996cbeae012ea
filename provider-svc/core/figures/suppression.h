/*
 * Which cells of a breakdown are not shown because too few people are in them, and which others are not, so that no sum of what is shown, added and
 * subtracted in any way, is about too few. The cells are a tree: each inner node is the sum of those under it. What can be had from the shown nodes
 * is, for each of them, what is left when the shown ones under it are taken away; it is these remainders that must be large enough, or empty.
 * Where other figures of parts of the same time are shown beside them, the remainders must be so in each of these parts.
 */
#pragma once

#include "provider-svc/core/figures/cell.h"

#define SUPPRESSION_ROOT SIZE_MAX

/* A time that nodes are judged in. */
struct suppression_part {
	uint64_t days;
	bool goes_on; /* judged as one with the next part */
};

/* What is left of a node in one part when the shown nodes under it are taken away. */
struct suppression_rest {
	bool is_empty;
	uint64_t persons;
	uint64_t head_days;
};

struct suppression_node {
	size_t parent; /* an earlier node; SUPPRESSION_ROOT: none */
	bool is_leaf;
	bool is_shown;                  /* the outcome */
	struct suppression_rest *rests; /* one for each part; a leaf's are given, an inner node's are made, in the arena */
};

/* All of a leaf in one part. */
struct suppression_rest suppression_rest_of(const struct cell *cell);

/* Those of it with contract hours, whom alone figures made of hours are about. */
struct suppression_rest suppression_rest_of_hours(const struct cell *cell);

/* Whether what is left is large enough or empty in every part: with min_group persons, each counted under the group of the last day alone, and as
 * many heads on average over the days. Parts that go on are one: they have the persons of the fullest of them. */
bool suppression_is_safe(const struct suppression_rest *rests, uint64_t min_group, const struct suppression_part *parts, size_t part_count);

/* What is left of a node that is not shown becomes a part of what is left of its parent. */
void suppression_leave(struct suppression_node *parent, const struct suppression_node *node, size_t part_count);

/* Decides for every node. Of those that could be kept back along with another the one with the fewest persons in the first part is taken, and of
 * equal ones the earlier. */
void suppression_decide(struct suppression_node *nodes, size_t count, uint64_t min_group, const struct suppression_part *parts, size_t part_count,
			struct arena *arena);
