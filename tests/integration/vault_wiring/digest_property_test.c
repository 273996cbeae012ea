/* Whatever is delivered, in whatever order and however often: a vault with a digest cache says and writes what one without does. The seed is printed
 * and taken back from KLUIS_SEED. */
#include "tests/integration/vault_wiring/wired.h"

#include "common/base/calendar.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { BATCHES = 500, KEPT = 64, HR_EVENTS = 3 };

static const int64_t beginning = INT64_C(1794823200000); /* 2026-11-16 */

struct told {
	const struct schema *schema;
	void *record;
};

struct world {
	struct arena arena;
	struct entropy chance;
	struct wired *with, *without;
	struct told told[KEPT]; /* to be delivered again */
	size_t told_count;
	int64_t now;
	unsigned made;
};

static uint64_t below(struct world *world, uint64_t limit)
{
	return entropy_number(&world->chance) % limit;
}

static struct view one_of(struct world *world, const char *const *texts, size_t count)
{
	const char *text = texts[below(world, count)];

	return text == NULL ? VIEW_NULL : view_text(text);
}

#define ONE_OF(world, ...) one_of((world), (const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

static int32_t some_day(struct world *world, uint64_t choices)
{
	return (int32_t)(beginning / MS_PER_DAY) - 300 + (int32_t)below(world, choices) * 20;
}

static void *employee(struct world *world)
{
	struct employee_event *event = record_new(&employee_event_schema, &world->arena);

	event->op = below(world, 12) == 0 ? EMPLOYEE_OP_DELETE : EMPLOYEE_OP_UPSERT;
	event->employee_key = ONE_OF(world, "K1", "K2", "K3");
	event->employee_key_old = below(world, 8) == 0 ? ONE_OF(world, "K1", "K2", "K3", "K9") : VIEW_NULL;
	event->surname = ONE_OF(world, "Jansen", "de Boer");
	event->birth_date = VIEW_LITERAL("19800517");
	event->bsn = ONE_OF(world, NULL, "111222333", "123456782", "123456789");
	event->gender = below(world, 2) == 0 ? GENDER_MALE : GENDER_FEMALE;
	return event;
}

static void *employment(struct world *world)
{
	struct employment_event *event = record_new(&employment_event_schema, &world->arena);
	static const enum employment_op ops[] = {EMPLOYMENT_OP_UPSERT, EMPLOYMENT_OP_UPSERT,  EMPLOYMENT_OP_UPSERT,
						 EMPLOYMENT_OP_UPSERT, EMPLOYMENT_OP_CORRECT, EMPLOYMENT_OP_DELETE};

	event->op = ops[below(world, 6)];
	event->employee_key = ONE_OF(world, "K1", "K2", "K3");
	event->employment_key = ONE_OF(world, "D1", "D2");
	event->employment_key_old = below(world, 12) == 0 ? ONE_OF(world, "D1", "D2") : VIEW_NULL;
	event->start_date = some_day(world, 1);
	event->effective_date = some_day(world, 3);
	event->department_code = ONE_OF(world, "A", "B");
	event->risk_group = ONE_OF(world, NULL, "Kort", "\001");
	event->contract_hours_x100 = 3600;
	event->norm_hours_x100 = 4000;
	return event;
}

static void *absence(struct world *world)
{
	struct absence_event *event = record_new(&absence_event_schema, &world->arena);
	static const enum absence_op ops[] = {ABSENCE_OP_START, ABSENCE_OP_MUTATE,  ABSENCE_OP_MUTATE,
					      ABSENCE_OP_END,   ABSENCE_OP_CORRECT, ABSENCE_OP_DELETE};

	event->op = ops[below(world, 6)];
	event->employee_key = ONE_OF(world, "K1", "K2", "K3");
	event->employment_key = ONE_OF(world, "D1", "D1", "D2");
	event->absence_key = ONE_OF(world, "A1", "A2");
	event->seq = 1 + (int32_t)below(world, 4);
	event->first_day = some_day(world, 2) + 60;
	event->mutation_date = event->op == ABSENCE_OP_START ? event->first_day : event->first_day + (int32_t)below(world, 2) * 5;
	event->absence_pct_x100 = below(world, 2) == 0 ? 10000 : 5000;
	event->has_recovered_on = event->op == ABSENCE_OP_END;
	event->recovered_on = event->first_day + 30;
	return event;
}

static void *unit(struct world *world)
{
	struct organisation_unit_event *event = record_new(&organisation_unit_event_schema, &world->arena);

	event->op = below(world, 6) == 0 ? UNIT_OP_DELETE : UNIT_OP_UPSERT;
	event->unit_code = ONE_OF(world, "A", "B");
	event->name = ONE_OF(world, "Advies", "Beheer");
	return event;
}

static struct told something_new(struct world *world)
{
	switch (below(world, 7)) {
	case 0:
	case 1:
		return (struct told){&employee_event_schema, employee(world)};
	case 2:
	case 3:
		return (struct told){&employment_event_schema, employment(world)};
	case 4:
	case 5:
		return (struct told){&absence_event_schema, absence(world)};
	default:
		return (struct told){&organisation_unit_event_schema, unit(world)};
	}
}

static void *field_of(const struct told *told, const char *name)
{
	return (uint8_t *)told->record + schema_field_named(told->schema, view_text(name))->offset;
}

/* The event with an id of its own, now or somewhat late. */
static struct view delivered(struct world *world, const struct told *told)
{
	struct buffer buffer;
	struct error error;
	struct view bytes;
	char id[40];

	(void)snprintf(id, sizeof id, "00000000-0000-4000-8000-%012u", ++world->made);
	*(struct view *)field_of(told, "event_id") = arena_copy(&world->arena, view_text(id));
	*(struct view *)field_of(told, "employer_id") = VIEW_LITERAL("E1");
	*(struct view *)field_of(told, "source_system") = VIEW_LITERAL("HR");
	*(int64_t *)field_of(told, "occurred_at") = world->now - (below(world, 5) == 0 ? 100000 : 0) + (int64_t)world->made;
	buffer_init(&buffer, SCHEMA_MAX_MESSAGE);
	check_ok(message_encode(told->schema, told->record, &buffer, &error), &error);
	bytes = arena_copy(&world->arena, buffer_view(&buffer));
	buffer_done(&buffer);
	return bytes;
}

static struct view next_event(struct world *world)
{
	if (world->told_count > 0 && below(world, 2) == 0)
		return delivered(world, &world->told[below(world, world->told_count < KEPT ? world->told_count : KEPT)]);
	world->told[world->told_count % KEPT] = something_new(world);
	return delivered(world, &world->told[world->told_count++ % KEPT]);
}

static int world_begin(void **state)
{
	struct world *world = calloc(1, sizeof *world);
	uint8_t seed[CRYPTO_KEY_LEN] = {0};
	uint64_t number;

	if (world == NULL)
		return 1;
	number = check_seed((uint64_t)getpid());
	memcpy(seed, &number, sizeof number);
	entropy_init_seed(&world->chance, seed);
	world->now = beginning;
	*state = world;
	return 0;
}

static int world_end(void **state)
{
	struct world *world = *state;

	wired_free(world->with);
	wired_free(world->without);
	arena_done(&world->arena);
	free(world);
	return 0;
}

static void a_digest_cache_changes_nothing_of_what_is_said_or_written(void **state)
{
	static const struct statement versions = {"test_versions", "SELECT coalesce(sum(version), 0)::bigint + 100000 * count(*) FROM person"};
	static const struct statement units = {"test_units", "SELECT coalesce(sum(version), 0)::bigint FROM employer_units"};
	struct world *world = *state;
	struct stream_record records[6];
	int64_t offset = 0;
	size_t said = 0;

	world->without = wired_new("without", 0);
	world->with = wired_new("with", 4096);
	(void)wired_employer(world->without, "E1", EMPLOYER_LIFECYCLE_ACTIVE);
	(void)wired_employer(world->with, "E1", EMPLOYER_LIFECYCLE_ACTIVE);
	for (size_t i = 0; i < BATCHES; i++) {
		size_t count = 1 + below(world, 6);

		world->now += 60000;
		for (size_t k = 0; k < count; k++)
			records[k] = (struct stream_record){
				.input = HR_EVENTS, .offset = offset++, .time_ms = world->now, .key = VIEW_LITERAL("E1"), .value = next_event(world)};
		wired_take(world->without, STREAM_EVENTS, records, count, i);
		wired_take(world->with, STREAM_EVENTS, records, count, i);
		check_view(buffer_view(&world->with->said), buffer_view(&world->without->said));
		check_int(wired_number(world->with, &versions), wired_number(world->without, &versions));
		said += world->with->said.len;
	}
	check_int(wired_number(world->with, &units), wired_number(world->without, &units));
	check(said > 1000 && world->with->hits > BATCHES / 10);
	check_size(world->without->hits, 0);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test_setup_teardown(a_digest_cache_changes_nothing_of_what_is_said_or_written, world_begin, world_end),
};

CHECK_MAIN(tests)
