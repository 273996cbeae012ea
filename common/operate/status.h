/* What `status` of both services shows alike: counts out of the database, and how far the partitions are. */
#pragma once

#include <jansson.h>

#include "common/db/database.h"
#include "common/stream/stream.h"

/* Makes `value` a member of the object (which takes the reference) and gives it back, borrowed. */
json_t *status_member(json_t *object, const char *name, json_t *value);

/* A row_reader: rows of (name, count) into the json_t object that is the context. */
bool status_read_counts(void *context, const struct rows *rows, struct error *error);

/* Adds "partitions", "outbox" (batches not known to be published) and "lag" (records not taken yet). Asks the database and Kafka. */
MUST_CHECK bool status_load_positions(struct database *database, const struct stream_option *kafka, size_t kafka_count, json_t *status,
				      struct error *error);

/* The object on standard output, as JSON. */
void status_print_json(const json_t *status);
