#include "common/stream/log_ends.h"

#include "common/stream/kafka_error.h"

/* rd_kafka_offsets_for_times passes the time on as it is, and Kafka's ListOffsets knows two special ones: the same that librdkafka uses for
 * beginning and end. So one request per broker does for all partitions. */
static bool read_ends(struct stream *stream, rd_kafka_topic_partition_list_t *list, int64_t which, int32_t timeout_ms, struct error *error)
{
	rd_kafka_resp_err_t err;

	for (int i = 0; i < list->cnt; i++)
		list->elems[i].offset = which;
	err = rd_kafka_offsets_for_times(stream->consumer, list, timeout_ms);
	for (int i = 0; i < list->cnt && err == RD_KAFKA_RESP_ERR_NO_ERROR; i++) {
		err = list->elems[i].err;
		if (err == RD_KAFKA_RESP_ERR_NO_ERROR && list->elems[i].offset < 0)
			err = RD_KAFKA_RESP_ERR__TIMED_OUT;
	}
	return err == RD_KAFKA_RESP_ERR_NO_ERROR || kafka_error_set(error, err, "offsets_for_times");
}

bool log_ends_read(struct stream *stream, const int32_t *partitions, size_t count, size_t inputs, struct log_ends *ret, int32_t timeout_ms,
		   struct error *error)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)(count * inputs));
	bool done;

	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < inputs; j++)
			(void)rd_kafka_topic_partition_list_add(list, stream->inputs[j].topic, partitions[i]);
	}
	done = read_ends(stream, list, RD_KAFKA_OFFSET_BEGINNING, timeout_ms, error);
	for (int i = 0; done && i < list->cnt; i++)
		ret[i].begin = list->elems[i].offset;
	done = done && read_ends(stream, list, RD_KAFKA_OFFSET_END, timeout_ms, error);
	for (int i = 0; done && i < list->cnt; i++)
		ret[i].end = list->elems[i].offset;
	rd_kafka_topic_partition_list_destroy(list);
	return done;
}
