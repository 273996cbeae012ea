/*
 * The departments of the employers in a breakdown by department, as a tree: those that the population's units name, also ones without employees, and
 * those that only employments name, which stand at the top. A unit whose parent is not there, or that is its own forebear, stands at the top too.
 */
#pragma once

#include "provider-svc/core/figures/breakdown.h"

#define DEPARTMENT_NO_GROUP SIZE_MAX

struct department {
	struct view employer_id;
	struct view code;
	struct view name;  /* null when no unit gives one */
	size_t depth;      /* 0: at the top */
	size_t subtree;    /* this one and all under it, which follow it */
	size_t group;      /* of the breakdown, DEPARTMENT_NO_GROUP when nobody ever was in it within the periods */
	bool has_employer; /* there is any employment of its employer */
};

struct department_tree {
	struct department *departments; /* each before those under it; siblings by code, trees by employer */
	size_t count;
};

/* The tree over a sorted breakdown by department and the units, each of which is given once. What is given borrows from both and lies in the arena. */
void department_tree_of(const struct breakdown *breakdown, const struct population_unit *const *units, size_t unit_count, struct arena *arena,
			struct department_tree *ret_tree);

/* The counts of a department with all under it, in the arena; NULL when nothing is known of its employer. */
const struct cell *department_tree_cell(const struct department_tree *tree, size_t index, const struct breakdown *breakdown, size_t period,
					struct arena *arena);
