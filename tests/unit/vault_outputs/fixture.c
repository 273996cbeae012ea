#include "tests/unit/vault_outputs/fixture.h"

#include "schemas/codec/record.h"

int fixture_begin(void **state)
{
	static const struct schema_set *const sets[] = {&messages_schemas, &state_schemas};
	static const uint8_t seed[CRYPTO_KEY_LEN] = {7};
	struct fixture *fixture = calloc(1, sizeof *fixture);
	const struct employer_settings *settings;
	struct error error = {0};

	if (fixture == NULL)
		return 1;
	arena_init(&fixture->arena, 0);
	entropy_init_seed(&fixture->entropy, seed);
	if (!schema_registry_new(sets, 2, &fixture->registry, &error))
		return 1;
	fixture->employer = record_new(&employer_state_schema, &fixture->arena);
	settings = record_new(&employer_settings_schema, &fixture->arena);
	fixture->employer->employer_id = VIEW_LITERAL("E1");
	fixture->employer->state = EMPLOYER_LIFECYCLE_ACTIVE;
	fixture->employer->settings = *settings;
	fixture->context = (struct reconcile_context){
		.employer = fixture->employer,
		.generation = 1,
		.entropy = &fixture->entropy,
		.arena = &fixture->arena,
	};
	serve(fixture, "P1");
	at_noon(fixture, on(2026, 11, 22));
	*state = fixture;
	return 0;
}

int fixture_end(void **state)
{
	struct fixture *fixture = *state;

	schema_registry_free(fixture->registry);
	arena_done(&fixture->arena);
	entropy_done(&fixture->entropy);
	free(fixture);
	return 0;
}

int32_t on(int32_t year, int32_t month, int32_t day)
{
	return day_of((struct calendar_date){.year = year, .month = month, .day = day});
}

void at_noon(struct fixture *fixture, int32_t day)
{
	fixture->context.now_ms = day * MS_PER_DAY + 11 * MS_PER_HOUR;
}

void serve(struct fixture *fixture, const char *provider_id)
{
	size_t count = fixture->employer->providers.count;
	struct employer_provider *items = arena_array(&fixture->arena, count + 1, sizeof *items);

	if (count > 0)
		memcpy(items, fixture->employer->providers.items, count * sizeof *items);
	items[count].provider_id = view_text(provider_id);
	memset(items[count].personnel_number_key, 40 + (int)count, sizeof items[count].personnel_number_key);
	fixture->employer->providers.items = items;
	fixture->employer->providers.count++;
}

struct person_state *some_person(struct fixture *fixture)
{
	struct person_state *person = record_new(&person_state_schema, &fixture->arena);

	person->person = 4711;
	person->employee_key = VIEW_LITERAL("K1");
	person->identity = record_new(&identity_schema, &fixture->arena);
	person->identity->event_id = VIEW_LITERAL("00000000-0000-0000-0000-000000000001");
	person->identity->source_system = VIEW_LITERAL("HR");
	person->identity->surname = VIEW_LITERAL("Zandbergen");
	person->identity->birth_date = VIEW_LITERAL("19800517");
	person->identity->gender = GENDER_FEMALE;
	return person;
}

struct employment *add_employment(struct fixture *fixture, struct person_state *person, const char *key, int32_t start, int32_t end)
{
	size_t count = person->employments.count;
	struct employment *items = arena_array(&fixture->arena, count + 1, sizeof *items);
	struct employment *added = &items[count];

	if (count > 0)
		memcpy(items, person->employments.items, count * sizeof *items);
	person->employments.items = items;
	person->employments.count++;
	added->employment_key = arena_copy(&fixture->arena, view_text(key));
	added->header = record_new(&employment_header_schema, &fixture->arena);
	added->header->personnel_number = VIEW_LITERAL("MS003");
	added->header->start_date = start;
	added->header->has_end_date = end != NO_END;
	added->header->end_date = end == NO_END ? 0 : end;
	(void)add_segment(fixture, added, start, "A");
	return added;
}

struct employment_register *add_segment(struct fixture *fixture, struct employment *employment, int32_t from, const char *department)
{
	size_t count = employment->segments.count;
	struct employment_register *items = arena_array(&fixture->arena, count + 1, sizeof *items);

	if (count > 0)
		memcpy(items, employment->segments.items, count * sizeof *items);
	items[count].event_id = VIEW_LITERAL("00000000-0000-0000-0000-000000000002");
	items[count].source_system = VIEW_LITERAL("HR");
	items[count].effective_date = from;
	items[count].department_code = arena_copy(&fixture->arena, view_text(department));
	items[count].contract_hours_x100 = 3600;
	items[count].norm_hours_x100 = 4000;
	employment->segments.items = items;
	employment->segments.count++;
	return &items[count];
}

struct spell *add_spell(struct fixture *fixture, struct person_state *person, const char *key)
{
	size_t count = person->spells.count;
	struct spell *items = arena_array(&fixture->arena, count + 1, sizeof *items);

	if (count > 0)
		memcpy(items, person->spells.items, count * sizeof *items);
	items[count].absence_key = arena_copy(&fixture->arena, view_text(key));
	person->spells.items = items;
	person->spells.count++;
	return &items[count];
}

struct spell_step *add_step(struct fixture *fixture, struct spell *spell, enum absence_op op, int32_t seq, int32_t first_day, int32_t mutation_date,
			    int32_t percentage)
{
	size_t count = spell->steps.count;
	struct spell_step *items = arena_array(&fixture->arena, count + 1, sizeof *items);

	if (count > 0)
		memcpy(items, spell->steps.items, count * sizeof *items);
	items[count] = (struct spell_step){
		.event_id = VIEW_LITERAL("00000000-0000-0000-0000-000000000003"),
		.source_system = VIEW_LITERAL("HR"),
		.op = op,
		.employment_key = VIEW_LITERAL("D1"),
		.seq = seq,
		.first_day = first_day,
		.mutation_date = mutation_date,
		.absence_pct_x100 = percentage,
	};
	spell->steps.items = items;
	spell->steps.count++;
	return &items[count];
}

struct spell *add_sick(struct fixture *fixture, struct person_state *person, const char *key, int32_t first_day)
{
	struct spell *spell = add_spell(fixture, person, key);

	(void)add_step(fixture, spell, ABSENCE_OP_START, 1, first_day, first_day, 10000);
	return spell;
}

bool reconcile(struct fixture *fixture, struct person_state *person)
{
	fixture->output = (struct population_output){0};
	return person_reconcile(person, &fixture->context, &fixture->output);
}

struct person_state *copy_of(struct fixture *fixture, const struct person_state *person)
{
	return record_copy(&person_state_schema, &fixture->arena, person);
}

static void *decoded_with(struct fixture *fixture, const struct schema *schema, struct view value, const struct message_options *options)
{
	struct message message = {0};
	struct error error = {0};

	check_ok(message_decode_as(fixture->registry, schema, value, options, &fixture->arena, &message, &error), &error);
	check_size(message.faults.count, 0);
	return message.record;
}

void *decoded(struct fixture *fixture, const struct schema *schema, struct view value)
{
	return decoded_with(fixture, schema, value, NULL);
}

struct shared_dossier *opened(struct fixture *fixture, struct view payload)
{
	const struct message_options options = {.limit = SHARE_PAYLOAD_MAX, .padded = true};

	check_size(payload.len % 1024, 0);
	return decoded_with(fixture, &shared_dossier_schema, payload, &options);
}
