#include "tests/integration/stream/world.h"

#include "common/base/arena.h"
#include "common/base/unconst.h"
#include "common/stream/stream.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

void world_pause(int ms)
{
	(void)nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000L}, NULL);
}

void world_create_topic(struct world *world, const char *suffix)
{
	char name[64];
	char text[128] = "";
	rd_kafka_NewTopic_t *topic;
	rd_kafka_queue_t *queue = rd_kafka_queue_new(world->producer);
	rd_kafka_event_t *event;

	(void)snprintf(name, sizeof name, "%s.%s", world->prefix, suffix);
	topic = rd_kafka_NewTopic_new(name, WORLD_PARTITIONS, 1, text, sizeof text);
	rd_kafka_CreateTopics(world->producer, &topic, 1, NULL, queue);
	event = rd_kafka_queue_poll(queue, 20000);
	check(event != NULL && rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR_NO_ERROR);
	rd_kafka_event_destroy(event);
	rd_kafka_NewTopic_destroy(topic);
	rd_kafka_queue_destroy(queue);
}

void world_delete_topic(struct world *world, const char *suffix)
{
	char name[64];
	rd_kafka_DeleteTopic_t *topic;
	rd_kafka_queue_t *queue = rd_kafka_queue_new(world->producer);
	rd_kafka_event_t *event;

	(void)snprintf(name, sizeof name, "%s.%s", world->prefix, suffix);
	topic = rd_kafka_DeleteTopic_new(name);
	rd_kafka_DeleteTopics(world->producer, &topic, 1, NULL, queue);
	event = rd_kafka_queue_poll(queue, 20000);
	check(event != NULL && rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR_NO_ERROR);
	rd_kafka_event_destroy(event);
	rd_kafka_DeleteTopic_destroy(topic);
	rd_kafka_queue_destroy(queue);
}

void world_recreate_topic(struct world *world, const char *suffix)
{
	world_delete_topic(world, suffix);
	world_pause(1000);
	world_create_topic(world, suffix);
	world_pause(500);
}

static rd_kafka_t *handle_new(rd_kafka_type_t type)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	char text[256];

	(void)rd_kafka_conf_set(conf, "bootstrap.servers", getenv("KLUIS_KAFKA"), text, sizeof text);
	(void)rd_kafka_conf_set(conf, "group.id", "test", text, sizeof text);
	(void)rd_kafka_conf_set(conf, "isolation.level", "read_committed", text, sizeof text);
	(void)rd_kafka_conf_set(conf, "enable.partition.eof", "true", text, sizeof text);
	(void)rd_kafka_conf_set(conf, "enable.auto.commit", "false", text, sizeof text);
	(void)rd_kafka_conf_set(conf, "log_level", "2", text, sizeof text);
	return rd_kafka_new(type, conf, text, sizeof text);
}

struct world *world_new(bool first)
{
	static int number;
	struct world *world;
	struct error error = {0};
	struct timespec now;
	struct database *server = NULL;
	char sql[64];

	if (getenv("KLUIS_PG") == NULL || getenv("KLUIS_KAFKA") == NULL) {
		print_message("KLUIS_PG or KLUIS_KAFKA is not set: see deploy/stack\n");
		skip();
	}
	world = calloc(1, sizeof *world);
	world->records = calloc(WORLD_RECORDS_MAX, sizeof *world->records);
	(void)clock_gettime(CLOCK_REALTIME, &now);
	(void)snprintf(world->prefix, sizeof world->prefix, "w%llx_%d",
		       (unsigned long long)now.tv_sec * 1000 + (unsigned long long)now.tv_nsec / 1000000, number++);
	(void)snprintf(world->conninfo, sizeof world->conninfo, "%s dbname=%s", getenv("KLUIS_PG"), world->prefix);
	(void)snprintf(world->log, sizeof world->log, "%s.log", world->prefix);
	(void)snprintf(sql, sizeof sql, "CREATE DATABASE %s", world->prefix);
	check_ok(database_open(getenv("KLUIS_PG"), &server, &error) && database_script(server, sql, &error), &error);
	database_free(server);
	check_ok(database_open(world->conninfo, &world->database, &error), &error);
	check_ok(stream_setup(world->database, WORLD_PARTITIONS, first, &error), &error);
	check_ok(database_script(world->database, "CREATE TABLE copier_count (partition int PRIMARY KEY, records bigint, batches bigint)", &error),
		 &error);
	world->producer = handle_new(RD_KAFKA_PRODUCER);
	world_create_topic(world, "in");
	world_create_topic(world, "commands");
	world_create_topic(world, "extra");
	world_create_topic(world, "out");
	return world;
}

void world_free(struct world *world)
{
	rd_kafka_destroy(world->producer);
	database_free(world->database);
	(void)unlink(world->log);
	free(world->records);
	free(world);
}

void world_send(struct world *world, const char *suffix, int32_t partition, const char *key, const char *value, const char *sequence)
{
	rd_kafka_headers_t *headers = rd_kafka_headers_new(1);
	char topic[64];

	(void)snprintf(topic, sizeof topic, "%s.%s", world->prefix, suffix);
	if (sequence != NULL)
		(void)rd_kafka_header_add(headers, "kluis-seq", -1, sequence, -1);
	const rd_kafka_vu_t arguments[] = {
		{.vtype = RD_KAFKA_VTYPE_TOPIC, .u.cstr = topic},
		{.vtype = RD_KAFKA_VTYPE_PARTITION, .u.i32 = partition},
		{.vtype = RD_KAFKA_VTYPE_MSGFLAGS, .u.i = RD_KAFKA_MSG_F_COPY},
		{.vtype = RD_KAFKA_VTYPE_KEY, .u.mem = {unconst(key), strlen(key)}},
		{.vtype = RD_KAFKA_VTYPE_VALUE, .u.mem = {unconst(value), strlen(value)}},
		{.vtype = RD_KAFKA_VTYPE_HEADERS, .u.headers = headers},
	};
	check(rd_kafka_produceva(world->producer, arguments, sizeof arguments / sizeof arguments[0]) == NULL);
}

void world_flush(struct world *world)
{
	check_int(rd_kafka_flush(world->producer, 30000), RD_KAFKA_RESP_ERR_NO_ERROR);
}

void world_send_numbers(struct world *world, int from, int to)
{
	for (int i = from; i < to; i++) {
		char key[24];
		char value[48];

		(void)snprintf(key, sizeof key, "%d", i);
		(void)snprintf(value, sizeof value, "value %d", i);
		world_send(world, i % 10 == 0 ? "commands" : "in", i % WORLD_PARTITIONS, key, value, NULL);
	}
	world_flush(world);
}

void world_send_transaction(struct world *world, const char *suffix, int32_t partition, int count)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	rd_kafka_t *plain = world->producer;
	char text[256];

	(void)rd_kafka_conf_set(conf, "bootstrap.servers", getenv("KLUIS_KAFKA"), text, sizeof text);
	(void)rd_kafka_conf_set(conf, "transactional.id", world->prefix, text, sizeof text);
	world->producer = rd_kafka_new(RD_KAFKA_PRODUCER, conf, text, sizeof text);
	check(rd_kafka_init_transactions(world->producer, 20000) == NULL);
	check(rd_kafka_begin_transaction(world->producer) == NULL);
	for (int i = 0; i < count; i++)
		world_send(world, suffix, partition, "key", "transaction", NULL);
	check(rd_kafka_commit_transaction(world->producer, 20000) == NULL);
	rd_kafka_destroy(world->producer);
	world->producer = plain;
}

void world_send_bulk(struct world *world, const char *suffix, int32_t partition, int count, size_t size)
{
	char *value = calloc(size + 1, 1);

	if (value == NULL)
		abort();
	memset(value, 'x', size);
	for (int i = 0; i < count; i++)
		world_send(world, suffix, partition, "bulk", value, NULL);
	free(value);
	world_flush(world);
}

pid_t world_start(const struct world *world, const char *instance, const char *option)
{
	pid_t pid = fork();
	char partitions[8];
	int log;

	if (pid != 0)
		return pid;
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	log = open(world->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	(void)dup2(log, 2);
	(void)snprintf(partitions, sizeof partitions, "%d", WORLD_PARTITIONS);
	(void)setenv("KLUIS_PG", world->conninfo, 1);
	(void)setenv("KLUIS_COPIER_SESSION_MS", "6000", 1);
	(void)execl(COPIER, COPIER, instance, world->prefix, partitions, option, (char *)NULL);
	_exit(127);
}

int world_wait_end(pid_t pid, int limit_ms)
{
	int status = 0;

	for (int waited = 0; waitpid(pid, &status, WNOHANG) == 0; waited += 10) {
		if (waited > limit_ms) {
			(void)kill(pid, SIGKILL);
			(void)waitpid(pid, &status, 0);
			fail_msg("a copier did not end within %d ms", limit_ms);
		}
		world_pause(10);
	}
	return status;
}

int world_end(pid_t pid, int signal)
{
	(void)kill(pid, signal);
	return world_wait_end(pid, 30000);
}

static void copy_text(char *target, size_t size, const void *bytes, size_t len)
{
	(void)snprintf(target, size, "%.*s", (int)len, bytes == NULL ? "" : (const char *)bytes);
}

static void read_header(const rd_kafka_message_t *message, const char *name, char *target, size_t size)
{
	rd_kafka_headers_t *headers = NULL;
	const void *value = NULL;
	size_t len = 0;

	if (rd_kafka_message_headers(message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR)
		(void)rd_kafka_header_get_last(headers, name, &value, &len);
	copy_text(target, size, value, len);
}

enum { READ_PATIENCE_MS = 20000, READ_ATTEMPTS = 3 };

/* What the consumer gives, to the end of every partition; false when it gives nothing at all for a while, as it may where a machine is busy. */
static bool read_to_ends(struct world *world, rd_kafka_t *consumer)
{
	int ends = 0;

	world->record_count = 0;
	while (ends < WORLD_PARTITIONS) {
		rd_kafka_message_t *message = rd_kafka_consumer_poll(consumer, READ_PATIENCE_MS);
		struct world_record *record = &world->records[world->record_count];

		if (message == NULL)
			return false;
		if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
			ends++;
		} else if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
			check(world->record_count < WORLD_RECORDS_MAX);
			record->partition = message->partition;
			copy_text(record->key, sizeof record->key, message->key, message->key_len);
			copy_text(record->value, sizeof record->value, message->payload, message->len);
			read_header(message, "kluis-id", record->id, sizeof record->id);
			read_header(message, "kluis-seq", record->sequence, sizeof record->sequence);
			world->record_count++;
		}
		rd_kafka_message_destroy(message);
	}
	return true;
}

void world_read(struct world *world)
{
	bool done = false;
	char topic[64];

	(void)snprintf(topic, sizeof topic, "%s.out", world->prefix);
	for (int attempt = 0; attempt < READ_ATTEMPTS && !done; attempt++) {
		rd_kafka_t *consumer = handle_new(RD_KAFKA_CONSUMER);
		rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(WORLD_PARTITIONS);

		for (int32_t p = 0; p < WORLD_PARTITIONS; p++)
			rd_kafka_topic_partition_list_add(list, topic, p)->offset = RD_KAFKA_OFFSET_BEGINNING;
		(void)rd_kafka_assign(consumer, list);
		rd_kafka_topic_partition_list_destroy(list);
		done = read_to_ends(world, consumer);
		(void)rd_kafka_consumer_close(consumer);
		rd_kafka_destroy(consumer);
		if (!done)
			print_message("a reader of %s was given nothing for %d ms\n", topic, READ_PATIENCE_MS);
	}
	check(done);
}

void world_wait_records(struct world *world, size_t count, int limit_ms)
{
	for (int waited = 0; waited <= limit_ms; waited += 200) {
		world_read(world);
		if (world->record_count >= count)
			break;
		world_pause(200);
	}
	check_size(world->record_count, count);
}

static int by_id(const void *a, const void *b)
{
	return strcmp(((const struct world_record *)a)->id, ((const struct world_record *)b)->id);
}

void world_check_numbers(struct world *world, size_t count)
{
	bool *seen = calloc(count, sizeof *seen);
	long last[WORLD_PARTITIONS][2];
	long next[WORLD_PARTITIONS] = {0};

	memset(last, 0xff, sizeof last);
	check_size(world->record_count, count);
	for (size_t i = 0; i < count; i++) {
		const struct world_record *record = &world->records[i];
		long number = strtol(record->key, NULL, 10);
		bool command = number % 10 == 0;
		char expected[48];

		check(number >= 0 && (size_t)number < count && !seen[number]);
		seen[number] = true;
		check_int(record->partition, number % WORLD_PARTITIONS);
		check(number > last[record->partition][command]);
		last[record->partition][command] = number;
		(void)snprintf(expected, sizeof expected, "value %ld", number);
		check_text(record->value, expected);
		(void)snprintf(expected, sizeof expected, "1.%ld", ++next[record->partition]);
		check_text(record->sequence, expected);
	}
	free(seen);
	qsort(world->records, count, sizeof *world->records, by_id);
	for (size_t i = 1; i < count; i++)
		check(strcmp(world->records[i - 1].id, world->records[i].id) != 0);
}

static bool read_number(void *context, const struct rows *rows, struct error *error)
{
	(void)error;
	*(int64_t *)context = rows_count(rows) == 1 ? row_int8(rows, 0, 0) : -1;
	return true;
}

/* Statements want names of their own, which live as long as the program. */
static const struct statement *statement_of(const char *sql)
{
	static struct statement statements[32];
	static char names[32][16];
	size_t i = 0;

	while (statements[i].sql != NULL && statements[i].sql != sql)
		i++;
	check(i < 32);
	(void)snprintf(names[i], sizeof names[i], "world_%zu", i);
	statements[i] = (struct statement){names[i], sql};
	return &statements[i];
}

int64_t world_number(struct world *world, const char *sql)
{
	struct error error = {0};
	int64_t number = -1;

	check_ok(database_run(world->database, statement_of(sql), NULL, read_number, &number, &error), &error);
	return number;
}

void world_wait_number(struct world *world, const char *sql, int64_t expected, int limit_ms)
{
	for (int waited = 0; waited <= limit_ms && world_number(world, sql) != expected; waited += 50)
		world_pause(50);
	check_int(world_number(world, sql), expected);
}

bool world_log_has(const struct world *world, const char *text)
{
	FILE *file = fopen(world->log, "re");
	char line[4096];
	bool found = false;

	while (file != NULL && !found && fgets(line, sizeof line, file) != NULL)
		found = strstr(line, text) != NULL;
	if (file != NULL)
		(void)fclose(file);
	return found;
}

void world_check_left_in_order(int status)
{
	check(WIFEXITED(status));
	check_int(WEXITSTATUS(status), 0);
}

void world_wait_log(const struct world *world, const char *text, int limit_ms)
{
	for (int waited = 0; waited < limit_ms && !world_log_has(world, text); waited += 50)
		world_pause(50);
	check(world_log_has(world, text));
}
