#include "provider-svc/share_record.h"

#include "common/crypto/sign.h"
#include "provider-svc/store/dossier_store.h"

static const char topic_kind[] = "share";

const uint8_t *share_record_pseudonym(const struct share_record *record)
{
	return record->event != NULL ? record->event->pseudonym : record->revocation->pseudonym;
}

const uint8_t *share_record_id(const struct share_record *record)
{
	return record->event != NULL ? record->event->share_id : record->revocation->share_id;
}

/* How far a value could be decoded. */
static enum share_reading reading_of(bool done, const struct message *message, const struct error *fault)
{
	if (done)
		return message->faults.count > 0 ? SHARE_READ_BROKEN : SHARE_READ_WHOLE;
	return strcmp(fault->code, "UNKNOWN_SCHEMA") == 0 ? SHARE_READ_UNKNOWN : SHARE_READ_BROKEN;
}

void share_record_read(struct share_record *ret, const struct schema_registry *registry, struct view value, struct arena *arena)
{
	static const struct schema *const bodies[] = {&share_event_schema, &share_revocation_schema};
	struct message message;
	struct error fault;

	*ret = (struct share_record){.envelope_read = SHARE_READ_BROKEN, .body_read = SHARE_READ_BROKEN};
	if (view_is_null(value))
		return;
	ret->envelope_read = reading_of(message_decode_as(registry, &signed_schema, value, NULL, arena, &message, &fault), &message, &fault);
	if (ret->envelope_read != SHARE_READ_WHOLE)
		return;
	ret->envelope = message.record;
	ret->body_read = reading_of(message_decode(registry, ret->envelope->body, bodies, 2, arena, &message, &fault), &message, &fault);
	if (ret->body_read != SHARE_READ_WHOLE)
		return;
	if (message.schema == &share_event_schema)
		ret->event = message.record;
	else
		ret->revocation = message.record;
}

bool share_record_verify(struct share_record *record, const struct trust *trust)
{
	const struct signed_ *envelope = record->envelope;
	const uint8_t *key;

	record->refused = "UNREADABLE";
	if (record->envelope_read != SHARE_READ_WHOLE)
		return record->envelope_read != SHARE_READ_UNKNOWN;
	record->refused = "BAD_SIGNATURE";
	key = trust_key(trust, envelope->issuer, envelope->key_id);
	if (key != NULL && sign_verify(key, topic_kind, envelope->issuer, envelope->body, view_of(envelope->signature, sizeof envelope->signature)))
		record->refused = NULL;
	return true;
}

bool share_record_open(struct share_record *record, struct view key)
{
	record->refused = "UNREADABLE";
	if (record->body_read != SHARE_READ_WHOLE)
		return record->body_read != SHARE_READ_UNKNOWN;
	record->refused = view_equal(key, view_of(share_record_pseudonym(record), PSEUDONYM_LEN)) ? NULL : "KEY";
	return true;
}
