#include "tests/fuzz/vault/fold_events.h"

#include "common/base/calendar.h"
#include "schemas/codec/record.h"
#include "schemas/messages.h"
#include "schemas/topic.h"

#define RAW_MAX 400

static const char *const keys[] = {"D1", "D2", "D3"};
static const char *const absence_keys[] = {"A1", "A2", "D1"};

/* Every third byte says that there is none. */
static bool choose_some(struct choices *choices, uint8_t *ret)
{
	*ret = choose_byte(choices);
	return *ret % 3 != 0;
}

static int32_t choose_day(struct choices *choices)
{
	return FOLD_DAY + (int32_t)choose(choices, 32) - 16;
}

static struct view choose_text(struct choices *choices, const char *const *texts, uint32_t count)
{
	return view_text(texts[choose(choices, count)]);
}

static struct view some_text(struct choices *choices, const char *const *texts, uint32_t count)
{
	uint8_t which;

	return choose_some(choices, &which) ? view_text(texts[which / 3 % count]) : VIEW_NULL;
}

/* What all events begin with, the first fields of each in the same order. */
struct head {
	struct view event_id;
	int64_t occurred_at;
};

static struct head choose_head(struct choices *choices, unsigned number, struct arena *arena)
{
	char id[40];

	(void)snprintf(id, sizeof id, "00000000-0000-4000-8000-%012u", number);
	return (struct head){arena_copy(arena, view_text(id)), (FOLD_DAY + (int64_t)choose(choices, 16)) * MS_PER_DAY};
}

static struct address *one_address(struct choices *choices, struct arena *arena)
{
	static const char *const postcodes[] = {"1234AB", "1234 ab", "12345"};
	struct address *address = record_new(&address_schema, arena);

	address->kind = (enum address_kind)choose(choices, 3);
	address->country = VIEW_LITERAL("NL");
	address->postcode = choose_text(choices, postcodes, 3);
	address->has_house_number = true;
	address->house_number = (int32_t)choose(choices, 4);
	return address;
}

static void *make_employee(struct choices *choices, unsigned number, struct arena *arena)
{
	static const char *const surnames[] = {"Jansen", "Bakker", "", "\x01"};
	static const char *const births[] = {"19800517", "19800000", "20260402", "1980"};
	static const char *const bsns[] = {"111222333", "123456782", "123456789"};
	const struct head head = choose_head(choices, number, arena);
	struct employee_event *event = record_new(&employee_event_schema, arena);

	event->event_id = head.event_id;
	event->occurred_at = head.occurred_at;
	event->op = choose(choices, 8) == 7 ? EMPLOYEE_OP_DELETE : EMPLOYEE_OP_UPSERT;
	event->surname = choose_text(choices, surnames, 4);
	event->birth_date = some_text(choices, births, 4);
	event->bsn = some_text(choices, bsns, 3);
	event->gender = (enum gender)choose(choices, 3);
	event->addresses.count = choose(choices, 2);
	event->addresses.items = event->addresses.count == 0 ? NULL : one_address(choices, arena);
	return event;
}

static void *make_employment(struct choices *choices, unsigned number, struct arena *arena)
{
	static const char *const texts[] = {"A", "B", "C", "\x7f"};
	const struct head head = choose_head(choices, number, arena);
	struct employment_event *event = record_new(&employment_event_schema, arena);
	uint8_t end;

	event->event_id = head.event_id;
	event->occurred_at = head.occurred_at;
	event->op = (enum employment_op)(choose(choices, 8) / 2 % 3);
	event->employment_key = choose_text(choices, keys, 3);
	event->employment_key_old = choose(choices, 8) == 7 ? choose_text(choices, keys, 3) : VIEW_NULL;
	event->personnel_number = some_text(choices, texts, 4);
	event->start_date = choose_day(choices);
	event->has_end_date = choose_some(choices, &end);
	event->end_date = FOLD_DAY + end / 4 - 8;
	event->effective_date = choose_day(choices);
	event->department_code = choose_text(choices, texts, 4);
	event->function_name = some_text(choices, texts, 4);
	event->contract_hours_x100 = (int32_t)choose(choices, 4) * 1000;
	event->norm_hours_x100 = 4000;
	return event;
}

static void *make_absence(struct choices *choices, unsigned number, struct arena *arena)
{
	const struct head head = choose_head(choices, number, arena);
	struct absence_event *event = record_new(&absence_event_schema, arena);
	uint8_t some;

	event->event_id = head.event_id;
	event->occurred_at = head.occurred_at;
	event->op = (enum absence_op)choose(choices, 5);
	event->employment_key = choose_text(choices, keys, 2);
	event->absence_key = choose_text(choices, absence_keys, 3);
	event->seq = 1 + (int32_t)choose(choices, 40);
	event->first_day = choose_day(choices);
	event->mutation_date = event->op == ABSENCE_OP_START ? event->first_day : choose_day(choices);
	event->absence_pct_x100 = (int32_t)choose(choices, 6) * 2500;
	event->has_recovered_on = choose_some(choices, &some);
	event->recovered_on = FOLD_DAY + some / 8;
	event->has_end_reason = choose_some(choices, &some);
	event->end_reason = (enum absence_end)(some / 3 % 12);
	event->has_expected_recovery = choose_some(choices, &some);
	event->expected_recovery = some > 250 ? INT32_MAX : FOLD_DAY + some;
	event->has_leave = choose(choices, 4) == 3;
	event->exclude_from_frequency = choose(choices, 2) == 1;
	return event;
}

static void *make_unit(struct choices *choices, unsigned number, struct arena *arena)
{
	static const char *const codes[] = {"A", "B", "C"};
	const struct head head = choose_head(choices, number, arena);
	struct organisation_unit_event *event = record_new(&organisation_unit_event_schema, arena);

	event->event_id = head.event_id;
	event->occurred_at = head.occurred_at;
	event->op = (enum unit_op)choose(choices, 2);
	event->unit_code = choose_text(choices, codes, 3);
	event->name = choose_text(choices, codes, 3);
	event->parent_code = some_text(choices, codes, 3);
	return event;
}

static void put_common(struct view *employer_id, struct view *source_system)
{
	*employer_id = VIEW_LITERAL("E1");
	*source_system = VIEW_LITERAL("HR");
}

/* Whoever it was about, it is about our employee now. */
static void put_ours(const struct schema *schema, void *record)
{
	const struct schema_field *field = schema_field_named(schema, VIEW_LITERAL("employee_key"));

	put_common((struct view *)(void *)((uint8_t *)record + schema_field_named(schema, VIEW_LITERAL("employer_id"))->offset),
		   (struct view *)(void *)((uint8_t *)record + schema_field_named(schema, VIEW_LITERAL("source_system"))->offset));
	if (field != NULL)
		*(struct view *)(void *)((uint8_t *)record + field->offset) = VIEW_LITERAL("K1");
}

/* A message of the input: its length, and its bytes without a header. */
static bool take_message(struct choices *choices, const struct schema_registry *registry, struct arena *arena, struct message *ret)
{
	const struct topic *topic = &topics[TOPIC_HR_EVENTS];
	const struct schema *schema = topic->schemas[choose(choices, (uint32_t)topic->schema_count)];
	size_t size = choose_byte(choices) * 2U;
	struct view body = choose_bytes(choices, size > RAW_MAX ? RAW_MAX : size);
	uint8_t *framed = arena_take(arena, MESSAGE_HEADER + body.len);

	framed[0] = 0xc3;
	framed[1] = 0x01;
	memcpy(framed + 2, schema->fingerprint, SCHEMA_FINGERPRINT);
	if (body.len > 0)
		memcpy(framed + MESSAGE_HEADER, body.ptr, body.len);
	return message_decode_as(registry, schema, view_of(framed, MESSAGE_HEADER + body.len), NULL, arena, ret, NULL);
}

static void put(const struct schema *schema, void *record, struct message *ret)
{
	put_ours(schema, record);
	*ret = (struct message){.schema = schema, .writer = schema, .record = record};
}

void fold_absence(struct choices *choices, unsigned number, struct arena *arena, struct message *ret)
{
	put(&absence_event_schema, make_absence(choices, number, arena), ret);
}

bool fold_event(struct choices *choices, const struct schema_registry *registry, unsigned number, struct arena *arena, struct message *ret)
{
	switch (choose(choices, 8)) {
	case 0:
		put(&employee_event_schema, make_employee(choices, number, arena), ret);
		return true;
	case 1:
	case 2:
		put(&employment_event_schema, make_employment(choices, number, arena), ret);
		return true;
	case 3:
		put(&organisation_unit_event_schema, make_unit(choices, number, arena), ret);
		return true;
	case 4:
		if (!take_message(choices, registry, arena, ret))
			return false;
		put_ours(ret->schema, ret->record);
		return true;
	default:
		fold_absence(choices, number, arena, ret);
		return true;
	}
}
