#include "common/kafka/admin.h"

#include "common/kafka/handle.h"

#define ADMIN_TIMEOUT_MS 15000

static void new_topics_free(rd_kafka_NewTopic_t **topics, size_t count)
{
	rd_kafka_NewTopic_destroy_array(topics, count);
}

/* The request for one topic; NULL with *error filled. */
static rd_kafka_NewTopic_t *new_topic(const struct kafka_topic *topic, struct error *error)
{
	char text[160];
	rd_kafka_NewTopic_t *made = rd_kafka_NewTopic_new(topic->name, topic->partitions, topic->replication, text, sizeof text);

	if (made == NULL) {
		(void)error_set(error, DISPOSITION_STOP, "KAFKA_TOPIC", topic->name, "%s", text);
		return NULL;
	}
	for (size_t i = 0; i < topic->setting_count; i++) {
		if (rd_kafka_NewTopic_set_config(made, topic->settings[i].name, topic->settings[i].value) != RD_KAFKA_RESP_ERR_NO_ERROR) {
			(void)error_set(error, DISPOSITION_STOP, "KAFKA_TOPIC", topic->name, "setting %s is not acceptable", topic->settings[i].name);
			rd_kafka_NewTopic_destroy(made);
			return NULL;
		}
	}
	return made;
}

/* Waits for the event of an administrative request; NULL with *error filled. The caller destroys it. */
static rd_kafka_event_t *await(rd_kafka_queue_t *queue, const char *place, struct error *error)
{
	rd_kafka_event_t *event = rd_kafka_queue_poll(queue, ADMIN_TIMEOUT_MS + 5000);

	if (event == NULL) {
		(void)error_set(error, DISPOSITION_RETRY, "KAFKA_DOWN", place, "no answer from Kafka");
		return NULL;
	}
	if (rd_kafka_event_error(event) != RD_KAFKA_RESP_ERR_NO_ERROR) {
		(void)kafka_failed(error, rd_kafka_event_error(event), place);
		rd_kafka_event_destroy(event);
		return NULL;
	}
	return event;
}

/* The index of the named topic; count when it is none of them. */
static size_t topic_index(const struct kafka_topic *topics, size_t count, const char *name)
{
	size_t i = 0;

	while (i < count && strcmp(topics[i].name, name) != 0)
		i++;
	return i;
}

static bool read_created(rd_kafka_event_t *event, const struct kafka_topic *topics, size_t count, bool *ret_created, struct error *error)
{
	const rd_kafka_CreateTopics_result_t *result = rd_kafka_event_CreateTopics_result(event);
	size_t n = 0;
	const rd_kafka_topic_result_t **results = rd_kafka_CreateTopics_result_topics(result, &n);
	bool ok = true;

	for (size_t i = 0; i < n; i++) {
		rd_kafka_resp_err_t failure = rd_kafka_topic_result_error(results[i]);
		const char *name = rd_kafka_topic_result_name(results[i]);
		size_t at = topic_index(topics, count, name);

		if (ret_created != NULL && at < count)
			ret_created[at] = failure == RD_KAFKA_RESP_ERR_NO_ERROR;
		if (failure != RD_KAFKA_RESP_ERR_NO_ERROR && failure != RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS)
			ok = kafka_failed(ok ? error : NULL, failure, name);
	}
	return ok;
}

static bool create(struct kafka_client *client, rd_kafka_NewTopic_t **requests, const struct kafka_topic *topics, size_t count, bool *ret_created,
		   struct error *error)
{
	rd_kafka_AdminOptions_t *options = rd_kafka_AdminOptions_new(client->handle, RD_KAFKA_ADMIN_OP_CREATETOPICS);
	rd_kafka_queue_t *queue = rd_kafka_queue_new(client->handle);
	rd_kafka_event_t *event;
	char text[64];
	bool ok = false;

	(void)rd_kafka_AdminOptions_set_request_timeout(options, ADMIN_TIMEOUT_MS, text, sizeof text);
	(void)rd_kafka_AdminOptions_set_operation_timeout(options, ADMIN_TIMEOUT_MS, text, sizeof text);
	rd_kafka_CreateTopics(client->handle, requests, count, options, queue);
	event = await(queue, "topics", error);
	if (event != NULL) {
		ok = read_created(event, topics, count, ret_created, error);
		rd_kafka_event_destroy(event);
	}
	rd_kafka_queue_destroy(queue);
	rd_kafka_AdminOptions_destroy(options);
	return ok;
}

bool kafka_topics_create(struct kafka_client *client, const struct kafka_topic *topics, size_t count, bool *ret_created, struct error *error)
{
	CLEANUP(arena_done) struct arena arena = {0};
	rd_kafka_NewTopic_t **requests = arena_array(&arena, count, sizeof(rd_kafka_NewTopic_t *));
	size_t made = 0;
	bool ok = true;

	if (count == 0)
		return true;
	while (ok && made < count) {
		requests[made] = new_topic(&topics[made], error);
		ok = requests[made] != NULL;
		made += ok;
	}
	ok = ok && create(client, requests, topics, count, ret_created, error);
	new_topics_free(requests, made);
	return ok;
}

bool kafka_topic_partitions(struct kafka_client *client, const char *topic, int32_t *ret_partitions, struct error *error)
{
	/* All topics are asked for: asking for one that is not there could create it. */
	const struct rd_kafka_metadata *metadata = NULL;
	rd_kafka_resp_err_t failure = rd_kafka_metadata(client->handle, 1, NULL, &metadata, ADMIN_TIMEOUT_MS);

	if (failure != RD_KAFKA_RESP_ERR_NO_ERROR)
		return kafka_failed(error, failure, topic);
	*ret_partitions = 0;
	for (int i = 0; i < metadata->topic_cnt; i++) {
		if (strcmp(metadata->topics[i].topic, topic) == 0)
			*ret_partitions = metadata->topics[i].partition_cnt;
	}
	rd_kafka_metadata_destroy(metadata);
	return true;
}

static bool read_settings(rd_kafka_event_t *event, const char *topic, struct arena *arena, const struct stream_option **ret, size_t *ret_count,
			  struct error *error)
{
	size_t n = 0;
	const rd_kafka_ConfigResource_t **resources = rd_kafka_DescribeConfigs_result_resources(rd_kafka_event_DescribeConfigs_result(event), &n);
	const rd_kafka_ConfigEntry_t **entries;
	struct stream_option *settings;
	size_t count = 0;

	if (n != 1)
		return error_set(error, DISPOSITION_STOP, "KAFKA_PROTOCOL", topic, "unexpected answer");
	if (rd_kafka_ConfigResource_error(resources[0]) != RD_KAFKA_RESP_ERR_NO_ERROR)
		return kafka_failed(error, rd_kafka_ConfigResource_error(resources[0]), topic);
	entries = rd_kafka_ConfigResource_configs(resources[0], &count);
	settings = arena_array(arena, count, sizeof *settings);
	for (size_t i = 0; i < count; i++) {
		settings[i].name = arena_text(arena, view_text(rd_kafka_ConfigEntry_name(entries[i])));
		settings[i].value = arena_text(arena, view_text(rd_kafka_ConfigEntry_value(entries[i])));
	}
	*ret = settings;
	*ret_count = count;
	return true;
}

bool kafka_topic_settings(struct kafka_client *client, const char *topic, struct arena *arena, const struct stream_option **ret, size_t *ret_count,
			  struct error *error)
{
	rd_kafka_ConfigResource_t *resource = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic);
	rd_kafka_AdminOptions_t *options = rd_kafka_AdminOptions_new(client->handle, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS);
	rd_kafka_queue_t *queue = rd_kafka_queue_new(client->handle);
	rd_kafka_event_t *event;
	char text[64];
	bool ok = false;

	(void)rd_kafka_AdminOptions_set_request_timeout(options, ADMIN_TIMEOUT_MS, text, sizeof text);
	rd_kafka_DescribeConfigs(client->handle, &resource, 1, options, queue);
	event = await(queue, topic, error);
	if (event != NULL) {
		ok = read_settings(event, topic, arena, ret, ret_count, error);
		rd_kafka_event_destroy(event);
	}
	rd_kafka_queue_destroy(queue);
	rd_kafka_AdminOptions_destroy(options);
	rd_kafka_ConfigResource_destroy(resource);
	return ok;
}

const char *kafka_setting(const struct stream_option *settings, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(settings[i].name, name) == 0)
			return settings[i].value;
	}
	return NULL;
}

bool kafka_topics_list(struct kafka_client *client, const char *prefix, struct arena *arena, const char *const **ret, size_t *ret_count,
		       struct error *error)
{
	const struct rd_kafka_metadata *metadata = NULL;
	rd_kafka_resp_err_t failure = rd_kafka_metadata(client->handle, 1, NULL, &metadata, ADMIN_TIMEOUT_MS);
	const char **names;
	size_t count = 0;

	if (failure != RD_KAFKA_RESP_ERR_NO_ERROR)
		return kafka_failed(error, failure, "topics");
	names = arena_array(arena, (size_t)metadata->topic_cnt, sizeof *names);
	for (int i = 0; i < metadata->topic_cnt; i++) {
		if (strncmp(metadata->topics[i].topic, prefix, strlen(prefix)) == 0)
			names[count++] = arena_text(arena, view_text(metadata->topics[i].topic));
	}
	rd_kafka_metadata_destroy(metadata);
	*ret = names;
	*ret_count = count;
	return true;
}

bool kafka_topic_end(struct kafka_client *client, const char *topic, int32_t partition, int64_t *ret_end, struct error *error)
{
	int64_t low;
	rd_kafka_resp_err_t failure = rd_kafka_query_watermark_offsets(client->handle, topic, partition, &low, ret_end, ADMIN_TIMEOUT_MS);

	return failure == RD_KAFKA_RESP_ERR_NO_ERROR || kafka_failed(error, failure, topic);
}
