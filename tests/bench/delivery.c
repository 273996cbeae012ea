#include "tests/bench/delivery.h"

#include "common/base/calendar.h"
#include "common/base/uuid.h"
#include "schemas/codec/message.h"
#include "schemas/messages.h"
#include "tests/bench/person.h"

#include <inttypes.h>

void delivery_employer(const struct delivery *delivery, int64_t employee, char ret[static DELIVERY_EMPLOYER])
{
	(void)snprintf(ret, DELIVERY_EMPLOYER, "BENCH-%02d", (int)(employee % delivery->employers) + 1);
}

void delivery_employee_key(int64_t employee, char ret[static DELIVERY_EMPLOYEE_KEY])
{
	(void)snprintf(ret, DELIVERY_EMPLOYEE_KEY, "M%08" PRId64, employee);
}

static struct view event_id(const struct delivery *delivery, int64_t number, struct arena *arena)
{
	uint64_t halves[2] = {person_hash((uint64_t)number, delivery->seed ^ (uint64_t)delivery->time),
			      person_hash((uint64_t)delivery->time, (uint64_t)number)};
	uint8_t bytes[16];
	char text[UUID_TEXT_LEN + 1];

	memcpy(bytes, halves, sizeof bytes);
	uuid_format(bytes, text);
	return arena_copy(arena, view_text(text));
}

static struct view employer_view(const struct delivery *delivery, int64_t employee, struct arena *arena)
{
	char text[DELIVERY_EMPLOYER];

	delivery_employer(delivery, employee, text);
	return arena_copy(arena, view_text(text));
}

static struct view key_view(int64_t employee, struct arena *arena)
{
	char text[DELIVERY_EMPLOYEE_KEY];

	delivery_employee_key(employee, text);
	return arena_copy(arena, view_text(text));
}

static bool encode_employee(const struct delivery *delivery, int64_t number, int64_t employee, struct arena *arena, struct buffer *buffer,
			    struct error *error)
{
	uint64_t who = (uint64_t)employee + delivery->seed * 1000;
	struct view word = person_word(who, 4, arena);
	struct address address = {.kind = ADDRESS_KIND_HOME,
				  .country = VIEW_LITERAL("NL"),
				  .postcode = person_postcode(who, arena),
				  .city = person_word(who, 1, arena),
				  .street = person_text(arena, "Burgemeester %sstraat", person_word(who, 2, arena).ptr),
				  .has_house_number = true,
				  .house_number = (int32_t)(person_hash(who, 3) % 400 + 1),
				  .house_number_addition = VIEW_LITERAL("bis")};
	struct contact contacts[] = {
		{CONTACT_KIND_PHONE_HOME, person_text(arena, "020-%07u", (unsigned)(person_hash(who, 5) % 10000000))},
		{CONTACT_KIND_MOBILE_PRIVATE, person_text(arena, "06-%08u", (unsigned)(person_hash(who, 6) % 100000000))},
		{CONTACT_KIND_EMAIL_PRIVATE, person_text(arena, "%s.%d@prive.example", word.ptr, (int)employee)},
		{CONTACT_KIND_EMAIL_WORK, person_text(arena, "%s.%d@personeel.werkgever.example", word.ptr, (int)employee)},
	};
	struct employee_event event = {
		.event_id = event_id(delivery, number, arena),
		.employer_id = employer_view(delivery, employee, arena),
		.occurred_at = delivery->time,
		.source_system = VIEW_LITERAL("Bench HR"),
		.source_ref = person_text(arena, "Berrefnr/levering-%" PRId64 "/bericht-%010" PRId64, delivery->time, number),
		.op = EMPLOYEE_OP_UPSERT,
		.employee_key = key_view(employee, arena),
		.bsn = person_bsn((uint64_t)employee, arena),
		.surname = person_text(arena, "%sstra", word.ptr),
		.prefix = employee % 3 == 0 ? VIEW_LITERAL("van der") : VIEW_NULL,
		.initials = VIEW_LITERAL("A.B."),
		.first_names = person_text(arena, "%s %s", person_word(who, 7, arena).ptr, person_word(who, 8, arena).ptr),
		.call_name = person_word(who, 7, arena),
		.partner_surname = employee % 2 == 0 ? person_text(arena, "%singa", person_word(who, 9, arena).ptr) : VIEW_NULL,
		.name_use = employee % 2 == 0 ? NAME_USE_OWN_PARTNER : NAME_USE_OWN,
		.title_before = VIEW_LITERAL("drs."),
		.title_after = VIEW_LITERAL("MSc"),
		.gender = employee % 2 == 0 ? GENDER_FEMALE : GENDER_MALE,
		.birth_date = person_birth_date(who, arena),
		.addresses = {.items = &address, .count = 1},
		.contacts = {.items = contacts, .count = 4},
		.iban = person_iban((uint64_t)employee, arena),
	};

	return message_encode(&employee_event_schema, &event, buffer, error);
}

static bool encode_employment(const struct delivery *delivery, int64_t number, int64_t employee, struct arena *arena, struct buffer *buffer,
			      struct error *error)
{
	uint64_t who = (uint64_t)employee + delivery->seed * 1000;
	unsigned department = (unsigned)(person_hash(who, 20) % 40);
	int32_t start = day_of((struct calendar_date){2024, 1, 1}) - (int32_t)(person_hash(who, 21) % 3650);
	struct contact_person contact = {.name = person_text(arena, "%s de Leidinggevende", person_word(department, 22, arena).ptr),
					 .phone = VIEW_LITERAL("010-1234567"),
					 .email = person_text(arena, "%s@personeel.werkgever.example", person_word(department, 22, arena).ptr)};
	struct employment_event event = {
		.event_id = event_id(delivery, number, arena),
		.employer_id = employer_view(delivery, employee, arena),
		.occurred_at = delivery->time,
		.source_system = VIEW_LITERAL("Bench HR"),
		.source_ref = person_text(arena, "Berrefnr/levering-%" PRId64 "/bericht-%010" PRId64, delivery->time, number),
		.op = EMPLOYMENT_OP_UPSERT,
		.employee_key = key_view(employee, arena),
		.employment_key = VIEW_LITERAL("1"),
		.personnel_number = person_text(arena, "%08" PRId64, employee),
		.start_date = start,
		.payroll_tax_number = VIEW_LITERAL("123456789L01"),
		.uwv_sector = VIEW_LITERAL("35 Gezondheid, geestelijke en maatschappelijke belangen"),
		.risk_group = VIEW_LITERAL("middelgroot"),
		.contact_person = &contact,
		.effective_date = start,
		.department_code = person_text(arena, "AFD-%02u", department),
		.department_name = person_text(arena, "Afdeling Bedrijfsvoering en Zorg %02u", department),
		.parent_department_code = person_text(arena, "DIR-%u", department / 10),
		.function_code = person_text(arena, "F%03u", (unsigned)(person_hash(who, 23) % 300)),
		.function_name = VIEW_LITERAL("Medewerker bedrijfsbureau en planning"),
		.cost_centre = person_text(arena, "KP%05u", 41000 + department),
		.contract_hours_x100 = 800 + (int32_t)(person_hash(who, 24) % 8) * 400 + delivery->change % 100,
		.norm_hours_x100 = 3600,
		.contract_term = CONTRACT_TERM_PERMANENT,
		.employment_kind = VIEW_LITERAL("Arbeidsovereenkomst"),
	};

	return message_encode(&employment_event_schema, &event, buffer, error);
}

bool delivery_encode(const struct delivery *delivery, int64_t number, struct arena *arena, struct buffer *buffer, struct error *error)
{
	int64_t employee = delivery->first + number / 2;

	return number % 2 == 0 ? encode_employee(delivery, number, employee, arena, buffer, error)
			       : encode_employment(delivery, number, employee, arena, buffer, error);
}
