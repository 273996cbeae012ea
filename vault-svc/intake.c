#include "vault-svc/intake.h"

#include "common/base/partition.h"

/* `code` names what the decoder found; static texts, since error's own goes with the stack. */
static const char *fault_of(const struct error *error)
{
	static const char *const codes[] = {"TOO_LARGE", "UNKNOWN_SCHEMA"};

	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
		if (strcmp(error->code, codes[i]) == 0)
			return codes[i];
	return "UNREADABLE";
}

static bool decode(const struct schema_registry *registry, enum topic_kind topic, struct view value, struct arena *arena, struct message *ret,
		   const char **ret_fault)
{
	struct error error = {0};

	if (view_is_null(value)) {
		*ret_fault = "UNREADABLE";
		return false;
	}
	if (message_decode(registry, value, topics[topic].schemas, topics[topic].schema_count, arena, ret, &error))
		return true;
	*ret_fault = fault_of(&error);
	return false;
}

void intake_event_read(const struct schema_registry *registry, struct view key, struct view value, int32_t partition, int32_t partitions,
		       int64_t time_ms, struct arena *arena, struct intake_event *ret)
{
	struct message message = {0};
	struct event event;

	*ret = (struct intake_event){0};
	if (!decode(registry, TOPIC_HR_EVENTS, value, arena, &message, &ret->fault))
		return;
	event_of(&message, &event);
	ret->kind = event.kind;
	ret->record = message.record;
	ret->employer_id = event.employer_id;
	ret->misplaced = !view_equal(key, event.employer_id) || partition_of(key, partitions) != partition;
	if (!ret->misplaced) {
		ret->future = event_future(&event, time_ms, arena);
		if (!ret->future)
			event_check(&event, &message, arena);
	}
	ret->rejected = event.rejected && !ret->future;
	ret->is_delete = event.is_delete;
	ret->test = event.test;
	ret->event_id = event.event_id;
	ret->source_system = event.source_system;
	ret->employee_key = event.employee_key;
	ret->occurred_at = event.occurred_at;
	ret->kept_fields = event.kept_fields;
	memcpy(ret->content_digest, event.content_digest, sizeof ret->content_digest);
	ret->findings = event.findings;
}

void intake_event_expand(const struct intake_event *intake, struct event *ret)
{
	ret->kind = intake->kind;
	switch (intake->kind) {
	case EVENT_EMPLOYEE:
		ret->employee = intake->record;
		break;
	case EVENT_EMPLOYMENT:
		ret->employment = intake->record;
		break;
	case EVENT_ABSENCE:
		ret->absence = intake->record;
		break;
	case EVENT_UNIT:
		ret->unit = intake->record;
		break;
	case EVENT_SNAPSHOT:
		ret->snapshot = intake->record;
		break;
	}
	ret->event_id = intake->event_id;
	ret->employer_id = intake->employer_id;
	ret->source_system = intake->source_system;
	ret->employee_key = intake->employee_key;
	ret->occurred_at = intake->occurred_at;
	ret->test = intake->test;
	ret->is_delete = intake->is_delete;
	ret->kept_fields = intake->kept_fields;
	ret->rejected = intake->rejected || intake->future;
	ret->findings = intake->findings;
	memcpy(ret->content_digest, intake->content_digest, sizeof ret->content_digest);
}

void intake_signed_read(const struct schema_registry *registry, enum topic_kind topic, struct view value, struct arena *arena,
			struct intake_signed *ret)
{
	struct message message = {0};
	struct error error = {0};

	*ret = (struct intake_signed){0};
	if (view_is_null(value)) {
		ret->fault = "UNREADABLE";
		return;
	}
	if (!message_decode_as(registry, &signed_schema, value, NULL, arena, &message, &error)) {
		ret->fault = fault_of(&error);
		return;
	}
	ret->envelope = message.record;
	if (message.faults.count != 0)
		ret->fault = "UNREADABLE";
	else
		(void)decode(registry, topic, ret->envelope->body, arena, &ret->body, &ret->fault);
}

/* What crashed the process is not looked at again: it may have been the looking. */
static const char *crash_of(const struct stream_batch *batch)
{
	return batch->unprocessable != NULL && strcmp(batch->unprocessable, "CRASHED") == 0 ? "CRASHED" : NULL;
}

void intake_batch(const struct vault *vault, struct stream_batch *batch)
{
	struct intake *intake = arena_take(&batch->arena, sizeof *intake);
	int32_t partitions = (int32_t)vault->options->partitions;

	if (batch->class == STREAM_EVENTS)
		intake->events = arena_array(&batch->arena, batch->count + 1, sizeof *intake->events);
	else
		intake->signed_ = arena_array(&batch->arena, batch->count + 1, sizeof *intake->signed_);
	for (size_t i = 0; i < batch->count; i++) {
		const struct stream_record *record = &batch->records[i];

		if (crash_of(batch) != NULL) {
			*(batch->class == STREAM_EVENTS ? &intake->events[i].fault : &intake->signed_[i].fault) = crash_of(batch);
			continue;
		}
		switch (vault->inputs[record->input].kind) {
		case VAULT_HR_EVENTS:
			intake_event_read(vault->registry, record->key, record->value, record->partition, partitions, record->time_ms, &batch->arena,
					  &intake->events[i]);
			break;
		case VAULT_COMMANDS:
			intake_signed_read(vault->registry, TOPIC_VAULT_COMMANDS, record->value, &batch->arena, &intake->signed_[i]);
			break;
		case VAULT_CARE_REQUESTS:
			intake_signed_read(vault->registry, TOPIC_CARE_REQUESTS, record->value, &batch->arena, &intake->signed_[i]);
			break;
		case VAULT_DOSSIER_STATUS:
			intake_signed_read(vault->registry, TOPIC_DOSSIER_STATUS, record->value, &batch->arena, &intake->signed_[i]);
			break;
		}
	}
	batch->state = intake;
}
