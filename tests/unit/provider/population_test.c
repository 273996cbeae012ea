#include "tests/unit/check.h"

#include "common/crypto/digest.h"
#include "provider-svc/core/population.h"

#define GENERATION(g) ((int64_t)(g) << POPULATION_GENERATION_SHIFT)

struct fixture {
	struct arena arena;
	struct population_employer employers[8];
	struct population_fold fold;
};

static int set_up(void **state)
{
	static struct fixture fixture;

	memset(&fixture, 0, sizeof fixture);
	population_fold_init(&fixture.fold, &fixture.arena, 32, fixture.employers, 0);
	*state = &fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	arena_done(&fixture->arena);
	return 0;
}

static struct view entity_key(struct fixture *fixture, uint8_t person, uint8_t entity)
{
	uint8_t *key = arena_take(&fixture->arena, POPULATION_KEY_LEN);

	memset(key, person, 16);
	memset(key + 16, entity, 16);
	return view_of(key, POPULATION_KEY_LEN);
}

static struct view marker_key(struct fixture *fixture, const char *employer)
{
	uint8_t *key = arena_take(&fixture->arena, POPULATION_KEY_LEN);
	uint8_t hash[32];

	digest_of(NULL, view_text(employer), hash, sizeof hash);
	memcpy(key + 16, hash, 16);
	return view_of(key, POPULATION_KEY_LEN);
}

static void put(struct fixture *fixture, uint8_t entity, const char *employer, int64_t revision)
{
	struct population_employment *employment = arena_take(&fixture->arena, sizeof *employment);

	memset(employment->pseudonym, 1, 16);
	memset(employment->entity_id, entity, 16);
	employment->employer_id = view_text(employer);
	employment->revision = revision;
	check(population_fold_employment(&fixture->fold, entity_key(fixture, 1, entity), employment));
}

static void mark(struct fixture *fixture, const char *employer, enum marker_op op, int32_t generation)
{
	struct population_marker marker = {.employer_id = view_text(employer), .op = op, .generation = generation, .min_group = 10};

	check(population_fold_marker(&fixture->fold, marker_key(fixture, employer), &marker));
}

/* The revision that would be written for an entity; -1 when none is, -2 when it is removed. */
static int64_t outcome(const struct fixture *fixture, uint8_t entity)
{
	for (size_t i = 0; i < fixture->fold.change_count; i++) {
		const struct population_change *change = &fixture->fold.changes[i];

		if (change->key[0] != 1 || change->key[16] != entity || change->dropped)
			continue;
		return change->kind == POPULATION_REMOVED ? -2 : change->revision;
	}
	return -1;
}

static void the_highest_revision_wins_whatever_the_order(void **state)
{
	struct fixture *fixture = *state;

	put(fixture, 1, "E1", GENERATION(1) + 7);
	put(fixture, 1, "E1", GENERATION(1) + 3);
	put(fixture, 2, "E1", GENERATION(1) + 3);
	put(fixture, 2, "E1", GENERATION(1) + 7);
	check_int(outcome(fixture, 1), GENERATION(1) + 7);
	check_int(outcome(fixture, 2), GENERATION(1) + 7);
}

static void a_tombstone_removes_what_came_before(void **state)
{
	struct fixture *fixture = *state;

	put(fixture, 1, "E1", GENERATION(1) + 1);
	population_fold_tombstone(&fixture->fold, entity_key(fixture, 1, 1));
	check_int(outcome(fixture, 1), -2);
}

/* Rows of an earlier load are shown until this one's END: not of fewer than they were shown of before, whatever a BEGIN says on the way. */
static void while_tables_are_read_again_figures_are_of_no_fewer_than_before(void **state)
{
	struct fixture *fixture = *state;
	struct population_employer *employer = population_fold_employer(&fixture->fold, VIEW_LITERAL("E1"));

	employer->least_group = 50;
	mark(fixture, "E1", MARKER_OP_BEGIN, 1);
	check_int(employer->min_group, 50);
	mark(fixture, "E1", MARKER_OP_END, 1);
	check_int(employer->min_group, 10);
	employer->min_group = 50;
	mark(fixture, "E1", MARKER_OP_BEGIN, 2);
	check_int(employer->min_group, 10);
}

static void the_end_of_a_generation_drops_what_is_below_it(void **state)
{
	struct fixture *fixture = *state;

	put(fixture, 1, "E1", GENERATION(1) + 9);
	put(fixture, 2, "E1", GENERATION(2) + 1);
	put(fixture, 3, "E2", GENERATION(1) + 9);
	mark(fixture, "E1", MARKER_OP_END, 2);
	put(fixture, 4, "E1", GENERATION(1) + 10);
	check_int(outcome(fixture, 1), -1);
	check_int(outcome(fixture, 2), GENERATION(2) + 1);
	check_int(outcome(fixture, 3), GENERATION(1) + 9);
	check_int(outcome(fixture, 4), -1);
	check_int(population_fold_employer(&fixture->fold, view_text("E1"))->purge_below, GENERATION(2));
}

static void a_begin_drops_nothing(void **state)
{
	struct fixture *fixture = *state;

	put(fixture, 1, "E1", GENERATION(1) + 9);
	mark(fixture, "E1", MARKER_OP_BEGIN, 2);
	check_int(outcome(fixture, 1), GENERATION(1) + 9);
	check_int(population_fold_employer(&fixture->fold, view_text("E1"))->purge_below, 0);
}

static void ended_drops_everything_of_that_employer_alone(void **state)
{
	struct fixture *fixture = *state;

	put(fixture, 1, "E1", GENERATION(5) + 1);
	put(fixture, 2, "E2", GENERATION(5) + 1);
	mark(fixture, "E1", MARKER_OP_ENDED, 5);
	check_int(outcome(fixture, 1), -1);
	check_int(outcome(fixture, 2), GENERATION(5) + 1);
	check(population_fold_employer(&fixture->fold, view_text("E1"))->ended);
}

static void a_new_load_after_the_end_counts_again(void **state)
{
	struct fixture *fixture = *state;

	mark(fixture, "E1", MARKER_OP_ENDED, 1);
	mark(fixture, "E1", MARKER_OP_BEGIN, 1);
	put(fixture, 1, "E1", GENERATION(1) + 20);
	mark(fixture, "E1", MARKER_OP_END, 1);
	check_int(outcome(fixture, 1), GENERATION(1) + 20);
	check(!population_fold_employer(&fixture->fold, view_text("E1"))->ended);
}

static void a_key_that_is_not_the_contents_is_refused(void **state)
{
	struct fixture *fixture = *state;
	struct population_employment employment = {.employer_id = view_text("E1"), .revision = GENERATION(1) + 1};
	struct population_marker marker = {.employer_id = view_text("E1"), .op = MARKER_OP_END, .generation = 1};

	check(!population_fold_employment(&fixture->fold, entity_key(fixture, 1, 1), &employment));
	check(!population_fold_marker(&fixture->fold, marker_key(fixture, "E2"), &marker));
	check_size(fixture->fold.change_count, 0);
}

static void each_of_many_employers_is_found_again(void **state)
{
	struct fixture *fixture = *state;
	struct population_employer *employers = arena_array(&fixture->arena, 5000, sizeof *employers);
	struct population_fold fold;
	char name[12];

	employers[0].employer_id = VIEW_LITERAL("0");
	population_fold_init(&fold, &fixture->arena, 4999, employers, 1);
	for (int round = 0; round < 2; round++)
		for (int i = 0; i < 5000; i++) {
			(void)snprintf(name, sizeof name, "%d", i);
			check(population_fold_employer(&fold, arena_copy(&fixture->arena, view_text(name))) == &employers[i]);
		}
	check_size(fold.employer_count, 5000);
	check_size(fold.employer_names.count, 5000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_of_many_employers_is_found_again, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_highest_revision_wins_whatever_the_order, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_tombstone_removes_what_came_before, set_up, tear_down),
		cmocka_unit_test_setup_teardown(while_tables_are_read_again_figures_are_of_no_fewer_than_before, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_end_of_a_generation_drops_what_is_below_it, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_begin_drops_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(ended_drops_everything_of_that_employer_alone, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_new_load_after_the_end_counts_again, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_key_that_is_not_the_contents_is_refused, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) == 0 ? 0 : 1;
}
