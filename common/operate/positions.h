/* How far each partition is, from the stream engine's tables, and how far behind Kafka: what `status` shows. */
#pragma once

#include <jansson.h>

#include "common/db/database.h"
#include "common/stream/stream.h"

/* A list of {"partition","batch","published","generation","owner"} in partition's order. New reference. */
MUST_CHECK bool positions_json(struct database *database, json_t **ret, struct error *error);

/* Records in the input topics that have not been taken yet, over all partitions with a position. */
MUST_CHECK bool positions_lag(struct database *database, const struct stream_option *kafka, size_t kafka_count, int64_t *ret_lag,
			      struct error *error);

/* Batches that are committed and not yet noted as published. */
int64_t positions_unpublished(json_t *positions);

/* The list as a table on standard output. */
void positions_print(json_t *positions);
