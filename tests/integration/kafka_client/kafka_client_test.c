#include "tests/unit/check.h"

#include "common/kafka/admin.h"
#include "common/kafka/reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define WAIT_MS 30000

struct fixture {
	struct arena arena;
	struct stream_option option;
	struct kafka_client *client;
	struct kafka_reader *reader;
	char topic[64];
};

static int set_up(void **state)
{
	static unsigned number;
	struct fixture *fixture = calloc(1, sizeof *fixture);
	struct timespec now = {0};

	if (fixture == NULL)
		return -1;
	*state = fixture;
	fixture->option = (struct stream_option){"bootstrap.servers", getenv("KLUIS_KAFKA")};
	if (fixture->option.value == NULL)
		return 0;
	(void)clock_gettime(CLOCK_REALTIME, &now);
	(void)snprintf(fixture->topic, sizeof fixture->topic, "client-test.%lld.%d.%u", (long long)now.tv_sec, (int)getpid(), number++);
	return kafka_client_new(&fixture->option, 1, &fixture->client, NULL) ? 0 : -1;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	kafka_reader_free(fixture->reader);
	kafka_client_free(fixture->client);
	arena_done(&fixture->arena);
	free(fixture);
	return 0;
}

static struct fixture *fixture_of(void **state)
{
	struct fixture *fixture = *state;

	if (fixture->client == NULL) {
		print_message("skipped: KLUIS_KAFKA is not set (deploy/stack up; eval \"$(deploy/stack env)\")\n");
		skip();
	}
	return fixture;
}

static void create(struct fixture *fixture, bool *created)
{
	static const struct stream_option settings[] = {{"message.timestamp.type", "LogAppendTime"}, {"retention.ms", "3600000"}};
	const struct kafka_topic topic = {.name = fixture->topic, .partitions = 3, .replication = -1, .settings = settings, .setting_count = 2};
	struct error error;

	check_ok(kafka_topics_create(fixture->client, &topic, 1, created, &error), &error);
}

/* Metadata follows creation after a moment. */
static void await_topic(struct fixture *fixture)
{
	struct error error;
	int32_t partitions = 0;

	for (int i = 0; i < 100 && partitions == 0; i++) {
		check_ok(kafka_topic_partitions(fixture->client, fixture->topic, &partitions, &error), &error);
		if (partitions == 0)
			(void)nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
	}
	check_int(partitions, 3);
}

static void send_to(struct fixture *fixture, int32_t partition, struct view key, struct view value)
{
	struct error error;

	check_ok(kafka_produce(fixture->client, fixture->topic, partition, key, value, &error), &error);
}

static void a_topic_is_made_once_as_asked(void **state)
{
	struct fixture *fixture = fixture_of(state);
	const struct stream_option *settings = NULL;
	const char *const *names = NULL;
	size_t count = 0;
	bool created = false;
	struct error error;
	int32_t partitions = -1;

	check_ok(kafka_client_reach(fixture->client, WAIT_MS, &error), &error);
	check_ok(kafka_topic_partitions(fixture->client, fixture->topic, &partitions, &error), &error);
	check_int(partitions, 0);
	check_fails(kafka_topic_settings(fixture->client, fixture->topic, &fixture->arena, &settings, &count, &error), &error,
		    "UNKNOWN_TOPIC_OR_PART");
	create(fixture, &created);
	check(created);
	await_topic(fixture);
	create(fixture, &created);
	check(!created);
	check_ok(kafka_topic_settings(fixture->client, fixture->topic, &fixture->arena, &settings, &count, &error), &error);
	check_text(kafka_setting(settings, count, "message.timestamp.type"), "LogAppendTime");
	check_text(kafka_setting(settings, count, "cleanup.policy"), "delete");
	check(kafka_setting(settings, count, "nothing") == NULL);
	check_ok(kafka_topics_list(fixture->client, fixture->topic, &fixture->arena, &names, &count, &error), &error);
	check_size(count, 1);
	check_text(names[0], fixture->topic);
}

static void a_setting_that_kafka_refuses_is_told(void **state)
{
	struct fixture *fixture = fixture_of(state);
	static const struct stream_option settings[] = {{"cleanup.policy", "nonsense"}};
	const struct kafka_topic topic = {.name = fixture->topic, .partitions = 1, .replication = -1, .settings = settings, .setting_count = 1};
	struct error error;

	check_fails(kafka_topics_create(fixture->client, &topic, 1, NULL, &error), &error, "INVALID_CONFIG");
	check_int(error.disposition, DISPOSITION_STOP);
}

static void all_that_was_sent_is_read_in_order_up_to_the_end(void **state)
{
	struct fixture *fixture = fixture_of(state);
	int64_t next[3] = {0};
	struct error error;
	bool found = true;
	size_t count = 0;
	size_t tombstones = 0;

	create(fixture, NULL);
	await_topic(fixture);
	for (int i = 0; i < 300; i++)
		send_to(fixture, i % 2, VIEW_LITERAL("key"), i % 10 == 0 ? VIEW_NULL : VIEW_LITERAL("value"));
	check_ok(kafka_flush(fixture->client, WAIT_MS, NULL, NULL, &error), &error);
	check_ok(kafka_reader_open(&fixture->option, 1, fixture->topic, KAFKA_ALL_PARTITIONS, KAFKA_FROM_BEGINNING, &fixture->reader, &error),
		 &error);
	while (found) {
		struct kafka_record record;

		check_ok(kafka_reader_next(fixture->reader, WAIT_MS, &record, &found, &error), &error);
		if (!found)
			break;
		check_int(record.offset, next[record.partition]++);
		check_view(record.key, VIEW_LITERAL("key"));
		check(record.time_ms > 0 && record.reason == NULL);
		tombstones += view_is_null(record.value);
		count++;
	}
	check(kafka_reader_at_end(fixture->reader));
	check_size(count, 300);
	check_size(tombstones, 30);
	check_int(next[2], 0);
}

static bool is_answer(void *context, const struct kafka_record *record)
{
	return view_equal(record->value, *(const struct view *)context);
}

static void an_answer_sent_after_opening_is_waited_for(void **state)
{
	struct fixture *fixture = fixture_of(state);
	struct view old = VIEW_LITERAL("old");
	struct view answer = VIEW_LITERAL("answer");
	struct error error;

	create(fixture, NULL);
	await_topic(fixture);
	send_to(fixture, 1, VIEW_NULL, old);
	check_ok(kafka_flush(fixture->client, WAIT_MS, NULL, NULL, &error), &error);
	check_ok(kafka_reader_open(&fixture->option, 1, fixture->topic, 1, KAFKA_FROM_END, &fixture->reader, &error), &error);
	send_to(fixture, 1, VIEW_LITERAL("k"), answer);
	check_ok(kafka_flush(fixture->client, WAIT_MS, NULL, NULL, &error), &error);
	check_ok(kafka_reader_wait(fixture->reader, is_answer, &answer, WAIT_MS, &error), &error);
	check_fails(kafka_reader_wait(fixture->reader, is_answer, &old, 600, &error), &error, "KAFKA_TIMEOUT");
	check_int(error.disposition, DISPOSITION_RETRY);
}

struct progress {
	uint64_t done;
	uint64_t total;
};

static void note_progress(void *context, uint64_t done, uint64_t total)
{
	*(struct progress *)context = (struct progress){done, total};
}

static void a_record_that_cannot_be_delivered_fails_the_flush(void **state)
{
	struct fixture *fixture = fixture_of(state);
	struct progress progress = {0};
	struct error error;
	bool queued;

	create(fixture, NULL);
	await_topic(fixture);
	send_to(fixture, 0, VIEW_NULL, VIEW_LITERAL("good"));
	check_ok(kafka_flush(fixture->client, WAIT_MS, note_progress, &progress, &error), &error);
	check_int((int64_t)progress.done, 1);
	/* A partition that is not there: refused at once when metadata is known, else by the delivery report. */
	queued = kafka_produce(fixture->client, fixture->topic, 99, VIEW_NULL, VIEW_LITERAL("bad"), &error);
	if (queued)
		check(!kafka_flush(fixture->client, WAIT_MS, NULL, NULL, &error));
	check_text(error.code, "_UNKNOWN_PARTITION");
}

static void a_broker_that_is_not_there_is_tried_again(void **state)
{
	const struct stream_option nowhere = {"bootstrap.servers", "127.0.0.1:1"};
	struct kafka_client *client = NULL;
	struct error error;
	bool reached;

	(void)state;
	check_ok(kafka_client_new(&nowhere, 1, &client, &error), &error);
	reached = kafka_client_reach(client, 500, &error);
	kafka_client_free(client);
	check(!reached);
	check_text(error.code, "KAFKA_DOWN");
	check_int(error.disposition, DISPOSITION_RETRY);
}

static void an_option_that_librdkafka_lacks_is_named_without_its_value(void **state)
{
	const struct stream_option unknown = {"sasl.pasword", "SECRET"};
	const struct stream_option bad = {"security.protocol", "SECRET"};
	struct kafka_client *client = NULL;
	struct error error;

	(void)state;
	check_fails(kafka_client_new(&unknown, 1, &client, &error), &error, "KAFKA_OPTION");
	check_text(error.place, "sasl.pasword");
	check(strstr(error.text, "SECRET") == NULL);
	check_fails(kafka_client_new(&bad, 1, &client, &error), &error, "KAFKA_OPTION");
	check(strstr(error.text, "SECRET") == NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

static const struct CMUnitTest tests[] = {
	TEST(a_topic_is_made_once_as_asked),
	TEST(a_setting_that_kafka_refuses_is_told),
	TEST(all_that_was_sent_is_read_in_order_up_to_the_end),
	TEST(an_answer_sent_after_opening_is_waited_for),
	TEST(a_record_that_cannot_be_delivered_fails_the_flush),
	cmocka_unit_test(a_broker_that_is_not_there_is_tried_again),
	cmocka_unit_test(an_option_that_librdkafka_lacks_is_named_without_its_value),
};

CHECK_MAIN(tests)
