#include "tests/bench/broker.h"
#include "tests/bench/commands.h"

/* What this machine can read at best: batches as librdkafka has them, nothing decoded, up to the end that was there at the start. */
enum { BATCH = 1000, WAIT_MS = 50, WAITS = 1200 }; /* a call waits so long for a whole batch */

struct read_sums {
	int64_t records;
	int64_t bytes;
	int32_t ended; /* partitions */
};

static void take(rd_kafka_message_t *message, struct read_sums *sums)
{
	if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
		sums->ended++;
	} else if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
		bench_fail("consume: %s", rd_kafka_message_errstr(message));
	} else {
		sums->records++;
		sums->bytes += (int64_t)(message->key_len + message->len);
	}
	rd_kafka_message_destroy(message);
}

static void read_all(rd_kafka_t *consumer, int32_t partitions, struct read_sums *sums)
{
	rd_kafka_queue_t *queue = rd_kafka_queue_get_consumer(consumer);
	rd_kafka_message_t **messages = calloc(BATCH, sizeof(rd_kafka_message_t *));
	int waits = 0;

	if (messages == NULL)
		bench_fail("no memory");
	while (sums->ended < partitions) {
		ssize_t count = rd_kafka_consume_batch_queue(queue, WAIT_MS, messages, BATCH);

		waits = count > 0 ? 0 : waits + 1;
		if (count < 0 || waits > WAITS)
			bench_fail("no records come");
		for (ssize_t i = 0; i < count; i++)
			take(messages[i], sums);
	}
	free(messages);
	rd_kafka_queue_destroy(queue);
}

int bench_read(struct command_line *line)
{
	const char *topic = command_value(line, "topic");
	double began = clock_monotonic_ms();
	rd_kafka_t *consumer = broker_reader(command_value(line, "bootstrap"));
	rd_kafka_topic_partition_list_t *list = broker_ends(consumer, topic);
	int32_t partitions = list->cnt;
	struct read_sums sums = {0};
	double done;

	for (int i = 0; i < list->cnt; i++)
		list->elems[i].offset = RD_KAFKA_OFFSET_BEGINNING;
	if (rd_kafka_assign(consumer, list) != RD_KAFKA_RESP_ERR_NO_ERROR)
		bench_fail("%s cannot be assigned", topic);
	rd_kafka_topic_partition_list_destroy(list);
	read_all(consumer, partitions, &sums);
	done = clock_monotonic_ms();
	(void)printf("{\"records\": %lld, \"bytes\": %lld, \"ms\": %.1f, \"rate\": %.0f}\n", (long long)sums.records, (long long)sums.bytes,
		     done - began, (double)sums.records / (done - began) * 1e3);
	(void)rd_kafka_consumer_close(consumer);
	rd_kafka_destroy(consumer);
	return EXIT_CODE_DONE;
}
