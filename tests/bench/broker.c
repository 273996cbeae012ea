#include "tests/bench/broker.h"

#include <stdarg.h>
#include <stdatomic.h>

static atomic_llong failures;

void bench_fail(const char *format, ...)
{
	va_list list;

	(void)fprintf(stderr, "kluis_bench: ");
	va_start(list, format);
	(void)vfprintf(stderr, format, list);
	va_end(list);
	(void)fprintf(stderr, "\n");
	exit(1);
}

static double clock_ms(clockid_t which)
{
	struct timespec now;

	(void)clock_gettime(which, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

double clock_monotonic_ms(void)
{
	return clock_ms(CLOCK_MONOTONIC);
}

double clock_wall_ms(void)
{
	return clock_ms(CLOCK_REALTIME);
}

int64_t broker_failures(void)
{
	return atomic_load(&failures);
}

static void delivered(rd_kafka_t *handle, const rd_kafka_message_t *message, void *opaque)
{
	struct broker_receipt *receipt = message->_private;
	rd_kafka_timestamp_type_t type;

	(void)handle;
	(void)opaque;
	if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
		(void)atomic_fetch_add(&failures, 1);
		return;
	}
	if (receipt == NULL)
		return;
	receipt->partition = message->partition;
	receipt->time_ms = rd_kafka_message_timestamp(message, &type);
	receipt->offset = message->offset;
	if (type != RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME)
		bench_fail("the topic's time stamps are not the broker's");
}

static void set(rd_kafka_conf_t *conf, const char *name, const char *value)
{
	char text[256];

	if (rd_kafka_conf_set(conf, name, value, text, sizeof text) != RD_KAFKA_CONF_OK)
		bench_fail("%s", text);
}

static rd_kafka_t *handle_of(rd_kafka_type_t type, rd_kafka_conf_t *conf)
{
	char text[256];
	rd_kafka_t *handle = rd_kafka_new(type, conf, text, sizeof text);

	if (handle == NULL)
		bench_fail("%s", text);
	return handle;
}

rd_kafka_t *broker_producer(const char *bootstrap, const char *transactional_id)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();

	set(conf, "bootstrap.servers", bootstrap);
	set(conf, "enable.idempotence", "true");
	set(conf, "linger.ms", "5");
	set(conf, "batch.size", "200000"); /* below the contract's max.message.bytes */
	set(conf, "queue.buffering.max.messages", "1000000");
	set(conf, "queue.buffering.max.kbytes", "1048576");
	if (transactional_id != NULL)
		set(conf, "transactional.id", transactional_id);
	rd_kafka_conf_set_dr_msg_cb(conf, delivered);
	return handle_of(RD_KAFKA_PRODUCER, conf);
}

static rd_kafka_t *consumer_of(rd_kafka_conf_t *conf, const char *bootstrap, const char *group)
{
	rd_kafka_t *handle;

	set(conf, "bootstrap.servers", bootstrap);
	set(conf, "group.id", group != NULL ? group : "bench.reader");
	set(conf, "isolation.level", "read_committed");
	set(conf, "enable.auto.commit", "false");
	set(conf, "enable.auto.offset.store", "false");
	set(conf, "auto.offset.reset", "error");
	set(conf, "fetch.wait.max.ms", "100");
	handle = handle_of(RD_KAFKA_CONSUMER, conf);
	(void)rd_kafka_poll_set_consumer(handle);
	return handle;
}

rd_kafka_t *broker_consumer(const char *bootstrap, const char *group)
{
	return consumer_of(rd_kafka_conf_new(), bootstrap, group);
}

rd_kafka_t *broker_reader(const char *bootstrap)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();

	set(conf, "enable.partition.eof", "true");
	return consumer_of(conf, bootstrap, NULL);
}

int32_t broker_partitions(rd_kafka_t *handle, const char *topic)
{
	rd_kafka_topic_t *one = rd_kafka_topic_new(handle, topic, NULL);
	const struct rd_kafka_metadata *metadata;
	int32_t count;
	rd_kafka_resp_err_t code = rd_kafka_metadata(handle, 0, one, &metadata, 10000);

	if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
		bench_fail("%s: %s", topic, rd_kafka_err2str(code));
	count = metadata->topic_cnt == 1 ? metadata->topics[0].partition_cnt : 0;
	rd_kafka_metadata_destroy(metadata);
	rd_kafka_topic_destroy(one);
	if (count == 0)
		bench_fail("%s is not there", topic);
	return count;
}

rd_kafka_topic_partition_list_t *broker_ends(rd_kafka_t *handle, const char *topic)
{
	int32_t partitions = broker_partitions(handle, topic);
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(partitions);

	for (int32_t i = 0; i < partitions; i++) {
		int64_t low;
		int64_t high;
		rd_kafka_resp_err_t code = rd_kafka_query_watermark_offsets(handle, topic, i, &low, &high, 10000);

		if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
			bench_fail("%s: %s", topic, rd_kafka_err2str(code));
		rd_kafka_topic_partition_list_add(list, topic, i)->offset = high;
	}
	return list;
}

rd_kafka_t *broker_tail(const char *bootstrap, const char *topic)
{
	rd_kafka_t *handle = broker_consumer(bootstrap, NULL);
	rd_kafka_topic_partition_list_t *ends = broker_ends(handle, topic);

	if (rd_kafka_assign(handle, ends) != RD_KAFKA_RESP_ERR_NO_ERROR)
		bench_fail("%s cannot be assigned", topic);
	rd_kafka_topic_partition_list_destroy(ends);
	return handle;
}

void broker_produce(rd_kafka_t *producer, rd_kafka_topic_t *topic, int32_t partition, struct view key, struct view value,
		    struct broker_receipt *receipt)
{
	/* librdkafka takes a pointer to bytes that it does not change. */
	void *payload;

	memcpy(&payload, &value.ptr, sizeof payload);
	while (rd_kafka_produce(topic, partition, 0, payload, value.len, key.ptr, key.len, receipt) != 0) {
		rd_kafka_resp_err_t code = rd_kafka_last_error();

		if (code != RD_KAFKA_RESP_ERR__QUEUE_FULL)
			bench_fail("produce: %s", rd_kafka_err2str(code));
		(void)rd_kafka_poll(producer, 10);
	}
}

void broker_flush(rd_kafka_t *producer)
{
	rd_kafka_resp_err_t code = rd_kafka_flush(producer, 120000);

	if (code != RD_KAFKA_RESP_ERR_NO_ERROR || broker_failures() != 0)
		bench_fail("not everything could be delivered: %s, %lld records", rd_kafka_err2str(code), (long long)broker_failures());
}
