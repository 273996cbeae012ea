#include "tests/bench/results.h"

#include "schemas/codec/message.h"
#include "schemas/messages.h"
#include "tests/bench/broker.h"

#define PATIENCE_MS 60000.0

struct results {
	rd_kafka_t *consumer;
	struct schema_registry *registry;
	int64_t seen;
};

struct results *results_new(const char *bootstrap)
{
	static const struct schema_set *const sets[] = {&messages_schemas};
	struct results *results = calloc(1, sizeof *results);
	struct error error = {0};

	if (results == NULL)
		bench_fail("no memory");
	if (!schema_registry_new(sets, 1, &results->registry, &error))
		bench_fail("%s", error.text);
	results->consumer = broker_tail(bootstrap, "vault.results");
	return results;
}

void results_free(struct results *results)
{
	if (results == NULL)
		return;
	(void)rd_kafka_consumer_close(results->consumer);
	rd_kafka_destroy(results->consumer);
	schema_registry_free(results->registry);
	free(results);
}

static void take(struct results *results, const rd_kafka_message_t *message)
{
	static const struct schema *const accepted[] = {&command_result_schema, &share_notice_schema};
	CLEANUP(arena_done) struct arena arena = {0};
	struct message decoded;
	struct error error = {0};
	const struct command_result *result;

	if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR)
		bench_fail("vault.results: %s", rd_kafka_message_errstr(message));
	if (!message_decode(results->registry, view_of(message->payload, message->len), accepted, 2, &arena, &decoded, &error))
		bench_fail("vault.results: %s", error.text);
	if (decoded.schema != &command_result_schema)
		return;
	result = decoded.record;
	if (result->code != RESULT_CODE_ACCEPTED)
		bench_fail("a command was answered with code number %d", (int)result->code);
	results->seen++;
}

void results_expect_accepted(struct results *results, int64_t count)
{
	double began = clock_monotonic_ms();

	while (results->seen < count) {
		rd_kafka_message_t *message = rd_kafka_consumer_poll(results->consumer, 1000);

		if (message != NULL) {
			take(results, message);
			rd_kafka_message_destroy(message);
		} else if (clock_monotonic_ms() - began > PATIENCE_MS) {
			bench_fail("%lld of %lld commands were answered", (long long)results->seen, (long long)count);
		}
	}
}
