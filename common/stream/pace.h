/*
 * How much is done at once. While there is nothing but a backlog, large batches and large Kafka transactions, which cost least a record; while
 * somebody waits beside it for an answer, small ones, so that they are soon served. Any thread.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The most bytes of outputs that may ever be waiting for Kafka. */
#define PACE_WAITING_BYTES ((size_t)6 * 1024 * 1024)

struct pace {
	_Atomic int64_t record_ns; /* what a record of an event's batch took lately; 0: not known */
	_Atomic int64_t asked_ms;  /* when something was last taken that somebody waits for, by the monotonic clock; 0: never */
};

/* Somebody waits for what has just been taken. */
void pace_ask(struct pace *pace);

/* Whether somebody has waited within the last seconds. */
bool pace_is_asked(const struct pace *pace);

/* A batch of so many events took so long, commit included; a handful says nothing and is passed over. Milliseconds that the next events have to wait,
 * twice as long while somebody waits: a machine that has nothing to spare answers nobody soon. */
int32_t pace_note(struct pace *pace, size_t records, int64_t took_us);

/* How many events to take at once, at most `most`. */
size_t pace_records(const struct pace *pace, size_t most);

/* How many bytes of outputs may be waiting for Kafka before more events are committed to PostgreSQL. */
size_t pace_waiting_bytes(const struct pace *pace);

/* How many bytes of outputs go into one Kafka transaction, if not of one batch. */
size_t pace_transaction_bytes(const struct pace *pace);
