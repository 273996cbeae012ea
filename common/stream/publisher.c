/* The publish stage: batches that PostgreSQL has committed go to Kafka, several in one transaction, each exactly once. */
#include "common/base/crash_point.h"
#include "common/stream/batch.h"

#include "common/base/guard.h"
#include "common/config/log.h"
#include "common/stream/group_marks.h"
#include "common/stream/kafka_error.h"
#include "common/stream/producer.h"

#include <inttypes.h>
#include <stdlib.h>

#define PENDING_MAX 24
#define MARKS_TIMEOUT_MS 5000
#define QUIET_WAIT_MS 50 /* batches without outputs wait this long for company */
#define RETRY_PAUSE_MS 200
#define FENCED_PAUSE_MS 2500 /* longer than it takes a heartbeat to learn that another process runs as this instance */
#define STUCK_MS 90000
#define END_LIMIT_MS 10000
#define REPEAT_MS 10000
#define EXIT_STUCK 70

struct publisher {
	struct stream *stream;
	struct producer producer;
	struct batch *pending[PENDING_MAX]; /* in order */
	size_t pending_count;
	int64_t oldest_ms; /* when the first of them came */
	int failures;      /* in a row */
};

static bool is_stale(const struct stream *stream, const struct batch *batch)
{
	return batch->membership->epoch != atomic_load(&stream->epoch);
}

static bool has_outputs(const struct batch *batch)
{
	return batch->outputs.outbox.frames > 0;
}

/* Forgets the first count pending batches. */
static void let_go(struct publisher *publisher, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct batch *batch = publisher->pending[i];
		size_t size = batch->link.size;

		batch_free(batch);
		channel_release(&publisher->stream->to_publish, 1, size);
	}
	publisher->pending_count -= count;
	memmove(publisher->pending, &publisher->pending[count], publisher->pending_count * sizeof(struct batch *));
	publisher->oldest_ms = monotonic_ms();
}

/* Takes what waits, as long as there is room; waits for the first, and shortly for company of batches that nobody waits for. */
static void gather(struct publisher *publisher)
{
	struct stream *stream = publisher->stream;
	bool quiet = true;

	for (size_t i = 0; i < publisher->pending_count; i++)
		quiet = quiet && !has_outputs(publisher->pending[i]);
	while (publisher->pending_count < PENDING_MAX) {
		int64_t waited = monotonic_ms() - publisher->oldest_ms;
		int32_t timeout = 0;
		struct batch *batch;

		if (publisher->pending_count == 0)
			timeout = 200;
		else if (quiet && waited < QUIET_WAIT_MS && !atomic_load(&stream->finishing) && atomic_load(&stream->stops) == 0)
			timeout = (int32_t)(QUIET_WAIT_MS - waited);
		batch = (struct batch *)(void *)channel_take(&stream->to_publish, timeout);
		if (batch == NULL)
			return;
		if (publisher->pending_count == 0)
			publisher->oldest_ms = monotonic_ms();
		quiet = quiet && !has_outputs(batch);
		publisher->pending[publisher->pending_count++] = batch;
	}
}

/* How many of the pending batches make up the next transaction: in order, of one membership, either all apart or none. */
static size_t group_size(const struct publisher *publisher)
{
	const size_t most = pace_transaction_bytes(&publisher->stream->pace);
	const struct batch *decisive = NULL;
	size_t bytes = 0;
	size_t n = 0;

	for (; n < publisher->pending_count; n++) {
		const struct batch *batch = publisher->pending[n];

		if (batch->membership != publisher->pending[0]->membership)
			break;
		bytes += batch->outputs.outbox.size;
		if (n > 0 && bytes > most)
			break;
		if (!has_outputs(batch))
			continue;
		if (decisive != NULL && decisive->open.apart != batch->open.apart)
			break;
		decisive = batch;
	}
	return n;
}

/* The offsets of all inputs of each partition in the group, as of its last batch there, with the mark. */
static rd_kafka_topic_partition_list_t *offsets_of(const struct publisher *publisher, size_t count)
{
	const struct stream *stream = publisher->stream;
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)count * 4);

	for (size_t i = 0; i < count; i++) {
		const struct batch *batch = publisher->pending[i];
		struct mark mark = {.generation = batch->open.generation, .batch = batch->open.number};

		(void)snprintf(mark.lineage, sizeof mark.lineage, "%s", stream->lineage);
		for (size_t j = 0; j < batch->offset_count; j++) {
			rd_kafka_topic_partition_t *offset;
			char text[MARK_TEXT_SIZE];

			if (batch->offsets[j] < 0)
				continue;
			offset = rd_kafka_topic_partition_list_find(list, stream->inputs[j].topic, batch->open.partition);
			if (offset == NULL)
				offset = rd_kafka_topic_partition_list_add(list, stream->inputs[j].topic, batch->open.partition);
			offset->offset = batch->offsets[j];
			offset->metadata_size = mark_format(&mark, text);
			/* The list is librdkafka's and is freed with free(). */
			free(offset->metadata);
			offset->metadata = strndup(text, offset->metadata_size);
			if (offset->metadata == NULL)
				abort();
		}
	}
	return list;
}

static bool send_offsets(struct publisher *publisher, size_t count, struct error *error)
{
	rd_kafka_topic_partition_list_t *list = offsets_of(publisher, count);
	bool done = producer_send_offsets(&publisher->producer, list, publisher->pending[0]->membership->group, error);

	rd_kafka_topic_partition_list_destroy(list);
	return done;
}

static void note_published(struct stream *stream, int32_t partition, int64_t batch)
{
	if (atomic_load(&stream->published[partition]) < batch)
		atomic_store(&stream->published[partition], batch);
}

/* The mark of a batch's partition, as far as it says something about this database. */
static void note_mark(struct stream *stream, const struct batch *batch, const struct group_mark *mark)
{
	if (mark->known && !mark->differ && mark->mark.generation == batch->open.generation && strcmp(mark->mark.lineage, stream->lineage) == 0)
		note_published(stream, batch->open.partition, mark->mark.batch);
}

/* The partitions of the first count pending batches, of all or of the doubted ones, each once, with the first batch of each. Returns how many. */
static size_t partitions_of(const struct publisher *publisher, size_t count, bool doubted, int32_t *ret, const struct batch **ret_first)
{
	size_t found = 0;

	for (size_t i = 0; i < count; i++) {
		const struct batch *batch = publisher->pending[i];
		size_t at = 0;

		while (at < found && ret[at] != batch->open.partition)
			at++;
		if (at < found || (doubted && !batch->doubted))
			continue;
		ret_first[found] = batch;
		ret[found++] = batch->open.partition;
	}
	return found;
}

/* A coordinator that comes back from a crash may have told of the group's offsets as they once were. Now that it has written ours it is whole: what
 * of this transaction has been published by a former one all the same must not be so again. */
static bool confirm(struct publisher *publisher, size_t count, struct error *error)
{
	struct stream *stream = publisher->stream;
	int32_t partitions[PENDING_MAX];
	const struct batch *doubted[PENDING_MAX];
	struct group_mark marks[PENDING_MAX];
	size_t doubts = partitions_of(publisher, count, true, partitions, doubted);

	if (doubts == 0)
		return true;
	if (!group_marks_read_committed(stream, partitions, doubts, marks, MARKS_TIMEOUT_MS, error))
		return false;
	for (size_t i = 0; i < doubts; i++) {
		note_mark(stream, doubted[i], &marks[i]);
		if (doubted[i]->open.number <= atomic_load(&stream->published[partitions[i]]))
			return error_set(error, DISPOSITION_RETRY, "PUBLISHED_ALREADY", "confirm",
					 "the group's offsets had gone back: batch %" PRId64 " of partition %" PRId32 " is in Kafka",
					 doubted[i]->open.number, partitions[i]);
	}
	return true;
}

/* One Kafka transaction: produce, flush, check every delivery, send offsets, commit. */
static bool transact(struct publisher *publisher, size_t count, struct error *error)
{
	struct producer *producer = &publisher->producer;

	CRASH_POINT(publish_gathered);
	if (!producer_begin(producer, error))
		return false;
	CRASH_POINT(publish_begun);
	for (size_t i = 0; i < count; i++) {
		const struct outbox_chunk *chunk = publisher->pending[i]->outputs.outbox.first;

		for (; chunk != NULL; chunk = chunk->next) {
			if (!producer_add(producer, buffer_view(&chunk->bytes), error))
				return false;
		}
	}
	CRASH_POINT(publish_produced);
	if (!producer_flush(producer, error))
		return false;
	CRASH_POINT(publish_delivered);
	if (!send_offsets(publisher, count, error))
		return false;
	CRASH_POINT(publish_offsets_sent);
	if (!WITHOUT(confirm) && !confirm(publisher, count, error))
		return false;
	return producer_commit(producer, error);
}

static void count_published(struct publisher *publisher, size_t count)
{
	struct stream *stream = publisher->stream;

	for (size_t i = 0; i < count; i++)
		note_published(stream, publisher->pending[i]->open.partition, publisher->pending[i]->open.number);
	atomic_fetch_add(&stream->counts.transactions, 1);
}

/* After a renewal: which of the pending batches are in Kafka all the same? Those are let go. All of the membership are asked about: how many of them
 * the failed transaction held cannot be told from how many the next one would hold. */
static bool resolve(struct publisher *publisher, struct error *error)
{
	struct stream *stream = publisher->stream;
	int32_t partitions[PENDING_MAX];
	const struct batch *first[PENDING_MAX];
	struct group_mark marks[PENDING_MAX];
	size_t count = 0;
	size_t kept = 0;
	size_t asked;

	while (count < publisher->pending_count && publisher->pending[count]->membership == publisher->pending[0]->membership)
		count++;
	asked = partitions_of(publisher, count, false, partitions, first);
	if (!group_marks_read(stream, partitions, asked, marks, MARKS_TIMEOUT_MS, error))
		return false;
	for (size_t i = 0; i < asked; i++)
		note_mark(stream, first[i], &marks[i]);
	for (size_t i = 0; i < count; i++) {
		struct batch *batch = publisher->pending[i];

		batch->doubted = true;
		if (batch->open.number > atomic_load(&stream->published[batch->open.partition])) {
			publisher->pending[kept++] = batch;
			continue;
		}
		channel_release(&stream->to_publish, 1, batch->link.size);
		batch_free(batch);
	}
	memmove(&publisher->pending[kept], &publisher->pending[count], (publisher->pending_count - count) * sizeof(struct batch *));
	publisher->pending_count -= count - kept;
	CRASH_POINT(publish_resolved);
	return true;
}

/* What helps against what time does not. Trying goes on: nothing is lost, and nothing can be left out. */
static void say_trouble(const char *event, const struct error *error)
{
	if (strstr(error->code, "AUTHORIZATION") != NULL)
		log_event(LOG_LEVEL_ERROR, event, log_error(error),
			  log_text("remedy", "grant this service's principal what its topics and its "
					     "transactional id need: it goes on by itself"));
	else if (strstr(error->code, "UNKNOWN_TOPIC") != NULL || strcmp(error->code, "_UNKNOWN_PARTITION") == 0 ||
		 strcmp(error->code, "_MSG_TIMED_OUT") == 0)
		log_event(LOG_LEVEL_ERROR, event, log_error(error),
			  log_text("remedy", "the topic must be there, and every partition have a leader: it goes on by itself"));
	else
		log_event(error->disposition == DISPOSITION_STOP ? LOG_LEVEL_ERROR : LOG_LEVEL_WARNING, event, log_error(error));
}

/* Makes a new producer, for as long as it takes. False only when the stream ends. */
static bool renew(struct publisher *publisher)
{
	struct stream *stream = publisher->stream;
	struct error error = {0};
	int64_t said_ms = 0;

	atomic_store(&stream->settled, false);
	while (!stream_is_ending(stream)) {
		watchdog_beat(&stream->watchdog, WATCHED_PUBLISH, STUCK_MS, EXIT_STUCK);
		if (producer_renew(&publisher->producer, &error)) {
			atomic_fetch_add(&stream->counts.renewals, 1);
			atomic_store(&stream->settled, true);
			return true;
		}
		if (error.disposition == DISPOSITION_STOP && strcmp(error.place, "init_transactions") != 0) {
			stream_fail(stream, &error);
			return false;
		}
		if (said_ms == 0 || monotonic_ms() - said_ms >= REPEAT_MS) {
			say_trouble("producer_retry", &error);
			said_ms = monotonic_ms();
		}
		stream_pause(stream, 500);
	}
	return false;
}

static bool is_worn(struct publisher *publisher)
{
	if (atomic_exchange(&publisher->stream->renewal_due, false))
		publisher->producer.worn = true;
	return producer_is_worn(&publisher->producer);
}

/* What follows a failed transaction. */
static void after_failure(struct publisher *publisher, const struct error *error)
{
	struct stream *stream = publisher->stream;
	bool fenced = strstr(error->code, "FENCED") != NULL || strcmp(error->code, "INVALID_PRODUCER_EPOCH") == 0;

	publisher->producer.worn = true;
	CRASH_POINT(publish_failed);
	atomic_fetch_add(&stream->counts.retries, 1);
	say_trouble("publish_retry", error);
	if (strcmp(error->code, "OUTBOX") == 0)
		stream_fail(stream, error);
	/* If another process has our name, the consumer will say so; until then this may be our own transaction that took too long. */
	stream_pause(stream, fenced ? FENCED_PAUSE_MS : RETRY_PAUSE_MS << (publisher->failures < 4 ? publisher->failures : 4));
	publisher->failures++;
}

/* Publishes the first group of the pending batches, or drops it when its partitions are no longer ours. */
static void publish(struct publisher *publisher)
{
	struct stream *stream = publisher->stream;
	size_t count = group_size(publisher);
	struct error error = {0};

	watchdog_beat(&stream->watchdog, WATCHED_PUBLISH, STUCK_MS, EXIT_STUCK);
	if (is_worn(publisher)) {
		if (!renew(publisher))
			return;
		if (!is_stale(stream, publisher->pending[0]) && !resolve(publisher, &error)) {
			log_event(LOG_LEVEL_WARNING, "publish_retry", log_error(&error));
			publisher->producer.worn = true;
			stream_pause(stream, RETRY_PAUSE_MS);
		}
		return;
	}
	if (is_stale(stream, publisher->pending[0])) {
		let_go(publisher, count);
		return;
	}
	atomic_store(&stream->settled, false);
	if (!transact(publisher, count, &error)) {
		after_failure(publisher, &error);
		return;
	}
	atomic_store(&stream->settled, !producer_is_worn(&publisher->producer));
	publisher->failures = 0;
	CRASH_POINT(publish_commit_answered);
	count_published(publisher, count);
	CRASH_POINT(publish_counted);
	let_go(publisher, count);
}

void *publisher_main(void *argument)
{
	struct stream *stream = argument;
	struct publisher publisher = {.stream = stream};

	producer_init(&publisher.producer, stream);
	while (!stream_is_ending(stream)) {
		if (publisher.pending_count == 0)
			watchdog_rest(&stream->watchdog, WATCHED_PUBLISH);
		if (is_worn(&publisher) && publisher.pending_count == 0 && !renew(&publisher))
			break;
		gather(&publisher);
		if (publisher.pending_count > 0)
			publish(&publisher);
		else if (atomic_load(&stream->finishing) && channel_held(&stream->to_publish) == 0)
			break;
		else
			(void)rd_kafka_poll(publisher.producer.handle, 0);
	}
	/* The producer first: it refers to the batches' bytes. */
	watchdog_beat(&stream->watchdog, WATCHED_PUBLISH, END_LIMIT_MS, stream_is_ending(stream) ? EXIT_STUCK : 0);
	producer_close(&publisher.producer);
	let_go(&publisher, publisher.pending_count);
	watchdog_rest(&stream->watchdog, WATCHED_PUBLISH);
	return NULL;
}
