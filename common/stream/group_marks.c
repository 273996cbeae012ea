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

static bool read_list(struct stream *stream, rd_kafka_topic_partition_list_t *list, size_t per_partition, struct group_mark *ret, int32_t timeout_ms,
		      struct error *error)
{
	rd_kafka_resp_err_t err = rd_kafka_committed(stream->consumer, list, timeout_ms);

	if (err != RD_KAFKA_RESP_ERR_NO_ERROR)
		return kafka_error_set(error, err, "committed");
	for (size_t i = 0; i < (size_t)list->cnt; i++) {
		if (list->elems[i].err != RD_KAFKA_RESP_ERR_NO_ERROR)
			return kafka_error_set(error, list->elems[i].err, "committed");
		if (list->elems[i].offset >= 0)
			group_mark_add(&ret[i / per_partition], list->elems[i].metadata, list->elems[i].metadata_size);
	}
	return true;
}

bool group_marks_read(struct stream *stream, const int32_t *partitions, size_t count, struct group_mark *ret, int32_t timeout_ms, struct error *error)
{
	size_t inputs = atomic_load(&stream->input_count);
	rd_kafka_topic_partition_list_t *list;
	bool done;

	if (inputs == 0)
		return error_set(error, DISPOSITION_STOP, "CONFIG", "stream", "no input topics");
	list = rd_kafka_topic_partition_list_new((int)(count * inputs));
	for (size_t i = 0; i < count; i++) {
		ret[i] = (struct group_mark){0};
		for (size_t j = 0; j < inputs; j++)
			(void)rd_kafka_topic_partition_list_add(list, stream->inputs[j].topic, partitions[i]);
	}
	done = read_list(stream, list, inputs, ret, timeout_ms, error);
	rd_kafka_topic_partition_list_destroy(list);
	return done;
}
