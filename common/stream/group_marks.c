#include "common/stream/group_marks.h"

#include "common/stream/kafka_error.h"

void group_mark_add(struct group_mark *known, const void *metadata, size_t len)
{
	struct mark mark;

	if (!mark_parse(metadata, len, &mark)) {
		known->unreadable = true;
		known->differ = true;
		return;
	}
	if (known->known && mark.generation > known->mark.generation)
		known->differ = known->unreadable;
	if (known->known && known->mark.generation == mark.generation && strcmp(known->mark.lineage, mark.lineage) != 0)
		known->differ = true;
	if (known->known &&
	    (known->mark.generation > mark.generation || (known->mark.generation == mark.generation && known->mark.batch >= mark.batch)))
		return;
	known->mark = mark;
	known->known = true;
}

/* All inputs' offsets of each of the partitions, one partition after the other; NULL with *error filled where there are no inputs. */
static rd_kafka_topic_partition_list_t *asked_list(const struct stream *stream, const int32_t *partitions, size_t count, struct error *error)
{
	size_t inputs = atomic_load(&stream->input_count);
	rd_kafka_topic_partition_list_t *list;

	if (inputs == 0) {
		(void)error_set(error, DISPOSITION_STOP, "CONFIG", "stream", "no input topics");
		return NULL;
	}
	list = rd_kafka_topic_partition_list_new((int)(count * inputs));
	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < inputs; j++)
			(void)rd_kafka_topic_partition_list_add(list, stream->inputs[j].topic, partitions[i]);
	}
	return list;
}

/* What was answered for each of the partitions, in whatever order; count > 0. */
static bool marks_of(const rd_kafka_topic_partition_list_t *list, const int32_t *partitions, size_t count, struct group_mark *ret,
		     struct error *error)
{
	for (size_t i = 0; i < count; i++)
		ret[i] = (struct group_mark){0};
	for (int i = 0; i < list->cnt; i++) {
		const rd_kafka_topic_partition_t *answer = &list->elems[i];
		size_t at = (size_t)i * count / (size_t)list->cnt; /* as they were asked for */

		if (answer->err != RD_KAFKA_RESP_ERR_NO_ERROR)
			return kafka_error_set(error, answer->err, "committed");
		for (size_t tried = 0; tried < count && partitions[at] != answer->partition; tried++)
			at = (at + 1) % count;
		if (partitions[at] != answer->partition)
			continue;
		if (answer->offset >= 0)
			group_mark_add(&ret[at], answer->metadata, answer->metadata_size);
	}
	return true;
}

bool group_marks_read(struct stream *stream, const int32_t *partitions, size_t count, struct group_mark *ret, int32_t timeout_ms, struct error *error)
{
	rd_kafka_topic_partition_list_t *list = asked_list(stream, partitions, count, error);
	rd_kafka_resp_err_t err;
	bool done;

	if (list == NULL)
		return false;
	err = rd_kafka_committed(stream->consumer, list, timeout_ms);
	done = err == RD_KAFKA_RESP_ERR_NO_ERROR ? marks_of(list, partitions, count, ret, error) : kafka_error_set(error, err, "committed");
	rd_kafka_topic_partition_list_destroy(list);
	return done;
}

/* The group's part of the answer to an administrative request. */
static bool read_event(rd_kafka_event_t *event, const int32_t *partitions, size_t count, struct group_mark *ret, struct error *error)
{
	const rd_kafka_group_result_t **groups;
	const rd_kafka_error_t *failure;
	size_t n = 0;

	if (event == NULL)
		return kafka_error_set(error, RD_KAFKA_RESP_ERR__TIMED_OUT, "group_offsets");
	if (rd_kafka_event_error(event) != RD_KAFKA_RESP_ERR_NO_ERROR)
		return kafka_error_set(error, rd_kafka_event_error(event), "group_offsets");
	groups = rd_kafka_ListConsumerGroupOffsets_result_groups(rd_kafka_event_ListConsumerGroupOffsets_result(event), &n);
	if (n != 1)
		return kafka_error_set(error, RD_KAFKA_RESP_ERR__BAD_MSG, "group_offsets");
	failure = rd_kafka_group_result_error(groups[0]);
	if (failure != NULL)
		return kafka_error_set(error, rd_kafka_error_code(failure), "group_offsets");
	return marks_of(rd_kafka_group_result_partitions(groups[0]), partitions, count, ret, error);
}

bool group_marks_read_committed(struct stream *stream, const int32_t *partitions, size_t count, struct group_mark *ret, int32_t timeout_ms,
				struct error *error)
{
	rd_kafka_topic_partition_list_t *list = asked_list(stream, partitions, count, error);
	rd_kafka_ListConsumerGroupOffsets_t *request;
	rd_kafka_AdminOptions_t *options;
	rd_kafka_queue_t *queue;
	rd_kafka_event_t *event;
	bool done;

	if (list == NULL)
		return false;
	request = rd_kafka_ListConsumerGroupOffsets_new(stream->options.group, list);
	rd_kafka_topic_partition_list_destroy(list);
	options = rd_kafka_AdminOptions_new(stream->consumer, RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS);
	(void)rd_kafka_AdminOptions_set_request_timeout(options, timeout_ms, NULL, 0);
	queue = rd_kafka_queue_new(stream->consumer);
	rd_kafka_ListConsumerGroupOffsets(stream->consumer, &request, 1, options, queue);
	event = rd_kafka_queue_poll(queue, timeout_ms + 1000);
	done = read_event(event, partitions, count, ret, error);
	if (event != NULL)
		rd_kafka_event_destroy(event);
	rd_kafka_queue_destroy(queue);
	rd_kafka_AdminOptions_destroy(options);
	rd_kafka_ListConsumerGroupOffsets_destroy(request);
	return done;
}
