/* The largest persons that the contract lets in still fit the records that tell of them. */
#include "tests/unit/vault_outputs/consumer.h"

#include "schemas/codec/record.h"

enum { LONGEST = 512 };

/* n characters of four bytes each. */
static struct view longest(struct fixture *fixture, size_t n)
{
	uint8_t *bytes = arena_take(&fixture->arena, 4 * n);

	for (size_t i = 0; i < n; i++)
		memcpy(bytes + 4 * i, "\xF0\x9F\x9A\x80", 4);
	return view_of(bytes, 4 * n);
}

/* Fills every string of a record, and of those in it, to its limit; numbers to values that take many bytes. */
static void fill(struct fixture *fixture, const struct schema *schema, void *record)
{
	for (size_t i = 0; i < schema->field_count; i++) {
		const struct schema_field *field = &schema->fields[i];
		uint8_t *at = (uint8_t *)record + field->offset;

		if (field->repeated || field->kind == SCHEMA_FIXED || field->kind == SCHEMA_BYTES)
			continue;
		if (field->kind == SCHEMA_STRING) {
			struct view text = longest(fixture, field->max_length == 0 ? LONGEST : field->max_length);

			memcpy(at, &text, sizeof text);
		} else if (field->kind == SCHEMA_RECORD && field->nullable) {
			void *inner = record_new(field->record, &fixture->arena);

			fill(fixture, field->record, inner);
			memcpy(at, &inner, sizeof inner);
		} else if (field->kind == SCHEMA_INT && field->nullable) {
			*((bool *)record + field->has_offset) = true;
		}
	}
}

static struct person_state *largest_person(struct fixture *fixture)
{
	struct person_state *person = some_person(fixture);
	struct identity *identity = person->identity;

	fill(fixture, &identity_schema, identity);
	identity->birth_date = VIEW_LITERAL("19500517");
	identity->addresses.items = arena_array(&fixture->arena, 9, sizeof *identity->addresses.items);
	identity->contacts.items = arena_array(&fixture->arena, 9, sizeof *identity->contacts.items);
	identity->addresses.count = identity->contacts.count = 9;
	for (size_t i = 0; i < 9; i++) {
		struct address *address = &identity->addresses.items[i];

		fill(fixture, &address_schema, address);
		address->lines.items = arena_array(&fixture->arena, 3, sizeof *address->lines.items);
		address->lines.count = 3;
		for (size_t line = 0; line < 3; line++)
			address->lines.items[line] = longest(fixture, 80);
		fill(fixture, &contact_schema, &identity->contacts.items[i]);
	}
	return person;
}

static void add_large_employment(struct fixture *fixture, struct person_state *person, const char *key, int32_t segments)
{
	struct employment *employment = add_employment(fixture, person, key, on(2000, 1, 1), NO_END);

	fill(fixture, &employment_header_schema, employment->header);
	employment->header->start_date = on(2000, 1, 1);
	employment->header->has_end_date = false;
	for (int32_t i = 0; i < segments; i++) {
		struct employment_register *segment = i == 0 ? &employment->segments.items[0] : add_segment(fixture, employment, 0, "");

		fill(fixture, &employment_register_schema, segment);
		segment->effective_date = on(2000, 1, 1) + i;
		segment->contract_hours_x100 = 10000 + i;
		segment->norm_hours_x100 = 6000;
	}
}

static struct share_content largest_content(struct fixture *fixture)
{
	fixture->employer->profile = record_new(&employer_profile_schema, &fixture->arena);
	fixture->employer->profile->name = longest(fixture, 200);
	fixture->employer->settings.share_iban = true;
	return (struct share_content){
		.kind = CARE_KIND_SICK_REPORT,
		.employer_informed = true,
		.shared_at = INT64_MAX / 2,
		.shared_by = longest(fixture, 80),
		.reason = longest(fixture, 512),
	};
}

static void the_largest_person_without_spells_fits_a_sealed_payload(void **state)
{
	struct fixture *fixture = *state;
	struct person_state *person = largest_person(fixture);
	struct share_content content = largest_content(fixture);
	struct shared_dossier dossier;
	struct error error = {0};
	struct view bytes;
	char key[8];

	for (int i = 0; i < 16; i++) {
		(void)snprintf(key, sizeof key, "D%d", i);
		add_large_employment(fixture, person, key, 1);
	}
	share_payload(person, VIEW_LITERAL("P1"), &content, &fixture->context, &dossier);
	check_size(dossier.employments.count, 16);
	check_size(dossier.addresses.count, 9);
	check_ok(share_encoded(&dossier, &fixture->arena, &bytes, &error), &error);
	check(bytes.len > 100 * 1024);
	check(bytes.len + 48 <= 122880);
	check_view(opened(fixture, bytes)->reason, content.reason);
}

static void the_oldest_closed_spells_are_left_out_of_a_payload_first(void **state)
{
	struct fixture *fixture = *state;
	struct person_state *person = largest_person(fixture);
	struct share_content content = largest_content(fixture);
	struct shared_dossier dossier;
	struct error error = {0};
	struct view bytes;
	char key[8];

	add_large_employment(fixture, person, "D1", 1);
	fixture->employer->settings.absence_history_months = 60;
	for (int32_t i = 0; i < 300; i++) {
		int32_t first_day = on(2022, 1, 1) + i;
		struct spell *spell;

		(void)snprintf(key, sizeof key, "A%03d", i);
		spell = add_sick(fixture, person, key, first_day);
		for (int32_t seq = 2; seq < 100; seq++)
			(void)add_step(fixture, spell, ABSENCE_OP_MUTATE, seq, first_day, first_day + seq, 100 * seq);
		if (i == 0)
			continue;
		spell->steps.items[98].has_recovered_on = true;
		spell->steps.items[98].recovered_on = first_day + 200;
	}
	share_payload(person, VIEW_LITERAL("P1"), &content, &fixture->context, &dossier);
	check(dossier.absences.count > 50 && dossier.absences.count < 256);
	check_int(dossier.absences.items[0].first_day, on(2022, 1, 1));
	check(!dossier.absences.items[0].has_recovered_on);
	check_int(dossier.absences.items[1].first_day, on(2022, 1, 1) + 301 - (int32_t)dossier.absences.count);
	check_int(dossier.absences.items[dossier.absences.count - 1].first_day, on(2022, 1, 1) + 299);
	check_ok(share_encoded(&dossier, &fixture->arena, &bytes, &error), &error);
}

static void of_more_than_256_spells_the_latest_are_given(void **state)
{
	struct fixture *fixture = *state;
	struct person_state *person = some_person(fixture);
	struct share_content content = largest_content(fixture);
	struct shared_dossier dossier;
	char key[8];

	(void)add_employment(fixture, person, "D1", on(2000, 1, 1), NO_END);
	for (int32_t i = 0; i < 300; i++) {
		(void)snprintf(key, sizeof key, "A%03d", i);
		(void)add_sick(fixture, person, key, on(2022, 1, 1) + i);
	}
	share_payload(person, VIEW_LITERAL("P1"), &content, &fixture->context, &dossier);
	check_size(dossier.absences.count, 256);
	check_int(dossier.absences.items[0].first_day, on(2022, 1, 1) + 44);
}

static void the_largest_employment_is_told_with_its_latest_segments(void **state)
{
	struct fixture *fixture = *state;
	struct person_state *person = largest_person(fixture);
	const struct population_employment *record;

	add_large_employment(fixture, person, "D1", 300);
	person->employments.items[0].header->personnel_number = longest(fixture, 35);
	check(reconcile(fixture, person));
	check_size(fixture->output.count, 1);
	record = decoded(fixture, &population_employment_schema, fixture->output.items[0].value);
	check(fixture->output.items[0].value.len > 200 * 1024);
	check_int(record->segments.items[0].from, on(2000, 1, 1));
	check_int(record->segments.items[record->segments.count - 1].from, on(2000, 1, 1) + 299);
	check(!reconcile(fixture, person));
}

static void a_spell_of_many_steps_is_told_with_its_latest_segments(void **state)
{
	struct fixture *fixture = *state;
	struct person_state *person = some_person(fixture);
	const struct population_absence *record;
	struct spell *spell;

	(void)add_employment(fixture, person, "D1", on(2000, 1, 1), NO_END);
	spell = add_sick(fixture, person, "A1", on(2020, 1, 1));
	for (int32_t seq = 2; seq <= 999; seq++)
		(void)add_step(fixture, spell, ABSENCE_OP_MUTATE, seq, on(2020, 1, 1), on(2020, 1, 1) + seq, seq);
	check(reconcile(fixture, person));
	record = decoded(fixture, &population_absence_schema, fixture->output.items[1].value);
	check_size(record->segments.count, 256);
	check_int(record->segments.items[0].from, on(2020, 1, 1));
	check_int(record->segments.items[255].absence_pct_x100, 999);
}

static const struct CMUnitTest tests[] = {
	IN_FIXTURE(the_largest_person_without_spells_fits_a_sealed_payload),
	IN_FIXTURE(the_oldest_closed_spells_are_left_out_of_a_payload_first),
	IN_FIXTURE(of_more_than_256_spells_the_latest_are_given),
	IN_FIXTURE(the_largest_employment_is_told_with_its_latest_segments),
	IN_FIXTURE(a_spell_of_many_steps_is_told_with_its_latest_segments),
};

CHECK_MAIN(tests)
