/* What a roll holds after the records of a topic, and what it refuses. */
#include "tests/unit/check.h"

#include "common/crypto/digest.h"
#include "provider-svc/core/figures/sheet.h"

struct fixture {
	struct arena arena;
	struct schema_registry *registry;
	struct roll *roll;
};

static int set_up(void **state)
{
	static const struct schema_set *const sets[] = {&messages_schemas};
	static struct fixture fixture;
	struct error error = {0};

	memset(&fixture, 0, sizeof fixture);
	check_ok(schema_registry_new(sets, 1, &fixture.registry, &error), &error);
	check_ok(roll_new(fixture.registry, &fixture.roll, &error), &error);
	*state = &fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	roll_free(fixture->roll);
	schema_registry_free(fixture->registry);
	arena_done(&fixture->arena);
	return 0;
}

static struct view encoded(struct fixture *fixture, const struct schema *schema, const void *record)
{
	CLEANUP(buffer_done) struct buffer buffer;
	struct error error = {0};

	buffer_init(&buffer, SCHEMA_MAX_MESSAGE);
	check_ok(message_encode(schema, record, &buffer, &error), &error);
	return arena_copy(&fixture->arena, buffer_view(&buffer));
}

static struct roll_record employment_of(struct fixture *fixture, const char *employer_id, uint8_t entity, int64_t revision)
{
	uint8_t *key = arena_take(&fixture->arena, POPULATION_KEY_LEN);
	struct employment_segment segment = {.from = (int32_t) - (revision % 1000),
					     .department_code = VIEW_LITERAL("=D\"1"),
					     .contract_hours_x100 = 4000,
					     .norm_hours_x100 = 4000};
	struct population_employment record = {.employer_id = view_text(employer_id),
					       .revision = revision,
					       .start_date = (int32_t) - (revision % 1000),
					       .segments = {.items = &segment, .count = 1}};

	memset(key, entity, POPULATION_KEY_LEN);
	memcpy(record.pseudonym, key, 16);
	memcpy(record.entity_id, key + 16, 16);
	return (struct roll_record){view_of(key, POPULATION_KEY_LEN), encoded(fixture, &population_employment_schema, &record)};
}

static struct roll_record employment(struct fixture *fixture, uint8_t entity, int64_t revision)
{
	return employment_of(fixture, "E", entity, revision);
}

static struct roll_record marker_of(struct fixture *fixture, const char *employer_id, enum marker_op op, int32_t generation, int32_t min_group)
{
	const struct population_marker record = {.employer_id = view_text(employer_id), .op = op, .generation = generation, .min_group = min_group};
	uint8_t *key = arena_take(&fixture->arena, POPULATION_KEY_LEN);
	uint8_t hash[32];

	digest_of(NULL, record.employer_id, hash, sizeof hash);
	memcpy(key + 16, hash, 16);
	return (struct roll_record){view_of(key, POPULATION_KEY_LEN), encoded(fixture, &population_marker_schema, &record)};
}

static struct roll_record marker(struct fixture *fixture, enum marker_op op, int32_t generation, int32_t min_group)
{
	return marker_of(fixture, "E", op, generation, min_group);
}

static void take(struct fixture *fixture, struct roll_record record)
{
	struct error error = {0};
	size_t at;

	check_ok(roll_take(fixture->roll, &record, 1, &fixture->arena, &at, &error), &error);
}

static enum roll_standing standing(const struct fixture *fixture)
{
	size_t count;

	return roll_standing(&roll_employers(fixture->roll, &count)[0]);
}

#define GENERATION(g) ((int64_t)(g) << POPULATION_GENERATION_SHIFT)

static void the_highest_revision_stays_and_a_tombstone_removes(void **state)
{
	struct fixture *fixture = *state;

	take(fixture, employment(fixture, 1, GENERATION(1) + 2));
	take(fixture, employment(fixture, 1, GENERATION(1) + 1));
	take(fixture, employment(fixture, 2, GENERATION(1) + 3));
	check_size(roll_count(fixture->roll), 2);
	take(fixture, (struct roll_record){.key = employment(fixture, 1, 0).key});
	check_size(roll_count(fixture->roll), 1);
}

static void what_a_new_generation_does_not_name_goes_with_its_end(void **state)
{
	struct fixture *fixture = *state;

	take(fixture, marker(fixture, MARKER_OP_BEGIN, 1, 10));
	take(fixture, employment(fixture, 1, GENERATION(1) + 1));
	check(standing(fixture) == ROLL_LOADING);
	take(fixture, marker(fixture, MARKER_OP_END, 1, 10));
	check(standing(fixture) == ROLL_COMPLETE);
	take(fixture, marker(fixture, MARKER_OP_BEGIN, 2, 10));
	take(fixture, employment(fixture, 2, GENERATION(2) + 2));
	check(standing(fixture) == ROLL_LOADING);
	check_size(roll_count(fixture->roll), 2);
	take(fixture, marker(fixture, MARKER_OP_END, 2, 10));
	check_size(roll_count(fixture->roll), 1);
	take(fixture, marker(fixture, MARKER_OP_ENDED, 2, 10));
	check_size(roll_count(fixture->roll), 0);
	check(standing(fixture) == ROLL_ENDED);
}

/* Woven, so that nobody's entities lie together. */
static void an_end_removes_its_own_employers_entities_alone(void **state)
{
	enum { EACH = 20 };
	static const char *const employers[] = {"E", "F", "G"};
	struct fixture *fixture = *state;

	for (uint8_t i = 0; i < EACH; i++) {
		for (uint8_t k = 0; k < 3; k++)
			take(fixture, employment_of(fixture, employers[k], (uint8_t)(3 * i + k + 1), GENERATION(1) + 1));
	}
	take(fixture, employment_of(fixture, "F", 2, GENERATION(2) + 1));
	take(fixture, employment_of(fixture, "F", 5, GENERATION(2) + 2));
	take(fixture, marker_of(fixture, "F", MARKER_OP_END, 2, 10));
	check_size(roll_count(fixture->roll), 2 * EACH + 2);
	take(fixture, marker_of(fixture, "F", MARKER_OP_ENDED, 2, 10));
	check_size(roll_count(fixture->roll), 2 * EACH);
	take(fixture, employment_of(fixture, "F", 8, GENERATION(1) + 9));
	check_size(roll_count(fixture->roll), 2 * EACH + 1);
	take(fixture, marker_of(fixture, "E", MARKER_OP_ENDED, 1, 10));
	take(fixture, marker_of(fixture, "G", MARKER_OP_END, 3, 10));
	check_size(roll_count(fixture->roll), 1);
	take(fixture, marker_of(fixture, "F", MARKER_OP_ENDED, 3, 10));
	check_size(roll_count(fixture->roll), 0);
}

/* No vault writes such: the key of one employer's entity under another. It is then the later one's, as in the tables. */
static void an_entity_goes_with_the_employer_that_has_it_last(void **state)
{
	enum { OTHERS = 248 };
	struct fixture *fixture = *state;

	take(fixture, employment_of(fixture, "E", 1, GENERATION(1) + 1));
	take(fixture, employment_of(fixture, "F", 1, GENERATION(1) + 2));
	take(fixture, employment_of(fixture, "E", 1, GENERATION(1) + 1));
	check_size(roll_count(fixture->roll), 1);
	take(fixture, marker_of(fixture, "E", MARKER_OP_ENDED, 1, 10));
	check_size(roll_count(fixture->roll), 1);
	/* So many that their places are made anew. */
	for (uint32_t i = 0; i < 10 * OTHERS; i++)
		take(fixture, employment_of(fixture, i / OTHERS % 2 == 0 ? "E" : "G", (uint8_t)(2 + i % OTHERS), GENERATION(1) + 2 + i));
	take(fixture, employment_of(fixture, "F", 1, GENERATION(1) + 1));
	check_size(roll_count(fixture->roll), OTHERS + 1);
	take(fixture, marker_of(fixture, "E", MARKER_OP_ENDED, 1, 10));
	check_size(roll_count(fixture->roll), OTHERS + 1);
	take(fixture, marker_of(fixture, "F", MARKER_OP_ENDED, 1, 10));
	check_size(roll_count(fixture->roll), OTHERS);
	take(fixture, marker_of(fixture, "G", MARKER_OP_ENDED, 1, 10));
	check_size(roll_count(fixture->roll), 0);
}

static void what_cannot_be_read_or_has_another_key_stops(void **state)
{
	struct fixture *fixture = *state;
	struct roll_record record = employment(fixture, 1, GENERATION(1) + 1);
	struct error error = {0};
	size_t at;

	record.key = employment(fixture, 2, 0).key;
	check_fails(roll_take(fixture->roll, &record, 1, &fixture->arena, &at, &error), &error, "KEY");
	check(error.disposition == DISPOSITION_STOP);
	record = employment(fixture, 1, GENERATION(1) + 1);
	record.value.len--;
	check_fails(roll_take(fixture->roll, &record, 1, &fixture->arena, &at, &error), &error, "UNREADABLE");
	check(error.disposition == DISPOSITION_STOP);
	check_size(roll_count(fixture->roll), 0);
}

static bool count_person(void *context, const struct course_person *person, struct error *error)
{
	CLEANUP(arena_done) struct arena arena = {0};
	struct breakdown *breakdown = context;
	struct period span = breakdown_span(breakdown);
	struct course course;

	if (!course_of(person, &span, COURSE_NO_CAP, &arena, &course, error))
		return false;
	breakdown_add(breakdown, person, &course);
	return true;
}

/* The sheet of the roll by department over one month, as text. */
static const char *sheet_text(struct fixture *fixture)
{
	const struct breakdown_terms terms = {.classes = duration_classes_1996};
	const struct period month = {.from = 0, .until = 31};
	const struct population_employer *employers;
	CLEANUP(buffer_done) struct buffer buffer;
	struct breakdown breakdown;
	struct sheet sheet;
	struct error error = {0};
	size_t count;

	buffer_init(&buffer, 1 << 20);
	employers = roll_employers(fixture->roll, &count);
	breakdown_init(&breakdown, DIMENSION_DEPARTMENT, &terms, &month, 1, &fixture->arena);
	check_ok(roll_walk(fixture->roll, count_person, &breakdown, &error), &error);
	sheet_of(&breakdown, NULL, employers, count, SHEET_EMPLOYERS_OWN, &fixture->arena, &sheet);
	check_ok(sheet_csv(&sheet, 4, &buffer, &error), &error);
	return arena_text(&fixture->arena, buffer_view(&buffer));
}

/* So many persons with an employment each. */
static void take_persons(struct fixture *fixture, uint8_t first, uint8_t count)
{
	for (uint8_t i = 0; i < count; i++)
		take(fixture, employment(fixture, (uint8_t)(first + i), GENERATION(1) + 1));
}

/* In a spreadsheet a department's code must not become a formula. */
static void a_sheet_quotes_what_was_delivered(void **state)
{
	struct fixture *fixture = *state;
	const char *text;

	take_persons(fixture, 1, SHEET_MIN_GROUP);
	take(fixture, marker(fixture, MARKER_OP_END, 1, 0));
	text = sheet_text(fixture);
	check(strstr(text, "\"E\",COMPLETE,5,department,total,\"\",\"\",0,1970-01-01,1970-01-31,5.0000,") != NULL);
	check(strstr(text, "\"E\",COMPLETE,5,department,own,\"'=D\"\"1\",\"\",0,1970-01-01,1970-01-31,5.0000,") != NULL);
}

/* The vault takes no such setting: a marker that says so is not believed. */
static void a_marker_cannot_ask_for_figures_of_fewer_than_five(void **state)
{
	static const int32_t said[] = {INT32_MIN, -1, 0, 1, SHEET_MIN_GROUP - 1};
	struct fixture *fixture = *state;

	for (size_t i = 0; i < sizeof said / sizeof said[0]; i++) {
		struct error error = {0};
		const char *text;

		roll_free(fixture->roll);
		check_ok(roll_new(fixture->registry, &fixture->roll, &error), &error);
		take_persons(fixture, 1, SHEET_MIN_GROUP - 1);
		take(fixture, marker(fixture, MARKER_OP_END, 1, said[i]));
		text = sheet_text(fixture);
		check(strstr(text, "0,1970-01-01,1970-01-31,SUPPRESSED,") != NULL && strstr(text, "4.0000") == NULL);
	}
}

static void a_sheet_shows_no_figure_of_a_small_group(void **state)
{
	struct fixture *fixture = *state;
	const char *text;

	take(fixture, employment(fixture, 1, GENERATION(1) + 1));
	text = sheet_text(fixture);
	check(strstr(text, "\"E\",LOADING,10,department,total,\"\",\"\",0,1970-01-01,1970-01-31,SUPPRESSED,") != NULL);
	check(strstr(text, "1.0000") == NULL);
}

enum { ENTITIES = 31 };

/* By entity the first day of the version that is held, 0 for none. */
struct held {
	int32_t start_dates[ENTITIES];
	size_t count;
	enum roll_standing standing;
};

static bool note_person(void *context, const struct course_person *person, struct error *error)
{
	struct held *held = context;

	(void)error;
	for (size_t i = 0; i < person->employment_count; i++)
		held->start_dates[person->employments[i]->entity_id[0]] = person->employments[i]->start_date;
	return true;
}

/* What a roll holds after these records, in batches of so many. */
static struct held held_after(struct fixture *fixture, const struct roll_record *records, size_t count, size_t each)
{
	struct held held = {0};
	struct error error = {0};
	size_t at;

	roll_free(fixture->roll);
	check_ok(roll_new(fixture->registry, &fixture->roll, &error), &error);
	for (size_t first = 0; first < count; first += each)
		check_ok(roll_take(fixture->roll, records + first, first + each > count ? count - first : each, &fixture->arena, &at, &error),
			 &error);
	check_ok(roll_walk(fixture->roll, note_person, &held, &error), &error);
	held.count = roll_count(fixture->roll);
	held.standing = standing(fixture);
	return held;
}

/* An employment of one of some entities, or its tombstone, behind which it never comes again, or a marker. */
static struct roll_record any_record(struct fixture *fixture, uint64_t *random, uint32_t *gone)
{
	uint64_t drawn;
	uint8_t entity;

	*random = *random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	drawn = *random >> 33;
	entity = (uint8_t)(drawn / 10 % (ENTITIES - 1) + 1);
	if (drawn % 40 == 0 || (*gone >> entity & 1) != 0)
		return marker(fixture, (enum marker_op)(drawn / 40 % 3), (int32_t)(drawn / 120 % 4) + 1, 10);
	if (drawn % 40 == 1) {
		*gone |= UINT32_C(1) << entity;
		return (struct roll_record){.key = employment(fixture, entity, 0).key};
	}
	return employment(fixture, entity, GENERATION(drawn / 300 % 4 + 1) + (int64_t)(drawn / 1200 % 50));
}

static void it_does_not_matter_where_batches_are_cut(void **state)
{
	enum { RECORDS = 300, ROUNDS = 20 };
	static const size_t cuts[] = {1, 7, 64};
	struct fixture *fixture = *state;
	struct roll_record records[RECORDS];
	uint64_t random = 1;

	for (size_t round = 0; round < ROUNDS; round++) {
		uint32_t gone = 0;
		struct held whole;

		for (size_t i = 0; i < RECORDS; i++)
			records[i] = any_record(fixture, &random, &gone);
		records[0] = marker(fixture, MARKER_OP_BEGIN, 1, 10);
		whole = held_after(fixture, records, RECORDS, RECORDS);
		for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
			struct held cut = held_after(fixture, records, RECORDS, cuts[i]);

			check_size(cut.count, whole.count);
			check(cut.standing == whole.standing);
			for (size_t k = 0; k < ENTITIES; k++)
				check_int(cut.start_dates[k], whole.start_dates[k]);
		}
	}
}

/* As the tables have it: whichever comes last, in the same batch or later, and also between what markers say. */
static void a_lower_revision_that_comes_later_changes_nothing(void **state)
{
	struct fixture *fixture = *state;
	const struct roll_record records[] = {
		marker(fixture, MARKER_OP_BEGIN, 2, 10),     employment(fixture, 1, GENERATION(2) + 7), employment(fixture, 1, GENERATION(2) + 3),
		employment(fixture, 1, GENERATION(1) + 900), employment(fixture, 2, GENERATION(2) + 4), employment(fixture, 2, GENERATION(2) + 9),
		employment(fixture, 2, GENERATION(2) + 8),   marker(fixture, MARKER_OP_END, 2, 10),     employment(fixture, 1, GENERATION(2) + 6),
		employment(fixture, 2, GENERATION(1) + 901),
	};
	const size_t count = sizeof records / sizeof records[0];

	for (size_t each = 1; each <= count; each++) {
		struct held held = held_after(fixture, records, count, each);

		check_size(held.count, 2);
		check_int(held.start_dates[1], (int32_t) - ((GENERATION(2) + 7) % 1000));
		check_int(held.start_dates[2], (int32_t) - ((GENERATION(2) + 9) % 1000));
	}
}

#define ROLL(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

static const struct CMUnitTest tests[] = {
	ROLL(the_highest_revision_stays_and_a_tombstone_removes), ROLL(what_a_new_generation_does_not_name_goes_with_its_end),
	ROLL(an_end_removes_its_own_employers_entities_alone),    ROLL(an_entity_goes_with_the_employer_that_has_it_last),
	ROLL(what_cannot_be_read_or_has_another_key_stops),       ROLL(a_sheet_quotes_what_was_delivered),
	ROLL(a_marker_cannot_ask_for_figures_of_fewer_than_five), ROLL(a_sheet_shows_no_figure_of_a_small_group),
	ROLL(it_does_not_matter_where_batches_are_cut),           ROLL(a_lower_revision_that_comes_later_changes_nothing),
};

CHECK_MAIN(tests)
