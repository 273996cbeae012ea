#include "common/crypto/digest.h"
#include "tests/unit/vault_outputs/fixture.h"

#include "schemas/codec/record.h"

/* An event of a department, as event_check leaves it. */
static struct event *unit_event(struct fixture *fixture, enum unit_op op, const char *code, const char *name, int64_t occurred_at,
				const char *event_id)
{
	struct event *event = arena_take(&fixture->arena, sizeof *event);
	struct organisation_unit_event *unit = record_new(&organisation_unit_event_schema, &fixture->arena);

	unit->op = op;
	unit->unit_code = view_text(code);
	unit->name = view_text(name);
	unit->event_id = view_text(event_id);
	unit->occurred_at = occurred_at;
	unit->source_system = VIEW_LITERAL("HR");
	event->kind = EVENT_UNIT;
	event->unit = unit;
	event->event_id = unit->event_id;
	event->occurred_at = occurred_at;
	event->is_delete = op == UNIT_OP_DELETE;
	return event;
}

static struct verdict applied(struct fixture *fixture, struct units_state *units, const struct event *event)
{
	struct verdict verdict;

	units_apply(units, event, &fixture->arena, &verdict);
	return verdict;
}

static bool told(struct fixture *fixture, struct units_state *units)
{
	fixture->output = (struct population_output){0};
	return units_reconcile(units, &fixture->context, &fixture->output);
}

static void units_are_kept_in_order_and_equal_content_changes_nothing(void **state)
{
	struct fixture *fixture = *state;
	struct units_state units = {0};
	struct verdict verdict;

	check(applied(fixture, &units, unit_event(fixture, UNIT_OP_UPSERT, "B", "Bouw", 10, "b")).changed);
	check(applied(fixture, &units, unit_event(fixture, UNIT_OP_UPSERT, "A", "Advies", 10, "a")).changed);
	check_view(units.units.items[0].unit_code, VIEW_LITERAL("A"));
	verdict = applied(fixture, &units, unit_event(fixture, UNIT_OP_UPSERT, "A", "Advies", 20, "c"));
	check(!verdict.changed && verdict.current);
	check_int(units.units.items[0].occurred_at, 10);
	verdict = applied(fixture, &units, unit_event(fixture, UNIT_OP_UPSERT, "A", "Anders", 10, "a"));
	check(!verdict.changed && !verdict.current);
	check_size(verdict.findings.count, 0);
}

static void a_lower_stamp_is_stale_and_ids_break_ties(void **state)
{
	struct fixture *fixture = *state;
	struct units_state units = {0};
	struct verdict verdict;

	(void)applied(fixture, &units, unit_event(fixture, UNIT_OP_UPSERT, "A", "Advies", 10, "b"));
	verdict = applied(fixture, &units, unit_event(fixture, UNIT_OP_UPSERT, "A", "Anders", 10, "a"));
	check(!verdict.changed);
	check_size(verdict.findings.count, 1);
	check_int(verdict.findings.items[0].outcome, PROCESSING_OUTCOME_STALE);
	verdict = applied(fixture, &units, unit_event(fixture, UNIT_OP_UPSERT, "A", "Anders", 10, "c"));
	check(verdict.changed && verdict.current);
	check_view(units.units.items[0].name, VIEW_LITERAL("Anders"));
}

static void a_delete_holds_against_older_events_also_of_a_unit_not_seen(void **state)
{
	struct fixture *fixture = *state;
	struct units_state units = {0};

	check(applied(fixture, &units, unit_event(fixture, UNIT_OP_DELETE, "A", NULL, 20, "a")).changed);
	check_int(applied(fixture, &units, unit_event(fixture, UNIT_OP_UPSERT, "A", "Advies", 10, "b")).findings.items[0].outcome,
		  PROCESSING_OUTCOME_STALE);
	check(!told(fixture, &units));
	check(!applied(fixture, &units, unit_event(fixture, UNIT_OP_DELETE, "A", NULL, 20, "a")).changed);
	check(applied(fixture, &units, unit_event(fixture, UNIT_OP_DELETE, "A", NULL, 40, "c")).changed);
	check_int(applied(fixture, &units, unit_event(fixture, UNIT_OP_UPSERT, "A", "Advies", 30, "d")).findings.items[0].outcome,
		  PROCESSING_OUTCOME_STALE);
	check(applied(fixture, &units, unit_event(fixture, UNIT_OP_UPSERT, "A", "Advies", 50, "e")).changed);
	check(told(fixture, &units));
}

static void a_field_at_fault_keeps_what_is_held(void **state)
{
	struct fixture *fixture = *state;
	struct units_state units = {0};
	struct event *event = unit_event(fixture, UNIT_OP_UPSERT, "A", NULL, 20, "b");
	const struct schema_field *name = schema_field_named(&organisation_unit_event_schema, VIEW_LITERAL("name"));
	struct verdict verdict;

	(void)applied(fixture, &units, unit_event(fixture, UNIT_OP_UPSERT, "A", "Advies", 10, "a"));
	event->unit->parent_code = VIEW_LITERAL("Z");
	event->kept_fields = UINT64_C(1) << (name - organisation_unit_event_schema.fields);
	finding_add(&event->findings, &fixture->arena, PROCESSING_OUTCOME_WARNED, "TEXT", "name");
	verdict = applied(fixture, &units, event);
	check(verdict.changed && !verdict.current);
	check_view(units.units.items[0].name, VIEW_LITERAL("Advies"));
	check_view(units.units.items[0].parent_code, VIEW_LITERAL("Z"));
}

static void each_provider_is_told_of_units_once_and_of_those_that_go(void **state)
{
	struct fixture *fixture = *state;
	struct units_state units = {0};
	const struct population_unit *record;
	uint8_t hash[32];

	serve(fixture, "P2");
	(void)applied(fixture, &units, unit_event(fixture, UNIT_OP_UPSERT, "A", "Advies", 10, "a"));
	(void)applied(fixture, &units, unit_event(fixture, UNIT_OP_UPSERT, "B", "Bouw", 10, "b"));
	check(told(fixture, &units));
	check_size(fixture->output.count, 4);
	record = decoded(fixture, &population_unit_schema, fixture->output.items[1].value);
	check_view(record->unit_code, VIEW_LITERAL("B"));
	check_view(record->name, VIEW_LITERAL("Bouw"));
	check_int(record->revision, (INT64_C(1) << 40) + 2);
	check_int(record->recorded_at, fixture->context.now_ms);
	digest_of(NULL, view_of("E1\0B", 4), hash, sizeof hash);
	check(memcmp(fixture->output.items[1].key + 16, hash, 16) == 0);
	check_int(fixture->output.items[1].key[0], 0);
	check(!told(fixture, &units));
	(void)applied(fixture, &units, unit_event(fixture, UNIT_OP_DELETE, "A", NULL, 20, "c"));
	check(told(fixture, &units));
	check_size(fixture->output.count, 2);
	check(view_is_null(fixture->output.items[0].value));
	check_text(fixture->output.items[0].reason, "CORRECTED");
	check(!told(fixture, &units));
}

static void units_follow_the_employers_state_registration_and_generation(void **state)
{
	struct fixture *fixture = *state;
	struct units_state units = {0};

	(void)applied(fixture, &units, unit_event(fixture, UNIT_OP_UPSERT, "A", "Advies", 10, "a"));
	fixture->employer->state = EMPLOYER_LIFECYCLE_ACCEPTED;
	check(!told(fixture, &units));
	fixture->employer->state = EMPLOYER_LIFECYCLE_ACTIVE;
	check(told(fixture, &units));
	fixture->context.again = true;
	fixture->context.generation = 2;
	check(told(fixture, &units));
	check_int(units.providers.items[0].published.items[0].revision, (INT64_C(2) << 40) + 2);
	fixture->context.again = false;
	fixture->employer->settings.registration = REGISTRATION_MODE_NEGATIVE;
	check(told(fixture, &units));
	check_size(fixture->output.count, 1);
	check(view_is_null(fixture->output.items[0].value));
	check(!told(fixture, &units));
}

static void many_new_units_of_a_batch_take_memory_in_proportion(void **state)
{
	struct fixture *fixture = *state;
	struct units_state units = {0};
	char code[12];

	for (int i = 0; i < 5000; i++) {
		(void)snprintf(code, sizeof code, "%05d", i * 7919 % 5000);
		check(applied(fixture, &units, unit_event(fixture, UNIT_OP_UPSERT, arena_text(&fixture->arena, view_text(code)), "N", 10, "a"))
			      .changed);
	}
	check_size(units.units.count, 5000);
	check_view(units.units.items[1].unit_code, VIEW_LITERAL("00001"));
	check_view(units.units.items[4999].unit_code, VIEW_LITERAL("04999"));
	check(fixture->arena.used < (size_t)32 * 1024 * 1024);
}

static const struct CMUnitTest tests[] = {
	IN_FIXTURE(units_are_kept_in_order_and_equal_content_changes_nothing),    IN_FIXTURE(a_lower_stamp_is_stale_and_ids_break_ties),
	IN_FIXTURE(a_delete_holds_against_older_events_also_of_a_unit_not_seen),  IN_FIXTURE(a_field_at_fault_keeps_what_is_held),
	IN_FIXTURE(each_provider_is_told_of_units_once_and_of_those_that_go),     IN_FIXTURE(many_new_units_of_a_batch_take_memory_in_proportion),
	IN_FIXTURE(units_follow_the_employers_state_registration_and_generation),
};

CHECK_MAIN(tests)
