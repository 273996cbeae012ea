/* When the producer is made anew, shown on librdkafka's mock cluster: a broker that fails where a real one will not on demand. */
#include "tests/unit/check.h"

#include "common/stream/producer.h"

#include <librdkafka/rdkafka_mock.h>
#include <stdlib.h>

#define GROUP "mock-group"

enum { API_PRODUCE = 0, API_INIT = 22, API_ADD_PARTITIONS = 24, API_ADD_OFFSETS = 25, API_END = 26, API_COMMIT_OFFSETS = 28 };

struct scene {
	rd_kafka_t *host; /* of the mock cluster */
	rd_kafka_mock_cluster_t *cluster;
	struct stream_option kafka[2];
	struct stream *stream;
	struct producer producer;
	struct outbox outbox;
	struct error error;
};

static bool pass(void *context, struct stream_batch *batch, struct error *error)
{
	(void)context, (void)batch, (void)error;
	return true;
}

static int set_up(void **state)
{
	static const struct stream_input input = {.topic = "in", .class = STREAM_EVENTS};
	static const char *const outputs[] = {"out"};
	struct scene *scene = calloc(1, sizeof *scene);
	struct outbox_frame frame = {
		.topic = VIEW_LITERAL("out"), .key = VIEW_LITERAL("k"), .value = VIEW_LITERAL("v"), .id = VIEW_LITERAL("1/in/0/0/0"), .generation = 1};
	struct stream_options options = {.instance = "mock-instance",
					 .group = GROUP,
					 .database = "",
					 .inputs = &input,
					 .input_count = 1,
					 .outputs = outputs,
					 .output_count = 1,
					 .partitions = 1};
	const struct stream_application application = {.decode = pass};
	char text[256];

	scene->host = rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), text, sizeof text);
	scene->cluster = rd_kafka_mock_cluster_new(scene->host, 1);
	(void)rd_kafka_mock_topic_create(scene->cluster, "out", 1, 1);
	(void)rd_kafka_mock_topic_create(scene->cluster, "in", 1, 1);
	scene->kafka[0] = (struct stream_option){"bootstrap.servers", rd_kafka_mock_cluster_bootstraps(scene->cluster)};
	scene->kafka[1] = (struct stream_option){"retry.backoff.ms", "20"};
	options.kafka = scene->kafka;
	options.kafka_count = 2;
	if (!stream_new(&options, &application, &scene->stream, &scene->error))
		return 1;
	for (frame.sequence = 1; frame.sequence <= 10; frame.sequence++) {
		if (!outbox_add(&scene->outbox, &frame))
			return 1;
	}
	producer_init(&scene->producer, scene->stream);
	if (!producer_renew(&scene->producer, &scene->error))
		return 1;
	*state = scene;
	return 0;
}

static int tear_down(void **state)
{
	struct scene *scene = *state;

	producer_close(&scene->producer);
	outbox_done(&scene->outbox);
	stream_free(scene->stream);
	rd_kafka_mock_cluster_destroy(scene->cluster);
	rd_kafka_destroy(scene->host);
	free(scene);
	return 0;
}

static bool produce(struct scene *scene)
{
	return producer_begin(&scene->producer, &scene->error) &&
	       producer_add(&scene->producer, buffer_view(&scene->outbox.first->bytes), &scene->error) &&
	       producer_flush(&scene->producer, &scene->error);
}

static bool send_offsets(struct scene *scene)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
	rd_kafka_consumer_group_metadata_t *group = rd_kafka_consumer_group_metadata_new(GROUP);
	bool done;

	rd_kafka_topic_partition_list_add(list, "in", 0)->offset = 5;
	done = producer_send_offsets(&scene->producer, list, group, &scene->error);
	rd_kafka_topic_partition_list_destroy(list);
	rd_kafka_consumer_group_metadata_destroy(group);
	return done;
}

static bool transact(struct scene *scene)
{
	return produce(scene) && send_offsets(scene) && producer_commit(&scene->producer, &scene->error);
}

static void inject(struct scene *scene, int16_t api, rd_kafka_resp_err_t err)
{
	rd_kafka_mock_push_request_errors_array(scene->cluster, api, 1, &err);
}

static void one_producer_serves_transaction_after_transaction(void **state)
{
	struct scene *scene = *state;

	for (int i = 0; i < 5; i++) {
		check_ok(transact(scene), &scene->error);
		check(!producer_is_worn(&scene->producer));
	}
}

static void a_commit_that_was_sent_twice_counts_and_wears_the_producer(void **state)
{
	struct scene *scene = *state;

	inject(scene, API_END, RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS);
	check_ok(transact(scene), &scene->error);
	check(producer_is_worn(&scene->producer));
	check_ok(producer_renew(&scene->producer, &scene->error), &scene->error);
	check(!producer_is_worn(&scene->producer));
	check_ok(transact(scene), &scene->error);
	check(!producer_is_worn(&scene->producer));
}

static void a_lost_connection_during_a_commit_wears_the_producer(void **state)
{
	struct scene *scene = *state;

	inject(scene, API_END, RD_KAFKA_RESP_ERR__TRANSPORT);
	check_ok(transact(scene), &scene->error);
	check(producer_is_worn(&scene->producer));
}

static void a_lost_connection_in_any_request_of_a_transaction_wears_the_producer(void **state)
{
	static const int16_t apis[] = {API_PRODUCE, API_ADD_PARTITIONS, API_ADD_OFFSETS, API_COMMIT_OFFSETS};
	struct scene *scene = *state;

	for (size_t i = 0; i < sizeof apis / sizeof apis[0]; i++) {
		inject(scene, apis[i], RD_KAFKA_RESP_ERR__TRANSPORT);
		(void)transact(scene);
		check(producer_is_worn(&scene->producer));
		check_ok(producer_renew(&scene->producer, &scene->error), &scene->error);
	}
}

static void a_refused_record_fails_the_flush(void **state)
{
	struct scene *scene = *state;

	inject(scene, API_PRODUCE, RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE);
	check(!produce(scene));
	check(scene->error.code[0] != '\0');
	check_ok(producer_renew(&scene->producer, &scene->error), &scene->error);
	check_ok(transact(scene), &scene->error);
}

static void a_group_that_has_moved_on_refuses_the_offsets(void **state)
{
	struct scene *scene = *state;

	check_ok(produce(scene), &scene->error);
	inject(scene, API_COMMIT_OFFSETS, RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION);
	check_fails(send_offsets(scene), &scene->error, "ILLEGAL_GENERATION");
}

static void a_fenced_producer_stops(void **state)
{
	struct scene *scene = *state;

	inject(scene, API_END, RD_KAFKA_RESP_ERR_PRODUCER_FENCED);
	check(!transact(scene));
	check_int(scene->error.disposition, DISPOSITION_STOP);
	check_ok(producer_renew(&scene->producer, &scene->error), &scene->error);
	check_ok(transact(scene), &scene->error);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test_setup_teardown(one_producer_serves_transaction_after_transaction, set_up, tear_down),
	cmocka_unit_test_setup_teardown(a_commit_that_was_sent_twice_counts_and_wears_the_producer, set_up, tear_down),
	cmocka_unit_test_setup_teardown(a_lost_connection_during_a_commit_wears_the_producer, set_up, tear_down),
	cmocka_unit_test_setup_teardown(a_lost_connection_in_any_request_of_a_transaction_wears_the_producer, set_up, tear_down),
	cmocka_unit_test_setup_teardown(a_refused_record_fails_the_flush, set_up, tear_down),
	cmocka_unit_test_setup_teardown(a_group_that_has_moved_on_refuses_the_offsets, set_up, tear_down),
	cmocka_unit_test_setup_teardown(a_fenced_producer_stops, set_up, tear_down),
};

CHECK_MAIN(tests)
