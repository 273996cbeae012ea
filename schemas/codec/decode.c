#include "schemas/codec/message.h"

#include "common/base/cursor.h"
#include "schemas/codec/plan.h"
#include "schemas/codec/text.h"

#include <stdio.h>

#define NO_ITEM SIZE_MAX

struct decoder {
	struct cursor cursor;
	struct arena *arena;
	struct fault_list *faults;
	const char *stuck_at; /* the writer's name of the innermost field that could not be read */
};

/* Where the decoder is, from the record outwards: for the path of a fault. */
struct frame {
	const struct frame *outer;
	const struct schema_field *field;
	size_t item; /* NO_ITEM: not in a list */
};

static bool decode_record(struct decoder *decoder, const struct plan *plan, void *record, const struct frame *outer);

/* Most numbers take one byte. */
static inline bool take_long(struct decoder *decoder, int64_t *ret)
{
	struct cursor *cursor = &decoder->cursor;

	if (cursor->left > 0 && (*cursor->at & 0x80) == 0) {
		*ret = (int64_t)(*cursor->at >> 1) ^ -(int64_t)(*cursor->at & 1);
		cursor->at++;
		cursor->left--;
		return true;
	}
	return cursor_long(cursor, ret);
}

static size_t put_path(const struct frame *frame, char *path, size_t used)
{
	int n;

	if (frame->outer != NULL)
		used = put_path(frame->outer, path, used);
	if (used >= FAULT_PATH - 1)
		return used;
	n = snprintf(path + used, FAULT_PATH - used, "%s%s", used > 0 ? "." : "", frame->field->name);
	used += n < 0 ? 0 : (size_t)n;
	if (frame->item != NO_ITEM && used < FAULT_PATH - 1) {
		n = snprintf(path + used, FAULT_PATH - used, "[%zu]", frame->item);
		used += n < 0 ? 0 : (size_t)n;
	}
	return used;
}

static void note_fault(struct decoder *decoder, enum fault_code code, const struct frame *frame)
{
	struct fault fault = {.code = code, .field = frame->field};

	(void)put_path(frame, fault.path, 0);
	for (const struct frame *outer = frame; outer != NULL; outer = outer->outer)
		if (outer->item != NO_ITEM) {
			fault.list = outer->field;
			fault.item = outer->item;
		}
	fault_list_add(decoder->faults, &fault, decoder->arena);
}

static bool text_fits(const struct schema_field *field, struct view text)
{
	size_t length = text.len;

	if (field->kind == SCHEMA_STRING && !text_is_utf8(text, &length))
		return false;
	return field->max_length == 0 || length <= field->max_length;
}

static bool decode_text(struct decoder *decoder, const struct step *step, void *at, const struct frame *frame)
{
	int64_t length;
	struct view text;

	if (!take_long(decoder, &length) || length < 0 || (uint64_t)length > decoder->cursor.left ||
	    !cursor_take(&decoder->cursor, (size_t)length, &text))
		return false;
	if (at == NULL)
		return true;
	if (!text_fits(step->target, text)) {
		note_fault(decoder, FAULT_TEXT, frame);
		text = step->target->nullable ? VIEW_NULL : VIEW_LITERAL("");
	}
	*(struct view *)at = text;
	return true;
}

static bool decode_number(struct decoder *decoder, const struct step *step, void *at)
{
	int64_t number;

	if (!take_long(decoder, &number) || (step->source->kind == SCHEMA_INT && (number < INT32_MIN || number > INT32_MAX)))
		return false;
	if (at == NULL)
		return true;
	if (step->target->kind == SCHEMA_INT)
		*(int32_t *)at = (int32_t)number;
	else
		*(int64_t *)at = number;
	return true;
}

static bool decode_symbol(struct decoder *decoder, const struct step *step, void *at, const struct frame *frame)
{
	int64_t ordinal;

	if (!take_long(decoder, &ordinal) || ordinal < 0 || ordinal >= step->source->enumeration->count)
		return false;
	if (at == NULL)
		return true;
	*(int32_t *)at = step->symbols[ordinal];
	if (step->symbols[ordinal] == SCHEMA_NO_SYMBOL)
		note_fault(decoder, FAULT_ENUM, frame);
	return true;
}

static bool decode_boolean(struct decoder *decoder, void *at)
{
	uint8_t byte;

	if (!cursor_byte(&decoder->cursor, &byte) || byte > 1)
		return false;
	if (at != NULL)
		*(bool *)at = byte == 1;
	return true;
}

static bool decode_fixed(struct decoder *decoder, const struct step *step, void *at)
{
	struct view bytes;

	if (!cursor_take(&decoder->cursor, step->source->size, &bytes))
		return false;
	if (at != NULL)
		memcpy(at, bytes.ptr, bytes.len);
	return true;
}

/* One value that is there (not null), of an array one item; at NULL: read past. */
static bool decode_value(struct decoder *decoder, const struct step *step, void *at, const struct frame *frame)
{
	switch (step->source->kind) {
	case SCHEMA_BOOLEAN:
		return decode_boolean(decoder, at);
	case SCHEMA_INT:
	case SCHEMA_LONG:
		return decode_number(decoder, step, at);
	case SCHEMA_STRING:
	case SCHEMA_BYTES:
		return decode_text(decoder, step, at, frame);
	case SCHEMA_FIXED:
		return decode_fixed(decoder, step, at);
	case SCHEMA_ENUM:
		return decode_symbol(decoder, step, at, frame);
	case SCHEMA_RECORD:
		break;
	}
	return decode_record(decoder, step->record, at, frame);
}

/* An array while it is read. */
struct growing {
	uint8_t *items;
	size_t count; /* read, kept or not */
	size_t room;
	size_t most; /* the reader's maxItems */
	size_t size; /* of one item */
};

/* Makes room for as many of `more` items as may be kept. */
static void grow(struct growing *list, size_t more, struct arena *arena)
{
	size_t wanted = more < list->most - list->count ? list->count + more : list->most;
	uint8_t *items;

	if (wanted <= list->room)
		return;
	if (list->room > 0 && wanted < list->room * 2)
		wanted = list->room * 2 < list->most ? list->room * 2 : list->most;
	items = arena_array(arena, wanted, list->size);
	if (list->count > 0)
		memcpy(items, list->items, list->count * list->size);
	list->items = items;
	list->room = wanted;
}

/* The head of a block: how many items, and where it must end when the writer says so (else SIZE_MAX). */
static bool decode_block(struct decoder *decoder, const struct step *step, size_t *ret_count, size_t *ret_left_behind)
{
	int64_t count;
	int64_t size;

	*ret_left_behind = SIZE_MAX;
	if (!take_long(decoder, &count))
		return false;
	if (count < 0) {
		if (count == INT64_MIN || !take_long(decoder, &size) || size < 0 || (uint64_t)size > decoder->cursor.left)
			return false;
		count = -count;
		*ret_left_behind = decoder->cursor.left - (size_t)size;
	}
	if ((uint64_t)count > decoder->cursor.left / step->least)
		return false;
	*ret_count = (size_t)count;
	return true;
}

static bool decode_array(struct decoder *decoder, const struct step *step, void *at, const struct frame *outer)
{
	const struct schema_field *target = step->target;
	struct growing list = {0};
	struct frame frame = {.outer = outer, .field = target};

	if (at != NULL) {
		list.most = target->max_items;
		list.size = schema_value_size(target);
	}
	for (;;) {
		size_t left_behind;
		size_t count;

		if (!decode_block(decoder, step, &count, &left_behind))
			return false;
		if (count == 0)
			break;
		if (list.count < list.most)
			grow(&list, count, decoder->arena);
		for (; count > 0; count--, list.count++) {
			frame.item = list.count;
			if (!decode_value(decoder, step, list.count < list.most ? list.items + list.count * list.size : NULL, &frame))
				return false;
		}
		if (left_behind != SIZE_MAX && decoder->cursor.left != left_behind)
			return false;
	}
	if (at == NULL)
		return true;
	frame.item = NO_ITEM;
	if (list.count > list.most)
		note_fault(decoder, FAULT_ITEMS, &frame);
	*(struct schema_array *)at = (struct schema_array){.items = list.items, .count = list.count < list.most ? list.count : list.most};
	return true;
}

/* A value whose reader's field may be null: marks that it is there, or takes back what could not be kept. */
static bool decode_nullable(struct decoder *decoder, const struct step *step, uint8_t *record, const struct frame *frame)
{
	const struct schema_field *target = step->target;
	void *at = record + target->offset;

	if (target->kind == SCHEMA_RECORD) {
		void *nested = arena_take(decoder->arena, target->record->size);

		*(void **)at = nested;
		return decode_value(decoder, step, nested, frame);
	}
	if (!decode_value(decoder, step, at, frame))
		return false;
	if (target->kind == SCHEMA_STRING || target->kind == SCHEMA_BYTES)
		return true;
	if (target->kind == SCHEMA_ENUM && *(int32_t *)at == SCHEMA_NO_SYMBOL)
		*(int32_t *)at = 0;
	else
		*(bool *)(void *)(record + target->has_offset) = true;
	return true;
}

static bool decode_field(struct decoder *decoder, const struct step *step, uint8_t *record, const struct frame *outer)
{
	const struct schema_field *target = step->target;
	struct frame frame = {.outer = outer, .field = target, .item = NO_ITEM};
	int64_t branch;

	if (step->source->repeated)
		return decode_array(decoder, step, target == NULL ? NULL : record + target->offset, outer);
	if (step->source->nullable) {
		if (!take_long(decoder, &branch) || branch < 0 || branch > 1)
			return false;
		if (branch == 0)
			return target == NULL || target->nullable;
	}
	if (target == NULL)
		return decode_value(decoder, step, NULL, &frame);
	if (target->nullable)
		return decode_nullable(decoder, step, record, &frame);
	return decode_value(decoder, step, record + target->offset, &frame);
}

/* record NULL: read past; the plan's targets are not used then. */
static bool decode_record(struct decoder *decoder, const struct plan *plan, void *record, const struct frame *outer)
{
	struct step past;

	for (size_t i = 0; i < plan->writer->field_count; i++) {
		const struct step *step = &plan->steps[i];

		if (record == NULL) {
			past = *step;
			past.target = NULL;
			step = &past;
		}
		if (!decode_field(decoder, step, record, outer)) {
			if (decoder->stuck_at == NULL)
				decoder->stuck_at = step->source->name;
			return false;
		}
	}
	if (record != NULL)
		for (size_t i = 0; i < plan->standard_count; i++)
			plan_standard(plan->standards[i], record);
	return true;
}

/* What may stand behind the body: nothing, or zero bytes up to the next multiple of 1,024. */
static bool ends_well(struct view bytes, struct cursor rest, bool padded)
{
	if (!padded)
		return rest.left == 0;
	if (rest.left >= MESSAGE_PADDING || bytes.len % MESSAGE_PADDING != 0)
		return false;
	for (size_t i = 0; i < rest.left; i++)
		if (rest.at[i] != 0)
			return false;
	return true;
}

static bool decode_body(const struct plan *plan, struct view bytes, bool padded, struct arena *arena, struct message *ret_message,
			struct error *error)
{
	struct message message = {.schema = plan->reader, .writer = plan->writer};
	struct decoder decoder = {
		.cursor = cursor_of(view_of(bytes.ptr + MESSAGE_HEADER, bytes.len - MESSAGE_HEADER)),
		.arena = arena,
		.faults = &message.faults,
	};

	message.record = arena_take(arena, plan->reader->size);
	if (!decode_record(&decoder, plan, message.record, NULL))
		return error_set(error, DISPOSITION_REJECT, "UNREADABLE", decoder.stuck_at, "%s cannot be read", plan->reader->name);
	if (!ends_well(bytes, decoder.cursor, padded))
		return error_set(error, DISPOSITION_REJECT, "UNREADABLE", "end", "%s does not end where it should", plan->reader->name);
	*ret_message = message;
	return true;
}

bool message_identify(struct view bytes, uint8_t ret_fingerprint[static SCHEMA_FINGERPRINT])
{
	if (bytes.len < MESSAGE_HEADER || bytes.ptr[0] != 0xc3 || bytes.ptr[1] != 0x01)
		return false;
	memcpy(ret_fingerprint, bytes.ptr + 2, SCHEMA_FINGERPRINT);
	return true;
}

static bool decode_accepted(const struct schema_registry *registry, struct view bytes, const struct schema *const *accepted, size_t accepted_count,
			    const struct message_options *options, struct arena *arena, struct message *ret_message, struct error *error)
{
	size_t limit = options == NULL || options->limit == 0 ? SCHEMA_MAX_MESSAGE : options->limit;
	uint8_t fingerprint[SCHEMA_FINGERPRINT];
	const struct plan *plan;

	if (bytes.len > limit)
		return error_set(error, DISPOSITION_REJECT, "TOO_LARGE", "message", "more than %zu bytes", limit);
	if (!message_identify(bytes, fingerprint))
		return error_set(error, DISPOSITION_REJECT, "UNREADABLE", "framing", "not in Avro single-object encoding");
	plan = schema_registry_plan(registry, fingerprint);
	for (size_t i = 0; plan != NULL && i < accepted_count; i++)
		if (accepted[i] == plan->reader)
			return decode_body(plan, bytes, options != NULL && options->padded, arena, ret_message, error);
	return error_set(error, DISPOSITION_REJECT, "UNKNOWN_SCHEMA", "fingerprint", "a schema that is not known, or not accepted here");
}

bool message_decode(const struct schema_registry *registry, struct view bytes, const struct schema *const *accepted, size_t accepted_count,
		    struct arena *arena, struct message *ret_message, struct error *error)
{
	return decode_accepted(registry, bytes, accepted, accepted_count, NULL, arena, ret_message, error);
}

bool message_decode_as(const struct schema_registry *registry, const struct schema *schema, struct view bytes, const struct message_options *options,
		       struct arena *arena, struct message *ret_message, struct error *error)
{
	return decode_accepted(registry, bytes, &schema, 1, options, arena, ret_message, error);
}
