#include "common/stream/source.h"

#include "common/base/crash_point.h"
#include "common/base/guard.h"
#include "common/config/log.h"
#include "common/stream/kafka_error.h"

#include <inttypes.h>
#include <stdlib.h>

#define COMPACTION_LAG_MS INT64_C(604800000)

/* A record that was looked at before its turn. */
struct source_kept {
	enum source_taken taken;
	struct stream_record record;
	rd_kafka_message_t *message;
	struct error error;
};

void source_open(struct source *source, struct stream *stream, const struct start *start)
{
	static const uint64_t one = 1;

	*source = (struct source){
		.input = start->input,
		.partition = start->partition,
		.next = start->next,
		.handed = start->next,
		.compare = start->compare,
		.compare_offset = start->offset,
		.catch_up = start->catch_up,
		.seen = {.generation = start->seen_generation, .number = start->seen_number},
	};
	memcpy(source->hash, start->hash, sizeof source->hash);
	source->queue = rd_kafka_queue_get_partition(stream->consumer, stream->inputs[start->input].topic, start->partition);
	rd_kafka_queue_forward(source->queue, NULL);
	rd_kafka_queue_io_event_enable(source->queue, stream->wake, &one, sizeof one);
}

void source_close(struct source *source)
{
	rd_kafka_queue_io_event_enable(source->queue, -1, NULL, 0);
	rd_kafka_queue_destroy(source->queue);
	source->queue = NULL;
	if (source->kept != NULL && source->kept->message != NULL)
		rd_kafka_message_destroy(source->kept->message);
	free(source->kept);
	source->kept = NULL;
}

static struct view header(const rd_kafka_headers_t *headers, const char *name)
{
	const void *value = NULL;
	size_t size = 0;

	if (rd_kafka_header_get_last(headers, name, &value, &size) != RD_KAFKA_RESP_ERR_NO_ERROR || value == NULL)
		return VIEW_NULL;
	return view_of(value, size);
}

static void read_headers(const rd_kafka_message_t *message, struct stream_record *record)
{
	rd_kafka_headers_t *headers = NULL;
	struct view sequence;

	if (rd_kafka_message_headers(message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR)
		return;
	record->id = header(headers, "kluis-id");
	record->reason = header(headers, "kluis-reason");
	sequence = header(headers, "kluis-seq");
	if (!sequence_parse(sequence.ptr, sequence.len, &record->generation, &record->sequence)) {
		record->generation = 0;
		record->sequence = 0;
	}
}

static struct view view_given(const void *bytes, size_t len)
{
	return bytes == NULL ? VIEW_NULL : view_of(bytes, len);
}

static struct stream_record record_of(const struct source *source, const rd_kafka_message_t *message, bool sequenced)
{
	struct stream_record record = {
		.input = (uint32_t)source->input,
		.partition = source->partition,
		.offset = message->offset,
		.time_ms = rd_kafka_message_timestamp(message, NULL),
		.key = view_given(message->key, message->key_len),
		.value = view_given(message->payload, message->len),
	};

	if (sequenced)
		read_headers(message, &record);
	return record;
}

/* Whether compaction may have removed what came right after the last record: the contract's min.compaction.lag.ms must have passed. After a take-over
 * the last record is looked at again; where it is not there any more, compaction took it. */
static bool is_compactable(const struct source *source)
{
	return source->seen_ms < (int64_t)time(NULL) * 1000 - COMPACTION_LAG_MS;
}

/* Guard: what a peer sends twice is dropped, what is missing is not passed over. */
static enum source_taken judge(struct source *source, const struct stream_input *input, const struct stream_record *record, struct error *error)
{
	enum sequence_verdict verdict = sequence_judge(source->seen, record->generation, record->sequence);

	if (verdict == SEQUENCE_SEEN)
		return SOURCE_SKIPPED;
	if (verdict == SEQUENCE_MISSING || (verdict == SEQUENCE_GAP && !input->compacted)) {
		sequence_error(verdict, source->seen, record->generation, record->sequence, input->topic, error);
		return SOURCE_HALT;
	}
	if (verdict == SEQUENCE_GAP)
		log_event(is_compactable(source) ? LOG_LEVEL_INFO : LOG_LEVEL_ERROR, "sequence_gap", log_text("topic", input->topic),
			  log_int("partition", source->partition), log_int("offset", record->offset), log_int("before", source->seen.number),
			  log_int("now", record->sequence));
	source->seen = (struct sequence_seen){.generation = record->generation, .number = record->sequence};
	source->seen_ms = record->time_ms;
	return SOURCE_RECORD;
}

static bool is_another_log(const struct source *source, const struct stream_input *input, const char *seen, struct error *error)
{
	return error_set(error, DISPOSITION_STOP, "LOG_CHANGED", input->topic,
			 "the last record taken had offset %" PRId64 ", %s: topic re-created or truncated", source->compare_offset, seen);
}

/* Guard: the log must still hold what we remember of it. It did when the ends were read, and nothing but compaction removes single records: neither
 * a transaction that was aborted nor a marker can lie where a record was taken. */
static bool is_remembered(struct source *source, const struct stream_input *input, const struct stream_record *record, struct error *error)
{
	uint8_t hash[POSITION_HASH_SIZE];

	if (!source->compare || record->offset < source->compare_offset || WITHOUT(anchor))
		return true;
	source->compare = false;
	if (record->offset > source->compare_offset)
		return input->compacted || is_another_log(source, input, "where the log now has none", error);
	record_hash(record, hash);
	return memcmp(hash, source->hash, sizeof hash) == 0 || is_another_log(source, input, "where the log now has another one", error);
}

static enum source_taken examine(struct source *source, const struct stream_input *input, const struct stream_record *record, struct error *error)
{
	if (!is_remembered(source, input, record, error))
		return SOURCE_HALT;
	if (record->offset < source->next) {
		source->seen_ms = record->time_ms;
		return SOURCE_SKIPPED;
	}
	source->next = record->offset + 1;
	return input->sequenced && !input->signed_ && !WITHOUT(sequence) ? judge(source, input, record, error) : SOURCE_RECORD;
}

static enum source_taken trouble(const struct source *source, const struct stream_input *input, rd_kafka_resp_err_t err, struct error *error)
{
	(void)kafka_error_set(error, err, input->topic);
	if (error->disposition == DISPOSITION_STOP)
		return SOURCE_HALT;
	log_event(LOG_LEVEL_WARNING, "take_retry", log_text("topic", input->topic), log_int("partition", source->partition), log_error(error));
	return SOURCE_SKIPPED;
}

/* In order with the records: whatever is below that offset and did not come is a marker, or of an aborted transaction. */
static enum source_taken pass_over(struct source *source, const struct stream_input *input, int64_t end, struct error *error)
{
	if (source->compare && !input->compacted && !WITHOUT(anchor) && end > source->compare_offset) {
		(void)is_another_log(source, input, "where the log now has none", error);
		return SOURCE_HALT;
	}
	if (end > source->next) {
		source->next = end;
		CRASH_POINT(take_marker_passed);
	}
	return SOURCE_SKIPPED;
}

static enum source_taken take_next(struct source *source, struct stream *stream, struct stream_record *ret, rd_kafka_message_t **ret_message,
				   struct error *error)
{
	const struct stream_input *input = &stream->inputs[source->input];
	rd_kafka_message_t *message = rd_kafka_consume_queue(source->queue, 0);
	enum source_taken taken;

	if (message == NULL)
		return SOURCE_EMPTY;
	if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
		ret->offset = source->next;
		taken = pass_over(source, input, message->offset, error);
		rd_kafka_message_destroy(message);
		return taken;
	}
	if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
		ret->offset = source->next;
		taken = trouble(source, input, message->err, error);
		rd_kafka_message_destroy(message);
		return taken;
	}
	*ret = record_of(source, message, input->sequenced);
	taken = examine(source, input, ret, error);
	if (taken == SOURCE_RECORD)
		*ret_message = message;
	else
		rd_kafka_message_destroy(message);
	return taken;
}

enum source_taken source_take(struct source *source, struct stream *stream, struct stream_record *ret, rd_kafka_message_t **ret_message,
			      struct error *error)
{
	struct source_kept *kept = source->kept;
	enum source_taken taken;

	if (kept == NULL)
		return take_next(source, stream, ret, ret_message, error);
	source->kept = NULL;
	taken = kept->taken;
	*ret = kept->record;
	*ret_message = kept->message;
	*error = kept->error;
	free(kept);
	return taken;
}

bool source_look(struct source *source, struct stream *stream, int64_t *ret_time_ms, int64_t *ret_offset, bool *ret_halts)
{
	struct source_kept kept = {.taken = SOURCE_SKIPPED};

	while (source->kept == NULL && kept.taken == SOURCE_SKIPPED)
		kept.taken = take_next(source, stream, &kept.record, &kept.message, &kept.error);
	if (source->kept == NULL && kept.taken != SOURCE_EMPTY) {
		source->kept = calloc(1, sizeof kept);
		if (source->kept == NULL)
			abort();
		*source->kept = kept;
	}
	*ret_halts = source->kept != NULL && source->kept->taken == SOURCE_HALT;
	if (source->kept == NULL || *ret_halts)
		return false;
	*ret_time_ms = source->kept->record.time_ms;
	*ret_offset = source->kept->record.offset;
	return true;
}

int64_t source_reached(const struct source *source)
{
	return source->kept == NULL ? source->next : source->kept->record.offset;
}
