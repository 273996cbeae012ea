/* What the three stages share. Internal to the engine. */
#pragma once

#include "common/base/clock.h"
#include "common/stream/channel.h"
#include "common/stream/pace.h"
#include "common/stream/stream.h"
#include "common/stream/takeover.h"
#include "common/stream/topics.h"
#include "common/stream/watchdog.h"

#include <librdkafka/rdkafka.h>
#include <stdatomic.h>

#define STREAM_PARTITIONS_MAX 4096

struct taker;

/* Lanes of the channel to the work stage: control first, then a lane per class. */
enum { LANE_CONTROL = 0, LANE_CLASSES = 1 };

/* One assignment: what was taken under it is published under its group metadata or not at all. Counted references, any thread. */
struct membership {
	atomic_int references;
	uint64_t epoch;
	rd_kafka_consumer_group_metadata_t *group;
};

/* What the take stage asks of the work stage. */
struct control {
	struct channel_link link; /* first */
	enum { CONTROL_TAKE_OVER, CONTROL_GIVE_UP } kind;
	bool lost;                     /* with GIVE_UP: another may own the partitions already */
	struct membership *membership; /* with TAKE_OVER; owned */
	int32_t *partitions;           /* with TAKE_OVER; heap, owned */
	size_t count;
};

/* Where to begin with one input topic of one partition. */
struct start {
	int32_t partition;
	size_t input;
	int64_t offset; /* where to fetch from */
	int64_t next;   /* first one to take */
	bool compare;   /* a record at `offset`, which is below `next`, must have this hash */
	uint8_t hash[16];
	int64_t catch_up; /* records below it are taken by time, see stream_is_behind; 0: none */
	int64_t seen_generation;
	int64_t seen_number;
};

/* The work stage's answer to a control. */
struct answer {
	uint64_t epoch;
	struct start *starts; /* heap; empty for GIVE_UP and where every partition halted */
	size_t count;
};

struct stream_counts {
	_Atomic uint64_t records;
	_Atomic uint64_t batches;
	_Atomic uint64_t outputs;
	_Atomic uint64_t transactions;
	_Atomic uint64_t renewals;
	_Atomic uint64_t retries;
};

struct stream {
	struct stream_options options;
	struct stream_application application;
	struct stream_input inputs[STREAM_INPUTS_MAX]; /* append-only */
	_Atomic size_t input_count;
	int32_t batch_records;
	struct pace pace;
	int32_t session_timeout_ms;
	int32_t drain_limit_ms;

	struct channel to_work;
	struct channel to_publish;
	int wake; /* eventfd: the take stage has something to do */
	rd_kafka_t *consumer;
	struct taker *taker;

	atomic_int stops;           /* how often stream_stop was called */
	_Atomic int64_t stopped_ms; /* when it first was, by the monotonic clock */
	_Atomic int64_t fenced_ms;  /* since when a partition has been another's, and the group has not said so; 0: none is */
	atomic_bool finishing;      /* the stages are to end */
	atomic_bool at_once;        /* without finishing what they hold */
	_Atomic uint64_t epoch;
	atomic_bool resubscribe;    /* inputs were added */
	atomic_bool take_anew;      /* what is assigned is to be taken over once more */
	atomic_bool settled;        /* the publisher has no transaction open or in doubt */
	atomic_bool cut_off;        /* the group took partitions away without asking, and has given none since */
	atomic_bool renewal_due;    /* a successor may have ended what the producer had open: it is to be made anew before it is used */
	atomic_bool *owned;         /* by partition: assigned to us, as the work stage knows it */
	atomic_bool *halted;        /* by partition */
	atomic_bool *behind;        /* by partition: taken by time, see stream_is_behind */
	atomic_bool *careful;       /* by partition: decode in the work stage, behind an attempt row */
	_Atomic int64_t *published; /* by partition: last batch known to be in Kafka */

	pthread_mutex_t lock; /* of what follows */
	struct answer *answer;
	struct error failure;
	bool failed;
	char lineage[LINEAGE_SIZE]; /* set before the first take-over is answered */

	struct watchdog watchdog;
	struct stream_counts counts;
};

/* The threads' functions; the argument is the struct stream. */
void *worker_main(void *argument);
void *publisher_main(void *argument);

/* Runs the take stage until the stream ends. */
void taker_run(struct stream *stream);

/* librdkafka's callback; the opaque is the struct stream, whose taker must be set. Only notes what is to be done. */
void taker_on_rebalance(rd_kafka_t *handle, rd_kafka_resp_err_t err, rd_kafka_topic_partition_list_t *partitions, void *opaque);

/* Makes the consumer; needs no connection. Without `member` one that only looks: it is not to subscribe. */
MUST_CHECK bool consumer_new(struct stream *stream, bool member, struct error *error);

/* Sets the properties that were passed through, then the engine's own. False with STOP KAFKA_OPTION. */
MUST_CHECK bool kafka_conf_fill(const struct stream *stream, rd_kafka_conf_t *conf, const struct stream_option *own, size_t count,
				struct error *error);

/* Wakes the take stage. Async-signal-safe. */
void stream_wake(struct stream *stream);

/* Ends the stream because of an error that nothing can go on after; the first one counts. */
void stream_fail(struct stream *stream, const struct error *error);

/* Ends the stream when draining has taken too long. Take thread only. */
void stream_limit_drain(struct stream *stream);

/* Halts one partition, and logs the reason. Any thread. */
void stream_halt(struct stream *stream, int32_t partition, const char *topic, int64_t offset, const struct error *error);

/* True when the stages are to end without finishing what they hold. */
static inline bool stream_is_ending(const struct stream *stream)
{
	return atomic_load(&stream->at_once);
}

/* Another reference. */
struct membership *membership_reference(struct membership *membership);

/* Gives one up; the last one frees. NULL is fine. */
void membership_release(struct membership *membership);

/* Sleeps, in steps that end early when the stream is to end at once. */
void stream_pause(struct stream *stream, int32_t ms);
