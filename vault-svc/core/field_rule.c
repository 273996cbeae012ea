#include "vault-svc/core/field_rule.h"

#include "schemas/messages.h"
#include "vault-svc/core/elementary.h"

#define NEEDED FIELD_REQUIRED
#define NEEDED_KEY (FIELD_REQUIRED | FIELD_KEY)
#define LAST_SEQ 999

static const struct field_rule employee_rules[] = {
	{"event_id", RULE_EVENT_ID, NEEDED_KEY},
	{"employer_id", RULE_TEXT, NEEDED_KEY},
	{"occurred_at", RULE_NONE, 0},
	{"source_system", RULE_TEXT, NEEDED_KEY},
	{"source_ref", RULE_TEXT, 0},
	{"test", RULE_NONE, 0},
	{"snapshot_id", RULE_TEXT, 0},
	{"op", RULE_ENUM, NEEDED_KEY},
	{"employee_key", RULE_TEXT, NEEDED_KEY},
	{"employee_key_old", RULE_TEXT, FIELD_KEY},
	{"bsn", RULE_BSN, 0},
	{"surname", RULE_TEXT, NEEDED},
	{"prefix", RULE_TEXT, 0},
	{"initials", RULE_TEXT, 0},
	{"first_names", RULE_TEXT, 0},
	{"call_name", RULE_TEXT, 0},
	{"partner_surname", RULE_TEXT, 0},
	{"partner_prefix", RULE_TEXT, 0},
	{"name_use", RULE_NONE, 0},
	{"title_before", RULE_TEXT, 0},
	{"title_after", RULE_TEXT, 0},
	{"gender", RULE_NONE, 0},
	{"birth_date", RULE_BIRTH_DATE, NEEDED},
	{"death_date", RULE_DAY, 0},
	{"addresses", RULE_NONE, 0},
	{"contacts", RULE_NONE, 0},
	{"iban", RULE_IBAN, 0},
	{"no_risk", RULE_NONE, 0},
	{"no_risk_until", RULE_DAY, 0},
	{"sfb", RULE_NONE, 0},
	{"sfb_until", RULE_DAY, 0},
};

static const struct field_rule employment_rules[] = {
	{"event_id", RULE_EVENT_ID, NEEDED_KEY},
	{"employer_id", RULE_TEXT, NEEDED_KEY},
	{"occurred_at", RULE_NONE, 0},
	{"source_system", RULE_TEXT, NEEDED_KEY},
	{"source_ref", RULE_TEXT, 0},
	{"test", RULE_NONE, 0},
	{"snapshot_id", RULE_TEXT, 0},
	{"op", RULE_ENUM, NEEDED_KEY},
	{"employee_key", RULE_TEXT, NEEDED_KEY},
	{"employment_key", RULE_TEXT, NEEDED_KEY},
	{"employment_key_old", RULE_TEXT, FIELD_KEY},
	{"personnel_number", RULE_TEXT, 0},
	{"start_date", RULE_DAY, NEEDED},
	{"end_date", RULE_DAY, 0},
	{"payroll_tax_number", RULE_TEXT, 0},
	{"uwv_sector", RULE_TEXT, 0},
	{"risk_group", RULE_TEXT, 0},
	{"contact_person", RULE_NONE, 0},
	{"effective_date", RULE_DAY, NEEDED},
	{"department_code", RULE_TEXT, NEEDED},
	{"department_name", RULE_TEXT, 0},
	{"parent_department_code", RULE_TEXT, 0},
	{"function_code", RULE_TEXT, 0},
	{"function_name", RULE_TEXT, 0},
	{"cost_centre", RULE_TEXT, 0},
	{"contract_hours_x100", RULE_CONTRACT_HOURS, NEEDED},
	{"norm_hours_x100", RULE_NORM_HOURS, NEEDED},
	{"contract_term", RULE_NONE, 0},
	{"employment_kind", RULE_TEXT, 0},
};

static const struct field_rule absence_rules[] = {
	{"event_id", RULE_EVENT_ID, NEEDED_KEY},
	{"employer_id", RULE_TEXT, NEEDED_KEY},
	{"occurred_at", RULE_NONE, 0},
	{"source_system", RULE_TEXT, NEEDED_KEY},
	{"source_ref", RULE_TEXT, 0},
	{"test", RULE_NONE, 0},
	{"snapshot_id", RULE_TEXT, 0},
	{"op", RULE_ENUM, NEEDED_KEY},
	{"employee_key", RULE_TEXT, NEEDED_KEY},
	{"employment_key", RULE_TEXT, NEEDED_KEY},
	{"absence_key", RULE_TEXT, NEEDED_KEY},
	{"seq", RULE_SEQ, NEEDED_KEY},
	{"first_day", RULE_DAY, NEEDED},
	{"mutation_date", RULE_DAY, NEEDED},
	{"absence_pct_x100", RULE_PERCENTAGE, NEEDED},
	{"recovered_on", RULE_DAY, 0},
	{"expected_recovery", RULE_DAY, 0},
	{"end_reason", RULE_NONE, 0},
	{"cause", RULE_NONE, 0},
	{"safety_net", RULE_NONE, 0},
	{"leave", RULE_NONE, 0},
	{"exclude_from_frequency", RULE_NONE, 0},
	{"nursing_address", RULE_NONE, 0},
};

static const struct field_rule unit_rules[] = {
	{"event_id", RULE_EVENT_ID, NEEDED_KEY},
	{"employer_id", RULE_TEXT, NEEDED_KEY},
	{"occurred_at", RULE_NONE, 0},
	{"source_system", RULE_TEXT, NEEDED_KEY},
	{"source_ref", RULE_TEXT, 0},
	{"test", RULE_NONE, 0},
	{"snapshot_id", RULE_TEXT, 0},
	{"op", RULE_ENUM, NEEDED_KEY},
	{"unit_code", RULE_TEXT, NEEDED_KEY},
	{"name", RULE_TEXT, 0},
	{"parent_code", RULE_TEXT, 0},
};

static const struct field_rule marker_rules[] = {
	{"event_id", RULE_EVENT_ID, NEEDED},
	{"employer_id", RULE_TEXT, NEEDED},
	{"occurred_at", RULE_NONE, 0},
	{"source_system", RULE_TEXT, NEEDED},
	{"test", RULE_NONE, 0},
	{"op", RULE_ENUM, NEEDED},
	{"snapshot_id", RULE_TEXT, NEEDED},
	{"record_count", RULE_NONE, 0},
	{"scope", RULE_ENUM, 0},
};

static const struct field_rule address_rules[] = {
	{"kind", RULE_ENUM, NEEDED}, {"country", RULE_COUNTRY, NEEDED},      {"postcode", RULE_POSTCODE, 0},          {"city", RULE_TEXT, 0},
	{"street", RULE_TEXT, 0},    {"house_number", RULE_HOUSE_NUMBER, 0}, {"house_number_addition", RULE_TEXT, 0}, {"lines", RULE_TEXT, 0},
	{"care_of", RULE_TEXT, 0},
};

static const struct field_rule contact_rules[] = {
	{"kind", RULE_ENUM, NEEDED},
	{"value", RULE_TEXT, NEEDED},
};

static const struct field_rule contact_person_rules[] = {
	{"name", RULE_TEXT, NEEDED},
	{"phone", RULE_TEXT, 0},
	{"email", RULE_TEXT, 0},
};

const struct field_rule *field_rules(const struct schema *schema)
{
	static const struct {
		const struct schema *schema;
		const struct field_rule *rules;
	} tables[] = {
		{&employee_event_schema, employee_rules}, {&employment_event_schema, employment_rules},
		{&absence_event_schema, absence_rules},   {&organisation_unit_event_schema, unit_rules},
		{&snapshot_marker_schema, marker_rules},  {&address_schema, address_rules},
		{&contact_schema, contact_rules},         {&contact_person_schema, contact_person_rules},
	};

	for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
		if (tables[i].schema == schema)
			return tables[i].rules;
	return NULL;
}

static const char *text_rule_fault(enum rule rule, const void *record, struct view text)
{
	const struct address *address = record;

	if (rule == RULE_EVENT_ID)
		return event_id_fault(text);
	if (rule == RULE_BSN)
		return bsn_fault(text);
	if (rule == RULE_BIRTH_DATE)
		return birth_date_fault(text);
	if (rule == RULE_IBAN)
		return iban_fault(text);
	if (rule == RULE_COUNTRY)
		return country_fault(text);
	if (rule == RULE_POSTCODE)
		return postcode_fault(address->country, text);
	return text_fault(text);
}

const char *value_fault(enum rule rule, const void *record, const void *value)
{
	switch (rule) {
	case RULE_NONE:
		return NULL;
	case RULE_TEXT:
	case RULE_EVENT_ID:
	case RULE_BSN:
	case RULE_BIRTH_DATE:
	case RULE_IBAN:
	case RULE_COUNTRY:
	case RULE_POSTCODE:
		return text_rule_fault(rule, record, *(const struct view *)value);
	case RULE_DAY:
		return day_fault(*(const int32_t *)value);
	case RULE_HOUSE_NUMBER:
		return house_number_fault(*(const int32_t *)value);
	case RULE_CONTRACT_HOURS:
		return contract_hours_fault(*(const int32_t *)value);
	case RULE_NORM_HOURS:
		return norm_hours_fault(*(const int32_t *)value);
	case RULE_PERCENTAGE:
		return percentage_fault(*(const int32_t *)value);
	case RULE_SEQ:
		return *(const int32_t *)value < 1 || *(const int32_t *)value > LAST_SEQ ? "SEQ" : NULL;
	case RULE_ENUM:
		break;
	}
	return *(const int32_t *)value == SCHEMA_NO_SYMBOL ? "ENUM" : NULL;
}
