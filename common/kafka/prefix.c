#include "common/kafka/prefix.h"

#include "common/base/clock.h"
#include "common/kafka/handle.h"

#include <stdlib.h>

enum { BROKER_TIMEOUT_MS = 10000, SILENCE_MS = 30000, POLL_MS = 50, BATCH_MOST = 5000 };

struct kafka_prefix {
	rd_kafka_t *handle;
	rd_kafka_topic_t *topic;
	rd_kafka_queue_t *queue;
	struct kafka_prefix_part *parts;
	int32_t part_count;
	int32_t started; /* partitions, from the first */
	int32_t open;    /* not read to the end yet */
	rd_kafka_message_t *messages[BATCH_MOST];
	size_t message_count;
	struct kafka_prefix_record records[BATCH_MOST];
};

static bool find_partitions(struct kafka_prefix *prefix, const char *topic, struct error *error)
{
	/* All topics are asked for: asking for one that is not there could create it. */
	const struct rd_kafka_metadata *metadata = NULL;
	rd_kafka_resp_err_t failure = rd_kafka_metadata(prefix->handle, 1, NULL, &metadata, BROKER_TIMEOUT_MS);

	if (failure != RD_KAFKA_RESP_ERR_NO_ERROR)
		return kafka_failed(error, failure, topic);
	for (int i = 0; i < metadata->topic_cnt; i++) {
		if (strcmp(metadata->topics[i].topic, topic) == 0)
			prefix->part_count = metadata->topics[i].partition_cnt;
	}
	rd_kafka_metadata_destroy(metadata);
	if (prefix->part_count == 0)
		return error_set(error, DISPOSITION_STOP, "UNKNOWN_TOPIC_OR_PART", topic,
				 "no such topic: is it this Kafka, has setup been run, may this user read it?");
	prefix->parts = calloc((size_t)prefix->part_count, sizeof *prefix->parts);
	return prefix->parts != NULL || error_set(error, DISPOSITION_RETRY, "MEMORY", "kafka", "out of memory");
}

static bool find_ends(struct kafka_prefix *prefix, const char *topic, struct error *error)
{
	for (int32_t i = 0; i < prefix->part_count; i++) {
		struct kafka_prefix_part *part = &prefix->parts[i];
		rd_kafka_resp_err_t failure = rd_kafka_query_watermark_offsets(prefix->handle, topic, i, &part->first, &part->end, BROKER_TIMEOUT_MS);

		if (failure != RD_KAFKA_RESP_ERR_NO_ERROR)
			return kafka_failed(error, failure, topic);
		part->next = part->first;
		prefix->open += part->first < part->end ? 1 : 0;
	}
	return true;
}

/* Partitions without anything to read are not asked for. */
static bool start(struct kafka_prefix *prefix, const char *topic, struct error *error)
{
	prefix->topic = rd_kafka_topic_new(prefix->handle, topic, NULL);
	prefix->queue = rd_kafka_queue_new(prefix->handle);
	if (prefix->topic == NULL || prefix->queue == NULL)
		return kafka_failed(error, rd_kafka_last_error(), topic);
	for (; prefix->started < prefix->part_count; prefix->started++) {
		const struct kafka_prefix_part *part = &prefix->parts[prefix->started];

		if (part->first < part->end && rd_kafka_consume_start_queue(prefix->topic, prefix->started, part->first, prefix->queue) != 0)
			return kafka_failed(error, rd_kafka_last_error(), topic);
	}
	return true;
}

bool kafka_prefix_open(const struct stream_option *options, size_t count, const char *topic, struct kafka_prefix **ret, struct error *error)
{
	/* Once as much is queued as is said here, this librdkafka looks only a second later whether there is room again: it must be more than is
	 * taken in a second, or taking waits for it. */
	static const struct stream_option ours[] = {
		{"enable.auto.commit", "false"},       {"enable.auto.offset.store", "false"},    {"auto.offset.reset", "error"},
		{"isolation.level", "read_committed"}, {"enable.partition.eof", "true"},         {"fetch.wait.max.ms", "100"},
		{"queued.min.messages", "1000000"},    {"queued.max.messages.kbytes", "262144"}, {"fetch.message.max.bytes", "1048576"}};
	struct kafka_prefix *prefix = calloc(1, sizeof *prefix);
	rd_kafka_conf_t *configuration;

	if (prefix == NULL)
		return error_set(error, DISPOSITION_RETRY, "MEMORY", "kafka", "out of memory");
	configuration = kafka_configuration(options, count, ours, sizeof ours / sizeof ours[0], error);
	if (configuration == NULL || !kafka_handle_new(RD_KAFKA_CONSUMER, configuration, &prefix->handle, error) ||
	    !find_partitions(prefix, topic, error) || !find_ends(prefix, topic, error) || !start(prefix, topic, error)) {
		kafka_prefix_free(prefix);
		return false;
	}
	*ret = prefix;
	return true;
}

static void drop_messages(struct kafka_prefix *prefix)
{
	for (size_t i = 0; i < prefix->message_count; i++)
		rd_kafka_message_destroy(prefix->messages[i]);
	prefix->message_count = 0;
}

void kafka_prefix_free(struct kafka_prefix *prefix)
{
	if (prefix == NULL)
		return;
	drop_messages(prefix);
	for (int32_t i = 0; i < prefix->started; i++) {
		if (prefix->parts[i].next < prefix->parts[i].end)
			(void)rd_kafka_consume_stop(prefix->topic, i);
	}
	if (prefix->queue != NULL)
		rd_kafka_queue_destroy(prefix->queue);
	if (prefix->topic != NULL)
		rd_kafka_topic_destroy(prefix->topic);
	if (prefix->handle != NULL)
		rd_kafka_destroy(prefix->handle);
	free(prefix->parts);
	free(prefix);
}

/* Everything before `next` has been read, or is not there. */
static void advance(struct kafka_prefix *prefix, int32_t partition, int64_t next)
{
	struct kafka_prefix_part *part = &prefix->parts[partition];

	part->next = next < part->end ? next : part->end;
	if (part->next < part->end)
		return;
	/* From now on what comes of it is dropped. */
	prefix->open--;
	(void)rd_kafka_consume_stop(prefix->topic, partition);
}

/* What came, without what lies behind the end of its partition: such a record says, as the end of the log does, that all before it has come. */
static bool take(struct kafka_prefix *prefix, size_t *ret_count, struct error *error)
{
	size_t count = 0;

	for (size_t i = 0; i < prefix->message_count; i++) {
		const rd_kafka_message_t *message = prefix->messages[i];
		bool is_end = message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF;
		const struct kafka_prefix_part *part;

		if (message->err == RD_KAFKA_RESP_ERR__TRANSPORT || message->err == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN)
			continue;
		if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR && !is_end)
			return kafka_failed(error, message->err, rd_kafka_topic_name(prefix->topic));
		if (message->partition < 0 || message->partition >= prefix->part_count)
			continue;
		part = &prefix->parts[message->partition];
		if (part->next == part->end || message->offset < part->next)
			continue;
		if (!is_end && message->offset < part->end)
			prefix->records[count++] = (struct kafka_prefix_record){.partition = message->partition,
										.offset = message->offset,
										.key = view_of(message->key, message->key_len),
										.value = view_of(message->payload, message->len)};
		advance(prefix, message->partition, is_end ? message->offset : message->offset + 1);
	}
	*ret_count = count;
	return true;
}

bool kafka_prefix_next(struct kafka_prefix *prefix, const struct kafka_prefix_record **ret, size_t *ret_count, struct error *error)
{
	int64_t until = monotonic_ms() + SILENCE_MS;

	*ret = prefix->records;
	*ret_count = 0;
	while (prefix->open > 0) {
		ssize_t came;

		drop_messages(prefix);
		came = rd_kafka_consume_batch_queue(prefix->queue, POLL_MS, prefix->messages, BATCH_MOST);
		if (came < 0)
			return kafka_failed(error, rd_kafka_last_error(), rd_kafka_topic_name(prefix->topic));
		prefix->message_count = (size_t)came;
		if (!take(prefix, ret_count, error))
			return false;
		if (*ret_count > 0)
			return true;
		if (monotonic_ms() > until)
			return error_set(error, DISPOSITION_RETRY, "KAFKA_TIMEOUT", rd_kafka_topic_name(prefix->topic),
					 "Kafka has sent nothing for half a minute, with records left to read: is a broker down?");
	}
	return true;
}

const struct kafka_prefix_part *kafka_prefix_parts(const struct kafka_prefix *prefix, int32_t *ret_count)
{
	*ret_count = prefix->part_count;
	return prefix->parts;
}
