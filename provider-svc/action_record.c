#include "provider-svc/action_record.h"

#include "common/base/calendar.h"
#include "common/base/partition.h"
#include "common/base/uuid.h"
#include "schemas/codec/text.h"

static const char topic_kind[] = "provider.commands";

/* NULL when the whole message could be read as that schema; else the code. */
static const char *reading_fault(bool done, const struct message *message, const struct error *fault)
{
	if (done)
		return message->faults.count > 0 ? "UNREADABLE" : NULL;
	return strcmp(fault->code, "UNKNOWN_SCHEMA") == 0 ? "UNKNOWN_SCHEMA" : "UNREADABLE";
}

void action_record_read(struct action_record *ret, const struct schema_registry *registry, struct view value, struct arena *arena)
{
	struct message message;
	struct error fault;

	*ret = (struct action_record){.poison = "UNREADABLE"};
	if (view_is_null(value))
		return;
	ret->poison = reading_fault(message_decode_as(registry, &signed_schema, value, NULL, arena, &message, &fault), &message, &fault);
	if (ret->poison != NULL)
		return;
	ret->envelope = message.record;
	ret->poison = reading_fault(message_decode_as(registry, &dossier_action_schema, ret->envelope->body, NULL, arena, &message, &fault), &message,
				    &fault);
	if (ret->poison == NULL)
		ret->action = message.record;
}

static bool is_own(const struct signed_ *envelope, const struct action_judge *judge)
{
	return view_equal(envelope->issuer, judge->issuer) && memcmp(envelope->key_id, judge->signing->key_id, sizeof envelope->key_id) == 0 &&
	       sign_verify(judge->signing->public_key, topic_kind, envelope->issuer, envelope->body,
			   view_of(envelope->signature, sizeof envelope->signature));
}

static bool is_misplaced(const struct action_record *record, const struct action_judge *judge, const struct stream_record *from)
{
	return !view_equal(from->key, record->action->employer_id) || partition_of(from->key, judge->partitions) != from->partition;
}

/* Text that a person can have typed: nothing that a terminal would act on. */
static bool is_text(struct view text)
{
	size_t code_points;

	for (size_t i = 0; i < text.len; i++)
		if ((text.ptr[i] < 0x20 && text.ptr[i] != '\n' && text.ptr[i] != '\t' && text.ptr[i] != '\r') || text.ptr[i] == 0x7f)
			return false;
	return text.len > 0 && text_is_utf8(text, &code_points);
}

static const char *refusal_of(struct action_record *record, const struct action_judge *judge, int64_t now_ms, struct arena *arena)
{
	const struct dossier_action *action = record->action;
	struct error fault;

	if (now_ms > action->expires_at)
		return "EXPIRED";
	if (action->expires_at - now_ms > MS_PER_DAY)
		return "EXPIRES_AT";
	if (!is_text(action->actor))
		return "ACTOR";
	if (action->action == DOSSIER_ACTION_KIND_NOTE && view_is_null(action->note))
		return "TEXT";
	if (view_is_null(action->note))
		return NULL;
	if (!box_open(arena, judge->box, action->note, &record->text, &fault))
		return "CANNOT_OPEN";
	return is_text(record->text) ? NULL : "TEXT";
}

void action_record_judge(struct action_record *record, const struct action_judge *judge, const struct stream_record *from, struct arena *arena)
{
	if (record->envelope != NULL && !is_own(record->envelope, judge))
		record->poison = "BAD_SIGNATURE";
	else if (record->poison == NULL && is_misplaced(record, judge, from))
		record->poison = "WRONG_PARTITION";
	else if (record->poison == NULL && !uuid_is_valid(record->action->command_id))
		record->poison = "UNREADABLE";
	if (record->poison == NULL)
		record->refused = refusal_of(record, judge, from->time_ms, arena);
}
