#include "common/kafka/client.h"

#include "common/base/clock.h"
#include "common/base/unconst.h"
#include "common/kafka/handle.h"

#include <stdlib.h>

#define FREE_LIMIT_MS 10000

static void delivered(rd_kafka_t *handle, const rd_kafka_message_t *message, void *context)
{
	struct kafka_client *client = context;

	(void)handle;
	if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
		client->delivered++;
		return;
	}
	if (client->failed++ == 0)
		client->first_failure = message->err;
}

bool kafka_client_new(const struct stream_option *options, size_t count, struct kafka_client **ret, struct error *error)
{
	/* An option of the caller's must not make delivery less certain, nor change a record. */
	static const struct stream_option ours[] = {{"enable.idempotence", "true"},
						    {"acks", "all"},
						    {"linger.ms", "5"},
						    {"batch.size", "250000"}, /* the topics' max.message.bytes counts for a whole batch */
						    {"message.max.bytes", "2097152"},
						    {"message.timeout.ms", "60000"}};
	struct kafka_client *client = calloc(1, sizeof *client);
	rd_kafka_conf_t *configuration;

	if (client == NULL)
		return error_set(error, DISPOSITION_RETRY, "MEMORY", "kafka", "out of memory");
	configuration = kafka_configuration(options, count, ours, sizeof ours / sizeof ours[0], error);
	if (configuration == NULL) {
		free(client);
		return false;
	}
	rd_kafka_conf_set_dr_msg_cb(configuration, delivered);
	rd_kafka_conf_set_opaque(configuration, client);
	if (!kafka_handle_new(RD_KAFKA_PRODUCER, configuration, &client->handle, error)) {
		free(client);
		return false;
	}
	*ret = client;
	return true;
}

void kafka_client_free(struct kafka_client *client)
{
	if (client == NULL)
		return;
	(void)rd_kafka_purge(client->handle, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
	(void)rd_kafka_poll(client->handle, 0);
	rd_kafka_destroy(client->handle);
	free(client);
}

bool kafka_client_reach(struct kafka_client *client, int32_t timeout_ms, struct error *error)
{
	const struct rd_kafka_metadata *metadata = NULL;
	rd_kafka_resp_err_t failure = rd_kafka_metadata(client->handle, 0, NULL, &metadata, timeout_ms);

	if (failure != RD_KAFKA_RESP_ERR_NO_ERROR)
		return error_set(error, DISPOSITION_RETRY, "KAFKA_DOWN", "kafka", "no broker answers (%s): see kafka.bootstrap.servers",
				 rd_kafka_err2name(failure));
	rd_kafka_metadata_destroy(metadata);
	return true;
}

/* One attempt. The array form: librdkafka's macros are not clean C for clang. */
static rd_kafka_resp_err_t produce(struct kafka_client *client, const char *topic, int32_t partition, struct view key, struct view value)
{
	const rd_kafka_vu_t parts[] = {
		{.vtype = RD_KAFKA_VTYPE_TOPIC, .u.cstr = topic},
		{.vtype = RD_KAFKA_VTYPE_PARTITION, .u.i32 = partition},
		{.vtype = RD_KAFKA_VTYPE_MSGFLAGS, .u.i = RD_KAFKA_MSG_F_COPY},
		{.vtype = RD_KAFKA_VTYPE_KEY, .u.mem = {.ptr = unconst(key.ptr), .size = key.len}},
		{.vtype = RD_KAFKA_VTYPE_VALUE, .u.mem = {.ptr = unconst(value.ptr), .size = value.len}},
	};
	rd_kafka_error_t *failed = rd_kafka_produceva(client->handle, parts, sizeof parts / sizeof parts[0]);
	rd_kafka_resp_err_t failure = rd_kafka_error_code(failed);

	rd_kafka_error_destroy(failed);
	return failure;
}

bool kafka_produce(struct kafka_client *client, const char *topic, int32_t partition, struct view key, struct view value, struct error *error)
{
	rd_kafka_resp_err_t failure;

	/* A full queue empties only while delivery reports are taken. */
	while ((failure = produce(client, topic, partition, key, value)) == RD_KAFKA_RESP_ERR__QUEUE_FULL)
		(void)rd_kafka_poll(client->handle, 100);
	if (failure != RD_KAFKA_RESP_ERR_NO_ERROR)
		return kafka_failed(error, failure, topic);
	client->queued++;
	(void)rd_kafka_poll(client->handle, 0);
	return true;
}

bool kafka_flush(struct kafka_client *client, int32_t timeout_ms, kafka_progress *progress, void *context, struct error *error)
{
	int64_t until = monotonic_ms() + timeout_ms;
	uint64_t missing;
	bool ok = true;

	do {
		(void)rd_kafka_flush(client->handle, 200);
		if (progress != NULL)
			progress(context, client->delivered, client->queued);
		missing = client->queued - client->delivered - client->failed;
	} while (missing > 0 && monotonic_ms() < until);
	if (client->failed > 0)
		ok = kafka_failed(error, client->first_failure, "delivery");
	else if (missing > 0)
		ok = error_set(error, DISPOSITION_RETRY, "KAFKA_TIMEOUT", "delivery", "%llu records were not acknowledged in time",
			       (unsigned long long)missing);
	if (missing > 0) {
		/* Their late reports must not count for what is sent next. */
		(void)rd_kafka_purge(client->handle, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
		(void)rd_kafka_flush(client->handle, FREE_LIMIT_MS);
	}
	client->queued = 0;
	client->delivered = 0;
	client->failed = 0;
	return ok;
}
