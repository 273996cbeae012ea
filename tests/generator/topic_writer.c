#include "tests/generator/topic_writer.h"

#include "common/base/clock.h"
#include "common/base/partition.h"
#include "common/base/unconst.h"
#include "common/crypto/digest.h"
#include "common/crypto/hex.h"

#include <inttypes.h>
#include <librdkafka/rdkafka.h>
#include <stdlib.h>

enum { CALL_MS = 30000, PAUSE_MS = 50, GENERATION = 1 };

struct topic_writer {
	struct topic_writer_options options;
	rd_kafka_t *handle;
	rd_kafka_topic_t *topic;
	int64_t *sequences; /* by partition: the last */
	int32_t partitions;
	int32_t partition;
	int64_t open; /* records in the transaction under way */
	int64_t failed;
};

static bool failed(struct error *error, const char *place, const char *text)
{
	return error_set(error, DISPOSITION_RETRY, "KAFKA", place, "%s", text);
}

static bool take(rd_kafka_error_t *failure, const char *place, struct error *error)
{
	if (failure == NULL)
		return true;
	(void)failed(error, place, rd_kafka_error_string(failure));
	rd_kafka_error_destroy(failure);
	return false;
}

static void on_delivery(rd_kafka_t *handle, const rd_kafka_message_t *message, void *opaque)
{
	struct topic_writer *writer = opaque;

	(void)handle;
	writer->failed += message->err != RD_KAFKA_RESP_ERR_NO_ERROR;
}

static bool make_handle(struct topic_writer *writer, struct error *error)
{
	/* As the vault's own producer, but for the sizes. */
	const char *const settings[][2] = {
		{"bootstrap.servers", writer->options.bootstrap},
		{"transactional.id", writer->options.topic},
		{"linger.ms", "5"},
		{"compression.type", "none"},
		{"batch.size", "250000"},
		{"queue.buffering.max.messages", "200000"},
	};
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	char text[256];

	for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
		if (rd_kafka_conf_set(conf, settings[i][0], settings[i][1], text, sizeof text) == RD_KAFKA_CONF_OK)
			continue;
		rd_kafka_conf_destroy(conf);
		return error_set(error, DISPOSITION_STOP, "KAFKA_OPTION", settings[i][0], "%s", text);
	}
	rd_kafka_conf_set_opaque(conf, writer);
	rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
	writer->handle = rd_kafka_new(RD_KAFKA_PRODUCER, conf, text, sizeof text);
	if (writer->handle != NULL)
		return true;
	rd_kafka_conf_destroy(conf);
	return error_set(error, DISPOSITION_STOP, "KAFKA_OPTION", "producer", "%s", text);
}

/* The topic's partitions, 0 while a broker does not know it: one just made may be missing for a moment. */
static bool count_partitions(struct topic_writer *writer, struct error *error)
{
	const struct rd_kafka_metadata *metadata;
	rd_kafka_resp_err_t code = rd_kafka_metadata(writer->handle, 0, writer->topic, &metadata, CALL_MS);

	if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
		return failed(error, writer->options.topic, rd_kafka_err2str(code));
	writer->partitions = metadata->topic_cnt == 1 ? metadata->topics[0].partition_cnt : 0;
	rd_kafka_metadata_destroy(metadata);
	return true;
}

static bool find_topic(struct topic_writer *writer, struct error *error)
{
	int64_t limit = monotonic_ms() + CALL_MS;

	writer->topic = rd_kafka_topic_new(writer->handle, writer->options.topic, NULL);
	do {
		(void)rd_kafka_poll(writer->handle, PAUSE_MS);
		if (!count_partitions(writer, error))
			return false;
	} while (writer->partitions == 0 && monotonic_ms() < limit);
	if (writer->partitions == 0)
		return failed(error, writer->options.topic, "the topic is not there");
	writer->sequences = calloc((size_t)writer->partitions, sizeof *writer->sequences);
	return writer->sequences != NULL || error_set(error, DISPOSITION_STOP, "NO_MEMORY", "partitions", "no memory");
}

bool topic_writer_new(const struct topic_writer_options *options, struct topic_writer **ret, struct error *error)
{
	struct topic_writer *writer = calloc(1, sizeof *writer);

	if (writer == NULL)
		return error_set(error, DISPOSITION_STOP, "NO_MEMORY", "writer", "no memory");
	writer->options = *options;
	if (make_handle(writer, error) && find_topic(writer, error) &&
	    take(rd_kafka_init_transactions(writer->handle, CALL_MS), "init_transactions", error)) {
		*ret = writer;
		return true;
	}
	topic_writer_free(writer);
	return false;
}

void topic_writer_free(struct topic_writer *writer)
{
	if (writer == NULL)
		return;
	if (writer->topic != NULL)
		rd_kafka_topic_destroy(writer->topic);
	if (writer->handle != NULL) {
		(void)rd_kafka_purge(writer->handle, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
		rd_kafka_destroy(writer->handle);
	}
	free(writer->sequences);
	free(writer);
}

void topic_writer_turn_to(struct topic_writer *writer, struct view employer_id)
{
	writer->partition = partition_of(employer_id, writer->partitions);
}

/* An id as the vault hides them on a provider's topic: 32 hex digits. */
static rd_kafka_headers_t *headers_of(struct topic_writer *writer, bool is_tombstone)
{
	rd_kafka_headers_t *headers = rd_kafka_headers_new(3);
	int64_t sequence = ++writer->sequences[writer->partition];
	uint8_t hash[16];
	char id[2 * sizeof hash + 1];
	char text[64];
	int len = snprintf(text, sizeof text, "%d/hr.events/%d/%" PRId64 "/0", GENERATION, writer->partition, sequence);

	digest_of(NULL, view_of((const uint8_t *)text, (size_t)len), hash, sizeof hash);
	hex_encode(hash, sizeof hash, id);
	(void)rd_kafka_header_add(headers, "kluis-id", 8, id, 32);
	len = snprintf(text, sizeof text, "%d.%" PRId64, GENERATION, sequence);
	(void)rd_kafka_header_add(headers, "kluis-seq", 9, text, len);
	if (is_tombstone)
		(void)rd_kafka_header_add(headers, "kluis-reason", 12, "CORRECTED", 9);
	return headers;
}

static bool produce(struct topic_writer *writer, struct view key, struct view value, rd_kafka_headers_t *headers, struct error *error)
{
	const rd_kafka_vu_t arguments[] = {
		{.vtype = RD_KAFKA_VTYPE_RKT, .u.rkt = writer->topic},
		{.vtype = RD_KAFKA_VTYPE_PARTITION, .u.i32 = writer->partition},
		{.vtype = RD_KAFKA_VTYPE_MSGFLAGS, .u.i = RD_KAFKA_MSG_F_COPY},
		{.vtype = RD_KAFKA_VTYPE_KEY, .u.mem = {unconst(key.ptr), key.len}},
		{.vtype = RD_KAFKA_VTYPE_VALUE, .u.mem = {unconst(value.ptr), value.len}},
		{.vtype = RD_KAFKA_VTYPE_HEADERS, .u.headers = headers},
	};

	for (;;) {
		rd_kafka_error_t *failure = rd_kafka_produceva(writer->handle, arguments, sizeof arguments / sizeof arguments[0]);

		if (failure == NULL || rd_kafka_error_code(failure) != RD_KAFKA_RESP_ERR__QUEUE_FULL) {
			if (failure != NULL)
				rd_kafka_headers_destroy(headers);
			return take(failure, "produce", error);
		}
		rd_kafka_error_destroy(failure);
		(void)rd_kafka_poll(writer->handle, 10);
	}
}

bool topic_writer_put(struct topic_writer *writer, struct view key, struct view value, struct error *error)
{
	if (writer->open == 0 && !take(rd_kafka_begin_transaction(writer->handle), "begin_transaction", error))
		return false;
	if (!produce(writer, key, value, headers_of(writer, view_is_null(value)), error))
		return false;
	writer->open++;
	if (writer->open % 1024 == 0)
		(void)rd_kafka_poll(writer->handle, 0);
	return writer->open < writer->options.per_transaction || topic_writer_finish(writer, error);
}

bool topic_writer_finish(struct topic_writer *writer, struct error *error)
{
	rd_kafka_resp_err_t code;

	if (writer->open == 0)
		return true;
	writer->open = 0;
	code = rd_kafka_flush(writer->handle, CALL_MS);
	if (code != RD_KAFKA_RESP_ERR_NO_ERROR || writer->failed > 0)
		return failed(error, "flush", "not everything could be delivered");
	return take(rd_kafka_commit_transaction(writer->handle, CALL_MS), "commit_transaction", error);
}
