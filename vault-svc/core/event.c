#include "vault-svc/core/event.h"

#include "common/base/calendar.h"
#include "vault-svc/core/content.h"
#include "vault-svc/core/elementary.h"
#include "vault-svc/core/field_rule.h"

/* Takes over what all five records have under the same names. */
#define TAKE_HEAD(event, record)                                                                                                                     \
	do {                                                                                                                                         \
		(event)->event_id = (record)->event_id;                                                                                              \
		(event)->employer_id = (record)->employer_id;                                                                                        \
		(event)->source_system = (record)->source_system;                                                                                    \
		(event)->occurred_at = (record)->occurred_at;                                                                                        \
		(event)->test = (record)->test;                                                                                                      \
	} while (0)

void event_of(const struct message *message, struct event *ret)
{
	*ret = (struct event){0};
	if (message->schema == &employee_event_schema) {
		ret->kind = EVENT_EMPLOYEE;
		ret->employee = message->record;
		TAKE_HEAD(ret, ret->employee);
		ret->employee_key = ret->employee->employee_key;
		ret->is_delete = ret->employee->op == EMPLOYEE_OP_DELETE;
	} else if (message->schema == &employment_event_schema) {
		ret->kind = EVENT_EMPLOYMENT;
		ret->employment = message->record;
		TAKE_HEAD(ret, ret->employment);
		ret->employee_key = ret->employment->employee_key;
		ret->is_delete = ret->employment->op == EMPLOYMENT_OP_DELETE;
	} else if (message->schema == &absence_event_schema) {
		ret->kind = EVENT_ABSENCE;
		ret->absence = message->record;
		TAKE_HEAD(ret, ret->absence);
		ret->employee_key = ret->absence->employee_key;
		ret->is_delete = ret->absence->op == ABSENCE_OP_DELETE;
	} else if (message->schema == &organisation_unit_event_schema) {
		ret->kind = EVENT_UNIT;
		ret->unit = message->record;
		TAKE_HEAD(ret, ret->unit);
		ret->is_delete = ret->unit->op == UNIT_OP_DELETE;
	} else {
		ret->kind = EVENT_SNAPSHOT;
		ret->snapshot = message->record;
		TAKE_HEAD(ret, ret->snapshot);
	}
}

static void reject(struct event *event, struct arena *arena, const char *code, const char *field)
{
	event->rejected = true;
	event->findings.count = 0;
	finding_add(&event->findings, arena, PROCESSING_OUTCOME_REJECTED, code, field);
}

bool event_future(struct event *event, int64_t broker_time_ms, struct arena *arena)
{
	if (event->occurred_at > broker_time_ms + MS_PER_DAY)
		reject(event, arena, "FUTURE", "occurred_at");
	else if (event->kind == EVENT_ABSENCE && !event->is_delete && event->absence->has_recovered_on &&
		 event->absence->recovered_on > amsterdam_day(broker_time_ms))
		reject(event, arena, "FUTURE", "recovered_on");
	return event->rejected;
}

/* Where a value lies, from the event outwards in: made into a path only when it is asked for. */
struct place {
	const struct place *outer;
	const char *name;
	bool in_list;
	size_t item;
};

struct check {
	struct event *event;
	const struct message *message;
	struct arena *arena;
};

static size_t place_path(const struct place *place, char *path, size_t used)
{
	int n;

	if (place->outer != NULL)
		used = place_path(place->outer, path, used);
	n = snprintf(path + used, FAULT_PATH - used, "%s%s", used > 0 ? "." : "", place->name);
	used += n < 0 ? 0 : (size_t)n;
	if (place->in_list && used < FAULT_PATH) {
		n = snprintf(path + used, FAULT_PATH - used, "[%zu]", place->item);
		used += n < 0 ? 0 : (size_t)n;
	}
	return used < FAULT_PATH ? used : FAULT_PATH - 1;
}

static void warn(const struct check *check, const struct place *place, const char *code)
{
	char path[FAULT_PATH] = "";

	(void)place_path(place, path, 0);
	finding_add(&check->event->findings, check->arena, PROCESSING_OUTCOME_WARNED, code, path);
}

/* What the decoder already found at that place, NULL if nothing. */
static const char *decoder_fault(const struct check *check, const struct place *place)
{
	const struct fault_list *faults = &check->message->faults;
	char path[FAULT_PATH] = "";

	if (faults->count == 0)
		return NULL;
	(void)place_path(place, path, 0);
	for (size_t i = 0; i < faults->count; i++)
		if (strcmp(faults->items[i].path, path) == 0)
			return fault_code_name(faults->items[i].code);
	return NULL;
}

/* The fault of one value that is no record: what the decoder found, else by its rule. */
static const char *single_fault(const struct check *check, const struct place *place, enum rule rule, const void *record, const void *value,
				bool null)
{
	const char *code = decoder_fault(check, place);

	return code != NULL || null ? code : value_fault(rule, record, value);
}

/* A list of single values: those at fault go, each with a warning, and what was too many. */
static void check_values(const struct check *check, const struct place *outer, const struct schema_field *field, enum rule rule, void *record)
{
	struct schema_array *array = (struct schema_array *)(void *)((uint8_t *)record + field->offset);
	struct place place = {.outer = outer, .name = field->name};
	const char *code = decoder_fault(check, &place);
	size_t size = schema_value_size(field);
	size_t kept = 0;

	if (code != NULL)
		warn(check, &place, code);
	place.in_list = true;
	for (place.item = 0; place.item < array->count; place.item++) {
		uint8_t *item = (uint8_t *)array->items + place.item * size;

		code = single_fault(check, &place, rule, record, item, false);
		if (code != NULL)
			warn(check, &place, code);
		else
			memmove((uint8_t *)array->items + kept++ * size, item, size);
	}
	array->count = kept;
}

/* True when the nested record keeps its rules, after its lists have been cleared of what does not; else there is a warning at the first fault. */
static bool check_nested(const struct check *check, const struct place *outer, const struct schema *schema, void *record)
{
	const struct field_rule *rules = field_rules(schema);

	for (size_t i = 0; i < schema->field_count; i++) {
		const struct schema_field *field = &schema->fields[i];
		struct place place = {.outer = outer, .name = field->name};
		const char *code;

		if (field->repeated)
			continue;
		code = single_fault(check, &place, rules[i].rule, record, (uint8_t *)record + field->offset, schema_field_null(field, record));
		if (code != NULL) {
			warn(check, &place, code);
			return false;
		}
	}
	for (size_t i = 0; i < schema->field_count; i++)
		if (schema->fields[i].repeated)
			check_values(check, outer, &schema->fields[i], rules[i].rule, record);
	return true;
}

/* A list of records: an item at fault goes. */
static void check_items(const struct check *check, const struct schema_field *field, void *record)
{
	struct schema_array *array = (struct schema_array *)(void *)((uint8_t *)record + field->offset);
	struct place place = {.name = field->name};
	const char *code = decoder_fault(check, &place);
	size_t size = schema_value_size(field);
	size_t kept = 0;

	if (code != NULL)
		warn(check, &place, code);
	place.in_list = true;
	for (place.item = 0; place.item < array->count; place.item++) {
		uint8_t *item = (uint8_t *)array->items + place.item * size;

		if (check_nested(check, &place, field->record, item))
			memmove((uint8_t *)array->items + kept++ * size, item, size);
	}
	array->count = kept;
}

static void set_null(const struct schema_field *field, void *record)
{
	uint8_t *at = (uint8_t *)record + field->offset;

	if (field->kind == SCHEMA_STRING || field->kind == SCHEMA_BYTES)
		*(struct view *)(void *)at = VIEW_NULL;
	else if (field->kind == SCHEMA_RECORD)
		*(void **)(void *)at = NULL;
	else
		*(bool *)((uint8_t *)record + field->has_offset) = false;
}

/* One field of the event itself; false when it rejects the event. */
static bool check_field(const struct check *check, size_t index, const struct field_rule *rule)
{
	const struct schema_field *field = &check->message->schema->fields[index];
	uint8_t *record = check->message->record;
	struct place place = {.name = field->name};
	const char *code;

	if (field->repeated && field->kind == SCHEMA_RECORD) {
		check_items(check, field, record);
	} else if (field->repeated) {
		check_values(check, NULL, field, rule->rule, record);
	} else if (field->kind == SCHEMA_RECORD) {
		void *nested = *(void **)(void *)(record + field->offset);

		if (nested != NULL && !check_nested(check, &place, field->record, nested)) {
			set_null(field, record);
			check->event->kept_fields |= UINT64_C(1) << index;
		}
	} else {
		code = single_fault(check, &place, rule->rule, record, record + field->offset, schema_field_null(field, record));
		if (code == NULL)
			return true;
		if ((rule->flags & FIELD_REQUIRED) != 0 || !field->nullable) {
			reject(check->event, check->arena, code, field->name);
			return false;
		}
		warn(check, &place, code);
		set_null(field, record);
		check->event->kept_fields |= UINT64_C(1) << index;
	}
	return true;
}

/* Dates of one event that contradict, and what one operation needs. */
static void check_across(struct event *event, struct arena *arena)
{
	const struct employment_event *employment = event->employment;
	const struct absence_event *absence = event->absence;

	if (event->kind == EVENT_EMPLOYMENT) {
		if (employment->has_end_date && employment->end_date < employment->start_date)
			reject(event, arena, "DATE_ORDER", "end_date");
		else if (employment->op == EMPLOYMENT_OP_CORRECT && employment->effective_date < employment->start_date)
			reject(event, arena, "DATE_ORDER", "effective_date");
	} else if (event->kind == EVENT_ABSENCE) {
		if (absence->op == ABSENCE_OP_END && !absence->has_recovered_on && !absence->has_end_reason)
			reject(event, arena, "DATE", "recovered_on");
		else if (absence->mutation_date < absence->first_day ||
			 (absence->op == ABSENCE_OP_START && absence->mutation_date != absence->first_day))
			reject(event, arena, "DATE_ORDER", "mutation_date");
		else if (absence->has_recovered_on && absence->recovered_on < absence->first_day)
			reject(event, arena, "DATE_ORDER", "recovered_on");
	}
}

/* A unit that is its own parent: the held parent stays. */
static void check_parent(const struct check *check)
{
	const struct schema_field *field = schema_field_named(check->message->schema, VIEW_LITERAL("parent_code"));
	struct organisation_unit_event *unit = check->event->unit;
	const struct place place = {.name = "parent_code"};

	if (!view_equal(unit->parent_code, unit->unit_code))
		return;
	warn(check, &place, "UNIT_CYCLE");
	unit->parent_code = VIEW_NULL;
	check->event->kept_fields |= UINT64_C(1) << (field - check->message->schema->fields);
}

static void normalise(struct event *event, struct arena *arena)
{
	if (event->kind == EVENT_EMPLOYEE) {
		for (size_t i = 0; i < event->employee->addresses.count; i++) {
			struct address *address = &event->employee->addresses.items[i];

			address->postcode = postcode_normalised(arena, address->country, address->postcode);
		}
	} else if (event->kind == EVENT_ABSENCE && event->absence->nursing_address != NULL) {
		struct address *address = event->absence->nursing_address;

		address->postcode = postcode_normalised(arena, address->country, address->postcode);
	}
}

void event_check(struct event *event, const struct message *message, struct arena *arena)
{
	const struct field_rule *rules = field_rules(message->schema);
	const struct check check = {.event = event, .message = message, .arena = arena};
	uint64_t also[2];

	if (message->faults.overflow) {
		/* More than an event of ours can hold, whatever the bytes. Nobody could tell a broken field from an empty one any more. */
		reject(event, arena, "TEXT", NULL);
		return;
	}
	for (size_t i = 0; i < message->schema->field_count; i++)
		if ((!event->is_delete || (rules[i].flags & FIELD_KEY) != 0) && !check_field(&check, i, &rules[i]))
			return;
	if (!event->is_delete) {
		check_across(event, arena);
		if (event->rejected)
			return;
		if (event->kind == EVENT_UNIT)
			check_parent(&check);
		normalise(event, arena);
	}
	/* What was left out counts too: an event with a fault is never equal to one without. */
	also[0] = event->kept_fields;
	also[1] = event->findings.count;
	content_digest(message->schema, message->record, view_of(also, sizeof also), event->content_digest);
}
