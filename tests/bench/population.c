#include "tests/bench/population.h"

#include "schemas/codec/message.h"
#include "schemas/messages.h"
#include "tests/bench/broker.h"

#include <pthread.h>

#define KEY_LEN 32
#define PATIENCE_MS 60000.0

struct population_reader {
	rd_kafka_t *consumer;
	pthread_t thread;
	uint64_t *seen; /* open addressing; 0 is free: an entity id is random, so none begins with eight zero bytes */
	uint64_t mask;
	int64_t wanted;
	int64_t found;
	int64_t records;
	double last_ms;
};

static bool is_employment(const rd_kafka_message_t *message)
{
	uint8_t fingerprint[SCHEMA_FINGERPRINT];

	return message->payload != NULL && message->key_len == KEY_LEN && message_identify(view_of(message->payload, message->len), fingerprint) &&
	       memcmp(fingerprint, population_employment_schema.fingerprint, sizeof fingerprint) == 0;
}

static void note(struct population_reader *reader, const uint8_t *entity)
{
	uint64_t id;
	uint64_t at;

	memcpy(&id, entity, sizeof id);
	for (at = id & reader->mask; reader->seen[at] != 0; at = (at + 1) & reader->mask)
		if (reader->seen[at] == id)
			return;
	reader->seen[at] = id;
	reader->found++;
}

static void *read_all(void *context)
{
	struct population_reader *reader = context;

	reader->last_ms = clock_monotonic_ms();
	while (reader->found < reader->wanted) {
		rd_kafka_message_t *message = rd_kafka_consumer_poll(reader->consumer, 1000);

		if (message == NULL) {
			if (clock_monotonic_ms() - reader->last_ms > PATIENCE_MS)
				bench_fail("no population record for a minute: %lld of %lld are there", (long long)reader->found,
					   (long long)reader->wanted);
			continue;
		}
		if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR && is_employment(message)) {
			reader->records++;
			note(reader, (const uint8_t *)message->key + KEY_LEN / 2);
			reader->last_ms = clock_monotonic_ms();
		}
		rd_kafka_message_destroy(message);
	}
	return NULL;
}

struct population_reader *population_reader_start(const char *bootstrap, const char *topic, int64_t employments)
{
	struct population_reader *reader = calloc(1, sizeof *reader);
	uint64_t room = 1024;

	while (room < (uint64_t)employments * 2)
		room *= 2;
	if (reader == NULL || (reader->seen = calloc(room, sizeof *reader->seen)) == NULL)
		bench_fail("no memory");
	reader->mask = room - 1;
	reader->wanted = employments;
	reader->consumer = broker_tail(bootstrap, topic);
	if (pthread_create(&reader->thread, NULL, read_all, reader) != 0)
		bench_fail("no thread");
	return reader;
}

double population_reader_finish(struct population_reader *reader, int64_t *ret_records)
{
	double last;

	(void)pthread_join(reader->thread, NULL);
	last = reader->last_ms;
	*ret_records = reader->records;
	(void)rd_kafka_consumer_close(reader->consumer);
	rd_kafka_destroy(reader->consumer);
	free(reader->seen);
	free(reader);
	return last;
}
