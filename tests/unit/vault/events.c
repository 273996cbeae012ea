#include "tests/unit/vault/events.h"

#include "schemas/codec/record.h"

const int64_t beginning = INT64_C(1767225600000); /* 2026-01-01T00:00:00Z */

int events_begin(void **state)
{
	struct events *events = calloc(1, sizeof *events);

	if (events == NULL)
		return 1;
	events->now = beginning + 100 * MS_PER_DAY;
	person_begin(&events->person, 4711, VIEW_LITERAL("K1"), &events->arena);
	*state = events;
	return 0;
}

int events_end(void **state)
{
	struct events *events = *state;

	arena_done(&events->arena);
	free(events);
	return 0;
}

int32_t day(int32_t offset)
{
	return day_of((struct calendar_date){.year = 2026, .month = 1, .day = 1}) + offset;
}

struct view text(const char *text)
{
	return view_text(text);
}

static struct view next_id(struct events *events)
{
	char id[40];

	(void)snprintf(id, sizeof id, "00000000-0000-4000-8000-%012u", ++events->made);
	return arena_copy(&events->arena, view_text(id));
}

#define HEAD(events)                                                                                                                                 \
	.event_id = next_id(events), .employer_id = VIEW_LITERAL("E1"), .occurred_at = (events)->now + (int64_t)(events)->made,                      \
	.source_system = VIEW_LITERAL("AFAS")

struct employee_event *employee(struct events *events)
{
	struct employee_event *event = arena_take(&events->arena, sizeof *event);
	struct address *address = arena_take(&events->arena, sizeof *address);
	struct contact *contact = arena_take(&events->arena, sizeof *contact);

	*address = (struct address){.kind = ADDRESS_KIND_HOME,
				    .country = VIEW_LITERAL("NL"),
				    .postcode = VIEW_LITERAL("1234AB"),
				    .city = VIEW_LITERAL("Utrecht"),
				    .street = VIEW_LITERAL("Kerkstraat"),
				    .has_house_number = true,
				    .house_number = 12};
	*contact = (struct contact){.kind = CONTACT_KIND_EMAIL_WORK, .value = VIEW_LITERAL("a@b.example")};
	*event = (struct employee_event){HEAD(events),
					 .employee_key = VIEW_LITERAL("K1"),
					 .bsn = VIEW_LITERAL("111222333"),
					 .surname = VIEW_LITERAL("Jansen"),
					 .initials = VIEW_LITERAL("A.B."),
					 .birth_date = VIEW_LITERAL("19800517"),
					 .addresses = {.items = address, .count = 1},
					 .contacts = {.items = contact, .count = 1},
					 .iban = VIEW_LITERAL("NL91ABNA0417164300")};
	return event;
}

struct employment_event *employment(struct events *events, const char *key, int32_t effective_date)
{
	struct employment_event *event = arena_take(&events->arena, sizeof *event);

	*event = (struct employment_event){HEAD(events),
					   .employee_key = VIEW_LITERAL("K1"),
					   .employment_key = arena_copy(&events->arena, view_text(key)),
					   .personnel_number = VIEW_LITERAL("P77"),
					   .start_date = day(0),
					   .effective_date = effective_date,
					   .department_code = VIEW_LITERAL("D1"),
					   .contract_hours_x100 = 3600,
					   .norm_hours_x100 = 4000};
	return event;
}

struct absence_event *absence(struct events *events, const char *key, enum absence_op op, int32_t seq)
{
	struct absence_event *event = arena_take(&events->arena, sizeof *event);

	*event = (struct absence_event){HEAD(events),
					.op = op,
					.employee_key = VIEW_LITERAL("K1"),
					.employment_key = VIEW_LITERAL("D1"),
					.absence_key = arena_copy(&events->arena, view_text(key)),
					.seq = seq,
					.first_day = day(10),
					.mutation_date = day(10),
					.absence_pct_x100 = 10000};
	if (op == ABSENCE_OP_END) {
		event->has_recovered_on = true;
		event->recovered_on = day(20);
	}
	return event;
}

struct organisation_unit_event *unit(struct events *events, const char *code)
{
	struct organisation_unit_event *event = arena_take(&events->arena, sizeof *event);

	*event = (struct organisation_unit_event){HEAD(events), .unit_code = arena_copy(&events->arena, view_text(code)), .name = VIEW_LITERAL("N")};
	return event;
}

const struct event *judge(struct events *events, const struct schema *schema, void *record, const struct fault_list *faults)
{
	struct message message = {.schema = schema, .writer = schema, .record = record};

	if (faults != NULL)
		message.faults = *faults;
	event_of(&message, &events->event);
	if (!event_future(&events->event, events->now, &events->arena))
		event_check(&events->event, &message, &events->arena);
	return &events->event;
}

const struct verdict *apply(struct events *events, const struct schema *schema, const void *record)
{
	struct fold_context context = {.now_ms = events->now, .bsn_taken = events->bsn_taken, .arena = &events->arena};
	struct arena passing = {0};
	struct message message = {.schema = schema, .writer = schema, .record = record_copy(schema, &passing, record)};

	event_of(&message, &events->event);
	event_check(&events->event, &message, &passing);
	events->verdict = (struct verdict){0};
	if (!events->event.rejected)
		person_apply(&events->person, &events->event, &context, &events->verdict);
	/* What the caller looks at next must not lie in the event. */
	events->event.findings.items = NULL;
	arena_done(&passing);
	if (events->event.rejected)
		fail_msg("the event was rejected");
	return &events->verdict;
}

void check_said_at(struct events *events, enum processing_outcome outcome, const char *code, const char *file, int line)
{
	const struct finding_list *said = &events->verdict.findings;

	if (code == NULL) {
		check_size_at(said->count, 0, "findings", file, line);
		return;
	}
	check_size_at(said->count, 1, "findings", file, line);
	check_text_at(said->items[0].code, code, "code", file, line);
	check_int_at(said->items[0].outcome, outcome, "outcome", file, line);
	check_int_at(view_is_null(said->items[0].event_id), true, "about the event itself", file, line);
	check_int_at(events->verdict.current, false, "current", file, line);
}

void check_changed_at(struct events *events, bool expected, const char *file, int line)
{
	check_said_at(events, 0, NULL, file, line);
	check_int_at(events->verdict.changed, expected, "changed", file, line);
}
