#include "common/stream/sequence.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

void sequences_done(struct sequences *sequences)
{
	free(sequences->items);
	*sequences = (struct sequences){0};
}

static void make_room(struct sequences *sequences, size_t room)
{
	struct sequence *items;

	if (room <= sequences->room)
		return;
	items = reallocarray(sequences->items, room, sizeof *items);
	if (items == NULL)
		abort();
	sequences->items = items;
	sequences->room = room;
}

static struct sequence *find(struct sequences *sequences, const char *topic, int32_t partition)
{
	for (size_t i = 0; i < sequences->count; i++) {
		if (sequences->items[i].topic == topic && sequences->items[i].partition == partition)
			return &sequences->items[i];
	}
	if (sequences->count == sequences->room)
		make_room(sequences, sequences->room * 2 + 8);
	sequences->items[sequences->count] = (struct sequence){.topic = topic, .partition = partition};
	return &sequences->items[sequences->count++];
}

void sequences_set(struct sequences *sequences, const char *topic, int32_t partition, int64_t number)
{
	find(sequences, topic, partition)->number = number;
}

int64_t sequences_next(struct sequences *sequences, const char *topic, int32_t partition)
{
	struct sequence *sequence = find(sequences, topic, partition);

	sequence->moved = true;
	return ++sequence->number;
}

void sequences_copy(struct sequences *target, const struct sequences *source)
{
	make_room(target, source->count);
	target->count = source->count;
	for (size_t i = 0; i < source->count; i++) {
		target->items[i] = source->items[i];
		target->items[i].moved = false;
	}
}

void sequences_settle(struct sequences *sequences, const struct sequences *batch)
{
	for (size_t i = 0; i < batch->count; i++) {
		if (batch->items[i].moved)
			sequences_set(sequences, batch->items[i].topic, batch->items[i].partition, batch->items[i].number);
	}
}

enum sequence_verdict sequence_judge(struct sequence_seen seen, int64_t generation, int64_t number)
{
	if (generation < 1 || number < 1)
		return SEQUENCE_MISSING;
	if (seen.generation == 0)
		return SEQUENCE_NEXT;
	if (generation < seen.generation)
		return SEQUENCE_SEEN;
	if (generation > seen.generation)
		return number == 1 ? SEQUENCE_NEXT : SEQUENCE_GAP;
	if (number <= seen.number)
		return SEQUENCE_SEEN;
	return number == seen.number + 1 ? SEQUENCE_NEXT : SEQUENCE_GAP;
}

void sequence_error(enum sequence_verdict verdict, struct sequence_seen seen, int64_t generation, int64_t number, const char *topic,
		    struct error *error)
{
	if (verdict == SEQUENCE_MISSING)
		(void)error_set(error, DISPOSITION_STOP, "SEQUENCE_MISSING", topic, "a record without kluis-seq on a topic of our own peer");
	else
		(void)error_set(error, DISPOSITION_STOP, "SEQUENCE_GAP", topic,
				"after %" PRId64 ".%" PRId64 " came %" PRId64 ".%" PRId64 ": records are missing; see why, and deliver them again",
				seen.generation, seen.number, generation, number);
}

static bool parse_number(const char **at, const char *end, int64_t *ret)
{
	int64_t value = 0;
	const char *p = *at;

	if (p == end || *p < '1' || *p > '9')
		return false;
	for (; p < end && *p >= '0' && *p <= '9'; p++) {
		if (__builtin_mul_overflow(value, 10, &value) || __builtin_add_overflow(value, *p - '0', &value))
			return false;
	}
	*at = p;
	*ret = value;
	return true;
}

bool sequence_parse(const void *text, size_t len, int64_t *ret_generation, int64_t *ret_number)
{
	const char *at = text;
	const char *end = at == NULL ? NULL : at + len;
	int64_t generation = 0;
	int64_t number = 0;

	if (at == NULL || !parse_number(&at, end, &generation) || at == end || *at != '.')
		return false;
	at++;
	if (!parse_number(&at, end, &number) || at != end)
		return false;
	*ret_generation = generation;
	*ret_number = number;
	return true;
}
