#include "common/stream/producer.h"

#include "common/base/crash_point.h"
#include "common/base/guard.h"
#include "common/base/unconst.h"
#include "common/config/log.h"
#include "common/stream/kafka_error.h"

#include <stdlib.h>

#define INIT_TIMEOUT_MS 10000
#define END_OF_TIMEOUT_MS 5000
#define CALL_TIMEOUT_MS 8000
#define TRANSACTION_TIMEOUT_MS 15000
/* A transaction is given up before the broker does that: making the producer anew then ends it at once, and what it held is published again. Waiting
 * for the broker costs readers its time-out, the clean-up's interval, and us the time until we learn of it. */
#define TRANSACTION_LIMIT_MS 13000

struct producer_topic {
	char *name;
	rd_kafka_topic_t *handle;
};

/* ApiKeys of the requests that a transaction consists of: Produce, InitProducerId, AddPartitionsToTxn, AddOffsetsToTxn, EndTxn, TxnOffsetCommit. */
enum { API_PRODUCE = 0, API_INIT = 22, API_ADD_PARTITIONS = 24, API_ADD_OFFSETS = 25, API_END = 26, API_COMMIT_OFFSETS = 28 };

static bool is_transactional(int16_t api)
{
	return api == API_PRODUCE || api == API_INIT || api == API_ADD_PARTITIONS || api == API_ADD_OFFSETS || api == API_END ||
	       api == API_COMMIT_OFFSETS;
}

static rd_kafka_resp_err_t on_request_sent(rd_kafka_t *handle, int socket, const char *broker, int32_t broker_id, int16_t api, int16_t version,
					   int32_t correlation, size_t size, void *opaque)
{
	struct producer *producer = opaque;

	(void)handle, (void)socket, (void)broker, (void)broker_id, (void)version, (void)correlation, (void)size;
	if (api == API_END) {
		atomic_fetch_add(&producer->ends_sent, 1);
		CRASH_POINT(publish_commit_sent);
	}
	return RD_KAFKA_RESP_ERR_NO_ERROR;
}

static rd_kafka_resp_err_t on_response_received(rd_kafka_t *handle, int socket, const char *broker, int32_t broker_id, int16_t api, int16_t version,
						int32_t correlation, size_t size, int64_t rtt, rd_kafka_resp_err_t err, void *opaque)
{
	struct producer *producer = opaque;

	(void)handle, (void)socket, (void)broker, (void)broker_id, (void)version, (void)correlation, (void)size, (void)rtt;
	if (err != RD_KAFKA_RESP_ERR_NO_ERROR && is_transactional(api))
		atomic_fetch_add(&producer->faults, 1);
	return RD_KAFKA_RESP_ERR_NO_ERROR;
}

static rd_kafka_resp_err_t on_new(rd_kafka_t *handle, const rd_kafka_conf_t *conf, void *opaque, char *text, size_t size)
{
	(void)conf, (void)text, (void)size;
	(void)rd_kafka_interceptor_add_on_request_sent(handle, "kluis", on_request_sent, opaque);
	(void)rd_kafka_interceptor_add_on_response_received(handle, "kluis", on_response_received, opaque);
	return RD_KAFKA_RESP_ERR_NO_ERROR;
}

static void on_delivery(rd_kafka_t *handle, const rd_kafka_message_t *message, void *opaque)
{
	struct producer *producer = opaque;

	(void)handle;
	if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
		producer->delivered++;
		return;
	}
	producer->refused++;
	/* What was purged because of the first refusal says nothing. */
	if (producer->refused > 1 && (message->err == RD_KAFKA_RESP_ERR__PURGE_QUEUE || message->err == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT))
		return;
	producer->refusal = message->err;
	(void)snprintf(producer->refusal_topic, sizeof producer->refusal_topic, "%s", rd_kafka_topic_name(message->rkt));
}

void producer_init(struct producer *producer, struct stream *stream)
{
	*producer = (struct producer){.stream = stream, .worn = true};
}

void producer_close(struct producer *producer)
{
	for (size_t i = 0; i < producer->topic_count; i++) {
		rd_kafka_topic_destroy(producer->topics[i].handle);
		free(producer->topics[i].name);
	}
	free(producer->topics);
	producer->topics = NULL;
	producer->topic_count = 0;
	if (producer->handle == NULL)
		return;
	(void)rd_kafka_purge(producer->handle, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT | RD_KAFKA_PURGE_F_NON_BLOCKING);
	rd_kafka_destroy(producer->handle);
	producer->handle = NULL;
}

static rd_kafka_topic_t *topic_of(struct producer *producer, struct view name)
{
	struct producer_topic *topics;

	for (size_t i = 0; i < producer->topic_count; i++) {
		if (view_equal(view_text(producer->topics[i].name), name))
			return producer->topics[i].handle;
	}
	topics = reallocarray(producer->topics, producer->topic_count + 1, sizeof *topics);
	if (topics == NULL)
		abort();
	producer->topics = topics;
	topics = &topics[producer->topic_count];
	topics->name = strndup((const char *)name.ptr, name.len);
	if (topics->name == NULL)
		abort();
	topics->handle = rd_kafka_topic_new(producer->handle, topics->name, NULL);
	if (topics->handle == NULL) {
		free(topics->name);
		return NULL;
	}
	producer->topic_count++;
	return topics->handle;
}

/* Fetches the metadata of the known output topics, so that the first transaction need not wait for it. Failing does no harm. */
static void warm_up(struct producer *producer)
{
	const struct stream_options *options = &producer->stream->options;
	const struct rd_kafka_metadata *metadata = NULL;

	for (size_t i = 0; i < options->output_count; i++)
		(void)topic_of(producer, view_text(options->outputs[i]));
	if (options->output_count > 0 && rd_kafka_metadata(producer->handle, 0, NULL, &metadata, CALL_TIMEOUT_MS) == RD_KAFKA_RESP_ERR_NO_ERROR)
		rd_kafka_metadata_destroy(metadata);
}

static bool handle_new(struct producer *producer, const char *transactional_id, struct error *error)
{
	char transaction_timeout[16];
	const struct stream_option own[] = {
		{"transactional.id", transactional_id},
		{"transaction.timeout.ms", transaction_timeout},
		{"socket.timeout.ms", "8000"},
		{"message.timeout.ms", "12000"},
		{"compression.type", "none"},
		{"linger.ms", "5"},
		{"batch.size", "250000"}, /* the topics' max.message.bytes counts for a whole batch of messages */
		{"queue.buffering.max.messages", "200000"},
		{"queue.buffering.max.kbytes", "65536"},
	};
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	char text[256];

	(void)snprintf(transaction_timeout, sizeof transaction_timeout, "%d", TRANSACTION_TIMEOUT_MS);
	if (!kafka_conf_fill(producer->stream, conf, own, sizeof own / sizeof own[0], error)) {
		rd_kafka_conf_destroy(conf);
		return false;
	}
	rd_kafka_conf_set_opaque(conf, producer);
	rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
	(void)rd_kafka_conf_interceptor_add_on_new(conf, "kluis", on_new, producer);
	producer->handle = rd_kafka_new(RD_KAFKA_PRODUCER, conf, text, sizeof text);
	if (producer->handle != NULL)
		return true;
	rd_kafka_conf_destroy(conf);
	return error_set(error, DISPOSITION_STOP, "KAFKA_OPTION", "producer", "%s", text);
}

bool producer_renew(struct producer *producer, struct error *error)
{
	rd_kafka_error_t *failure;

	producer_close(producer);
	CRASH_POINT(renew_destroyed);
	producer->worn = true;
	if (!handle_new(producer, producer->stream->options.instance, error))
		return false;
	failure = rd_kafka_init_transactions(producer->handle, INIT_TIMEOUT_MS);
	if (!kafka_error_take(error, failure, "init_transactions", NULL))
		return false;
	CRASH_POINT(renew_initialised);
	warm_up(producer);
	atomic_store(&producer->faults, 0);
	atomic_store(&producer->ends_sent, 0);
	producer->worn = false;
	return true;
}

bool producer_end_of(struct stream *stream, const char *transactional_id, struct error *error)
{
	struct producer producer;
	bool done;

	producer_init(&producer, stream);
	if (!handle_new(&producer, transactional_id, error))
		return false;
	done = kafka_error_take(error, rd_kafka_init_transactions(producer.handle, END_OF_TIMEOUT_MS), "init_transactions", NULL);
	producer_close(&producer);
	return done;
}

/* How long a call may take, so much at most, for the transaction to stay within its limit. */
static int left_ms(const struct producer *producer, int at_most_ms)
{
	int64_t left = producer->limit_ms - monotonic_ms();

	if (left < 0)
		left = 0;
	return left < at_most_ms ? (int)left : at_most_ms;
}

bool producer_begin(struct producer *producer, struct error *error)
{
	producer->produced = 0;
	producer->delivered = 0;
	producer->refused = 0;
	producer->limit_ms = monotonic_ms() + TRANSACTION_LIMIT_MS;
	atomic_store(&producer->ends_sent, 0);
	return kafka_error_take(error, rd_kafka_begin_transaction(producer->handle), "begin_transaction", NULL);
}

static rd_kafka_headers_t *headers_of(const struct outbox_frame *frame)
{
	rd_kafka_headers_t *headers = rd_kafka_headers_new(3);
	char sequence[48];
	int len = snprintf(sequence, sizeof sequence, "%lld.%lld", (long long)frame->generation, (long long)frame->sequence);

	(void)rd_kafka_header_add(headers, "kluis-id", 8, frame->id.ptr, (ssize_t)frame->id.len);
	(void)rd_kafka_header_add(headers, "kluis-seq", 9, sequence, len);
	if (!view_is_null(frame->reason))
		(void)rd_kafka_header_add(headers, "kluis-reason", 12, frame->reason.ptr, (ssize_t)frame->reason.len);
	return headers;
}

static bool add_frame(struct producer *producer, const struct outbox_frame *frame, struct error *error)
{
	rd_kafka_topic_t *topic = topic_of(producer, frame->topic);
	rd_kafka_headers_t *headers = headers_of(frame);
	rd_kafka_resp_err_t err;

	/* The payload is not copied: it stays in the batch until the transaction has ended and the producer has forgotten it. */
	do {
		const rd_kafka_vu_t arguments[] = {
			{.vtype = RD_KAFKA_VTYPE_RKT, .u.rkt = topic},
			{.vtype = RD_KAFKA_VTYPE_PARTITION, .u.i32 = frame->partition},
			{.vtype = RD_KAFKA_VTYPE_MSGFLAGS, .u.i = 0},
			{.vtype = RD_KAFKA_VTYPE_KEY, .u.mem = {unconst(frame->key.ptr), frame->key.len}},
			{.vtype = RD_KAFKA_VTYPE_VALUE, .u.mem = {unconst(frame->value.ptr), frame->value.len}},
			{.vtype = RD_KAFKA_VTYPE_HEADERS, .u.headers = headers},
		};
		rd_kafka_error_t *failure = rd_kafka_produceva(producer->handle, arguments, sizeof arguments / sizeof arguments[0]);

		(void)kafka_error_take(error, failure, "produce", &err);
		if (err == RD_KAFKA_RESP_ERR__QUEUE_FULL)
			(void)rd_kafka_poll(producer->handle, 10);
	} while (err == RD_KAFKA_RESP_ERR__QUEUE_FULL && left_ms(producer, 1) > 0);
	if (err != RD_KAFKA_RESP_ERR_NO_ERROR) {
		rd_kafka_headers_destroy(headers);
		return false;
	}
	producer->produced++;
	if (producer->produced == 1)
		CRASH_POINT(publish_produced_some);
	return true;
}

bool producer_add(struct producer *producer, struct view chunk, struct error *error)
{
	struct outbox_frame frame;
	struct cursor cursor;

	if (!outbox_open(chunk, &cursor))
		return error_set(error, DISPOSITION_STOP, "OUTBOX", "chunk", "a chunk of the outbox was written by another version");
	while (cursor.left > 0) {
		if (!outbox_next(&cursor, &frame))
			return error_set(error, DISPOSITION_STOP, "OUTBOX", "frame", "a chunk of the outbox is damaged");
		if (!add_frame(producer, &frame, error))
			return false;
		if (producer->produced % 1024 == 0)
			(void)rd_kafka_poll(producer->handle, 0);
	}
	return true;
}

bool producer_flush(struct producer *producer, struct error *error)
{
	rd_kafka_resp_err_t err = RD_KAFKA_RESP_ERR_NO_ERROR;

	if (producer->produced > 0)
		err = rd_kafka_flush(producer->handle, left_ms(producer, TRANSACTION_LIMIT_MS));
	CRASH_POINT(publish_flushed);
	if (WITHOUT(delivery_report))
		return true;
	if (producer->refused > 0)
		return kafka_error_set(error, producer->refusal, producer->refusal_topic);
	if (err != RD_KAFKA_RESP_ERR_NO_ERROR)
		return kafka_error_set(error, err, "flush");
	if (producer->delivered != producer->produced)
		return error_set(error, DISPOSITION_RETRY, "UNDELIVERED", "flush", "a record was neither acknowledged nor refused");
	return true;
}

bool producer_send_offsets(struct producer *producer, const rd_kafka_topic_partition_list_t *offsets, const rd_kafka_consumer_group_metadata_t *group,
			   struct error *error)
{
	rd_kafka_error_t *failure;

	do {
		failure = rd_kafka_send_offsets_to_transaction(producer->handle, offsets, group, left_ms(producer, CALL_TIMEOUT_MS));
		if (failure == NULL || !rd_kafka_error_is_retriable(failure) || left_ms(producer, 1) == 0)
			return kafka_error_take(error, failure, "send_offsets", NULL);
		rd_kafka_error_destroy(failure);
	} while (!stream_is_ending(producer->stream));
	return error_set(error, DISPOSITION_RETRY, "ENDING", "send_offsets", "the stream ends");
}

bool producer_commit(struct producer *producer, struct error *error)
{
	rd_kafka_error_t *failure = rd_kafka_commit_transaction(producer->handle, left_ms(producer, CALL_TIMEOUT_MS));

	/* A retriable failure means: call it again. Aborting instead would be a conflict. */
	while (failure != NULL && rd_kafka_error_is_retriable(failure) && left_ms(producer, 1) > 0 && !stream_is_ending(producer->stream)) {
		rd_kafka_error_destroy(failure);
		producer->worn = !WITHOUT(renewal);
		failure = rd_kafka_commit_transaction(producer->handle, left_ms(producer, CALL_TIMEOUT_MS));
	}
	return kafka_error_take(error, failure, "commit_transaction", NULL);
}

bool producer_is_worn(const struct producer *producer)
{
	return producer->worn || (!WITHOUT(renewal) && (atomic_load(&producer->ends_sent) > 1 || atomic_load(&producer->faults) > 0));
}
