#include "tests/bench/broker.h"
#include "tests/bench/commands.h"

/* What a transaction of the plain copy costs is what this machine can do: consume, produce, send offsets, commit. */
struct copy {
	rd_kafka_t *consumer;
	rd_kafka_t *producer;
	rd_kafka_topic_t *target;
	int64_t wanted;
	int64_t copied;
	int64_t per_transaction;
	double first_ms;
};

static void must(rd_kafka_error_t *error, const char *what)
{
	if (error != NULL)
		bench_fail("%s: %s", what, rd_kafka_error_string(error));
}

/* One transaction's records; 0 when none came within a second. */
static int64_t copy_some(struct copy *copy)
{
	int64_t count = 0;

	while (count < copy->per_transaction && copy->copied + count < copy->wanted) {
		rd_kafka_message_t *message = rd_kafka_consumer_poll(copy->consumer, count == 0 ? 1000 : 100);

		if (message == NULL)
			break;
		if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR)
			bench_fail("consume: %s", rd_kafka_message_errstr(message));
		if (copy->first_ms <= 0)
			copy->first_ms = clock_monotonic_ms();
		if (count == 0)
			must(rd_kafka_begin_transaction(copy->producer), "begin");
		if (rd_kafka_produce(copy->target, message->partition, RD_KAFKA_MSG_F_COPY | RD_KAFKA_MSG_F_BLOCK, message->payload, message->len,
				     message->key, message->key_len, NULL) != 0)
			bench_fail("produce: %s", rd_kafka_err2str(rd_kafka_last_error()));
		count++;
		rd_kafka_message_destroy(message);
	}
	return count;
}

static void commit(struct copy *copy)
{
	rd_kafka_topic_partition_list_t *positions;
	rd_kafka_consumer_group_metadata_t *group = rd_kafka_consumer_group_metadata(copy->consumer);

	broker_flush(copy->producer);
	if (rd_kafka_assignment(copy->consumer, &positions) != RD_KAFKA_RESP_ERR_NO_ERROR ||
	    rd_kafka_position(copy->consumer, positions) != RD_KAFKA_RESP_ERR_NO_ERROR)
		bench_fail("no positions");
	must(rd_kafka_send_offsets_to_transaction(copy->producer, positions, group, 30000), "offsets");
	must(rd_kafka_commit_transaction(copy->producer, 30000), "commit");
	rd_kafka_topic_partition_list_destroy(positions);
	rd_kafka_consumer_group_metadata_destroy(group);
}

static void run(struct copy *copy)
{
	int waits = 0;

	while (copy->copied < copy->wanted) {
		int64_t count = copy_some(copy);

		if (count == 0) {
			if (++waits > 60)
				bench_fail("the records to copy did not come");
			continue;
		}
		commit(copy);
		copy->copied += count;
		waits = 0;
	}
}

static void open_both(struct copy *copy, const char *bootstrap, const char *from, const char *to, const char *group, bool from_end)
{
	rd_kafka_topic_partition_list_t *starts;

	copy->consumer = broker_consumer(bootstrap, group);
	copy->producer = broker_producer(bootstrap, group);
	copy->target = rd_kafka_topic_new(copy->producer, to, NULL);
	(void)broker_partitions(copy->producer, to);
	must(rd_kafka_init_transactions(copy->producer, 30000), "init");
	starts = broker_ends(copy->consumer, from);
	for (int i = 0; i < starts->cnt && !from_end; i++)
		starts->elems[i].offset = RD_KAFKA_OFFSET_BEGINNING;
	if (rd_kafka_assign(copy->consumer, starts) != RD_KAFKA_RESP_ERR_NO_ERROR)
		bench_fail("%s cannot be assigned", from);
	rd_kafka_topic_partition_list_destroy(starts);
}

int bench_copy(struct command_line *line)
{
	struct copy copy = {0};
	struct error error = {0};
	double done;

	if (!command_number(line, "count", 1, INT64_C(1000000000), 0, &copy.wanted, &error) ||
	    !command_number(line, "per-transaction", 1, 1000000, 1000, &copy.per_transaction, &error))
		return command_failed(line, &error);
	open_both(&copy, command_value(line, "bootstrap"), command_value(line, "topic"), command_value(line, "to"), command_value(line, "group"),
		  command_has(line, "from-end"));
	if (command_has(line, "from-end")) {
		/* Whoever started this waits for the line before it produces. */
		(void)printf("ready\n");
		(void)fflush(stdout);
	}
	run(&copy);
	done = clock_monotonic_ms();
	(void)printf("{\"records\": %lld, \"ms\": %.1f, \"rate\": %.0f, \"done_ms\": %.3f}\n", (long long)copy.copied, done - copy.first_ms,
		     (double)copy.copied / (done - copy.first_ms) * 1e3, done);
	(void)rd_kafka_consumer_close(copy.consumer);
	rd_kafka_destroy(copy.consumer);
	rd_kafka_topic_destroy(copy.target);
	rd_kafka_destroy(copy.producer);
	return EXIT_CODE_DONE;
}
