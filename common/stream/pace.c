#include "common/stream/pace.h"

#include "common/base/clock.h"

#define ASKED_MS 2000
#define GOAL_US 150000 /* of a batch of events */
#define GOAL_ASKED_US 15000
#define RECORDS_LEAST 100
#define REST_MOST_MS 50
#define WAITING_ASKED_BYTES ((size_t)96 * 1024)
#define TRANSACTION_BYTES ((size_t)3 * 1024 * 1024)
#define TRANSACTION_ASKED_BYTES ((size_t)512 * 1024)

void pace_ask(struct pace *pace)
{
	atomic_store(&pace->asked_ms, monotonic_ms());
}

bool pace_is_asked(const struct pace *pace)
{
	int64_t asked_ms = atomic_load(&pace->asked_ms);

	return asked_ms != 0 && monotonic_ms() - asked_ms < ASKED_MS;
}

int32_t pace_note(struct pace *pace, size_t records, int64_t took_us)
{
	int64_t present = atomic_load(&pace->record_ns);
	int64_t took;

	if (records < RECORDS_LEAST)
		return 0;
	took = took_us * 1000 / (int64_t)records + 1;
	atomic_store(&pace->record_ns, present == 0 ? took : (present * 3 + took) / 4);
	if (!pace_is_asked(pace))
		return 0;
	return took_us < (int64_t)REST_MOST_MS * 500 ? (int32_t)(took_us / 500) + 1 : REST_MOST_MS;
}

size_t pace_records(const struct pace *pace, size_t most)
{
	int64_t record_ns = atomic_load(&pace->record_ns);
	int64_t goal_us = pace_is_asked(pace) ? GOAL_ASKED_US : GOAL_US;
	size_t fitting = record_ns == 0 ? most : (size_t)(goal_us * 1000 / record_ns);

	if (fitting < RECORDS_LEAST)
		fitting = RECORDS_LEAST;
	return fitting < most ? fitting : most;
}

size_t pace_waiting_bytes(const struct pace *pace)
{
	return pace_is_asked(pace) ? WAITING_ASKED_BYTES : PACE_WAITING_BYTES;
}

size_t pace_transaction_bytes(const struct pace *pace)
{
	return pace_is_asked(pace) ? TRANSACTION_ASKED_BYTES : TRANSACTION_BYTES;
}
