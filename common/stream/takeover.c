#include "common/stream/takeover.h"

#include "common/db/database.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

size_t mark_format(const struct mark *mark, char ret_text[static MARK_TEXT_SIZE])
{
	int len = snprintf(ret_text, MARK_TEXT_SIZE, "%s:%" PRId32 ":%" PRId64, mark->lineage, mark->generation, mark->batch);

	return len < 0 ? 0 : (size_t)len;
}

static bool number_parse(const char *text, int64_t max, int64_t *ret)
{
	char *end = NULL;
	long long value;

	if (*text < '0' || *text > '9')
		return false;
	value = strtoll(text, &end, 10);
	if (*end != '\0' || value < 0 || value > max || (*text == '0' && text[1] != '\0'))
		return false;
	*ret = value;
	return true;
}

bool mark_parse(const void *text, size_t len, struct mark *ret)
{
	char copy[MARK_TEXT_SIZE];
	struct mark mark = {0};
	char *generation;
	char *batch;
	int64_t value = 0;

	if (text == NULL || len == 0 || len >= sizeof copy || memchr(text, '\0', len) != NULL)
		return false;
	memcpy(copy, text, len);
	copy[len] = '\0';
	generation = strchr(copy, ':');
	if (generation == NULL || generation == copy || generation - copy >= LINEAGE_SIZE)
		return false;
	*generation++ = '\0';
	batch = strchr(generation, ':');
	if (batch == NULL)
		return false;
	*batch++ = '\0';
	memcpy(mark.lineage, copy, strlen(copy) + 1);
	if (!number_parse(generation, INT32_MAX, &value) || value < 1)
		return false;
	mark.generation = (int32_t)value;
	if (!number_parse(batch, INT64_MAX - 1, &mark.batch))
		return false;
	*ret = mark;
	return true;
}

static const struct takeover halt = {.verdict = TAKEOVER_HALT};

/* Fills *error with what was seen and what to do; gives `halt`. */
#define HALT(code, ...) (error_set(error, DISPOSITION_STOP, code, "takeover", __VA_ARGS__), halt)

static struct takeover decide_position(const struct takeover_seen *seen, struct error *error)
{
	/* What was written before a restore was accepted says nothing any more. */
	bool former = seen->has_position && seen->has_mark && seen->mark.generation < seen->generation;

	if (seen->marks_differ && !former)
		return HALT("MARKS_DIFFER", "the group's offsets of this partition carry marks of different databases, or one that is unreadable");
	if (!seen->has_position && !seen->has_mark)
		return HALT("NO_POSITION", "neither PostgreSQL nor Kafka has a position");
	if (!seen->has_position)
		return HALT("POSITION_LOST", "Kafka is at batch %" PRId64 " of %s, PostgreSQL has no position: another database, or an empty one",
			    seen->mark.batch, seen->mark.lineage);
	if (strcmp(seen->position_lineage, seen->lineage) != 0)
		return HALT("OTHER_LINEAGE", "the position was written by PostgreSQL %s, this is %s: restored, promoted or another database",
			    seen->position_lineage, seen->lineage);
	if (!seen->has_mark)
		return (struct takeover){.verdict = seen->batch == 0 ? TAKEOVER_BEGIN : TAKEOVER_NO_MARK, .published = seen->published};
	if (former)
		return (struct takeover){.verdict = TAKEOVER_NO_MARK, .published = seen->published};
	if (seen->mark.generation > seen->generation || strcmp(seen->mark.lineage, seen->lineage) != 0)
		return HALT("OTHER_LINEAGE",
			    "Kafka was written for generation %" PRId32 " of PostgreSQL %s, this is generation %" PRId32 " of %s: "
			    "restored, promoted or another database",
			    seen->mark.generation, seen->mark.lineage, seen->generation, seen->lineage);
	if (seen->mark.batch > seen->batch)
		return HALT("DATABASE_BEHIND", "Kafka is at batch %" PRId64 ", PostgreSQL at %" PRId64 ": the database went back in time",
			    seen->mark.batch, seen->batch);
	/* What PostgreSQL knows to be in Kafka is there, whatever the group's offsets say after a crash of the broker: to publish it again would
	 * double it. */
	if (seen->mark.batch < seen->published)
		return (struct takeover){.verdict = TAKEOVER_NO_MARK, .published = seen->published};
	return (struct takeover){.verdict = TAKEOVER_GO_ON, .published = seen->mark.batch};
}

/* Whether something may have been removed, and its tombstone too, while nobody read. What was read from the middle on is no whole either. */
static bool is_missed(const struct takeover_input *input, int64_t now_ms)
{
	if (!input->compacted)
		return false;
	return !input->known || input->current_ms == 0 || (input->next < input->log_end && now_ms - input->current_ms > input->tombstones_ms);
}

static bool decide_input(struct takeover_input *input, int64_t now_ms, struct error *error)
{
	input->again = is_missed(input, now_ms);
	if (!input->known) {
		input->next = input->log_begin;
		input->start = input->log_begin;
		input->compare = false;
		return true;
	}
	if (input->next > input->log_end)
		return error_set(error, DISPOSITION_STOP, "LOG_SHORTER", input->topic,
				 "next offset is %" PRId64 " but the log ends at %" PRId64 ": topic re-created or truncated", input->next,
				 input->log_end);
	if (input->again) {
		input->next = input->log_begin;
		input->start = input->log_begin;
		input->compare = false;
		return true;
	}
	if (input->log_begin > input->next)
		return error_set(error, DISPOSITION_STOP, "EVENTS_LOST", input->topic,
				 "next offset is %" PRId64 " but the log begins at %" PRId64
				 ": retention or delete-records removed what was not taken",
				 input->next, input->log_begin);
	input->compare = input->remembered_offset >= input->log_begin && input->remembered_offset < input->next;
	input->start = input->compare ? input->remembered_offset : input->next;
	return true;
}

struct takeover takeover_decide(struct takeover_seen *seen, struct error *error)
{
	struct takeover takeover = decide_position(seen, error);

	if (takeover.verdict == TAKEOVER_HALT)
		return takeover;
	for (size_t i = 0; i < seen->input_count; i++) {
		if (!decide_input(&seen->inputs[i], seen->now_ms, error))
			return halt;
	}
	return takeover;
}

const char *takeover_name(enum takeover_verdict verdict)
{
	static const char *const names[] = {
		[TAKEOVER_BEGIN] = "first start",
		[TAKEOVER_GO_ON] = "Kafka's mark",
		[TAKEOVER_NO_MARK] = "PostgreSQL's own mark: the group's offsets are gone, or of before a restore",
		[TAKEOVER_HALT] = "halt",
	};

	return names[verdict];
}

const char *takeover_remedy(const char *code)
{
	static const char *const remedies[][2] = {
		{"NO_POSITION", "if this is the very first start: setup --first; else connect the right database and the right Kafka"},
		{"POSITION_LOST", "connect the right database, or restore it and then: restore accept"},
		{"OTHER_LINEAGE", "connect the right database; if it was restored or promoted: restore accept"},
		{"DATABASE_BEHIND", "connect the right database; if it was restored: restore accept"},
		{"MARKS_DIFFER",
		 "see whose with kafka-consumer-groups --describe --offsets; where the database went back: restore accept; where it is right and "
		 "something else wrote or reset them: stop all instances and delete the group's offsets"},
		{"LOG_SHORTER", "restore the topic, or have what it held delivered again and then: restore accept --anew TOPIC"},
		{"LOG_CHANGED", "restore the topic, or have what it held delivered again and then: restore accept --anew TOPIC"},
		{"EVENTS_LOST", "have what was removed delivered again, then: restore accept --anew TOPIC"},
		{DATABASE_FENCED,
		 "another instance has taken it over; if that one is gone, this one takes it over again by itself within seconds of its session"},
		{"_AUTO_OFFSET_RESET", "the log was cut off while it was read; start again: the take-over then says what is missing"},
	};

	for (size_t i = 0; i < sizeof remedies / sizeof remedies[0]; i++) {
		if (strcmp(remedies[i][0], code) == 0)
			return remedies[i][1];
	}
	return NULL;
}
