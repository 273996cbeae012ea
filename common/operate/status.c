#include "common/operate/status.h"

#include <stdio.h>

#include "common/operate/positions.h"

json_t *status_member(json_t *object, const char *name, json_t *value)
{
	json_object_set_new(object, name, value);
	return value;
}

bool status_read_counts(void *context, const struct rows *rows, struct error *error)
{
	(void)error;
	for (int i = 0; i < rows_count(rows); i++)
		json_object_set_new(context, (const char *)row_text(rows, i, 0).ptr, json_integer(row_int8(rows, i, 1)));
	return true;
}

bool status_load_positions(struct database *database, const struct stream_option *kafka, size_t kafka_count, json_t *status, struct error *error)
{
	json_t *positions;
	int64_t lag;

	if (!positions_json(database, &positions, error))
		return false;
	json_object_set_new(status, "partitions", positions);
	json_object_set_new(status, "outbox", json_integer(positions_unpublished(positions)));
	if (!positions_lag(database, kafka, kafka_count, &lag, error))
		return false;
	json_object_set_new(status, "lag", json_integer(lag));
	return true;
}

void status_print_json(const json_t *status)
{
	(void)json_dumpf(status, stdout, JSON_INDENT(2));
	(void)printf("\n");
}
