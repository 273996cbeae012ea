#include "tests/unit/vault/events.h"

#include "schemas/codec/record.h"
#include "vault-svc/core/field_rule.h"

/* Fails unless the event was judged with exactly this finding (code NULL: right). */
static void check_judged(const struct event *event, enum processing_outcome outcome, const char *code, const char *field)
{
	check_size(event->findings.count, code == NULL ? 0 : 1);
	check_int(event->rejected, code != NULL && outcome == PROCESSING_OUTCOME_REJECTED);
	if (code == NULL)
		return;
	check_int(event->findings.items[0].outcome, outcome);
	check_text(event->findings.items[0].code, code);
	check(view_equal(event->findings.items[0].field, view_text(field)));
}

#define REJECTED(schema, record, code, field) check_judged(judge(events, (schema), (record), NULL), PROCESSING_OUTCOME_REJECTED, (code), (field))
#define WARNED(schema, record, code, field) check_judged(judge(events, (schema), (record), NULL), PROCESSING_OUTCOME_WARNED, (code), (field))
#define RIGHT(schema, record) check_judged(judge(events, (schema), (record), NULL), PROCESSING_OUTCOME_WARNED, NULL, NULL)

static void the_rules_stand_in_the_order_of_the_fields(void **state)
{
	const struct schema *const schemas[] = {
		&employee_event_schema,  &employment_event_schema, &absence_event_schema, &organisation_unit_event_schema,
		&snapshot_marker_schema, &address_schema,          &contact_schema,       &contact_person_schema};

	(void)state;
	for (size_t i = 0; i < sizeof schemas / sizeof schemas[0]; i++)
		for (size_t k = 0; k < schemas[i]->field_count; k++)
			check_text(field_rules(schemas[i])[k].name, schemas[i]->fields[k].name);
	check(field_rules(&signed_schema) == NULL);
}

static void every_required_field_of_an_event_rejects_it(void **state)
{
	struct events *events = *state;
	struct employee_event *told;
	struct employment_event *employed;
	struct absence_event *absent;

	RIGHT(&employee_event_schema, employee(events));
#define BROKEN(maker, variable, schema, field, value, code)                                                                                          \
	variable = (maker);                                                                                                                          \
	variable->field = (value);                                                                                                                   \
	REJECTED(&schema, variable, code, #field)
	BROKEN(employee(events), told, employee_event_schema, event_id, VIEW_LITERAL("X"), "EVENT_ID");
	BROKEN(employee(events), told, employee_event_schema, employer_id, VIEW_LITERAL(""), "TEXT");
	BROKEN(employee(events), told, employee_event_schema, source_system, VIEW_LITERAL("A\n"), "TEXT");
	BROKEN(employee(events), told, employee_event_schema, op, (enum employee_op)SCHEMA_NO_SYMBOL, "ENUM");
	BROKEN(employee(events), told, employee_event_schema, employee_key, VIEW_LITERAL(""), "TEXT");
	BROKEN(employee(events), told, employee_event_schema, surname, VIEW_LITERAL(""), "TEXT");
	BROKEN(employee(events), told, employee_event_schema, birth_date, VIEW_LITERAL("19811301"), "DATE");
	RIGHT(&employment_event_schema, employment(events, "D1", day(0)));
	BROKEN(employment(events, "", day(0)), employed, employment_event_schema, employment_key, VIEW_LITERAL("\1"), "TEXT");
	BROKEN(employment(events, "D1", day(0)), employed, employment_event_schema, start_date, INT32_MAX, "DATE");
	BROKEN(employment(events, "D1", day(0)), employed, employment_event_schema, effective_date, INT32_MIN, "DATE");
	BROKEN(employment(events, "D1", day(0)), employed, employment_event_schema, department_code, VIEW_LITERAL(""), "TEXT");
	BROKEN(employment(events, "D1", day(0)), employed, employment_event_schema, contract_hours_x100, 16801, "HOURS");
	BROKEN(employment(events, "D1", day(0)), employed, employment_event_schema, norm_hours_x100, 0, "HOURS");
	RIGHT(&absence_event_schema, absence(events, "A1", ABSENCE_OP_START, 1));
	BROKEN(absence(events, "A1", ABSENCE_OP_START, 1), absent, absence_event_schema, employment_key, VIEW_LITERAL(""), "TEXT");
	BROKEN(absence(events, "A1", ABSENCE_OP_START, 1), absent, absence_event_schema, absence_key, VIEW_LITERAL(""), "TEXT");
	BROKEN(absence(events, "A1", ABSENCE_OP_START, 1), absent, absence_event_schema, seq, 0, "SEQ");
	BROKEN(absence(events, "A1", ABSENCE_OP_START, 1), absent, absence_event_schema, seq, 1000, "SEQ");
	BROKEN(absence(events, "A1", ABSENCE_OP_START, 1), absent, absence_event_schema, first_day, INT32_MAX, "DATE");
	BROKEN(absence(events, "A1", ABSENCE_OP_MUTATE, 2), absent, absence_event_schema, mutation_date, INT32_MAX, "DATE");
	BROKEN(absence(events, "A1", ABSENCE_OP_MUTATE, 2), absent, absence_event_schema, absence_pct_x100, 10001, "PERCENTAGE");
#undef BROKEN
}

static void a_broken_optional_field_keeps_what_is_held(void **state)
{
	struct events *events = *state;
	struct employee_event *told = employee(events);

	told->bsn = VIEW_LITERAL("123456789");
	WARNED(&employee_event_schema, told, "BSN_CHECK_DIGIT", "bsn");
	check(view_is_null(told->bsn));
	check_int((int64_t)events->event.kept_fields, INT64_C(1) << 10);
	told = employee(events);
	told->bsn = VIEW_LITERAL("12345678");
	WARNED(&employee_event_schema, told, "BSN_FORMAT", "bsn");
	told = employee(events);
	told->iban = VIEW_LITERAL("NL91ABNA0417164301");
	WARNED(&employee_event_schema, told, "IBAN", "iban");
	told = employee(events);
	told->prefix = VIEW_LITERAL("");
	WARNED(&employee_event_schema, told, "TEXT", "prefix");
	told = employee(events);
	told->has_death_date = true;
	told->death_date = INT32_MAX;
	WARNED(&employee_event_schema, told, "DATE", "death_date");
	check(!told->has_death_date);
}

static void every_broken_optional_field_is_reported(void **state)
{
	struct events *events = *state;
	struct employee_event *told = employee(events);
	const struct event *event;

	told->bsn = VIEW_LITERAL("1");
	told->iban = VIEW_LITERAL("1");
	told->addresses.items[0].postcode = VIEW_LITERAL("1");
	event = judge(events, &employee_event_schema, told, NULL);
	check_size(event->findings.count, 3);
	check_text(event->findings.items[1].code, "POSTCODE");
	check(!event->rejected);
}

static void a_rejection_is_the_only_finding(void **state)
{
	struct events *events = *state;
	struct employee_event *told = employee(events);

	told->bsn = VIEW_LITERAL("1");
	told->birth_date = VIEW_LITERAL("1");
	REJECTED(&employee_event_schema, told, "DATE", "birth_date");
}

static void a_list_item_at_fault_goes(void **state)
{
	struct events *events = *state;
	struct employee_event *told = employee(events);
	struct address items[3];
	struct contact contacts[2];

	for (size_t i = 0; i < 3; i++)
		items[i] = told->addresses.items[0];
	items[1].postcode = VIEW_LITERAL("ABCD12");
	items[2].city = VIEW_LITERAL("Last");
	told->addresses = (struct address_array){.items = items, .count = 3};
	WARNED(&employee_event_schema, told, "POSTCODE", "addresses[1].postcode");
	check_size(told->addresses.count, 2);
	check_view(told->addresses.items[1].city, VIEW_LITERAL("Last"));
	check_int((int64_t)events->event.kept_fields, 0);

	told = employee(events);
	contacts[0] = contacts[1] = told->contacts.items[0];
	contacts[1].kind = (enum contact_kind)SCHEMA_NO_SYMBOL;
	told->contacts = (struct contact_array){.items = contacts, .count = 2};
	WARNED(&employee_event_schema, told, "ENUM", "contacts[1].kind");
	check_size(told->contacts.count, 1);
}

static void each_field_of_an_address_has_its_rule(void **state)
{
	struct events *events = *state;
	struct employee_event *told;

#define BROKEN(field, value, code)                                                                                                                   \
	told = employee(events);                                                                                                                     \
	told->addresses.items[0].field = (value);                                                                                                    \
	WARNED(&employee_event_schema, told, code, "addresses[0]." #field);                                                                          \
	check_size(told->addresses.count, 0)
	BROKEN(country, VIEW_LITERAL("XX"), "COUNTRY");
	BROKEN(city, VIEW_LITERAL("\n"), "TEXT");
	BROKEN(street, VIEW_LITERAL(""), "TEXT");
	BROKEN(house_number, 0, "HOUSE_NUMBER");
	BROKEN(house_number_addition, VIEW_LITERAL(""), "TEXT");
	BROKEN(care_of, VIEW_LITERAL(""), "TEXT");
#undef BROKEN
}

static void a_line_at_fault_goes_and_the_address_stays(void **state)
{
	struct events *events = *state;
	struct employee_event *told = employee(events);
	struct view lines[] = {VIEW_LITERAL("Rue A"), VIEW_LITERAL("\n"), VIEW_LITERAL("B-1000")};

	told->addresses.items[0].country = VIEW_LITERAL("BE");
	told->addresses.items[0].lines = (struct view_array){.items = lines, .count = 3};
	WARNED(&employee_event_schema, told, "TEXT", "addresses[0].lines[1]");
	check_size(told->addresses.count, 1);
	check_size(told->addresses.items[0].lines.count, 2);
	check_view(told->addresses.items[0].lines.items[1], VIEW_LITERAL("B-1000"));
}

static void a_nested_record_at_fault_is_kept_as_it_was(void **state)
{
	struct events *events = *state;
	struct absence_event *absent = absence(events, "A1", ABSENCE_OP_START, 1);
	struct employment_event *employed = employment(events, "D1", day(0));
	struct address nursing = {.kind = ADDRESS_KIND_NURSING, .country = VIEW_LITERAL("NL"), .postcode = VIEW_LITERAL("12")};
	struct contact_person person = {.name = VIEW_LITERAL("")};

	absent->nursing_address = &nursing;
	WARNED(&absence_event_schema, absent, "POSTCODE", "nursing_address.postcode");
	check(absent->nursing_address == NULL);
	check_int((int64_t)events->event.kept_fields, INT64_C(1) << 22);
	employed->contact_person = &person;
	WARNED(&employment_event_schema, employed, "TEXT", "contact_person.name");
	check(employed->contact_person == NULL);
	check_int((int64_t)events->event.kept_fields, INT64_C(1) << 17);
}

static void postcodes_are_normalised(void **state)
{
	struct events *events = *state;
	struct employee_event *told = employee(events);
	struct absence_event *absent = absence(events, "A1", ABSENCE_OP_START, 1);
	struct address nursing = {.kind = ADDRESS_KIND_NURSING, .country = VIEW_LITERAL("NL"), .postcode = VIEW_LITERAL("9876 xy")};

	told->addresses.items[0].postcode = VIEW_LITERAL("1234 ab");
	RIGHT(&employee_event_schema, told);
	check_view(told->addresses.items[0].postcode, VIEW_LITERAL("1234AB"));
	absent->nursing_address = &nursing;
	RIGHT(&absence_event_schema, absent);
	check_view(nursing.postcode, VIEW_LITERAL("9876XY"));
}

static struct fault fault_at(const struct schema *schema, const char *name, enum fault_code code, const char *path)
{
	struct fault fault = {.code = code, .field = schema_field_named(schema, view_text(name))};

	(void)snprintf(fault.path, sizeof fault.path, "%s", path);
	return fault;
}

static void what_the_decoder_found_is_judged_by_the_same_table(void **state)
{
	struct events *events = *state;
	struct fault fault = fault_at(&employee_event_schema, "surname", FAULT_TEXT, "surname");
	struct fault_list faults = {.items = &fault, .count = 1};
	struct employee_event *told = employee(events);

	told->surname = VIEW_LITERAL("");
	check_judged(judge(events, &employee_event_schema, told, &faults), PROCESSING_OUTCOME_REJECTED, "TEXT", "surname");
	/* Too long for its field is TEXT, not the field's own code. */
	fault = fault_at(&employee_event_schema, "bsn", FAULT_TEXT, "bsn");
	told = employee(events);
	told->bsn = VIEW_NULL;
	check_judged(judge(events, &employee_event_schema, told, &faults), PROCESSING_OUTCOME_WARNED, "TEXT", "bsn");
	check_int((int64_t)events->event.kept_fields, INT64_C(1) << 10);
	fault = fault_at(&employee_event_schema, "birth_date", FAULT_TEXT, "birth_date");
	told = employee(events);
	told->birth_date = VIEW_LITERAL("");
	check_judged(judge(events, &employee_event_schema, told, &faults), PROCESSING_OUTCOME_REJECTED, "TEXT", "birth_date");
	fault = fault_at(&employee_event_schema, "addresses", FAULT_ITEMS, "addresses");
	told = employee(events);
	check_judged(judge(events, &employee_event_schema, told, &faults), PROCESSING_OUTCOME_WARNED, "ITEMS", "addresses");
	check_size(told->addresses.count, 1);
	fault = fault_at(&address_schema, "country", FAULT_TEXT, "addresses[0].country");
	told = employee(events);
	told->addresses.items[0].country = VIEW_LITERAL("");
	check_judged(judge(events, &employee_event_schema, told, &faults), PROCESSING_OUTCOME_WARNED, "TEXT", "addresses[0].country");
	check_size(told->addresses.count, 0);
	fault = fault_at(&address_schema, "city", FAULT_TEXT, "addresses[0].city");
	told = employee(events);
	told->addresses.items[0].city = VIEW_NULL;
	check_judged(judge(events, &employee_event_schema, told, &faults), PROCESSING_OUTCOME_WARNED, "TEXT", "addresses[0].city");
	check_size(told->addresses.count, 0);
	fault = fault_at(&address_schema, "lines", FAULT_ITEMS, "addresses[0].lines");
	told = employee(events);
	check_judged(judge(events, &employee_event_schema, told, &faults), PROCESSING_OUTCOME_WARNED, "ITEMS", "addresses[0].lines");
	check_size(told->addresses.count, 1);
	faults.overflow = true;
	check_judged(judge(events, &employee_event_schema, employee(events), &faults), PROCESSING_OUTCOME_REJECTED, "TEXT", NULL);
}

/* How many values of one event may be at fault: as many as there are places for one. */
static size_t places(const struct schema *schema)
{
	size_t count = 0;

	for (size_t i = 0; i < schema->field_count; i++) {
		const struct schema_field *field = &schema->fields[i];
		size_t each = field->kind == SCHEMA_RECORD ? places(field->record) : 1;

		count += field->repeated ? 1 + field->max_items * each : each;
	}
	return count;
}

static void no_event_can_hold_more_faults_than_are_noted(void **state)
{
	const struct schema *const schemas[] = {&employee_event_schema, &employment_event_schema, &absence_event_schema,
						&organisation_unit_event_schema, &snapshot_marker_schema};

	(void)state;
	for (size_t i = 0; i < sizeof schemas / sizeof *schemas; i++) {
		check(places(schemas[i]) <= FAULT_MAX);
		check(places(schemas[i]) <= FINDINGS_LIMIT);
	}
}

/* Encodes the record, replaces every occurrence of `from` by as many bytes of `to`, and judges what is decoded. */
static const struct event *judge_bytes(struct events *events, const struct schema *schema, const void *record, const char *from, const char *to)
{
	const struct schema_set *const sets[] = {&messages_schemas};
	struct schema_registry *registry;
	struct buffer buffer;
	struct message message;
	struct error error;
	struct view copy;
	uint8_t *at;

	buffer_init(&buffer, SCHEMA_MAX_MESSAGE);
	check_ok(schema_registry_new(sets, 1, &registry, &error), &error);
	check_ok(message_encode(schema, record, &buffer, &error), &error);
	at = memmem(buffer.bytes, buffer.len, from, strlen(from));
	check(at != NULL && strlen(from) == strlen(to));
	for (; at != NULL; at = memmem(buffer.bytes, buffer.len, from, strlen(from)))
		memcpy(at, to, strlen(to));
	copy = arena_copy(&events->arena, buffer_view(&buffer));
	check_ok(message_decode_as(registry, schema, copy, NULL, &events->arena, &message, &error), &error);
	event_of(&message, &events->event);
	event_check(&events->event, &message, &events->arena);
	buffer_done(&buffer);
	schema_registry_free(registry);
	return &events->event;
}

static void bad_utf_8_from_the_wire_is_text(void **state)
{
	struct events *events = *state;

	check_judged(judge_bytes(events, &employee_event_schema, employee(events), "Jansen", "Jan\377en"), PROCESSING_OUTCOME_REJECTED, "TEXT",
		     "surname");
	check_judged(judge_bytes(events, &employee_event_schema, employee(events), "A.B.", "A.\300."), PROCESSING_OUTCOME_WARNED, "TEXT", "initials");
	check_judged(judge_bytes(events, &employee_event_schema, employee(events), "Utrecht", "Utr\355\240\200t"), PROCESSING_OUTCOME_WARNED, "TEXT",
		     "addresses[0].city");
	check_size(events->event.employee->addresses.count, 0);
}

static void an_event_is_not_rejected_for_the_number_of_its_faults(void **state)
{
	struct events *events = *state;
	struct employee_event *told = employee(events);
	const struct event *event;
	struct view broken = VIEW_LITERAL("Q@Z");
	struct view lines[3] = {broken, broken, broken};
	struct address items[9];

	for (size_t i = 0; i < 9; i++) {
		items[i] = told->addresses.items[0];
		items[i].postcode = items[i].city = items[i].street = items[i].house_number_addition = items[i].care_of = broken;
		items[i].lines = (struct view_array){.items = lines, .count = 3};
	}
	told->addresses = (struct address_array){.items = items, .count = 9};
	told->initials = broken;
	event = judge_bytes(events, &employee_event_schema, told, "Q@Z", "Q\377Z");
	check(!event->rejected);
	check_size(event->findings.count, 10);
	for (size_t i = 0; i < 10; i++)
		check_int(event->findings.items[i].outcome, PROCESSING_OUTCOME_WARNED);
	check_size(event->employee->addresses.count, 0);
	check(view_is_null(event->employee->initials));
}

static void two_dates_of_one_event_that_contradict_reject_it(void **state)
{
	struct events *events = *state;
	struct employment_event *employed = employment(events, "D1", day(0));
	struct absence_event *absent = absence(events, "A1", ABSENCE_OP_MUTATE, 2);

	employed->has_end_date = true;
	employed->end_date = day(0);
	RIGHT(&employment_event_schema, employed);
	employed->end_date = day(-1);
	REJECTED(&employment_event_schema, employed, "DATE_ORDER", "end_date");
	employed = employment(events, "D1", day(-1));
	RIGHT(&employment_event_schema, employed);
	employed->op = EMPLOYMENT_OP_CORRECT;
	REJECTED(&employment_event_schema, employed, "DATE_ORDER", "effective_date");
	absent->mutation_date = day(9);
	REJECTED(&absence_event_schema, absent, "DATE_ORDER", "mutation_date");
	absent->mutation_date = day(11);
	RIGHT(&absence_event_schema, absent);
	absent->op = ABSENCE_OP_START;
	REJECTED(&absence_event_schema, absent, "DATE_ORDER", "mutation_date");
	absent = absence(events, "A1", ABSENCE_OP_END, 2);
	absent->recovered_on = day(9);
	REJECTED(&absence_event_schema, absent, "DATE_ORDER", "recovered_on");
	absent->recovered_on = day(10);
	RIGHT(&absence_event_schema, absent);
}

static void an_end_says_when_or_why(void **state)
{
	struct events *events = *state;
	struct absence_event *absent = absence(events, "A1", ABSENCE_OP_END, 2);

	absent->has_recovered_on = false;
	REJECTED(&absence_event_schema, absent, "DATE", "recovered_on");
	absent->has_end_reason = true;
	absent->end_reason = ABSENCE_END_LEFT;
	RIGHT(&absence_event_schema, absent);
	absent->has_end_reason = false;
	absent->has_recovered_on = true;
	absent->recovered_on = INT32_MIN;
	REJECTED(&absence_event_schema, absent, "DATE", "recovered_on");
}

static void a_delete_reads_keys_and_stamps_alone(void **state)
{
	struct events *events = *state;
	struct absence_event *absent = absence(events, "A1", ABSENCE_OP_DELETE, 3);
	struct employee_event *told = employee(events);
	struct organisation_unit_event *removed = unit(events, "U1");

	absent->first_day = INT32_MAX;
	absent->mutation_date = INT32_MIN;
	absent->absence_pct_x100 = -5;
	absent->has_recovered_on = true;
	absent->recovered_on = INT32_MAX;
	RIGHT(&absence_event_schema, absent);
	absent->seq = 0;
	REJECTED(&absence_event_schema, absent, "SEQ", "seq");
	told->op = EMPLOYEE_OP_DELETE;
	told->surname = VIEW_LITERAL("");
	told->birth_date = VIEW_LITERAL("");
	told->bsn = VIEW_LITERAL("1");
	RIGHT(&employee_event_schema, told);
	removed->op = UNIT_OP_DELETE;
	removed->parent_code = VIEW_LITERAL("U1");
	RIGHT(&organisation_unit_event_schema, removed);
}

static void a_unit_is_not_its_own_parent(void **state)
{
	struct events *events = *state;
	struct organisation_unit_event *told = unit(events, "U1");

	told->parent_code = VIEW_LITERAL("U1");
	WARNED(&organisation_unit_event_schema, told, "UNIT_CYCLE", "parent_code");
	check(view_is_null(told->parent_code));
	told->parent_code = VIEW_LITERAL("U2");
	RIGHT(&organisation_unit_event_schema, told);
}

static void the_future_is_rejected(void **state)
{
	struct events *events = *state;
	struct absence_event *absent = absence(events, "A1", ABSENCE_OP_END, 2);
	struct employee_event *told = employee(events);

	told->occurred_at = events->now + MS_PER_DAY;
	RIGHT(&employee_event_schema, told);
	told->occurred_at++;
	REJECTED(&employee_event_schema, told, "FUTURE", "occurred_at");
	absent->recovered_on = amsterdam_day(events->now);
	RIGHT(&absence_event_schema, absent);
	absent->recovered_on++;
	REJECTED(&absence_event_schema, absent, "FUTURE", "recovered_on");
	absent->has_recovered_on = false;
	absent->has_end_reason = true;
	absent->has_expected_recovery = true;
	absent->expected_recovery = amsterdam_day(events->now) + 100;
	RIGHT(&absence_event_schema, absent);
}

static void check_same_digest(struct events *events, const struct schema *schema, void *record, const uint8_t *digest, bool same)
{
	check(!judge(events, schema, record, NULL)->rejected);
	check_int(memcmp(events->event.content_digest, digest, sizeof events->event.content_digest) == 0, same);
}

static void the_digest_is_of_the_content_alone(void **state)
{
	struct events *events = *state;
	struct employee_event *told = employee(events);
	uint8_t digest[16];

	check(!judge(events, &employee_event_schema, told, NULL)->rejected);
	memcpy(digest, events->event.content_digest, sizeof digest);
	told->event_id = VIEW_LITERAL("0b2f54c0-7f2c-4d61-9f3b-0c8b7c9d1e2f");
	told->occurred_at++;
	told->source_system = VIEW_LITERAL("Other");
	told->source_ref = VIEW_LITERAL("R");
	told->test = true;
	told->snapshot_id = VIEW_LITERAL("S");
	check_same_digest(events, &employee_event_schema, told, digest, true);
	told->call_name = VIEW_LITERAL("Bo");
	check_same_digest(events, &employee_event_schema, told, digest, false);
	told->call_name = VIEW_NULL;
	check_same_digest(events, &employee_event_schema, told, digest, true);
	told->employee_key = VIEW_LITERAL("K2");
	check_same_digest(events, &employee_event_schema, told, digest, false);
	told->employee_key = VIEW_LITERAL("K1");
	told->addresses.items[0].house_number++;
	check_same_digest(events, &employee_event_schema, told, digest, false);
}

static void an_event_with_a_fault_never_has_the_digest_of_one_without(void **state)
{
	struct events *events = *state;
	struct employee_event *told = employee(events);
	uint8_t digest[16];

	told->iban = VIEW_NULL;
	check(!judge(events, &employee_event_schema, told, NULL)->rejected);
	memcpy(digest, events->event.content_digest, sizeof digest);
	told->iban = VIEW_LITERAL("wrong");
	check_same_digest(events, &employee_event_schema, told, digest, false);
	check(view_is_null(told->iban));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, events_begin, events_end)
static const struct CMUnitTest tests[] = {
	TEST(the_rules_stand_in_the_order_of_the_fields),
	TEST(every_required_field_of_an_event_rejects_it),
	TEST(a_broken_optional_field_keeps_what_is_held),
	TEST(every_broken_optional_field_is_reported),
	TEST(a_rejection_is_the_only_finding),
	TEST(a_list_item_at_fault_goes),
	TEST(each_field_of_an_address_has_its_rule),
	TEST(a_line_at_fault_goes_and_the_address_stays),
	TEST(a_nested_record_at_fault_is_kept_as_it_was),
	TEST(postcodes_are_normalised),
	TEST(what_the_decoder_found_is_judged_by_the_same_table),
	TEST(no_event_can_hold_more_faults_than_are_noted),
	TEST(bad_utf_8_from_the_wire_is_text),
	TEST(an_event_is_not_rejected_for_the_number_of_its_faults),
	TEST(two_dates_of_one_event_that_contradict_reject_it),
	TEST(an_end_says_when_or_why),
	TEST(a_delete_reads_keys_and_stamps_alone),
	TEST(a_unit_is_not_its_own_parent),
	TEST(the_future_is_rejected),
	TEST(the_digest_is_of_the_content_alone),
	TEST(an_event_with_a_fault_never_has_the_digest_of_one_without),
};

CHECK_MAIN(tests)
