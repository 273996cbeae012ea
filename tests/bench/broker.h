/* librdkafka handles for the bench, and its clocks. What fails ends the program with a message. */
#pragma once

#include "common/base/view.h"

#include <librdkafka/rdkafka.h>

/* Prints "kluis_bench: …" to standard error and exits with 1. */
_Noreturn void bench_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Milliseconds of the monotonic clock, with fractions. */
double clock_monotonic_ms(void);

/* Milliseconds since 1970, with fractions. */
double clock_wall_ms(void);

/* A producer with acks=all that keeps order; transactional when an id is given. Counts what it could not deliver in broker_failures. */
rd_kafka_t *broker_producer(const char *bootstrap, const char *transactional_id);

/* How many records could not be delivered since the start, by all producers. */
int64_t broker_failures(void);

/* Where a record that was produced with a struct broker_receipt as its opaque went; offset -1 until it is known. */
struct broker_receipt {
	int32_t partition;
	int64_t offset;
	int64_t time_ms; /* the broker's */
};

/* A read_committed consumer; of that group, or of none. Nothing is assigned. */
rd_kafka_t *broker_consumer(const char *bootstrap, const char *group);

/* The same, to read a topic to its end: says where a partition ends. */
rd_kafka_t *broker_reader(const char *bootstrap);

/* Number of partitions of a topic. */
int32_t broker_partitions(rd_kafka_t *handle, const char *topic);

/* The end of each partition of a topic, as offsets of a new list (rd_kafka_topic_partition_list_destroy). */
rd_kafka_topic_partition_list_t *broker_ends(rd_kafka_t *handle, const char *topic);

/* A read_committed consumer of the whole topic from its present end on. */
rd_kafka_t *broker_tail(const char *bootstrap, const char *topic);

/* Queues one record by reference: the bytes must stay until it is delivered. Waits while the queue is full. */
void broker_produce(rd_kafka_t *producer, rd_kafka_topic_t *topic, int32_t partition, struct view key, struct view value,
		    struct broker_receipt *receipt);

/* Flushes; fails when something was not delivered. */
void broker_flush(rd_kafka_t *producer);
