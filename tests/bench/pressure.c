#include "tests/bench/pressure.h"

#include "common/base/partition.h"
#include "tests/bench/backlog.h"
#include "tests/bench/broker.h"

#include <pthread.h>
#include <stdatomic.h>

#define TOPIC "hr.events"
#define CHUNK 5000      /* events between two looks */
#define EMPLOYEES 20000 /* that the load is about, over and over, with other hours each time */
#define CHUNK_MAX_BYTES ((size_t)CHUNK * 2048)

struct pressure {
	struct delivery delivery;
	struct backlog *backlog;
	rd_kafka_t *producer;
	rd_kafka_topic_t *topic;
	int32_t partitions;
	int64_t wanted;
	int64_t least;
	int64_t produced; /* ends of the topic, with what is on its way */
	int64_t number;   /* next event of the delivery */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t there;
	bool is_there;
	atomic_bool stop;
};

static void produce_chunk(struct pressure *pressure)
{
	CLEANUP(arena_done) struct arena arena = {0};
	CLEANUP(buffer_done) struct buffer buffer = {0};
	struct error error = {0};

	buffer_init(&buffer, CHUNK_MAX_BYTES);
	for (int i = 0; i < CHUNK; i++) {
		char employer[DELIVERY_EMPLOYER];
		struct view key;

		buffer_clear(&buffer);
		if (!delivery_encode(&pressure->delivery, pressure->number, &arena, &buffer, &error))
			bench_fail("event: %s %s", error.code, error.place);
		arena_reset(&arena);
		delivery_employer(&pressure->delivery, pressure->delivery.first + pressure->number / 2, employer);
		key = view_text(employer);
		while (rd_kafka_produce(pressure->topic, partition_of(key, pressure->partitions), RD_KAFKA_MSG_F_COPY, buffer.bytes, buffer.len,
					key.ptr, key.len, NULL) != 0)
			(void)rd_kafka_poll(pressure->producer, 10);
		if (++pressure->number == pressure->delivery.count * 2) {
			pressure->number = 0;
			pressure->delivery.change++;
			pressure->delivery.time = (int64_t)clock_wall_ms();
		}
	}
	(void)rd_kafka_poll(pressure->producer, 0);
	pressure->produced += CHUNK;
}

static void announce(struct pressure *pressure)
{
	(void)pthread_mutex_lock(&pressure->lock);
	pressure->is_there = true;
	(void)pthread_cond_signal(&pressure->there);
	(void)pthread_mutex_unlock(&pressure->lock);
}

static void *press(void *context)
{
	struct pressure *pressure = context;
	struct timespec pause = {.tv_nsec = 20000000};

	while (!atomic_load(&pressure->stop)) {
		int64_t behind = pressure->produced - backlog_committed(pressure->backlog);

		if (pressure->is_there && behind < pressure->least)
			pressure->least = behind;
		if (!pressure->is_there && behind >= pressure->wanted) {
			pressure->least = behind;
			announce(pressure);
		}
		if (behind < pressure->wanted + CHUNK)
			produce_chunk(pressure);
		else
			(void)nanosleep(&pause, NULL);
	}
	return NULL;
}

struct pressure *pressure_start(const char *bootstrap, const char *group, const struct delivery *beside, int64_t backlog)
{
	struct pressure *pressure = calloc(1, sizeof *pressure);

	if (pressure == NULL)
		bench_fail("no memory");
	pressure->delivery = *beside;
	pressure->delivery.first = beside->first + beside->count;
	pressure->delivery.count = EMPLOYEES;
	pressure->delivery.change = (int32_t)((int64_t)clock_wall_ms() / 1000 % 50) + 1;
	pressure->wanted = backlog;
	pressure->backlog = backlog_new(bootstrap, group, TOPIC);
	pressure->produced = backlog_mark_end(pressure->backlog);
	pressure->producer = broker_producer(bootstrap, NULL);
	pressure->topic = rd_kafka_topic_new(pressure->producer, TOPIC, NULL);
	pressure->partitions = broker_partitions(pressure->producer, TOPIC);
	(void)pthread_mutex_init(&pressure->lock, NULL);
	(void)pthread_cond_init(&pressure->there, NULL);
	if (pthread_create(&pressure->thread, NULL, press, pressure) != 0)
		bench_fail("no thread");
	(void)pthread_mutex_lock(&pressure->lock);
	while (!pressure->is_there)
		(void)pthread_cond_wait(&pressure->there, &pressure->lock);
	(void)pthread_mutex_unlock(&pressure->lock);
	return pressure;
}

int64_t pressure_stop(struct pressure *pressure)
{
	int64_t least;

	if (pressure == NULL)
		return 0;
	atomic_store(&pressure->stop, true);
	(void)pthread_join(pressure->thread, NULL);
	broker_flush(pressure->producer);
	least = pressure->least;
	rd_kafka_topic_destroy(pressure->topic);
	rd_kafka_destroy(pressure->producer);
	backlog_free(pressure->backlog);
	(void)pthread_mutex_destroy(&pressure->lock);
	(void)pthread_cond_destroy(&pressure->there);
	free(pressure);
	return least;
}
