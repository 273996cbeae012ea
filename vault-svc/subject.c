#include "vault-svc/subject.h"

#include "common/base/cursor.h"
#include "schemas/codec/message.h"
#include "schemas/codec/plan.h"

/* Passes over the branch of a nullable field; *ret_null says that nothing follows. */
static bool take_branch(struct cursor *cursor, const struct schema_field *field, bool *ret_null)
{
	int64_t branch = 1;

	if (field->nullable && (!cursor_long(cursor, &branch) || branch < 0 || branch > 1))
		return false;
	*ret_null = branch == 0;
	return true;
}

static bool take_bytes(struct cursor *cursor, struct view *ret)
{
	int64_t length;

	return cursor_long(cursor, &length) && length >= 0 && (uint64_t)length <= cursor->left && cursor_take(cursor, (size_t)length, ret);
}

/* One value; *ret is set for strings and bytes. False where it cannot be walked. */
static bool take_value(struct cursor *cursor, const struct schema_field *field, struct view *ret)
{
	struct view past;
	int64_t number;
	uint8_t byte;
	bool null;

	*ret = VIEW_NULL;
	if (field->repeated || !take_branch(cursor, field, &null))
		return false;
	if (null)
		return true;
	switch (field->kind) {
	case SCHEMA_BOOLEAN:
		return cursor_byte(cursor, &byte);
	case SCHEMA_INT:
	case SCHEMA_LONG:
	case SCHEMA_ENUM:
		return cursor_long(cursor, &number);
	case SCHEMA_STRING:
	case SCHEMA_BYTES:
		return take_bytes(cursor, ret);
	case SCHEMA_FIXED:
		return cursor_take(cursor, field->size, &past);
	case SCHEMA_RECORD:
		break;
	}
	return false;
}

/* *ret_body: the bytes of the field of that name. */
static struct subject walk(const struct schema_registry *registry, struct view value, struct view *ret_body)
{
	struct subject subject = {.employee_key = VIEW_NULL, .employee_key_old = VIEW_NULL};
	uint8_t fingerprint[SCHEMA_FINGERPRINT];
	const struct plan *plan = NULL;
	struct cursor cursor;

	*ret_body = VIEW_NULL;
	if (!view_is_null(value) && message_identify(value, fingerprint))
		plan = schema_registry_plan(registry, fingerprint);
	if (plan == NULL)
		return subject;
	cursor = cursor_of(view_of(value.ptr + MESSAGE_HEADER, value.len - MESSAGE_HEADER));
	for (size_t i = 0; i < plan->writer->field_count; i++) {
		const struct schema_field *field = &plan->writer->fields[i];
		struct view taken;

		if (!take_value(&cursor, field, &taken))
			break;
		if (strcmp(field->name, "employee_key") == 0)
			subject.employee_key = taken;
		else if (strcmp(field->name, "employee_key_old") == 0)
			subject.employee_key_old = taken;
		else if (strcmp(field->name, "body") == 0)
			*ret_body = taken;
	}
	return subject;
}

struct subject subject_read(const struct schema_registry *registry, struct view value)
{
	struct view body;
	struct view nothing;
	struct subject subject = walk(registry, value, &body);

	return view_is_null(body) ? subject : walk(registry, body, &nothing);
}
