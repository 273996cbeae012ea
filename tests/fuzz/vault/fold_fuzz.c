/*
 * A sequence of events folded into one person, and what providers are told of it. What changed nothing left the person equal; applied twice is
 * applied once; what is current stays so when delivered anew; reconciled twice is reconciled once; whatever is kept or told can be written and read.
 * With the first byte odd: absence events alone, which come out the same in either order.
 */
#include "tests/fuzz/vault/fold_events.h"

#include "common/base/calendar.h"
#include "schemas/codec/record.h"
#include "vault-svc/core/share.h"

#define EVENTS_MAX 24

static struct schema_registry *registry;
static struct arena arena;   /* of the run */
static struct arena passing; /* of one event: gone when it has been applied */
static struct buffer buffer;
static struct buffer again;

static void begin(void)
{
	static const struct schema_set *const sets[] = {&messages_schemas, &state_schemas};

	require(crypto_start(NULL) && schema_registry_new(sets, 2, &registry, NULL));
	buffer_init(&buffer, SCHEMA_MAX_MESSAGE);
	buffer_init(&again, SCHEMA_MAX_MESSAGE);
}

static void check_findings(const struct verdict *verdict)
{
	bool quarantined = false;

	for (size_t i = 0; i < verdict->findings.count; i++)
		quarantined = quarantined || verdict->findings.items[i].outcome == PROCESSING_OUTCOME_QUARANTINED;
	require(verdict->quarantined == quarantined);
	require(!verdict->quarantined || !verdict->changed);
	require(!verdict->current || verdict->findings.count == 0);
}

static void renew(struct event *event, const struct schema *schema, void *record)
{
	const struct view id = VIEW_LITERAL("ffffffff-0000-4000-8000-000000000000");

	event->event_id = id;
	event->occurred_at += MS_PER_DAY;
	*(struct view *)(void *)((uint8_t *)record + schema_field_named(schema, VIEW_LITERAL("event_id"))->offset) = id;
	memcpy((uint8_t *)record + schema_field_named(schema, VIEW_LITERAL("occurred_at"))->offset, &event->occurred_at, sizeof event->occurred_at);
}

/* Checked by its rules; false when it is not to be applied. */
static bool judge(struct message *message, struct event *ret)
{
	event_of(message, ret);
	if (!event_future(ret, FOLD_NOW, &passing))
		event_check(ret, message, &passing);
	for (size_t i = 0; i < ret->findings.count; i++)
		require((ret->findings.items[i].outcome == PROCESSING_OUTCOME_REJECTED) == ret->rejected);
	require(!ret->rejected || ret->findings.count == 1);
	return !ret->rejected;
}

static void apply_person(struct person_state *person, struct message *message, struct event *event, bool bsn_taken)
{
	const struct fold_context context = {.now_ms = FOLD_NOW, .bsn_taken = bsn_taken, .arena = &arena};
	const struct person_state *before = record_copy(&person_state_schema, &arena, person);
	struct verdict verdict = {0};
	struct verdict twice = {0};
	struct verdict anew = {0};
	bool current;

	person_apply(person, event, &context, &verdict);
	check_findings(&verdict);
	current = verdict.current;
	require(verdict.changed || record_equal(&person_state_schema, before, person));
	before = record_copy(&person_state_schema, &arena, person);
	person_apply(person, event, &context, &twice);
	require(!twice.changed && record_equal(&person_state_schema, before, person));
	require(!current || twice.current);
	if (!current)
		return;
	renew(event, message->schema, message->record);
	person_apply(person, event, &context, &anew);
	require(!anew.changed && anew.current && record_equal(&person_state_schema, before, person));
}

static void apply_unit(struct units_state *units, const struct event *event)
{
	const struct units_state *before = record_copy(&units_state_schema, &arena, units);
	struct verdict verdict = {0};
	struct verdict twice = {0};

	units_apply(units, event, &arena, &verdict);
	check_findings(&verdict);
	require(verdict.changed || record_equal(&units_state_schema, before, units));
	before = record_copy(&units_state_schema, &arena, units);
	units_apply(units, event, &arena, &twice);
	require(!twice.changed && record_equal(&units_state_schema, before, units));
}

static void apply(struct person_state *person, struct units_state *units, struct message *message, bool bsn_taken)
{
	struct event event;

	if (!judge(message, &event) || event.kind == EVENT_SNAPSHOT)
		return;
	if (event.kind == EVENT_UNIT)
		apply_unit(units, &event);
	else if (event.kind == EVENT_EMPLOYEE && event.is_delete)
		(void)person_delete_is_stale(person, &event);
	else
		apply_person(person, message, &event, bsn_taken);
}

static void check_kept(const struct schema *schema, const void *state)
{
	struct message message;

	buffer_clear(&buffer);
	require(message_encode(schema, state, &buffer, NULL));
	require(message_decode_as(registry, schema, buffer_view(&buffer), NULL, &arena, &message, NULL));
	require(message.faults.count == 0 && record_equal(schema, state, message.record));
}

static void check_told(const struct population_output *output)
{
	static const struct schema *const told[] = {&population_employment_schema, &population_absence_schema, &population_unit_schema};
	struct message message;

	for (size_t i = 0; i < output->count; i++) {
		const struct population_record *record = &output->items[i];

		require(view_is_null(record->value) == (record->reason != NULL));
		if (view_is_null(record->value))
			continue;
		require(message_decode(registry, record->value, told, 3, &arena, &message, NULL) && message.faults.count == 0);
	}
}

static struct employer_state *some_employer(struct choices *choices)
{
	struct employer_state *employer = record_new(&employer_state_schema, &arena);
	struct employer_provider *providers = arena_array(&arena, 2, sizeof *providers);
	uint8_t how = choose_byte(choices);

	providers[0].provider_id = VIEW_LITERAL("P1");
	providers[1].provider_id = VIEW_LITERAL("P2");
	employer->employer_id = VIEW_LITERAL("E1");
	employer->state = EMPLOYER_LIFECYCLE_ACTIVE;
	employer->settings = *(struct employer_settings *)record_new(&employer_settings_schema, &arena);
	employer->settings.registration = (enum registration_mode)(how & 1);
	employer->settings.absence_facts = (enum absence_facts)(how >> 1 & 1);
	employer->settings.personnel_number = (enum personnel_number_policy)((how >> 2 & 3) % 3);
	employer->providers.items = providers;
	employer->providers.count = 1 + (how >> 4 & 1U);
	return employer;
}

static void share(struct person_state *person, const struct reconcile_context *context, struct choices *choices)
{
	static const uint8_t key[32] = {1};
	const struct share_content content = {
		.kind = (enum care_kind)choose(choices, 7), .shared_at = context->now_ms, .shared_by = VIEW_LITERAL("x")};
	const struct person_state *before;
	struct share_outputs outputs = {0};
	struct share_outputs none = {0};
	size_t count;

	if (person->identity == NULL)
		return;
	(void)share_begin(person, key, VIEW_LITERAL("P1"), VIEW_LITERAL("A1"), &content, context, &outputs);
	count = outputs.count;
	require(share_begin(person, key, VIEW_LITERAL("P1"), VIEW_LITERAL("A1"), &content, context, &outputs) == SHARE_ALREADY);
	require(outputs.count == count);
	/* A share of an earlier time may need ids for what has come since; once they are there nothing differs. */
	before = record_copy(&person_state_schema, &arena, person);
	(void)share_update(person, before, context->employer, context, &none);
	require(none.count == 0 && !share_update(person, before, context->employer, context, &none) && none.count == 0);
}

static void reconcile(struct person_state *person, struct units_state *units, struct choices *choices)
{
	static const uint8_t seed[CRYPTO_KEY_LEN] = {7};
	struct population_output output = {0};
	struct population_output none = {0};
	struct entropy entropy;
	const struct reconcile_context context = {
		.employer = some_employer(choices), .now_ms = FOLD_NOW, .generation = 1, .entropy = &entropy, .arena = &arena};

	entropy_init_seed(&entropy, seed);
	(void)person_reconcile(person, &context, &output);
	(void)units_reconcile(units, &context, &output);
	check_told(&output);
	share(person, &context, choices);
	/* With AFTER_SHARE a share shows spells: told now, and then no more. */
	(void)person_reconcile(person, &context, &output);
	require(!person_reconcile(person, &context, &none) && !units_reconcile(units, &context, &none) && none.count == 0);
	entropy_done(&entropy);
}

static void fold_all(struct choices *choices)
{
	struct person_state *person = record_new(&person_state_schema, &arena);
	struct units_state *units = record_new(&units_state_schema, &arena);

	person_begin(person, 4711, VIEW_LITERAL("K1"), &arena);
	for (unsigned i = 0; i < EVENTS_MAX && choices->left > 0; i++) {
		bool bsn_taken = choices->at[0] >= 0xf0;
		struct message message = {0};

		if (choices->at[0] % 16 == 15) {
			(void)choose_byte(choices);
			reconcile(person, units, choices);
		} else if (fold_event(choices, registry, i, &passing, &message)) {
			apply(person, units, &message, bsn_taken);
		}
		arena_reset(&passing);
	}
	check_kept(&person_state_schema, person);
	check_kept(&units_state_schema, units);
}

static int by_absence_key(const void *a, const void *b)
{
	return view_compare(((const struct spell *)a)->absence_key, ((const struct spell *)b)->absence_key);
}

/* The content as it must come out in either order: without what was said. */
static void settle(struct person_state *person)
{
	person->waiting_reported = false;
	for (size_t i = 0; i < person->spells.count; i++)
		person->spells.items[i].waiting_reported = false;
	if (person->spells.count > 0)
		qsort(person->spells.items, person->spells.count, sizeof *person->spells.items, by_absence_key);
}

static void fold_either_way(struct choices *choices)
{
	const struct fold_context context = {.now_ms = FOLD_NOW, .arena = &arena};
	struct person_state *persons[2];
	struct event events[EVENTS_MAX];
	size_t count = 0;

	while (count < EVENTS_MAX && choices->left > 0) {
		struct message message = {0};
		bool usable;

		fold_absence(choices, (unsigned)count, &arena, &message);
		usable = judge(&message, &events[count]);
		/* A beginning at fault keeps what is held when it comes: see "Readings" in the design. */
		if (events[count].absence->op != ABSENCE_OP_MUTATE && events[count].absence->op != ABSENCE_OP_END)
			usable = usable && events[count].kept_fields == 0;
		/* Of one number of a spell there is one content. */
		for (size_t i = 0; i < count; i++)
			usable = usable && (events[i].absence->seq != events[count].absence->seq ||
					    !view_equal(events[i].absence->absence_key, events[count].absence->absence_key));
		count += usable;
	}
	for (size_t way = 0; way < 2; way++) {
		persons[way] = record_new(&person_state_schema, &arena);
		person_begin(persons[way], 4711, VIEW_LITERAL("K1"), &arena);
		for (size_t i = 0; i < count; i++) {
			struct verdict verdict = {0};

			person_apply(persons[way], &events[way == 0 ? i : count - 1 - i], &context, &verdict);
		}
		settle(persons[way]);
	}
	require(record_equal(&person_state_schema, persons[0], persons[1]));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct choices choices = {bytes, size};

	if (registry == NULL)
		begin();
	if (choose(&choices, 2) == 0)
		fold_all(&choices);
	else
		fold_either_way(&choices);
	arena_reset(&passing);
	arena_reset(&arena);
	return 0;
}
