#include "provider-svc/cli/signed_record.h"

#include "common/base/partition.h"
#include "common/kafka/admin.h"

enum { SEND_LIMIT_MS = 30000 };

bool signed_record_partition(struct kafka_client *client, const struct signed_record *record, int32_t *ret, struct error *error)
{
	int32_t partitions = 0;

	if (!kafka_topic_partitions(client, record->topic, &partitions, error))
		return false;
	if (partitions == 0)
		return error_set(error, DISPOSITION_STOP, "UNKNOWN_TOPIC", "topic", "%s does not exist; see provider-svc check", record->topic);
	*ret = partition_of(record->employer_id, partitions);
	return true;
}

bool signed_record_send(const struct provider *provider, struct kafka_client *client, const struct signed_record *record, struct error *error)
{
	CLEANUP(buffer_done) struct buffer body = {0};
	CLEANUP(buffer_done) struct buffer value = {0};
	struct signed_ envelope = {.issuer = provider->issuer};
	int32_t partition = 0;

	buffer_init(&body, SCHEMA_MAX_MESSAGE);
	buffer_init(&value, SCHEMA_MAX_MESSAGE);
	if (!message_encode(record->schema, record->body, &body, error))
		return false;
	memcpy(envelope.key_id, provider->signing->key_id, sizeof envelope.key_id);
	envelope.body = buffer_view(&body);
	sign_body(provider->signing, record->topic_kind, envelope.issuer, envelope.body, envelope.signature);
	return message_encode(&signed_schema, &envelope, &value, error) && signed_record_partition(client, record, &partition, error) &&
	       kafka_produce(client, record->topic, partition, record->employer_id, buffer_view(&value), error) &&
	       kafka_flush(client, SEND_LIMIT_MS, NULL, NULL, error);
}
