/* A database and topics of a test's own on the real stack, and copier processes over them. Failures end the test with a line that says where. */
#pragma once

#include "tests/unit/check.h"

#include "common/db/database.h"

#include <librdkafka/rdkafka.h>
#include <sys/types.h>

#define WORLD_PARTITIONS 4
#define WORLD_RECORDS_MAX 20000

struct world_record {
	int32_t partition;
	char key[24];
	char value[48];
	char id[64];
	char sequence[32];
};

struct world {
	char prefix[32];
	char conninfo[512]; /* of the test's own database */
	char log[64];       /* where the copiers write */
	struct database *database;
	rd_kafka_t *producer;
	struct world_record *records; /* what world_read found */
	size_t record_count;
};

/* Makes database, tables and topics; with first, positions. Skips the test when KLUIS_PG or KLUIS_KAFKA is unset. */
struct world *world_new(bool first);

/* Frees; topics and database stay until the stack goes. */
void world_free(struct world *world);

/* Deletes the topic PREFIX.suffix. */
void world_delete_topic(struct world *world, const char *suffix);

/* Makes it. */
void world_create_topic(struct world *world, const char *suffix);

/* Deletes the topic PREFIX.suffix and makes it anew. */
void world_recreate_topic(struct world *world, const char *suffix);

/* Sends one record; sequence NULL: no kluis-seq. */
void world_send(struct world *world, const char *suffix, int32_t partition, const char *key, const char *value, const char *sequence);

/* Sends numbered records from..to-1 over all partitions, every tenth as a command, and waits for their delivery. */
void world_send_numbers(struct world *world, int from, int to);

/* Sends `count` records to a partition in a transaction, which leaves a marker behind them. */
void world_send_transaction(struct world *world, const char *suffix, int32_t partition, int count);

/* Sends `count` records with a value of so many bytes, and waits for their delivery. */
void world_send_bulk(struct world *world, const char *suffix, int32_t partition, int count, size_t size);

/* Waits until what was sent has been delivered. */
void world_flush(struct world *world);

/* Starts a copier; `option` may be NULL. */
pid_t world_start(const struct world *world, const char *instance, const char *option);

/* Signals a copier and waits for its end; the status as of waitpid. */
int world_end(pid_t pid, int signal);

/* Fails unless it ended by itself, with 0. */
void world_check_left_in_order(int status);

/* Waits for a copier to end by itself, at most limit_ms. */
int world_wait_end(pid_t pid, int limit_ms);

/* Reads PREFIX.out from its beginning to its end, committed records only. */
void world_read(struct world *world);

/* Reads until there are `count` records, at most limit_ms. */
void world_wait_records(struct world *world, size_t count, int limit_ms);

/* Fails unless exactly the numbers 0..count-1 came out, each once, in order per partition and input, densely numbered, with ids of their own. */
void world_check_numbers(struct world *world, size_t count);

/* The single number that a query gives. */
int64_t world_number(struct world *world, const char *sql);

/* Waits until the query gives that number, at most limit_ms. */
void world_wait_number(struct world *world, const char *sql, int64_t expected, int limit_ms);

/* True when a line of the copiers' log holds the text. */
bool world_log_has(const struct world *world, const char *text);

/* Waits until one does, at most limit_ms. */
void world_wait_log(const struct world *world, const char *text, int limit_ms);

/* Sleeps. */
void world_pause(int ms);
