/* The Kafka handles' configuration, and the consumer. */
#include "common/config/log.h"
#include "common/stream/engine.h"
#include "common/stream/kafka_error.h"

#include <stdio.h>

/* What the engine depends on; none of it may be given from outside. */
static const char *const reserved[] = {
	"group.id",
	"group.instance.id",
	"transactional.id",
	"session.timeout.ms",
	"heartbeat.interval.ms",
	"partition.assignment.strategy",
	"isolation.level",
	"auto.offset.reset",
	"enable.auto.commit",
	"enable.auto.offset.store",
	"enable.partition.eof",
	"transaction.timeout.ms",
	"socket.timeout.ms",
	"message.timeout.ms",
	"enable.idempotence",
	"acks",
	"compression.type",
	"group.protocol.type",
};

/* Lines of one kind come once in this time: an outage repeats itself several times a second. */
#define QUIET_MS 10000
#define KINDS 32

/* True when a line of this kind is due; *ret_left_out says how many were not written since the last one. Any thread. */
static bool is_due(const char *kind, int64_t *ret_left_out)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	static struct {
		char kind[24];
		int64_t next_ms;
		int64_t left_out;
	} kinds[KINDS];
	size_t i = 0;
	bool due;

	(void)pthread_mutex_lock(&lock);
	while (i < KINDS - 1 && kinds[i].kind[0] != '\0' && strncmp(kinds[i].kind, kind, sizeof kinds[i].kind - 1) != 0)
		i++;
	(void)snprintf(kinds[i].kind, sizeof kinds[i].kind, "%s", kind);
	due = monotonic_ms() >= kinds[i].next_ms;
	*ret_left_out = kinds[i].left_out;
	kinds[i].left_out = due ? 0 : kinds[i].left_out + 1;
	if (due)
		kinds[i].next_ms = monotonic_ms() + QUIET_MS;
	(void)pthread_mutex_unlock(&lock);
	return due;
}

static void on_log(const rd_kafka_t *handle, int level, const char *facility, const char *text)
{
	int64_t left_out = 0;

	(void)handle;
	if (is_due(facility, &left_out))
		log_event(level <= 3 ? LOG_LEVEL_WARNING : LOG_LEVEL_INFO, "librdkafka", log_text("facility", facility), log_text("text", text),
			  log_int("left_out", left_out));
}

static void on_error(rd_kafka_t *handle, int err, const char *reason, void *opaque)
{
	const char *code = rd_kafka_err2name((rd_kafka_resp_err_t)err);
	int64_t left_out = 0;

	(void)handle, (void)reason, (void)opaque;
	if (is_due(code, &left_out))
		log_event(LOG_LEVEL_WARNING, "kafka_trouble", log_text("code", code), log_int("left_out", left_out));
}

static bool set(rd_kafka_conf_t *conf, const struct stream_option *option, struct error *error)
{
	char text[256];

	if (rd_kafka_conf_set(conf, option->name, option->value, text, sizeof text) == RD_KAFKA_CONF_OK)
		return true;
	return error_set(error, DISPOSITION_STOP, "KAFKA_OPTION", option->name, "%s", text);
}

bool kafka_conf_fill(const struct stream *stream, rd_kafka_conf_t *conf, const struct stream_option *own, size_t count, struct error *error)
{
	for (size_t i = 0; i < count; i++) {
		if (!set(conf, &own[i], error))
			return false;
	}
	for (size_t i = 0; i < stream->options.kafka_count; i++) {
		const struct stream_option *option = &stream->options.kafka[i];

		for (size_t j = 0; j < sizeof reserved / sizeof reserved[0]; j++) {
			if (strcmp(option->name, reserved[j]) == 0)
				return error_set(error, DISPOSITION_STOP, "KAFKA_OPTION", option->name, "the service sets it itself: remove it");
		}
		if (!set(conf, option, error))
			return false;
	}
	rd_kafka_conf_set_log_cb(conf, on_log);
	rd_kafka_conf_set_error_cb(conf, on_error);
	return true;
}

bool consumer_new(struct stream *stream, bool member, struct error *error)
{
	char session[16];
	char heartbeat[16];
	const struct stream_option name = {"group.instance.id", stream->options.instance};
	const struct stream_option own[] = {
		{"group.id", stream->options.group},
		{"session.timeout.ms", session},
		{"heartbeat.interval.ms", heartbeat},
		{"partition.assignment.strategy", "range"},
		{"isolation.level", "read_committed"},
		{"auto.offset.reset", "error"},
		{"enable.auto.commit", "false"},
		{"enable.auto.offset.store", "false"},
		{"enable.partition.eof", "true"},
		{"check.crcs", "true"},
		{"queued.min.messages", "1000000"},
		{"queued.max.messages.kbytes", "512"},
		{"fetch.message.max.bytes", "262144"},
		{"fetch.max.bytes", "2097152"},
		{"fetch.wait.max.ms", "100"},
		{"fetch.error.backoff.ms", "100"},
		/* A topic that was made a moment ago is missed at joining; found at the next refresh, which then joins anew. */
		{"topic.metadata.refresh.interval.ms", "3000"},
	};
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	char text[256];

	(void)snprintf(session, sizeof session, "%d", stream->session_timeout_ms);
	(void)snprintf(heartbeat, sizeof heartbeat, "%d", stream->session_timeout_ms / 10);
	if (!kafka_conf_fill(stream, conf, own, sizeof own / sizeof own[0], error) || (member && !set(conf, &name, error))) {
		rd_kafka_conf_destroy(conf);
		return false;
	}
	rd_kafka_conf_set_opaque(conf, stream);
	if (member)
		rd_kafka_conf_set_rebalance_cb(conf, taker_on_rebalance);
	stream->consumer = rd_kafka_new(RD_KAFKA_CONSUMER, conf, text, sizeof text);
	if (stream->consumer == NULL) {
		rd_kafka_conf_destroy(conf);
		return error_set(error, DISPOSITION_STOP, "KAFKA_OPTION", "consumer", "%s", text);
	}
	(void)rd_kafka_poll_set_consumer(stream->consumer);
	return true;
}
