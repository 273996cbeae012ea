/* The take stage: the consumer's group life, and batches out of the queues of the partitions, the lowest class first. Runs in the main thread. */
#include "common/stream/taker.h"

#include "common/base/crash_point.h"
#include "common/config/log.h"
#include "common/stream/kafka_error.h"

#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#define LANE_BATCHES 1 /* batches of one class that wait for the work stage */
#define COMMAND_BATCH 64
#define SHORT_RECORDS 64 /* with so many waiting at most, a partition goes before those with more */
#define REQUEST_BATCH 256
#define FRESH_MS 2000  /* what has only just come is no backlog: somebody may be waiting for what it leads to */
#define SAYING_MS 5000 /* beyond its session another instance is no member any more, and the group has said so */
#define STUCK_MS 60000
#define END_LIMIT_MS 10000
#define EXIT_STUCK 70

static void drop_list(rd_kafka_topic_partition_list_t **list)
{
	if (*list != NULL)
		rd_kafka_topic_partition_list_destroy(*list);
	*list = NULL;
}

void taker_on_rebalance(rd_kafka_t *handle, rd_kafka_resp_err_t err, rd_kafka_topic_partition_list_t *partitions, void *opaque)
{
	struct taker *taker = ((struct stream *)opaque)->taker;

	if (taker->phase == PHASE_CLOSED || (err != RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS && err != RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS)) {
		(void)rd_kafka_assign(handle, NULL);
		return;
	}
	taker->event = err == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS ? EVENT_ASSIGN : EVENT_REVOKE;
	taker->lost = rd_kafka_assignment_lost(handle) != 0;
	log_event(LOG_LEVEL_INFO, "rebalance", log_text("word", taker->event == EVENT_ASSIGN ? "assign" : "revoke"),
		  log_int("partitions", partitions->cnt), log_bool("early", taker->phase == PHASE_TAKING_OVER || taker->phase == PHASE_GIVING_UP));
	if (taker->event != EVENT_ASSIGN) {
		CRASH_POINT(take_revoke_callback);
		return;
	}
	drop_list(&taker->next_assigned);
	taker->next_assigned = rd_kafka_topic_partition_list_copy(partitions);
	/* Now and not at the commit: what is taken under this assignment must not be published under a later one. */
	membership_release(taker->next_membership);
	taker->next_membership = calloc(1, sizeof *taker->next_membership);
	if (taker->next_membership == NULL)
		abort();
	atomic_store(&taker->next_membership->references, 1);
	taker->next_membership->group = rd_kafka_consumer_group_metadata(handle);
	CRASH_POINT(take_assign_callback);
}

/* A copy of its group metadata: it must stay that of the assignment, also where what was assigned is taken over once more. */
static struct membership *membership_again(const struct membership *membership)
{
	struct membership *again = calloc(1, sizeof *again);
	void *bytes = NULL;
	size_t size = 0;
	rd_kafka_error_t *failure = rd_kafka_consumer_group_metadata_write(membership->group, &bytes, &size);

	if (again == NULL)
		abort();
	atomic_store(&again->references, 1);
	if (failure == NULL)
		failure = rd_kafka_consumer_group_metadata_read(&again->group, bytes, size);
	if (failure != NULL)
		abort();
	rd_kafka_mem_free(NULL, bytes);
	return again;
}

/* Partitions that could not be decided on can be by now: as if the group had assigned the same once more. */
static void assign_anew(struct taker *taker)
{
	drop_list(&taker->next_assigned);
	taker->next_assigned = rd_kafka_topic_partition_list_copy(taker->assigned);
	membership_release(taker->next_membership);
	taker->next_membership = membership_again(taker->membership);
	taker->event = EVENT_ASSIGN;
	taker->lost = false;
}

/* Another instance took over in PostgreSQL what the group says is ours, and is gone: as one that was paused, or cut off from Kafka, and died then. */
static bool is_left_behind(const struct stream *stream)
{
	int64_t since = atomic_load(&stream->fenced_ms);

	return since != 0 && monotonic_ms() - since > stream->session_timeout_ms + SAYING_MS;
}

static bool subscribe(struct taker *taker, struct error *error)
{
	struct stream *stream = taker->stream;
	rd_kafka_topic_partition_list_t *topics = rd_kafka_topic_partition_list_new(8);
	rd_kafka_resp_err_t err;

	for (size_t i = 0; i < atomic_load(&stream->input_count); i++)
		(void)rd_kafka_topic_partition_list_add(topics, stream->inputs[i].topic, RD_KAFKA_PARTITION_UA);
	err = rd_kafka_subscribe(stream->consumer, topics);
	rd_kafka_topic_partition_list_destroy(topics);
	return err == RD_KAFKA_RESP_ERR_NO_ERROR || kafka_error_set(error, err, "subscribe");
}

static void close_sources(struct taker *taker)
{
	for (size_t i = 0; i < taker->source_count; i++)
		source_close(&taker->sources[i]);
	free(taker->sources);
	taker->sources = NULL;
	taker->source_count = 0;
}

/* Sends a control to the work stage and waits for its answer in the given phase. */
static void ask(struct taker *taker, struct control *control, enum phase phase)
{
	channel_put(&taker->stream->to_work, &control->link, LANE_CONTROL, 0);
	taker->phase = phase;
}

static struct control *control_new(void)
{
	struct control *control = calloc(1, sizeof *control);

	if (control == NULL)
		abort();
	return control;
}

/* The partitions of which every input topic is ours. */
static size_t complete_partitions(const struct taker *taker, int32_t *ret)
{
	const struct stream *stream = taker->stream;
	size_t inputs = atomic_load(&stream->input_count);
	size_t count = 0;

	for (int32_t partition = 0; partition < stream->options.partitions; partition++) {
		size_t mine = 0;

		for (size_t i = 0; i < inputs; i++)
			mine += rd_kafka_topic_partition_list_find(taker->assigned, stream->inputs[i].topic, partition) != NULL;
		if (mine == inputs)
			ret[count++] = partition;
		else if (mine > 0)
			log_event(LOG_LEVEL_WARNING, "partition_incomplete", log_int("partition", partition), log_int("inputs", (int64_t)mine),
				  log_text("remedy", "all instances must subscribe to the same topics, of the same number of partitions"));
	}
	return count;
}

static void begin_take_over(struct taker *taker)
{
	struct stream *stream = taker->stream;
	struct control *control = control_new();

	taker->event = EVENT_NONE;
	drop_list(&taker->assigned);
	taker->assigned = taker->next_assigned;
	taker->next_assigned = NULL;
	membership_release(taker->membership);
	taker->membership = taker->next_membership;
	taker->next_membership = NULL;
	taker->membership->epoch = atomic_fetch_add(&stream->epoch, 1) + 1;
	atomic_store(&stream->take_anew, false);
	atomic_store(&stream->fenced_ms, 0);
	/* By now, and not before, whoever took over meanwhile has done all that it does about us. */
	if (atomic_exchange(&stream->cut_off, false)) {
		atomic_store(&stream->renewal_due, true);
		channel_interrupt(&stream->to_publish);
	}
	for (int32_t partition = 0; partition < stream->options.partitions; partition++) {
		taker->blocked[partition] = false;
		atomic_store(&stream->halted[partition], false);
	}
	control->kind = CONTROL_TAKE_OVER;
	control->membership = membership_reference(taker->membership);
	control->partitions = calloc((size_t)stream->options.partitions, sizeof(int32_t));
	if (control->partitions == NULL)
		abort();
	control->count = complete_partitions(taker, control->partitions);
	log_event(LOG_LEVEL_INFO, "assigned", log_int("partitions", (int64_t)control->count));
	ask(taker, control, PHASE_TAKING_OVER);
}

/* Also where librdkafka assigns anew without having revoked, as when a subscribed topic appears while it still waits for rd_kafka_assign: the event
 * then stays, and is served when this has been answered. What was begun under the former group metadata cannot be published. */
static void begin_give_up(struct taker *taker)
{
	struct control *control = control_new();
	bool replaced = taker->event == EVENT_ASSIGN;

	if (!replaced)
		taker->event = EVENT_NONE;
	taker->owes_unassign = !replaced;
	close_sources(taker);
	control->kind = CONTROL_GIVE_UP;
	control->lost = taker->lost;
	if (taker->lost)
		atomic_store(&taker->stream->cut_off, true);
	if (taker->lost || replaced)
		(void)atomic_fetch_add(&taker->stream->epoch, 1);
	log_event(LOG_LEVEL_INFO, "revoked", log_bool("lost", taker->lost), log_bool("replaced", replaced));
	ask(taker, control, PHASE_GIVING_UP);
}

static int by_class_and_partition(const void *a, const void *b, void *context)
{
	const struct stream *stream = context;
	const struct source *one = a;
	const struct source *other = b;
	int class = (int)stream->inputs[one->input].class - (int)stream->inputs[other->input].class;

	if (class != 0)
		return class;
	if (one->partition != other->partition)
		return one->partition < other->partition ? -1 : 1;
	return one->input < other->input ? -1 : one->input > other->input;
}

static void begin_taking(struct taker *taker, const struct answer *answer)
{
	struct stream *stream = taker->stream;
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)answer->count + 1);
	rd_kafka_resp_err_t err;

	taker->sources = calloc(answer->count + 1, sizeof *taker->sources);
	if (taker->sources == NULL)
		abort();
	taker->source_count = answer->count;
	for (size_t i = 0; i < answer->count; i++) {
		const struct start *start = &answer->starts[i];

		source_open(&taker->sources[i], stream, start);
		rd_kafka_topic_partition_list_add(list, stream->inputs[start->input].topic, start->partition)->offset = start->offset;
	}
	qsort_r(taker->sources, taker->source_count, sizeof *taker->sources, by_class_and_partition, stream);
	err = rd_kafka_assign(stream->consumer, list);
	rd_kafka_topic_partition_list_destroy(list);
	if (err != RD_KAFKA_RESP_ERR_NO_ERROR)
		log_event(LOG_LEVEL_WARNING, "assign_failed", log_text("code", rd_kafka_err2name(err)));
	taker->phase = PHASE_RUNNING;
	CRASH_POINT(take_assigned);
}

static void serve_answer(struct taker *taker)
{
	struct stream *stream = taker->stream;
	struct answer *answer;

	(void)pthread_mutex_lock(&stream->lock);
	answer = stream->answer;
	stream->answer = NULL;
	(void)pthread_mutex_unlock(&stream->lock);
	if (answer == NULL)
		return;
	if (taker->phase == PHASE_TAKING_OVER && taker->event == EVENT_NONE) {
		begin_taking(taker, answer);
	} else if (taker->phase == PHASE_TAKING_OVER) {
		begin_give_up(taker);
	} else {
		(void)atomic_fetch_add(&stream->epoch, 1);
		CRASH_POINT(take_given_up);
		if (taker->owes_unassign)
			(void)rd_kafka_assign(stream->consumer, NULL);
		taker->phase = PHASE_IDLE;
	}
	free(answer->starts);
	free(answer);
}

static void serve_events(struct taker *taker)
{
	struct stream *stream = taker->stream;
	struct error error = {0};
	rd_kafka_message_t *message;

	while ((message = rd_kafka_consumer_poll(stream->consumer, 0)) != NULL) {
		rd_kafka_resp_err_t err = message->err;

		rd_kafka_message_destroy(message);
		(void)kafka_error_set(&error, err, "consumer");
		if (err == RD_KAFKA_RESP_ERR__FATAL) {
			char text[200];

			err = rd_kafka_fatal_error(stream->consumer, text, sizeof text);
			(void)error_set(&error, DISPOSITION_STOP, rd_kafka_err2name(err), "consumer",
					"the group has shut this instance out: does another process run under the same instance name?");
			stream_fail(stream, &error);
		} else if (err != RD_KAFKA_RESP_ERR_NO_ERROR) {
			log_event(LOG_LEVEL_WARNING, "consumer_trouble", log_error(&error));
		}
	}
	if (atomic_exchange(&stream->resubscribe, false) && !subscribe(taker, &error))
		log_event(LOG_LEVEL_ERROR, "subscribe_failed", log_error(&error));
	if (taker->phase == PHASE_RUNNING && taker->event == EVENT_NONE && (atomic_exchange(&stream->take_anew, false) || is_left_behind(stream)))
		assign_anew(taker);
	if (taker->event == EVENT_ASSIGN && taker->phase == PHASE_IDLE) {
		begin_take_over(taker);
	} else if (taker->event != EVENT_NONE && taker->phase == PHASE_RUNNING) {
		begin_give_up(taker);
	} else if (taker->event == EVENT_REVOKE && taker->phase == PHASE_IDLE) {
		taker->event = EVENT_NONE;
		(void)rd_kafka_assign(stream->consumer, NULL);
	}
}

size_t taker_class_limit(const struct stream *stream, enum stream_class class)
{
	if (class == STREAM_COMMANDS)
		return COMMAND_BATCH;
	return class == STREAM_REQUESTS ? REQUEST_BATCH : pace_records(&stream->pace, (size_t)stream->batch_records);
}

void taker_hand_over(struct taker *taker, const struct source *source, size_t count, size_t bytes, const struct batch *end, unsigned lane)
{
	struct stream *stream = taker->stream;
	enum stream_class class = stream->inputs[source->input].class;
	struct batch *batch = batch_new(stream, taker->membership, source->partition, class);
	struct stream_record *records = arena_array(&batch->open.arena, count + 1, sizeof *records);
	struct error error = {0};

	memcpy(records, taker->records, count * sizeof *records);
	batch->open.records = records;
	batch->open.count = count;
	batch->messages = reallocarray(NULL, count + 1, sizeof(rd_kafka_message_t *));
	if (batch->messages == NULL)
		abort();
	memcpy(batch->messages, taker->messages, count * sizeof(rd_kafka_message_t *));
	batch->message_count = count;
	batch->bytes = bytes;
	if (count > 0 && class != STREAM_EVENTS)
		pace_ask(&stream->pace);
	batch->halt_after = end->halt_after;
	batch->halt = end->halt;
	batch->halt_input = end->halt_input;
	batch->halt_offset = end->halt_offset;
	batch->passed = end->passed;
	batch->passed_count = end->passed_count;
	batch->undecoded = atomic_load(&stream->careful[source->partition]) ||
			   (count > 0 && !stream->application.decode(stream->application.context, &batch->open, &error));
	CRASH_POINT(take_decoded);
	channel_put(&stream->to_work, &batch->link, lane, bytes);
	CRASH_POINT(take_handed_over);
}

void taker_note_passed(struct source *source, struct batch *end)
{
	int64_t reached = source_reached(source);

	if (reached == source->handed)
		return;
	if (end->passed == NULL)
		end->passed = calloc(STREAM_INPUTS_MAX, sizeof *end->passed);
	if (end->passed == NULL)
		abort();
	end->passed[end->passed_count++] = (struct passed){.input = source->input, .from = source->handed, .to = reached};
	source->handed = reached;
}

/* Collects one batch from the sources from..to-1, which are of one partition and class. True when there was anything. */
static bool collect(struct taker *taker, size_t from, size_t to)
{
	struct stream *stream = taker->stream;
	size_t limit = taker_class_limit(stream, stream->inputs[taker->sources[from].input].class);
	struct batch end = {0};
	size_t count = 0;
	size_t bytes = 0;

	for (size_t i = from; i < to && !end.halt_after; i++) {
		struct source *source = &taker->sources[i];

		while (count < limit && bytes < TAKER_BATCH_BYTES) {
			struct stream_record *record = &taker->records[count];
			enum source_taken taken = source_take(source, stream, record, &taker->messages[count], &end.halt);

			if (taken == SOURCE_EMPTY)
				break;
			if (taken == SOURCE_HALT) {
				end.halt_after = true;
				end.halt_input = source->input;
				end.halt_offset = record->offset;
				taker->blocked[source->partition] = true;
				break;
			}
			if (taken == SOURCE_SKIPPED)
				continue;
			CRASH_POINT(take_polled);
			source->handed = record->offset + 1;
			bytes += record->key.len + record->value.len + sizeof *record;
			count++;
		}
	}
	for (size_t i = from; i < to && !end.halt_after; i++)
		taker_note_passed(&taker->sources[i], &end);
	if (count == 0 && !end.halt_after && end.passed_count == 0)
		return false;
	taker_hand_over(taker, &taker->sources[from], count, bytes, &end, LANE_CLASSES + stream->inputs[taker->sources[from].input].class);
	return true;
}

/* Behind the sources of the same partition as the one at `at`. */
static size_t partition_end(const struct taker *taker, size_t at, size_t to)
{
	size_t end = at;

	while (end < to && taker->sources[end].partition == taker->sources[at].partition)
		end++;
	return end;
}

static bool may_take(const struct taker *taker, int32_t partition)
{
	const struct stream *stream = taker->stream;

	return !taker->blocked[partition] && !atomic_load(&stream->halted[partition]) && !stream_is_behind(stream, partition);
}

/* One batch of a partition where little waits, which need not stand in line with those where much does. Not twice in a row: they are not to wait for
 * ever. True when there was one. */
static bool fill_short(struct taker *taker, enum stream_class class, size_t from, size_t to)
{
	bool again = taker->was_short[class];

	taker->was_short[class] = false;
	for (size_t at = from, end; !again && at < to; at = end) {
		size_t waiting = 0;

		end = partition_end(taker, at, to);
		for (size_t i = at; i < end; i++)
			waiting += rd_kafka_queue_length(taker->sources[i].queue);
		if (waiting > 0 && waiting <= SHORT_RECORDS && may_take(taker, taker->sources[at].partition) && collect(taker, at, end)) {
			taker->was_short[class] = true;
			if (wall_ms() - taker->records[0].time_ms < FRESH_MS)
				pace_ask(&taker->stream->pace);
			return true;
		}
	}
	return false;
}

/* Fills the lane of one class, beginning after the partition that came last. True when anything was taken. */
static bool fill(struct taker *taker, enum stream_class class, size_t from, size_t to)
{
	struct stream *stream = taker->stream;
	size_t at = from + (taker->turn[class] % (to - from));
	bool any = false;

	while (at > from && taker->sources[at - 1].partition == taker->sources[at].partition)
		at--;
	for (size_t seen = 0; seen < to - from && channel_waiting(&stream->to_work, LANE_CLASSES + class) < LANE_BATCHES;) {
		size_t end = partition_end(taker, at, to);

		if (fill_short(taker, class, from, to)) {
			any = true;
			continue;
		}
		if (may_take(taker, taker->sources[at].partition))
			any = collect(taker, at, end) || any;
		seen += end - at;
		at = end == to ? from : end;
		taker->turn[class] = at - from;
	}
	return any;
}

/* Takes whatever there is room for. True when there was anything. */
static bool take(struct taker *taker)
{
	const struct stream *stream = taker->stream;
	bool any = false;

	for (size_t from = 0; from < taker->source_count;) {
		enum stream_class class = stream->inputs[taker->sources[from].input].class;
		size_t to = from;

		while (to < taker->source_count && stream->inputs[taker->sources[to].input].class == class)
			to++;
		any = fill(taker, class, from, to) || any;
		from = to;
	}
	for (int32_t partition = 0; taker->source_count > 0 && partition < stream->options.partitions; partition++) {
		if (stream_is_behind(stream, partition) && !taker->blocked[partition] && !atomic_load(&stream->halted[partition]))
			any = by_time_collect(taker, partition) || any;
	}
	return any;
}

static void wait_for_something(struct taker *taker, int timeout_ms)
{
	struct pollfd descriptor = {.fd = taker->stream->wake, .events = POLLIN};
	uint64_t count;

	if (poll(&descriptor, 1, timeout_ms) > 0)
		(void)!read(taker->stream->wake, &count, sizeof count);
}

/* True when all that was taken has been committed and published. */
static bool is_drained(struct taker *taker)
{
	return channel_held(&taker->stream->to_work) == 0 && channel_held(&taker->stream->to_publish) == 0;
}

/* One round. False when the stream has ended. */
static bool go_round(struct taker *taker)
{
	struct stream *stream = taker->stream;
	bool stopping = atomic_load(&stream->stops) > 0;
	bool any = false;

	watchdog_beat(&stream->watchdog, WATCHED_TAKE, STUCK_MS, EXIT_STUCK);
	stream_limit_drain(stream);
	if (stream_is_ending(stream))
		return false;
	if (!taker->leaving)
		serve_events(taker);
	serve_answer(taker);
	if (taker->phase == PHASE_RUNNING && !stopping)
		any = take(taker);
	if (stopping && taker->phase == PHASE_IDLE)
		return false;
	if (stopping && taker->phase == PHASE_RUNNING && is_drained(taker)) {
		taker->leaving = true;
		taker->lost = false;
		begin_give_up(taker);
	}
	if (!any)
		wait_for_something(taker, taker->phase == PHASE_RUNNING && !stopping ? 100 : 10);
	return true;
}

static void leave(struct taker *taker)
{
	struct stream *stream = taker->stream;

	taker->phase = PHASE_CLOSED;
	close_sources(taker);
	watchdog_rest(&stream->watchdog, WATCHED_TAKE);
	membership_release(taker->membership);
	taker->membership = NULL;
	membership_release(taker->next_membership);
	taker->next_membership = NULL;
	drop_list(&taker->assigned);
	drop_list(&taker->next_assigned);
}

void taker_run(struct stream *stream)
{
	struct taker taker = {.stream = stream};
	struct error error = {0};
	rd_kafka_queue_t *events = rd_kafka_queue_get_consumer(stream->consumer);
	static const uint64_t one = 1;

	stream->taker = &taker;
	taker.records = calloc((size_t)stream->batch_records + REQUEST_BATCH, sizeof *taker.records);
	taker.messages = calloc((size_t)stream->batch_records + REQUEST_BATCH, sizeof(rd_kafka_message_t *));
	taker.blocked = calloc((size_t)stream->options.partitions, sizeof *taker.blocked);
	if (taker.records == NULL || taker.messages == NULL || taker.blocked == NULL)
		abort();
	rd_kafka_queue_io_event_enable(events, stream->wake, &one, sizeof one);
	if (!subscribe(&taker, &error))
		stream_fail(stream, &error);
	while (go_round(&taker))
		continue;
	leave(&taker);
	rd_kafka_queue_io_event_enable(events, -1, NULL, 0);
	rd_kafka_queue_destroy(events);
	watchdog_beat(&stream->watchdog, WATCHED_TAKE, END_LIMIT_MS, atomic_load(&stream->at_once) ? EXIT_STUCK : 0);
	(void)rd_kafka_consumer_close(stream->consumer);
	watchdog_rest(&stream->watchdog, WATCHED_TAKE);
	free(taker.records);
	free(taker.messages);
	free(taker.blocked);
}
