#include "provider-svc/dossier_answer.h"

#include "common/base/crash_point.h"
#include "common/base/uuid.h"

static const char status_topic_kind[] = "dossier.status";

bool dossier_answer_add(const struct provider *provider, struct stream_batch *batch, const char *topic, const struct stream_record *cause,
			const struct dossier_status *status, struct error *error)
{
	CLEANUP(buffer_done) struct buffer body = {0};
	CLEANUP(buffer_done) struct buffer value = {0};
	struct signed_ envelope = {.issuer = provider->issuer};
	struct dossier_status whole = *status;
	uint8_t random[16];
	char uuid[UUID_TEXT_LEN + 1];

	random_bytes(random, sizeof random);
	uuid_format(random, uuid);
	whole.status_id = view_text(uuid);
	whole.provider_id = view_text(provider->options.provider_id);
	whole.changed_at = cause->time_ms;
	buffer_init(&body, SCHEMA_MAX_MESSAGE);
	buffer_init(&value, SCHEMA_MAX_MESSAGE);
	if (!message_encode(&dossier_status_schema, &whole, &body, error))
		return false;
	memcpy(envelope.key_id, provider->signing->key_id, sizeof envelope.key_id);
	envelope.body = buffer_view(&body);
	sign_body(provider->signing, status_topic_kind, envelope.issuer, envelope.body, envelope.signature);
	if (!message_encode(&signed_schema, &envelope, &value, error))
		return false;
	stream_output_add(batch, &(struct stream_output){
					 .topic = provider->topics.status,
					 .partition = batch->partition,
					 .key = status->employer_id,
					 .value = buffer_view(&value),
					 .cause = {.name = view_text(topic), .partition = cause->partition, .number = cause->offset},
				 });
	CRASH_POINT(provider_status_added);
	return true;
}
