#include "common/kafka/reader.h"

#include "common/base/clock.h"
#include "common/kafka/handle.h"

#include <stdlib.h>

#define BROKER_TIMEOUT_MS 15000

struct kafka_reader {
	rd_kafka_t *handle;
	rd_kafka_message_t *message; /* the one last given */
	int32_t partition_count;     /* of the topic */
	int32_t at_end_count;
	int32_t read_count; /* partitions that are read */
	bool *at_end;       /* per partition of the topic */
	char reason[32];
};

/* Number of partitions; STOP when there is no such topic. */
static bool count_partitions(struct kafka_reader *reader, const char *topic, struct error *error)
{
	const struct rd_kafka_metadata *metadata = NULL;
	rd_kafka_resp_err_t failure = rd_kafka_metadata(reader->handle, 1, NULL, &metadata, BROKER_TIMEOUT_MS);

	if (failure != RD_KAFKA_RESP_ERR_NO_ERROR)
		return kafka_failed(error, failure, topic);
	for (int i = 0; i < metadata->topic_cnt; i++) {
		if (strcmp(metadata->topics[i].topic, topic) == 0)
			reader->partition_count = metadata->topics[i].partition_cnt;
	}
	rd_kafka_metadata_destroy(metadata);
	return reader->partition_count > 0 ? true : error_set(error, DISPOSITION_STOP, "UNKNOWN_TOPIC_OR_PART", topic, "no such topic: run setup");
}

/* The offset to begin at, fixed now: librdkafka's own "end" would be looked up later, behind what is sent meanwhile. */
static bool add_partition(struct kafka_reader *reader, rd_kafka_topic_partition_list_t *list, const char *topic, int32_t partition,
			  enum kafka_start start, struct error *error)
{
	int64_t low = 0;
	int64_t high = 0;
	rd_kafka_resp_err_t failure = rd_kafka_query_watermark_offsets(reader->handle, topic, partition, &low, &high, BROKER_TIMEOUT_MS);

	if (failure != RD_KAFKA_RESP_ERR_NO_ERROR)
		return kafka_failed(error, failure, topic);
	rd_kafka_topic_partition_list_add(list, topic, partition)->offset = start == KAFKA_FROM_END ? high : low;
	reader->read_count++;
	return true;
}

static bool assign(struct kafka_reader *reader, const char *topic, int32_t partition, enum kafka_start start, struct error *error)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
	rd_kafka_resp_err_t failure;
	bool ok = true;

	for (int32_t i = 0; ok && i < reader->partition_count; i++) {
		if (partition == KAFKA_ALL_PARTITIONS || partition == i)
			ok = add_partition(reader, list, topic, i, start, error);
	}
	if (ok && reader->read_count == 0)
		ok = error_set(error, DISPOSITION_STOP, "UNKNOWN_TOPIC_OR_PART", topic, "no such partition");
	failure = ok ? rd_kafka_assign(reader->handle, list) : RD_KAFKA_RESP_ERR_NO_ERROR;
	rd_kafka_topic_partition_list_destroy(list);
	return failure == RD_KAFKA_RESP_ERR_NO_ERROR ? ok : kafka_failed(error, failure, topic);
}

bool kafka_reader_open(const struct stream_option *options, size_t count, const char *topic, int32_t partition, enum kafka_start start,
		       struct kafka_reader **ret, struct error *error)
{
	static const struct stream_option ours[] = {{"group.id", "kluis-reader"},          {"enable.auto.commit", "false"},
						    {"enable.auto.offset.store", "false"}, {"auto.offset.reset", "error"},
						    {"isolation.level", "read_committed"}, {"enable.partition.eof", "true"},
						    {"fetch.wait.max.ms", "100"}};
	struct kafka_reader *reader = calloc(1, sizeof *reader);
	rd_kafka_conf_t *configuration;

	if (reader == NULL)
		return error_set(error, DISPOSITION_RETRY, "MEMORY", "kafka", "out of memory");
	configuration = kafka_configuration(options, count, ours, sizeof ours / sizeof ours[0], error);
	if (configuration == NULL || !kafka_handle_new(RD_KAFKA_CONSUMER, configuration, &reader->handle, error)) {
		free(reader);
		return false;
	}
	(void)rd_kafka_poll_set_consumer(reader->handle);
	if (!count_partitions(reader, topic, error) || !assign(reader, topic, partition, start, error)) {
		kafka_reader_free(reader);
		return false;
	}
	reader->at_end = calloc((size_t)reader->partition_count, sizeof *reader->at_end);
	if (reader->at_end == NULL) {
		kafka_reader_free(reader);
		return error_set(error, DISPOSITION_RETRY, "MEMORY", "kafka", "out of memory");
	}
	*ret = reader;
	return true;
}

void kafka_reader_free(struct kafka_reader *reader)
{
	if (reader == NULL)
		return;
	if (reader->message != NULL)
		rd_kafka_message_destroy(reader->message);
	(void)rd_kafka_consumer_close(reader->handle);
	rd_kafka_destroy(reader->handle);
	free(reader->at_end);
	free(reader);
}

static void note_end(struct kafka_reader *reader, int32_t partition, bool at_end)
{
	if (partition < 0 || partition >= reader->partition_count || reader->at_end[partition] == at_end)
		return;
	reader->at_end[partition] = at_end;
	reader->at_end_count += at_end ? 1 : -1;
}

bool kafka_reader_at_end(const struct kafka_reader *reader)
{
	return reader->at_end_count == reader->read_count;
}

/* The header as a plain word; NULL when absent or not one. */
static const char *reason_of(struct kafka_reader *reader)
{
	rd_kafka_headers_t *headers = NULL;
	const void *value = NULL;
	size_t size = 0;

	if (rd_kafka_message_headers(reader->message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR ||
	    rd_kafka_header_get_last(headers, "kluis-reason", &value, &size) != RD_KAFKA_RESP_ERR_NO_ERROR || value == NULL ||
	    size >= sizeof reader->reason)
		return NULL;
	for (size_t i = 0; i < size; i++) {
		char c = ((const char *)value)[i];

		if ((c < 'A' || c > 'Z') && c != '_')
			return NULL;
		reader->reason[i] = c;
	}
	reader->reason[size] = '\0';
	return reader->reason;
}

static void fill_record(struct kafka_reader *reader, struct kafka_record *ret)
{
	const rd_kafka_message_t *message = reader->message;

	*ret = (struct kafka_record){.partition = message->partition,
				     .offset = message->offset,
				     .time_ms = rd_kafka_message_timestamp(message, NULL),
				     .key = view_of(message->key, message->key_len),
				     .value = view_of(message->payload, message->len),
				     .reason = reason_of(reader)};
}

bool kafka_reader_next(struct kafka_reader *reader, int32_t timeout_ms, struct kafka_record *ret, bool *ret_found, struct error *error)
{
	int64_t until = monotonic_ms() + timeout_ms;

	*ret_found = false;
	do {
		int64_t left = until - monotonic_ms();
		rd_kafka_resp_err_t failure;

		if (reader->message != NULL)
			rd_kafka_message_destroy(reader->message);
		reader->message = rd_kafka_consumer_poll(reader->handle, left > 0 ? (int)left : 0);
		if (reader->message == NULL)
			continue;
		failure = reader->message->err;
		if (failure == RD_KAFKA_RESP_ERR_NO_ERROR) {
			note_end(reader, reader->message->partition, false);
			fill_record(reader, ret);
			*ret_found = true;
			return true;
		}
		if (failure == RD_KAFKA_RESP_ERR__PARTITION_EOF)
			note_end(reader, reader->message->partition, true);
		else if (failure != RD_KAFKA_RESP_ERR__TRANSPORT && failure != RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN)
			return kafka_failed(error, failure, "reader");
	} while (!kafka_reader_at_end(reader) && monotonic_ms() < until);
	return true;
}

bool kafka_reader_wait(struct kafka_reader *reader, kafka_predicate *predicate, void *context, int32_t timeout_ms, struct error *error)
{
	int64_t until = monotonic_ms() + timeout_ms;

	while (monotonic_ms() < until) {
		struct kafka_record record;
		bool found;

		if (!kafka_reader_next(reader, 200, &record, &found, error))
			return false;
		if (found && predicate(context, &record))
			return true;
	}
	return error_set(error, DISPOSITION_RETRY, "KAFKA_TIMEOUT", "reader", "what was waited for did not come in time");
}
