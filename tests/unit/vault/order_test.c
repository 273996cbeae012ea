/* What contract/rules.md promises about order: employments by stamp and spells by seq come out the same however they are shuffled and doubled. */
#include "tests/unit/vault/events.h"

#include "schemas/codec/record.h"
#include "tests/unit/schemas/random_record.h"

#define ROUNDS 2000
#define EVENTS_MAX 40

struct history {
	const struct schema *schema;
	void *records[EVENTS_MAX * 2];
	size_t count;
};

static void shuffle(struct history *history, struct random *random)
{
	for (size_t i = history->count; i > 1; i--) {
		size_t other = (size_t)random_below(random, i);
		void *record = history->records[i - 1];

		history->records[i - 1] = history->records[other];
		history->records[other] = record;
	}
}

static void shuffle_and_double(struct history *history, struct random *random)
{
	size_t count = history->count;

	for (size_t i = 0; i < count; i++)
		if (random_below(random, 3) == 0)
			history->records[history->count++] = history->records[i];
	shuffle(history, random);
}

static void apply_all(struct events *events, const struct history *history)
{
	for (size_t i = 0; i < history->count; i++)
		apply(events, history->schema, history->records[i]);
}

static int by_employment_key(const void *a, const void *b)
{
	return view_compare(((const struct employment *)a)->employment_key, ((const struct employment *)b)->employment_key);
}

static int by_absence_key(const void *a, const void *b)
{
	return view_compare(((const struct spell *)a)->absence_key, ((const struct spell *)b)->absence_key);
}

/* A copy of the person that is the same for the same content: lists ordered, without what was said and without stamps of registers. */
static struct person_state *content_of(struct events *events)
{
	struct person_state *person = record_copy(&person_state_schema, &events->arena, &events->person);

	person->waiting_reported = false;
	if (person->employments.count > 0)
		qsort(person->employments.items, person->employments.count, sizeof *person->employments.items, by_employment_key);
	if (person->spells.count > 0)
		qsort(person->spells.items, person->spells.count, sizeof *person->spells.items, by_absence_key);
	for (size_t i = 0; i < person->spells.count; i++)
		person->spells.items[i].waiting_reported = false;
	for (size_t i = 0; i < person->employments.count; i++) {
		struct employment *employment = &person->employments.items[i];

		if (employment->header != NULL) {
			employment->header->occurred_at = 0;
			employment->header->event_id = VIEW_LITERAL("");
		}
		for (size_t k = 0; k < employment->segments.count; k++) {
			employment->segments.items[k].occurred_at = 0;
			employment->segments.items[k].event_id = VIEW_LITERAL("");
		}
	}
	return person;
}

static void begin_again(struct events *events)
{
	person_begin(&events->person, 4711, VIEW_LITERAL("K1"), &events->arena);
}

static struct view numbered(struct events *events, const char *letter, uint64_t number)
{
	char name[40];

	(void)snprintf(name, sizeof name, "%s%" PRIu64, letter, number);
	return arena_copy(&events->arena, view_text(name));
}

/*
 * Employment events in the order of their stamps, two keys, few dates. No register returns to an earlier content: a segment's content is new each
 * time, and a header's stays the same for a while and is then never seen again.
 */
static struct history employment_history(struct events *events, struct random *random)
{
	struct history history = {.schema = &employment_event_schema};
	size_t count = 1 + (size_t)random_below(random, EVENTS_MAX);
	uint64_t headers[2] = {0, 0};

	for (uint64_t i = 0; i < count; i++) {
		uint64_t which = random_below(random, 2);
		struct employment_event *event = employment(events, which == 0 ? "D1" : "D2", day((int32_t)random_below(random, 4)));
		uint64_t kind = random_below(random, 20);

		if (random_below(random, 2) == 0)
			headers[which]++;
		event->op = kind < 16 ? EMPLOYMENT_OP_UPSERT : kind < 18 ? EMPLOYMENT_OP_CORRECT : EMPLOYMENT_OP_DELETE;
		event->department_code = numbered(events, "S", i);
		event->personnel_number = numbered(events, "H", headers[which]);
		/* Some at the same time: the event_id decides. */
		event->occurred_at = beginning + (int64_t)(i / 2);
		history.records[history.count++] = event;
	}
	return history;
}

/* Absence events in the order of their seqs, two spells, gaps, contradictions and a field at fault now and then. */
static struct history absence_history(struct events *events, struct random *random)
{
	struct history history = {.schema = &absence_event_schema};

	for (int which = 0; which < 2; which++) {
		int32_t last = 1 + (int32_t)random_below(random, 14);

		for (int32_t seq = 1; seq <= last; seq++) {
			uint64_t kind = random_below(random, 16);
			enum absence_op op = seq == 1 || kind == 0 ? ABSENCE_OP_START
					     : kind < 3            ? ABSENCE_OP_CORRECT
					     : kind < 5            ? ABSENCE_OP_DELETE
					     : kind < 7            ? ABSENCE_OP_END
								   : ABSENCE_OP_MUTATE;
			struct absence_event *event = absence(events, which == 0 ? "A1" : "A2", op, seq);

			if (random_below(random, 12) == 0)
				continue;
			if (random_below(random, 8) == 0)
				event->first_day = event->mutation_date = day(9);
			if (random_below(random, 8) == 0)
				event->employment_key = VIEW_LITERAL("D2");
			event->absence_pct_x100 = (int32_t)random_below(random, 10001);
			event->has_expected_recovery = random_below(random, 2) == 0;
			event->expected_recovery = day((int32_t)random_below(random, 100));
			if ((op == ABSENCE_OP_MUTATE || op == ABSENCE_OP_END) && random_below(random, 4) == 0) {
				event->has_expected_recovery = true;
				event->expected_recovery = INT32_MAX;
			}
			/* Times say nothing about the order of steps. */
			event->occurred_at = beginning + (int64_t)random_below(random, 1000);
			history.records[history.count++] = event;
		}
	}
	return history;
}

typedef struct history make_history(struct events *events, struct random *random);

static void check_converges(struct events *events, make_history *make)
{
	struct random random = random_seeded();

	for (int round = 0; round < ROUNDS; round++) {
		struct history history = make(events, &random);
		struct person_state *expected;

		begin_again(events);
		apply_all(events, &history);
		expected = content_of(events);
		shuffle_and_double(&history, &random);
		begin_again(events);
		apply_all(events, &history);
		if (!record_equal(&person_state_schema, expected, content_of(events)))
			fail_msg("round %d differs", round);
		arena_reset(&events->arena);
	}
}

static void employments_shuffled_and_doubled_come_out_by_stamp(void **state)
{
	check_converges(*state, employment_history);
}

static void spells_shuffled_and_doubled_come_out_by_seq(void **state)
{
	check_converges(*state, absence_history);
}

static void check_twice_is_once(struct events *events, make_history *make)
{
	struct random random = random_seeded();

	for (int round = 0; round < ROUNDS; round++) {
		struct history history = make(events, &random);
		struct person_state *once;

		begin_again(events);
		shuffle(&history, &random);
		for (size_t i = 0; i < history.count; i++) {
			apply(events, history.schema, history.records[i]);
			once = record_copy(&person_state_schema, &events->arena, &events->person);
			apply(events, history.schema, history.records[i]);
			check(!events->verdict.changed);
			check(record_equal(&person_state_schema, once, &events->person));
		}
		arena_reset(&events->arena);
	}
}

static void an_event_applied_twice_is_applied_once(void **state)
{
	check_twice_is_once(*state, employment_history);
	check_twice_is_once(*state, absence_history);
}

/* Gives the event another id and a later time. */
static void renew(struct events *events, struct view *event_id, int64_t *occurred_at)
{
	char id[40];

	(void)snprintf(id, sizeof id, "ffffffff-0000-4000-8000-%012u", ++events->made);
	*event_id = arena_copy(&events->arena, view_text(id));
	*occurred_at += MS_PER_DAY;
}

static void an_event_that_is_said_to_be_current_changes_nothing_when_delivered_anew(void **state)
{
	struct events *events = *state;
	struct random random = random_seeded();
	int current = 0;

	for (int round = 0; round < ROUNDS; round++) {
		bool absent = random_below(&random, 2) == 0;
		struct history history = absent ? absence_history(events, &random) : employment_history(events, &random);

		begin_again(events);
		shuffle(&history, &random);
		for (size_t i = 0; i < history.count; i++) {
			struct absence_event *absence = history.records[i];
			struct employment_event *employment = history.records[i];

			apply(events, history.schema, history.records[i]);
			if (!events->verdict.current)
				continue;
			current++;
			check_size(events->verdict.findings.count, 0);
			if (absent)
				renew(events, &absence->event_id, &absence->occurred_at);
			else
				renew(events, &employment->event_id, &employment->occurred_at);
			apply(events, history.schema, history.records[i]);
			check_changed(events, false);
			check(events->verdict.current);
		}
		arena_reset(&events->arena);
	}
	check(current > ROUNDS);
}

/* Copies some optional fields of `from` over those of `to`. */
static void blend(const struct schema *schema, const uint8_t *from, uint8_t *to, struct random *random)
{
	for (size_t i = 0; i < schema->field_count; i++) {
		const struct schema_field *field = &schema->fields[i];
		size_t size = field->repeated                                   ? sizeof(struct schema_array)
			      : field->nullable && field->kind == SCHEMA_RECORD ? sizeof(void *)
										: schema_value_size(field);

		if ((!field->nullable && !field->repeated) || random_below(random, 3) != 0)
			continue;
		memcpy(to + field->offset, from + field->offset, size);
		if (field->has_offset != 0)
			to[field->has_offset] = from[field->has_offset];
	}
}

static void whatever_is_kept_can_be_written(void **state)
{
	struct events *events = *state;
	struct random random = random_seeded();
	size_t changed = 0;

	for (int round = 0; round < ROUNDS; round++) {
		const struct schema *const schemas[] = {&employee_event_schema, &employment_event_schema, &absence_event_schema};
		const struct schema *schema = schemas[random_below(&random, 3)];
		int32_t seq = 1 + (int32_t)random_below(&random, 5);
		void *record = schema == schemas[0]   ? (void *)employee(events)
			       : schema == schemas[1] ? (void *)employment(events, "D1", day((int32_t)random_below(&random, 9)))
						      : (void *)absence(events, "A1", (enum absence_op)random_below(&random, 5), seq);
		const struct fold_context context = {.now_ms = events->now, .arena = &events->arena};
		struct buffer buffer;
		struct error error;

		if (round % 50 == 0)
			begin_again(events);
		blend(schema, random_record(schema, &random, &events->arena), record, &random);
		if (judge(events, schema, record, NULL)->rejected)
			continue;
		person_apply(&events->person, &events->event, &context, &events->verdict);
		changed += events->verdict.changed;
		buffer_init(&buffer, SCHEMA_MAX_MESSAGE);
		check_ok(message_encode(&person_state_schema, &events->person, &buffer, &error), &error);
		buffer_done(&buffer);
	}
	check(changed > ROUNDS / 10);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, events_begin, events_end)
static const struct CMUnitTest tests[] = {
	TEST(employments_shuffled_and_doubled_come_out_by_stamp),
	TEST(spells_shuffled_and_doubled_come_out_by_seq),
	TEST(an_event_applied_twice_is_applied_once),
	TEST(an_event_that_is_said_to_be_current_changes_nothing_when_delivered_anew),
	TEST(whatever_is_kept_can_be_written),
};

CHECK_MAIN(tests)
