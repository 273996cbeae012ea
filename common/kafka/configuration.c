#include "common/kafka/handle.h"

#include <stdio.h>

static bool set(rd_kafka_conf_t *configuration, const char *name, const char *value, struct error *error)
{
	char text[160];
	rd_kafka_conf_res_t result = rd_kafka_conf_set(configuration, name, value, text, sizeof text);

	if (result == RD_KAFKA_CONF_OK)
		return true;
	/* librdkafka's text may repeat the value, and some values are passwords. */
	return error_set(error, DISPOSITION_STOP, "KAFKA_OPTION", name, "kafka.%s: %s", name,
			 result == RD_KAFKA_CONF_UNKNOWN ? "librdkafka knows no such option" : "librdkafka does not take this value");
}

/* Says nothing: callers report what failed, once. */
static void ignore_log(const rd_kafka_t *handle, int level, const char *facility, const char *text)
{
	(void)handle;
	(void)level;
	(void)facility;
	(void)text;
}

/* The same for the handle's own error events (a broker down): without it librdkafka logs them. */
static void ignore_error(rd_kafka_t *handle, int failure, const char *reason, void *context)
{
	(void)handle;
	(void)failure;
	(void)reason;
	(void)context;
}

rd_kafka_conf_t *kafka_configuration(const struct stream_option *options, size_t count, const struct stream_option *ours, size_t our_count,
				     struct error *error)
{
	rd_kafka_conf_t *configuration = rd_kafka_conf_new();
	bool ok = true;

	rd_kafka_conf_set_log_cb(configuration, ignore_log);
	rd_kafka_conf_set_error_cb(configuration, ignore_error);
	for (size_t i = 0; ok && i < count; i++)
		ok = set(configuration, options[i].name, options[i].value, error);
	for (size_t i = 0; ok && i < our_count; i++)
		ok = set(configuration, ours[i].name, ours[i].value, error);
	if (!ok) {
		rd_kafka_conf_destroy(configuration);
		return NULL;
	}
	return configuration;
}

bool kafka_handle_new(rd_kafka_type_t type, rd_kafka_conf_t *configuration, rd_kafka_t **ret, struct error *error)
{
	char text[160];
	rd_kafka_t *handle = rd_kafka_new(type, configuration, text, sizeof text);

	if (handle == NULL) {
		rd_kafka_conf_destroy(configuration);
		return error_set(error, DISPOSITION_STOP, "KAFKA_OPTION", "kafka", "%s", text);
	}
	*ret = handle;
	return true;
}

bool kafka_failed(struct error *error, rd_kafka_resp_err_t failure, const char *place)
{
	switch ((int)failure) {
	case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
	case RD_KAFKA_RESP_ERR__TRANSPORT:
	case RD_KAFKA_RESP_ERR__TIMED_OUT:
	case RD_KAFKA_RESP_ERR__MSG_TIMED_OUT:
	case RD_KAFKA_RESP_ERR__RESOLVE:
	case RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT:
	case RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE:
	case RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION:
	case RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS:
	case RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND:
	case RD_KAFKA_RESP_ERR_NOT_CONTROLLER:
	case RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE:
		return error_set(error, DISPOSITION_RETRY, rd_kafka_err2name(failure), place,
				 "Kafka does not answer, or not yet: see kafka.bootstrap.servers");
	case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
		return error_set(
			error, DISPOSITION_STOP, rd_kafka_err2name(failure), place,
			"the log was cut off while it was read: run it again; if it comes back, see the topic's retention and who deletes from it");
	default:
		return error_set(error, DISPOSITION_STOP, rd_kafka_err2name(failure), place, "Kafka refused");
	}
}
