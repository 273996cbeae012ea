#include "common/base/partition.h"
#include "common/base/uuid.h"
#include "common/crypto/sign.h"
#include "schemas/codec/message.h"
#include "schemas/messages.h"
#include "tests/bench/broker.h"
#include "tests/bench/commands.h"
#include "tests/bench/pressure.h"
#include "tests/bench/results.h"

#include <math.h>

#define SEALED_MAX 8192
#define PATIENCE_MS 60000.0

/* One command. Everything of an employer has one partition and one order, so the n-th ShareEvent of a partition answers its n-th command. */
struct probe {
	struct broker_receipt receipt;
	int32_t partition;
	struct buffer bytes; /* librdkafka keeps a reference until it is delivered */
	double seen_ms;      /* wall clock; 0 until its ShareEvent could be read */
};

struct share {
	struct delivery delivery; /* whose employees are shared */
	const char *provider;
	const char *keys; /* folder of <employer>.key */
	struct probe *probes;
	int64_t wanted;
	int64_t sent;
	int64_t seen;
	int64_t next[BENCH_PARTITION_LIMIT]; /* per partition: the first probe that may not have been seen yet */
	int32_t partitions;
};

static struct sign_pair *load_pair(const struct share *share, const char *employer)
{
	struct sign_pair *pair = NULL;
	struct error error = {0};
	char path[512];

	(void)snprintf(path, sizeof path, "%s/%s.key", share->keys, employer);
	if (!sign_pair_load(path, &pair, &error))
		bench_fail("%s: %s", path, error.text);
	return pair;
}

static void encode_command(const struct share *share, int64_t employee, const char *employer, struct buffer *ret_body)
{
	char key[DELIVERY_EMPLOYEE_KEY];
	char id[UUID_TEXT_LEN + 1];
	uint8_t random[16];
	struct error error = {0};
	struct share_command command = {.employer_id = view_text(employer),
					.expires_at = (int64_t)clock_wall_ms() + 3600000,
					.actor = VIEW_LITERAL("bench"),
					.provider_id = view_text(share->provider),
					.kind = CARE_KIND_SICK_REPORT,
					.reason = VIEW_LITERAL("Meting van de doorlooptijd"),
					.confirm = true};

	random_bytes(random, sizeof random);
	uuid_format(random, id);
	delivery_employee_key(employee, key);
	command.command_id = view_text(id);
	command.employee_key = view_text(key);
	if (!message_encode(&share_command_schema, &command, ret_body, &error))
		bench_fail("ShareCommand: %s %s", error.code, error.place);
}

/* Signs the command for an employee into the probe. */
static void make_probe(const struct share *share, int64_t employee, struct probe *probe)
{
	char employer[DELIVERY_EMPLOYER];
	char issuer[48];
	struct buffer body;
	struct signed_ envelope = {0};
	struct sign_pair *pair;
	struct error error = {0};

	delivery_employer(&share->delivery, employee, employer);
	(void)snprintf(issuer, sizeof issuer, "employer:%s", employer);
	pair = load_pair(share, employer);
	buffer_init(&body, SEALED_MAX);
	encode_command(share, employee, employer, &body);
	envelope.issuer = view_text(issuer);
	envelope.body = buffer_view(&body);
	memcpy(envelope.key_id, pair->key_id, sizeof envelope.key_id);
	sign_body(pair, "vault.commands", envelope.issuer, envelope.body, envelope.signature);
	buffer_init(&probe->bytes, SEALED_MAX);
	if (!message_encode(&signed_schema, &envelope, &probe->bytes, &error))
		bench_fail("Signed: %s %s", error.code, error.place);
	probe->partition = partition_of(view_text(employer), share->partitions);
	probe->receipt.offset = -1;
	buffer_done(&body);
	sign_pair_free(pair);
}

static void send_one(struct share *share, rd_kafka_t *producer, rd_kafka_topic_t *topic)
{
	struct probe *probe = &share->probes[share->sent];
	char employer[DELIVERY_EMPLOYER];

	delivery_employer(&share->delivery, share->delivery.first + share->sent, employer);
	broker_produce(producer, topic, probe->partition, view_text(employer), buffer_view(&probe->bytes), &probe->receipt);
	share->sent++;
}

static void note_event(struct share *share, const rd_kafka_message_t *message, double now)
{
	int64_t *next = &share->next[message->partition];

	if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR)
		bench_fail("share topic: %s", rd_kafka_message_errstr(message));
	while (*next < share->sent && (share->probes[*next].partition != message->partition || share->probes[*next].seen_ms > 0))
		(*next)++;
	if (*next == share->sent)
		bench_fail("a ShareEvent that nobody asked for");
	share->probes[*next].seen_ms = now;
	share->seen++;
}

/* At a pace, whether the answers come or not: a slow answer must not make the next command wait. */
static void send_and_see(struct share *share, const char *bootstrap, const char *topic_seen, double pause_ms)
{
	rd_kafka_t *producer = broker_producer(bootstrap, NULL);
	rd_kafka_topic_t *topic = rd_kafka_topic_new(producer, "vault.commands", NULL);
	rd_kafka_t *tail = broker_tail(bootstrap, topic_seen);
	double due = clock_monotonic_ms() + 500; /* the tail has fetched by then */
	double last = due;

	(void)broker_partitions(producer, "vault.commands");
	while (share->seen < share->wanted) {
		double now = clock_monotonic_ms();
		rd_kafka_message_t *message;

		if (share->sent < share->wanted && now >= due) {
			send_one(share, producer, topic);
			due += pause_ms;
			last = now;
		}
		(void)rd_kafka_poll(producer, 0);
		message = rd_kafka_consumer_poll(tail, 1);
		if (message != NULL) {
			note_event(share, message, clock_wall_ms());
			last = clock_monotonic_ms();
			rd_kafka_message_destroy(message);
		} else if (now - last > PATIENCE_MS) {
			bench_fail("%lld of %lld ShareEvents came, then none for a minute", (long long)share->seen, (long long)share->wanted);
		}
	}
	broker_flush(producer);
	(void)rd_kafka_consumer_close(tail);
	rd_kafka_destroy(tail);
	rd_kafka_topic_destroy(topic);
	rd_kafka_destroy(producer);
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a;
	double y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The smallest latency that at least this part of all do not exceed. */
static double quantile(const double *sorted, int64_t count, double part)
{
	int64_t at = (int64_t)ceil(part * (double)count) - 1;

	return sorted[at < 0 ? 0 : at];
}

static void report(const struct share *share, int64_t least_backlog)
{
	double *latency = calloc((size_t)share->wanted, sizeof *latency);

	if (latency == NULL)
		bench_fail("no memory");
	for (int64_t i = 0; i < share->wanted; i++)
		latency[i] = share->probes[i].seen_ms - (double)share->probes[i].receipt.time_ms;
	qsort(latency, (size_t)share->wanted, sizeof *latency, ascending);
	(void)printf("{\"shares\": %lld, \"p50_ms\": %.1f, \"p99_ms\": %.1f, \"max_ms\": %.1f, \"least_backlog\": %lld}\n", (long long)share->wanted,
		     quantile(latency, share->wanted, 0.5), quantile(latency, share->wanted, 0.99), latency[share->wanted - 1],
		     (long long)least_backlog);
	free(latency);
}

static void prepare(struct share *share, const char *bootstrap)
{
	rd_kafka_t *handle = broker_consumer(bootstrap, NULL);

	share->partitions = broker_partitions(handle, "vault.commands");
	rd_kafka_destroy(handle);
	if (share->partitions > BENCH_PARTITION_LIMIT)
		bench_fail("more than %d partitions", BENCH_PARTITION_LIMIT);
	share->probes = calloc((size_t)share->wanted, sizeof *share->probes);
	if (share->probes == NULL)
		bench_fail("no memory");
	for (int64_t i = 0; i < share->wanted; i++)
		make_probe(share, share->delivery.first + i, &share->probes[i]);
}

int bench_share(struct command_line *line)
{
	struct share share = {.provider = command_value(line, "provider"), .keys = command_value(line, "keys")};
	const char *bootstrap = command_value(line, "bootstrap");
	struct error error = {0};
	struct results *results;
	struct pressure *pressure = NULL;
	char topic[64];
	int64_t pause_ms;
	int64_t backlog;

	if (!crypto_start(&error) || !bench_delivery(line, &share.delivery, &error) ||
	    !command_number(line, "pause", 1, 60000, 50, &pause_ms, &error) || !command_number(line, "backlog", 0, 10000000, 0, &backlog, &error))
		return command_failed(line, &error);
	share.wanted = share.delivery.count;
	(void)snprintf(topic, sizeof topic, "share.%s", share.provider);
	prepare(&share, bootstrap);
	results = results_new(bootstrap);
	if (backlog > 0)
		pressure = pressure_start(bootstrap, command_value(line, "group"), &share.delivery, backlog);
	send_and_see(&share, bootstrap, topic, (double)pause_ms);
	backlog = pressure_stop(pressure);
	results_expect_accepted(results, share.wanted);
	report(&share, backlog);
	results_free(results);
	for (int64_t i = 0; i < share.wanted; i++)
		buffer_done(&share.probes[i].bytes);
	free(share.probes);
	return EXIT_CODE_DONE;
}
