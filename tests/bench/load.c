#include "common/base/partition.h"
#include "tests/bench/backlog.h"
#include "tests/bench/broker.h"
#include "tests/bench/commands.h"
#include "tests/bench/population.h"

#define RECORDS_MAX_BYTES ((size_t)4 * 1024 * 1024 * 1024)

struct load {
	struct delivery delivery;
	struct buffer bytes;
	size_t *starts; /* of each record, and the end of the last */
	int64_t records;
};

/* Everything is made before the clock starts. */
static bool prepare(struct load *load, struct error *error)
{
	CLEANUP(arena_done) struct arena arena = {0};

	load->records = load->delivery.count * 2;
	buffer_init(&load->bytes, RECORDS_MAX_BYTES);
	load->starts = calloc((size_t)load->records + 1, sizeof *load->starts);
	if (load->starts == NULL)
		bench_fail("no memory");
	for (int64_t i = 0; i < load->records; i++) {
		load->starts[i] = load->bytes.len;
		if (!delivery_encode(&load->delivery, i, &arena, &load->bytes, error))
			return false;
		arena_reset(&arena);
	}
	load->starts[load->records] = load->bytes.len;
	return true;
}

static void produce(const struct load *load, rd_kafka_t *producer, const char *name)
{
	rd_kafka_topic_t *topic = rd_kafka_topic_new(producer, name, NULL);
	int32_t partitions = broker_partitions(producer, name);

	for (int64_t i = 0; i < load->records; i++) {
		char employer[DELIVERY_EMPLOYER];
		struct view key;

		delivery_employer(&load->delivery, load->delivery.first + i / 2, employer);
		key = view_text(employer);
		broker_produce(producer, topic, partition_of(key, partitions), key,
			       view_of(load->bytes.bytes + load->starts[i], load->starts[i + 1] - load->starts[i]), NULL);
		if (i % 1000 == 0)
			(void)rd_kafka_poll(producer, 0);
	}
	broker_flush(producer);
	rd_kafka_topic_destroy(topic);
}

static void run(const struct load *load, const char *bootstrap, const char *topic, const char *readable, const char *group)
{
	rd_kafka_t *producer = broker_producer(bootstrap, NULL);
	struct population_reader *reader = readable != NULL ? population_reader_start(bootstrap, readable, load->delivery.count) : NULL;
	struct backlog *backlog = group != NULL ? backlog_new(bootstrap, group, topic) : NULL;
	int64_t read = 0;
	double began;
	double produced;
	double done;

	(void)broker_partitions(producer, topic);
	began = clock_monotonic_ms();
	produce(load, producer, topic);
	produced = done = clock_monotonic_ms();
	if (reader != NULL) {
		done = population_reader_finish(reader, &read);
	} else if (backlog != NULL) {
		(void)backlog_mark_end(backlog);
		done = backlog_wait(backlog);
	}
	(void)printf(
		"{\"records\": %lld, \"bytes_each\": %.0f, \"produced_ms\": %.1f, \"done_ms\": %.1f, \"rate\": %.0f, \"population_records\": %lld, "
		"\"first_ms\": %.3f}\n",
		(long long)load->records, (double)load->bytes.len / (double)load->records, produced - began, done - began,
		(double)load->records / (done - began) * 1e3, (long long)read, began);
	backlog_free(backlog);
	rd_kafka_destroy(producer);
}

int bench_load(struct command_line *line)
{
	struct load load = {0};
	struct error error = {0};
	int code = EXIT_CODE_DONE;

	if (!bench_delivery(line, &load.delivery, &error))
		return command_failed(line, &error);
	if (prepare(&load, &error))
		run(&load, command_value(line, "bootstrap"), command_value(line, "topic"), command_value(line, "readable"),
		    command_value(line, "passed"));
	else
		code = command_failed(line, &error);
	buffer_done(&load.bytes);
	free(load.starts);
	return code;
}
