#include "provider-svc/core/figures/cell.h"

void cell_count(struct cell *cell, uint64_t *sum, uint64_t term, uint64_t factor)
{
	uint64_t product;

	if (__builtin_mul_overflow(term, factor, &product) || __builtin_add_overflow(*sum, product, sum))
		cell->overflow = true;
}

struct cell_weight *cell_weight_of(struct cell *cell, int32_t norm_hours_x100, struct arena *arena)
{
	size_t low = 0;
	size_t high = cell->weight_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (cell->weights[middle].norm_hours_x100 < norm_hours_x100)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < cell->weight_count && cell->weights[low].norm_hours_x100 == norm_hours_x100)
		return &cell->weights[low];
	cell->weights =
		arena_grow(arena, cell->weights, cell->weight_count * sizeof *cell->weights, (cell->weight_count + 1) * sizeof *cell->weights);
	memmove(&cell->weights[low + 1], &cell->weights[low], (cell->weight_count - low) * sizeof *cell->weights);
	cell->weights[low] = (struct cell_weight){.norm_hours_x100 = norm_hours_x100};
	cell->weight_count++;
	return &cell->weights[low];
}

static void merge_weight(struct cell *sum, const struct cell_weight *from, struct arena *arena)
{
	struct cell_weight *to = cell_weight_of(sum, from->norm_hours_x100, arena);

	cell_count(sum, &to->employed, from->employed, 1);
	cell_count(sum, &to->absent, from->absent, 1);
	cell_count(sum, &to->absent_with_leave, from->absent_with_leave, 1);
	for (size_t i = 0; i < DURATION_CLASSES; i++)
		cell_count(sum, &to->absent_by_class[i], from->absent_by_class[i], 1);
}

void cell_merge(struct cell *sum, const struct cell *cell, struct arena *arena)
{
	sum->overflow = sum->overflow || cell->overflow;
	cell_count(sum, &sum->head_days, cell->head_days, 1);
	cell_count(sum, &sum->heads_first, cell->heads_first, 1);
	cell_count(sum, &sum->heads_last, cell->heads_last, 1);
	cell_count(sum, &sum->reports, cell->reports, 1);
	cell_count(sum, &sum->ended, cell->ended, 1);
	cell_count(sum, &sum->ended_days, cell->ended_days, 1);
	for (size_t i = 0; i < DURATION_CLASSES; i++)
		cell_count(sum, &sum->ended_by_class[i], cell->ended_by_class[i], 1);
	for (size_t i = 0; i < COHORTS; i++) {
		cell_count(sum, &sum->persons[i], cell->persons[i], 1);
		cell_count(sum, &sum->without_day[i], cell->without_day[i], 1);
		cell_count(sum, &sum->without_report[i], cell->without_report[i], 1);
	}
	cell_count(sum, &sum->hour_days, cell->hour_days, 1);
	cell_count(sum, &sum->hour_persons, cell->hour_persons, 1);
	for (size_t i = 0; i < cell->weight_count; i++)
		merge_weight(sum, &cell->weights[i], arena);
}

bool cell_is_empty(const struct cell *cell)
{
	return cell->head_days == 0 && cell->weight_count == 0 && cell->reports == 0 && cell->ended == 0 && cell->persons[COHORT_ANY_DAY] == 0;
}

bool cell_has_hours(const struct cell *cell)
{
	for (size_t i = 0; i < cell->weight_count; i++) {
		if (cell->weights[i].employed > 0)
			return true;
	}
	return cell->hour_persons > 0;
}
