#include "tests/bench/backlog.h"

#include "tests/bench/broker.h"

#define PATIENCE_MS 60000.0

struct backlog {
	rd_kafka_t *consumer;
	const char *topic;
	rd_kafka_topic_partition_list_t *ends; /* the goal */
	rd_kafka_topic_partition_list_t *now;
};

struct backlog *backlog_new(const char *bootstrap, const char *group, const char *topic)
{
	struct backlog *backlog = calloc(1, sizeof *backlog);

	if (backlog == NULL)
		bench_fail("no memory");
	backlog->consumer = broker_consumer(bootstrap, group);
	backlog->topic = topic;
	backlog->ends = broker_ends(backlog->consumer, topic);
	backlog->now = rd_kafka_topic_partition_list_copy(backlog->ends);
	return backlog;
}

void backlog_free(struct backlog *backlog)
{
	if (backlog == NULL)
		return;
	rd_kafka_topic_partition_list_destroy(backlog->ends);
	rd_kafka_topic_partition_list_destroy(backlog->now);
	rd_kafka_destroy(backlog->consumer);
	free(backlog);
}

int64_t backlog_committed(struct backlog *backlog)
{
	rd_kafka_resp_err_t code = rd_kafka_committed(backlog->consumer, backlog->now, 30000);
	int64_t sum = 0;

	if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
		bench_fail("committed offsets: %s", rd_kafka_err2str(code));
	for (int i = 0; i < backlog->now->cnt; i++)
		sum += backlog->now->elems[i].offset > 0 ? backlog->now->elems[i].offset : 0;
	return sum;
}

int64_t backlog_mark_end(struct backlog *backlog)
{
	int64_t sum = 0;

	rd_kafka_topic_partition_list_destroy(backlog->ends);
	backlog->ends = broker_ends(backlog->consumer, backlog->topic);
	for (int i = 0; i < backlog->ends->cnt; i++)
		sum += backlog->ends->elems[i].offset;
	return sum;
}

static bool reached(const struct backlog *backlog)
{
	for (int i = 0; i < backlog->ends->cnt; i++)
		if (backlog->ends->elems[i].offset > 0 && backlog->now->elems[i].offset < backlog->ends->elems[i].offset)
			return false;
	return true;
}

double backlog_wait(struct backlog *backlog)
{
	int64_t before = -1;
	double progress = clock_monotonic_ms();
	struct timespec pause = {.tv_nsec = 5000000};

	for (;;) {
		int64_t sum = backlog_committed(backlog);
		double now = clock_monotonic_ms();

		if (reached(backlog))
			return now;
		if (sum != before)
			progress = now;
		else if (now - progress > PATIENCE_MS)
			bench_fail("the vault's position has stood still for a minute");
		before = sum;
		(void)nanosleep(&pause, NULL);
	}
}
