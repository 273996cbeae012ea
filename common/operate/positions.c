#include "common/operate/positions.h"

#include <stdio.h>

#include "common/kafka/admin.h"
#include "common/operate/json_text.h"

static bool read_positions(void *context, const struct rows *rows, struct error *error)
{
	(void)error;
	for (int i = 0; i < rows_count(rows); i++) {
		json_t *item = json_object();

		json_object_set_new(item, "partition", json_integer(row_int4(rows, i, 0)));
		json_object_set_new(item, "batch", json_integer(row_int8(rows, i, 1)));
		json_object_set_new(item, "published", json_integer(row_int8(rows, i, 2)));
		json_object_set_new(item, "generation", json_integer(row_int4(rows, i, 3)));
		json_object_set_new(item, "owner", json_text(row_text(rows, i, 4)));
		json_array_append_new(context, item);
	}
	return true;
}

static const struct statement select_positions = {"operate_positions",
						  "SELECT partition, batch, published, generation, owner FROM stream_position ORDER BY partition"};

bool positions_json(struct database *database, json_t **ret, struct error *error)
{
	json_t *positions = json_array();

	if (!database_run(database, &select_positions, NULL, read_positions, positions, error)) {
		json_decref(positions);
		return false;
	}
	*ret = positions;
	return true;
}

int64_t positions_unpublished(json_t *positions)
{
	int64_t count = 0;
	json_t *item;
	size_t i;

	json_array_foreach(positions, i, item)
	{
		int64_t behind = json_integer_value(json_object_get(item, "batch")) - json_integer_value(json_object_get(item, "published"));

		count += behind > 0 ? behind : 0;
	}
	return count;
}

void positions_print(json_t *positions)
{
	json_t *item;
	size_t i;

	(void)printf("partition  batch      published  generation  owner\n");
	json_array_foreach(positions, i, item)
	{
		(void)printf("%9lld  %-9lld  %-9lld  %-10lld  %s\n", (long long)json_integer_value(json_object_get(item, "partition")),
			     (long long)json_integer_value(json_object_get(item, "batch")),
			     (long long)json_integer_value(json_object_get(item, "published")),
			     (long long)json_integer_value(json_object_get(item, "generation")), json_string_value(json_object_get(item, "owner")));
	}
}

struct input_position {
	char topic[250];
	int32_t partition;
	int64_t next;
};

struct input_positions {
	struct arena arena;
	struct input_position *items;
	size_t count;
};

static bool read_inputs(void *context, const struct rows *rows, struct error *error)
{
	struct input_positions *inputs = context;

	(void)error;
	inputs->items = arena_array(&inputs->arena, (size_t)rows_count(rows) + 1, sizeof *inputs->items);
	for (int i = 0; i < rows_count(rows); i++) {
		struct input_position *input = &inputs->items[inputs->count++];

		(void)snprintf(input->topic, sizeof input->topic, "%s", (const char *)row_text(rows, i, 0).ptr);
		input->partition = row_int4(rows, i, 1);
		input->next = row_int8(rows, i, 2);
	}
	return true;
}

static const struct statement select_inputs = {"operate_inputs", "SELECT topic, partition, next_offset FROM stream_input ORDER BY topic, partition"};

bool positions_lag(struct database *database, const struct stream_option *kafka, size_t kafka_count, int64_t *ret_lag, struct error *error)
{
	struct input_positions inputs = {0};
	struct kafka_client *client = NULL;
	bool done = database_run(database, &select_inputs, NULL, read_inputs, &inputs, error) && kafka_client_new(kafka, kafka_count, &client, error);

	*ret_lag = 0;
	for (size_t i = 0; done && i < inputs.count; i++) {
		int64_t end;

		done = kafka_topic_end(client, inputs.items[i].topic, inputs.items[i].partition, &end, error);
		if (done && end > inputs.items[i].next)
			*ret_lag += end - inputs.items[i].next;
	}
	kafka_client_free(client);
	arena_done(&inputs.arena);
	return done;
}
