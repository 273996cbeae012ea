/* What the files of this folder share; not for others. */
#pragma once

#include "common/kafka/client.h"

#include <librdkafka/rdkafka.h>

struct kafka_client {
	rd_kafka_t *handle;
	uint64_t queued;
	uint64_t delivered;
	uint64_t failed;
	rd_kafka_resp_err_t first_failure;
};

/* A librdkafka configuration of `ours` (which win) and the caller's options, with librdkafka's log lines silenced. NULL with *error filled. */
rd_kafka_conf_t *kafka_configuration(const struct stream_option *options, size_t count, const struct stream_option *ours, size_t our_count,
				     struct error *error);

/* Makes a handle; takes ownership of the configuration. */
MUST_CHECK bool kafka_handle_new(rd_kafka_type_t type, rd_kafka_conf_t *configuration, rd_kafka_t **ret, struct error *error);

/* Fills *error: RETRY for what passes by itself, STOP otherwise; the code is librdkafka's name. Returns false. */
bool kafka_failed(struct error *error, rd_kafka_resp_err_t failure, const char *place);
