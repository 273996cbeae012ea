/*
 * Counts a population written to a file, for the comparison in tests/system/test_figures.py. The file holds records: length of the key, length of the
 * value (-1: a tombstone), each four bytes little-endian, key, value; they are taken in batches of BATCH. Each line of standard input asks for one
 * sheet: STEP FROM UNTIL DIMENSION CLASSES MAX_DAYS DECIMALS, all numbers; STEP and DIMENSION are ordinals, CLASSES 0 for 1996 and 1 for Vernet. CSV
 * on standard output.
 *
 * Usage: figures_count_file FILE BATCH <LINES
 */
#include "provider-svc/core/figures/sheet.h"

#include <stdio.h>
#include <stdlib.h>

enum { BUFFER_LIMIT = 64 << 20 };

struct census {
	struct breakdown breakdown;
	struct period span;
	struct arena arena; /* of one person */
};

static _Noreturn void fail(const struct error *error)
{
	(void)fprintf(stderr, "%s at %s: %s\n", error->code, error->place, error->text);
	exit(1);
}

static bool read_piece(FILE *file, struct arena *arena, int32_t len, struct view *ret)
{
	uint8_t *bytes = arena_take(arena, (size_t)len + 1);

	*ret = view_of(bytes, (size_t)len);
	return fread(bytes, 1, (size_t)len, file) == (size_t)len;
}

/* Up to `most` records; how many came. */
static size_t read_batch(FILE *file, struct arena *arena, struct roll_record *records, size_t most)
{
	size_t count = 0;
	int32_t lengths[2];

	while (count < most && fread(lengths, sizeof lengths, 1, file) == 1) {
		struct roll_record *record = &records[count++];

		*record = (struct roll_record){0};
		if (!read_piece(file, arena, lengths[0], &record->key) || (lengths[1] >= 0 && !read_piece(file, arena, lengths[1], &record->value)))
			fail(&(struct error){.code = "FILE", .place = "record", .text = "cut off"});
	}
	return count;
}

static void read_file(const char *path, size_t most, struct roll *roll)
{
	CLEANUP(arena_done) struct arena arena = {0};
	FILE *file = fopen(path, "rb");
	struct error error = {0};
	size_t count = most;
	size_t at;

	if (file == NULL)
		fail(&(struct error){.code = "FILE", .place = "open", .text = "not there"});
	while (count == most) {
		struct roll_record *records;

		arena_reset(&arena);
		records = arena_array(&arena, most, sizeof *records);
		count = read_batch(file, &arena, records, most);
		if (!roll_take(roll, records, count, &arena, &at, &error))
			fail(&error);
	}
	(void)fclose(file);
}

static bool count_person(void *context, const struct course_person *person, struct error *error)
{
	struct census *census = context;
	struct course course;

	arena_reset(&census->arena);
	if (!course_of(person, &census->span, census->breakdown.terms.max_days, &census->arena, &course, error))
		return false;
	breakdown_add(&census->breakdown, person, &course);
	return true;
}

static void write_sheet(struct roll *roll, const int asked[static 7])
{
	CLEANUP(arena_done) struct arena arena = {0};
	CLEANUP(buffer_done) struct buffer buffer;
	const struct period whole = {.from = asked[1], .until = asked[2]};
	const struct breakdown_terms terms = {.classes = asked[4] == 0 ? duration_classes_1996 : duration_classes_vernet, .max_days = asked[5]};
	struct period periods[PERIOD_MAX];
	struct census census = {0};
	const struct population_unit *const *units;
	size_t unit_count;
	size_t period_count;
	const struct population_employer *employers;
	size_t employer_count;
	struct department_tree tree;
	struct sheet sheet;
	struct error error = {0};

	buffer_init(&buffer, BUFFER_LIMIT);
	if (!period_cut(&whole, (enum period_step)asked[0], periods, &period_count, &error))
		fail(&error);
	breakdown_init(&census.breakdown, (enum dimension)asked[3], &terms, periods, period_count, &arena);
	census.span = breakdown_span(&census.breakdown);
	if (!roll_walk(roll, count_person, &census, &error) || !roll_units(roll, &arena, &units, &unit_count, &error))
		fail(&error);
	employers = roll_employers(roll, &employer_count);
	breakdown_sort(&census.breakdown);
	if (census.breakdown.dimension == DIMENSION_DEPARTMENT)
		department_tree_of(&census.breakdown, units, unit_count, &arena, &tree);
	sheet_of(&census.breakdown, census.breakdown.dimension == DIMENSION_DEPARTMENT ? &tree : NULL, employers, employer_count, SHEET_EMPLOYERS_OWN,
		 &arena, &sheet);
	if (!sheet_csv(&sheet, asked[6], &buffer, &error))
		fail(&error);
	(void)fwrite(buffer.bytes, 1, buffer.len, stdout);
	arena_done(&census.arena);
}

int main(int argc, char **argv)
{
	const struct schema_set *const sets[] = {&messages_schemas};
	struct schema_registry *registry;
	struct roll *roll;
	struct error error = {0};
	int asked[7];

	if (argc != 3)
		return 2;
	if (!schema_registry_new(sets, 1, &registry, &error) || !roll_new(registry, &roll, &error))
		fail(&error);
	read_file(argv[1], strtoul(argv[2], NULL, 10), roll);
	while (scanf("%d %d %d %d %d %d %d", &asked[0], &asked[1], &asked[2], &asked[3], &asked[4], &asked[5], &asked[6]) == 7) {
		write_sheet(roll, asked);
		(void)printf("end\n");
	}
	roll_free(roll);
	schema_registry_free(registry);
	return 0;
}
