/* From librdkafka's errors to dispositions: the only place that decides it. */
#pragma once

#include "common/base/error.h"

#include <librdkafka/rdkafka.h>

/* RETRY: the broker is away or busy. STOP: fenced, refused, misconfigured. There is no REJECT: no input is at fault for Kafka's errors. */
enum disposition kafka_disposition(rd_kafka_resp_err_t err);

/* True when another has taken this one's place: fatal whatever the abortable flag says. */
bool kafka_is_fenced(rd_kafka_resp_err_t err);

/* True when the group has moved on: the partitions are, or may be, another's. */
bool kafka_is_regrouped(rd_kafka_resp_err_t err);

/* Fills *error with librdkafka's error name as code; returns false. */
bool kafka_error_set(struct error *error, rd_kafka_resp_err_t err, const char *place);

/* The same from an error object, which is destroyed; NULL fills nothing and returns true. *ret_err (may be NULL) gets its code. */
bool kafka_error_take(struct error *error, rd_kafka_error_t *object, const char *place, rd_kafka_resp_err_t *ret_err);
