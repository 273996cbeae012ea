/* The whole matrix of contract/rules.md "Shares": each kind times each field, from a person who has a value in every field. */
#include "tests/unit/vault_outputs/fixture.h"

#include "schemas/codec/record.h"

/* A column, and who gets it. */
static const struct column {
	enum care_kind kind;
	enum share_origin origin;
	enum share_form form;
	enum share_width width;
} columns[] = {
	{CARE_KIND_SICK_REPORT, SHARE_ORIGIN_EMPLOYER, SHARE_FORM_FULL, SHARE_WIDE},
	{CARE_KIND_SICK_REPORT, SHARE_ORIGIN_ABSENCE, SHARE_FORM_FULL, SHARE_WIDE},
	{CARE_KIND_PROVIDER_SICK_LINE, SHARE_ORIGIN_CARE_REQUEST, SHARE_FORM_FULL, SHARE_WIDE},
	{CARE_KIND_CASEMANAGER_CONTACT, SHARE_ORIGIN_EMPLOYER, SHARE_FORM_FULL, SHARE_MIDDLE},
	{CARE_KIND_PREVENTIVE_CONSULT, SHARE_ORIGIN_EMPLOYER, SHARE_FORM_FULL, SHARE_NARROW},
	{CARE_KIND_WORKING_CONDITIONS_CONSULT, SHARE_ORIGIN_EMPLOYER, SHARE_FORM_FULL, SHARE_NARROW},
	{CARE_KIND_OPEN_CONSULT, SHARE_ORIGIN_EMPLOYER, SHARE_FORM_FULL, SHARE_NARROW},
	{CARE_KIND_WALK_IN, SHARE_ORIGIN_CARE_REQUEST, SHARE_FORM_SNAPSHOT, SHARE_NARROW},
	{CARE_KIND_PREVENTIVE_CONSULT, SHARE_ORIGIN_CARE_REQUEST, SHARE_FORM_SNAPSHOT, SHARE_NARROW},
	{CARE_KIND_CASEMANAGER_CONTACT, SHARE_ORIGIN_CARE_REQUEST, SHARE_FORM_SNAPSHOT, SHARE_NARROW},
	{CARE_KIND_OPEN_CONSULT, SHARE_ORIGIN_ABSENCE, SHARE_FORM_FULL, SHARE_WIDE},
};

/* The narrowest column that gives a field of the payload. */
static const struct row {
	const char *field;
	enum share_width least;
} rows[] = {
	{"employer_name", SHARE_NARROW},
	{"bsn", SHARE_WIDE},
	{"surname", SHARE_NARROW},
	{"prefix", SHARE_NARROW},
	{"initials", SHARE_NARROW},
	{"first_names", SHARE_NARROW},
	{"call_name", SHARE_NARROW},
	{"partner_surname", SHARE_NARROW},
	{"partner_prefix", SHARE_NARROW},
	{"name_use", SHARE_NARROW},
	{"title_before", SHARE_NARROW},
	{"title_after", SHARE_NARROW},
	{"gender", SHARE_NARROW},
	{"birth_date", SHARE_NARROW},
	{"death_date", SHARE_MIDDLE},
	{"addresses", SHARE_NARROW},
	{"contacts", SHARE_NARROW},
	{"iban", SHARE_WIDE},
	{"no_risk", SHARE_WIDE},
	{"no_risk_until", SHARE_WIDE},
	{"sfb", SHARE_WIDE},
	{"sfb_until", SHARE_WIDE},
	{"employments", SHARE_NARROW},
	{"absences", SHARE_MIDDLE},
	{"origin", SHARE_NARROW},
	{"kind", SHARE_NARROW},
	{"form", SHARE_NARROW},
	{"employer_informed", SHARE_NARROW},
	{"shared_at", SHARE_NARROW},
	{"shared_by", SHARE_NARROW},
	{"reason", SHARE_NARROW},
};

/* The same of an employment in it. */
static const struct row employment_rows[] = {
	{"entity_id", SHARE_NARROW},        {"personnel_number", SHARE_NARROW},
	{"start_date", SHARE_NARROW},       {"end_date", SHARE_NARROW},
	{"segment_from", SHARE_NARROW},     {"department_code", SHARE_NARROW},
	{"department_name", SHARE_NARROW},  {"function_name", SHARE_NARROW},
	{"norm_hours_x100", SHARE_NARROW},  {"contract_hours_x100", SHARE_NARROW},
	{"contract_term", SHARE_MIDDLE},    {"employment_kind", SHARE_MIDDLE},
	{"payroll_tax_number", SHARE_WIDE}, {"uwv_sector", SHARE_MIDDLE},
	{"risk_group", SHARE_MIDDLE},       {"contact_person", SHARE_MIDDLE},
};

static void give_places(struct fixture *fixture, struct identity *identity)
{
	static const enum address_kind kinds[] = {ADDRESS_KIND_HOME, ADDRESS_KIND_NURSING, ADDRESS_KIND_POSTAL};
	enum { CONTACTS = CONTACT_KIND_EMAIL_WORK + 1 };

	identity->addresses.items = arena_array(&fixture->arena, 3, sizeof *identity->addresses.items);
	identity->addresses.count = 3;
	for (size_t i = 0; i < 3; i++) {
		identity->addresses.items[i].kind = kinds[i];
		identity->addresses.items[i].country = VIEW_LITERAL("NL");
		identity->addresses.items[i].city = view_text(address_kind_name(kinds[i]));
	}
	identity->contacts.items = arena_array(&fixture->arena, CONTACTS, sizeof *identity->contacts.items);
	identity->contacts.count = CONTACTS;
	for (size_t i = 0; i < CONTACTS; i++) {
		identity->contacts.items[i].kind = (enum contact_kind)i;
		identity->contacts.items[i].value = view_text(contact_kind_name((enum contact_kind)i));
	}
}

static struct person_state *whole_person(struct fixture *fixture)
{
	struct person_state *person = some_person(fixture);
	struct identity *identity = person->identity;
	struct employment *employment = add_employment(fixture, person, "D1", on(2020, 1, 1), on(2040, 1, 1));
	struct employment_register *segment = &employment->segments.items[0];
	struct spell_step *step;

	identity->bsn = VIEW_LITERAL("123456782");
	identity->prefix = identity->initials = identity->first_names = identity->call_name = VIEW_LITERAL("v");
	identity->partner_surname = identity->partner_prefix = identity->title_before = identity->title_after = VIEW_LITERAL("w");
	identity->name_use = NAME_USE_OWN_PARTNER;
	identity->has_death_date = identity->has_no_risk = identity->has_no_risk_until = identity->has_sfb = identity->has_sfb_until = true;
	identity->no_risk = identity->sfb = true;
	identity->death_date = identity->no_risk_until = identity->sfb_until = on(2030, 1, 1);
	identity->iban = VIEW_LITERAL("NL91ABNA0417164300");
	give_places(fixture, identity);
	employment->header->payroll_tax_number = VIEW_LITERAL("123456789L01");
	employment->header->uwv_sector = employment->header->risk_group = VIEW_LITERAL("s");
	employment->header->contact_person = record_new(&contact_person_schema, &fixture->arena);
	employment->header->contact_person->name = VIEW_LITERAL("Collega");
	segment->department_name = segment->function_name = segment->employment_kind = VIEW_LITERAL("n");
	segment->contract_term = CONTRACT_TERM_PERMANENT;
	step = &add_sick(fixture, person, "open", on(2026, 11, 1))->steps.items[0];
	step->cause = ABSENCE_CAUSE_WORK_ACCIDENT;
	step = add_step(fixture, add_sick(fixture, person, "over", on(2026, 1, 1)), ABSENCE_OP_END, 2, on(2026, 1, 1), on(2026, 1, 9), 0);
	step->has_recovered_on = true;
	step->recovered_on = on(2026, 1, 9);
	fixture->employer->profile = record_new(&employer_profile_schema, &fixture->arena);
	fixture->employer->profile->name = VIEW_LITERAL("Bouwbedrijf");
	fixture->employer->settings.share_iban = true;
	return person;
}

static struct shared_dossier *payload_of(struct fixture *fixture, struct person_state *person, const struct column *column)
{
	struct shared_dossier *dossier = arena_take(&fixture->arena, sizeof *dossier);
	const struct share_content content = {
		.form = column->form,
		.origin = column->origin,
		.kind = column->kind,
		.employer_informed = column->form != SHARE_FORM_SNAPSHOT,
		.shared_at = fixture->context.now_ms,
		.shared_by = VIEW_LITERAL("j.jansen"),
		.reason = VIEW_LITERAL("toelichting"),
	};

	share_payload(person, VIEW_LITERAL("P1"), &content, &fixture->context, dossier);
	return dossier;
}

/* True when the field is not null, not its default and not an empty list. */
static bool filled(const struct schema *schema, const char *name, const void *record, const void *standard)
{
	const struct schema_field *field = schema_field_named(schema, view_text(name));
	const struct schema_array *array;
	static const uint8_t zero[32] = {0};

	check(field != NULL);
	array = (const void *)((const uint8_t *)record + field->offset);
	if (field->repeated)
		return array->count > 0;
	if (schema_field_null(field, record))
		return false;
	switch (field->kind) {
	case SCHEMA_STRING:
		return ((const struct view *)(const void *)array)->len > 0;
	case SCHEMA_FIXED:
		return memcmp(array, zero, field->size) != 0;
	case SCHEMA_ENUM:
		return field->nullable || memcmp(array, (const uint8_t *)standard + field->offset, 4) != 0;
	case SCHEMA_BOOLEAN:
	case SCHEMA_INT:
	case SCHEMA_LONG:
	case SCHEMA_BYTES:
	case SCHEMA_RECORD:
		break;
	}
	return true;
}

static void check_rows(struct fixture *fixture, const struct schema *schema, const void *record, const struct row *table, size_t count,
		       const struct column *column)
{
	const void *standard = record_new(schema, &fixture->arena);

	check_size(count, schema->field_count);
	for (size_t i = 0; i < count; i++) {
		bool allowed = column->width >= table[i].least;
		const struct schema_field *field = schema_field_named(schema, view_text(table[i].field));

		check(field != NULL);
		/* The first symbol of these is as good as any, and a silent share says nothing of who and why. */
		if (field->kind == SCHEMA_ENUM && !field->has_default)
			continue;
		if (column->form == SHARE_FORM_SNAPSHOT && (strcmp(field->name, "shared_by") == 0 || strcmp(field->name, "reason") == 0))
			allowed = false;
		if (filled(schema, table[i].field, record, standard) != allowed) {
			print_error("%s of %s\n", table[i].field, care_kind_name(column->kind));
			check(false);
		}
	}
}

static void each_kind_gives_exactly_its_fields(void **state)
{
	struct fixture *fixture = *state;
	struct person_state *person = whole_person(fixture);

	for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
		const struct shared_dossier *dossier = payload_of(fixture, person, &columns[i]);

		check_rows(fixture, &shared_dossier_schema, dossier, rows, sizeof rows / sizeof *rows, &columns[i]);
		check_size(dossier->employments.count, 1);
		check_rows(fixture, &shared_employment_schema, &dossier->employments.items[0], employment_rows,
			   sizeof employment_rows / sizeof *employment_rows, &columns[i]);
		check_int(dossier->form, columns[i].form);
		check_int(dossier->kind, columns[i].kind);
		check_int(dossier->origin, columns[i].origin);
		check_int(dossier->employer_informed, columns[i].form != SHARE_FORM_SNAPSHOT);
	}
}

static void each_kind_gives_its_addresses_contacts_and_spells(void **state)
{
	static const size_t addresses[] = {1, 2, 3};
	static const size_t contacts[] = {3, 6, 6};
	static const size_t absences[] = {0, 1, 2};
	struct fixture *fixture = *state;
	struct person_state *person = whole_person(fixture);

	for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
		const struct shared_dossier *dossier = payload_of(fixture, person, &columns[i]);

		check_size(dossier->addresses.count, addresses[columns[i].width]);
		check_size(dossier->contacts.count, contacts[columns[i].width]);
		check_size(dossier->absences.count, absences[columns[i].width]);
		check_int(dossier->addresses.items[0].kind, ADDRESS_KIND_HOME);
		for (size_t a = 0; a < dossier->addresses.count; a++)
			check(dossier->addresses.items[a].kind != ADDRESS_KIND_NURSING || columns[i].width == SHARE_WIDE);
		for (size_t c = 0; c < dossier->contacts.count && columns[i].width == SHARE_NARROW; c++)
			check(dossier->contacts.items[c].kind == CONTACT_KIND_PHONE_HOME ||
			      dossier->contacts.items[c].kind == CONTACT_KIND_MOBILE_PRIVATE ||
			      dossier->contacts.items[c].kind == CONTACT_KIND_EMAIL_PRIVATE);
	}
}

static void the_bank_account_is_given_by_setting_and_to_wide_kinds_alone(void **state)
{
	struct fixture *fixture = *state;
	struct person_state *person = whole_person(fixture);

	fixture->employer->settings.share_iban = false;
	for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
		check(view_is_null(payload_of(fixture, person, &columns[i])->iban));
}

static void a_nursing_address_of_the_latest_open_spell_takes_the_place_of_the_own(void **state)
{
	struct fixture *fixture = *state;
	struct person_state *person = whole_person(fixture);
	struct address here = {.kind = ADDRESS_KIND_HOME, .country = VIEW_LITERAL("NL"), .city = VIEW_LITERAL("Kliniek")};
	struct address there = {.kind = ADDRESS_KIND_NURSING, .country = VIEW_LITERAL("NL"), .city = VIEW_LITERAL("Elders")};
	const struct shared_dossier *dossier;

	person->spells.items[1].steps.items[1].nursing_address = &there;
	check_view(payload_of(fixture, person, &columns[0])->addresses.items[1].city, VIEW_LITERAL("NURSING"));
	person->spells.items[0].steps.items[0].nursing_address = &here;
	add_sick(fixture, person, "later", on(2026, 11, 5))->steps.items[0].nursing_address = &there;
	dossier = payload_of(fixture, person, &columns[0]);
	check_size(dossier->addresses.count, 3);
	check_int(dossier->addresses.items[2].kind, ADDRESS_KIND_NURSING);
	check_view(dossier->addresses.items[2].city, VIEW_LITERAL("Elders"));
	person->spells.items[2].steps.items[0].nursing_address = NULL;
	dossier = payload_of(fixture, person, &columns[0]);
	check_int(dossier->addresses.items[2].kind, ADDRESS_KIND_NURSING);
	check_view(dossier->addresses.items[2].city, VIEW_LITERAL("Kliniek"));
	check_size(payload_of(fixture, person, &columns[3])->addresses.count, 2);
}

static const struct CMUnitTest tests[] = {
	IN_FIXTURE(each_kind_gives_exactly_its_fields),
	IN_FIXTURE(each_kind_gives_its_addresses_contacts_and_spells),
	IN_FIXTURE(the_bank_account_is_given_by_setting_and_to_wide_kinds_alone),
	IN_FIXTURE(a_nursing_address_of_the_latest_open_spell_takes_the_place_of_the_own),
};

CHECK_MAIN(tests)
