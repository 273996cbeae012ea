/*
 * The stream engine: takes records from Kafka, lets the application turn them into state and outputs, moves position, state and outbox in one
 * PostgreSQL transaction, and then publishes the outbox in a Kafka transaction, exactly once whatever dies when (shared design, "The stream engine").
 * It knows topics, partitions, batches and bytes, and nothing of persons or absence.
 *
 * Three stages, a thread each, joined by bounded queues: take (poll, decode) -> work (database) -> publish (Kafka).
 * A batch holds records of one partition and one class; it passes the stages once, in order. Its records and arena live until `committed` returned.
 */
#pragma once

#include "common/base/arena.h"
#include "common/base/error.h"

struct database;
struct stream;

/* In the order in which they are taken: a batch of a lower class goes first. */
enum stream_class {
	STREAM_COMMANDS, /* small batches of their own, so that a command is quick while a bulk load runs */
	STREAM_REQUESTS, /* care requests, dossier statuses */
	STREAM_EVENTS,   /* the bulk */
	STREAM_WORK,     /* no input: a step of long work */
};

/* Most input topics of a stream, those added later included. */
#define STREAM_INPUTS_MAX 64

struct stream_input {
	const char *topic; /* lives as long as the stream */
	enum stream_class class;
	bool sequenced; /* written by the service's own peer: kluis-seq is checked; what was seen is dropped, a gap halts the partition */
	bool signed_;   /* with sequenced, where others may write too: nothing is judged before the application believes it and calls stream_judge */
	bool compacted; /* with sequenced: a gap is normal where compaction may have run (older than the lag) and an alarm where it may not */
	/* With compacted: the topic's delete.retention.ms. Who has not read for longer may have missed tombstones: the input is then read again from
	 * its first offset, see read_again. */
	int64_t tombstones_ms;
};

/* A compacted input of one partition that is going to be read from its first offset. */
struct stream_again {
	size_t input;
	int64_t from;
	int64_t up_to; /* the log's end now: once it has been taken so far, what it did not hold is gone */
	bool first;    /* nothing was ever taken of it */
};

/* One record as Kafka gave it. Views point into librdkafka's message, which lives until `committed` returned. */
struct stream_record {
	uint32_t input; /* index into stream_options.inputs */
	int32_t partition;
	int64_t offset;
	int64_t time_ms;    /* the broker's LogAppendTime: *now* for all that it causes */
	struct view key;    /* null: none */
	struct view value;  /* null: tombstone */
	struct view id;     /* header kluis-id; null when absent or the input is not sequenced */
	int64_t generation; /* of kluis-seq; 0 when absent or the input is not sequenced */
	int64_t sequence;
	struct view reason; /* header kluis-reason, likewise */
};

/* What caused an output: with it the kluis-id is generation/cause/partition/number/n. */
struct stream_cause {
	struct view name;  /* input topic, or run id */
	int32_t partition; /* of the input, or of the run */
	int64_t number;    /* offset, or step */
};

struct stream_output {
	const char *topic; /* output topic; the string must outlive the stream (intern it) */
	int32_t partition; /* explicit; nearly always the batch's */
	struct view key;
	struct view value;  /* final bytes; null: tombstone */
	const char *reason; /* kluis-reason on a tombstone, else NULL */
	struct stream_cause cause;
};

/* The engine owns it; the application fills `state` and adds outputs. */
struct stream_batch {
	struct stream *stream;
	int32_t partition;
	enum stream_class class;
	int32_t generation;
	int64_t number; /* batch number, known from `fold` on */
	const struct stream_record *records;
	size_t count;
	struct arena arena;         /* freed after `committed` */
	void *state;                /* the application's own, in the arena; NULL before decode */
	bool apart;                 /* set by fold: published only in Kafka transactions with other such batches (silent care requests) */
	const char *unprocessable;  /* not NULL: a single record that crashed the process or the database twice: quarantine it under this code, do not
				       process */
	struct stream_outputs *out; /* opaque */
};

/*
 * The application's part. `decode` is pure; it runs in the take thread, and in the work thread (perhaps at the same time, for another batch) where a
 * batch was taken apart or the process died before; it may run for a batch that is then dropped. All others run in the work thread. A failure's
 * disposition decides: RETRY - the batch is tried again from `fold` after a pause; REJECT - halved until the single culprit is found, which comes
 * again with `unprocessable`; STOP - the partition halts with the error's text in the log, the others go on.
 */
struct stream_application {
	void *context;
	/* Decodes the records into batch->state. */
	bool (*decode)(void *context, struct stream_batch *batch, struct error *error);
	/* Loads what the batch touches (may query and wait), folds, reconciles, adds outputs. Called again from scratch when a batch is retried: must
	 * forget what a former try made (state made by decode stays). */
	bool (*fold)(void *context, struct stream_batch *batch, struct database *database, struct error *error);
	/* Queues the writes inside the transaction that the engine has begun; must not wait for results. */
	bool (*write)(void *context, struct stream_batch *batch, struct database *database, struct error *error);
	/* The transaction has committed: caches may take over what the batch changed. */
	void (*committed)(void *context, struct stream_batch *batch);
	/* The batch failed, will be retried or dropped: caches forget what it changed. */
	void (*discarded)(void *context, struct stream_batch *batch);
	/* One step of long work of batch->partition (class STREAM_WORK, count 0), in place of `fold`; *ret_did false when there is none: must then be
	 * cheap (no query more than about once a second). A step that was refused (REJECT) is asked for once more, with batch->unprocessable set
	 * to the code: the application must then give the work up. */
	bool (*work)(void *context, struct stream_batch *batch, struct database *database, bool *ret_did, struct error *error);
	/* In place of `fold`, while a partition is taken over (class STREAM_WORK, count 0): the batch moves a compacted input back to its first
	 * offset, because tombstones may have been missed, or because nothing was taken yet. Must be there where an input is compacted. */
	bool (*read_again)(void *context, struct stream_batch *batch, struct database *database, const struct stream_again *again,
			   struct error *error);
	/* The partition is ours from now on / no longer: caches of it must go. */
	void (*assigned)(void *context, int32_t partition);
	void (*revoked)(void *context, int32_t partition);
	/* True when kluis-ids on this output topic are to be hidden, with the 32-byte key for it (a provider's topic). */
	bool (*hidden_id_key)(void *context, const char *topic, uint8_t ret_key[static 32]);
};

struct stream_option {
	const char *name; /* librdkafka property, without "kafka." */
	const char *value;
};

struct stream_options {
	const char *instance;              /* group.instance.id = transactional.id */
	const char *group;                 /* consumer group */
	const char *database;              /* libpq connection string */
	const struct stream_option *kafka; /* passed through to librdkafka; may not override what the engine depends on */
	size_t kafka_count;
	const struct stream_input *inputs;
	size_t input_count;
	const char *const *outputs; /* known output topics, so that their metadata is fetched at start; more may come */
	size_t output_count;
	int32_t partitions;         /* of every topic */
	int32_t batch_records;      /* most records in a batch of events under a backlog; 0: 5000 */
	int32_t session_timeout_ms; /* 0: 10000 */
	int32_t drain_limit_ms;     /* how long the first stream_stop may take; 0: 30000 */
};

/* Makes a stream; nothing is connected yet. The options' and the application's strings and tables are borrowed for its life. */
MUST_CHECK bool stream_new(const struct stream_options *options, const struct stream_application *application, struct stream **ret,
			   struct error *error);

/* Frees a stream that has stopped; NULL is fine. */
void stream_free(struct stream *stream);

/* Runs until stream_stop, or until nothing can go on. True after an orderly stop. Called by the main thread, with SIGTERM and SIGINT blocked in all
 * threads and handled by the caller through stream_stop (from a signalfd/sigwait thread or a handler: it is async-signal-safe). */
MUST_CHECK bool stream_run(struct stream *stream, struct error *error);

/* First call: drain (finish what is taken, publish, leave the group), at most for drain_limit_ms; if that is not enough, as because a dependency is
 * down, the stream ends as by a second call, and stream_run fails with RETRY DRAIN_LIMIT. Second: at once. Nothing is lost by either: what is
 * committed and not published is published by the next owner, and what is not committed is taken again. Async-signal-safe. */
void stream_stop(struct stream *stream);

/* Adds an input topic while running (a new HR source): the consumer subscribes anew. Work thread only. */
MUST_CHECK bool stream_add_input(struct stream *stream, const struct stream_input *input, struct error *error);

/* True when the partition is assigned to this instance and not halted. Work thread only. */
bool stream_owns(const struct stream *stream, int32_t partition);

/* The next offset of an input of the batch's partition, before the batch: all below has been taken, or holds no record. -1: unknown. Not before
 * `fold`; work thread only. */
int64_t stream_next_offset(struct stream_batch *open, size_t input);

/* True while, after a restore was accepted, what the logs held then has not all been taken again. It is taken in the order of the broker's time,
 * whatever the class, and long work goes before each batch. Any thread. */
bool stream_is_behind(const struct stream *stream, int32_t partition);

/* Adds an output to the batch; everything is copied into the batch's arena. The engine gives it its kluis-id and kluis-seq. */
void stream_output_add(struct stream_batch *batch, const struct stream_output *output);

enum stream_judgement {
	STREAM_NEW,
	STREAM_SEEN, /* its number has been seen: a repeat, or what a forger's copy of a genuine record has overtaken */
	STREAM_GAP,  /* *ret_gap is STOP: to be returned by fold, which halts the partition */
};

/*
 * Judges the number of a record of a signed_ input that the application believes, and moves the mark with the batch's transaction. In `fold`, in
 * order and once for each such record; one that is not believed is not judged, and moves nothing. Kafka's headers are not signed: whoever may write
 * to the topic can send a genuine record again under another number. So what is STREAM_SEEN must not be dropped on that ground alone, but be taken by
 * what is signed in it (a share's revision); at worst a gap is not noticed, or one is where there is none, and the partition halts.
 */
enum stream_judgement stream_judge(struct stream_batch *open, const struct stream_record *record, struct error *ret_gap);

/* Creates or upgrades the engine's tables in an open database; with first, gives every partition that has no position one at batch 0, so that a start
 * without any position is allowed. */
MUST_CHECK bool stream_setup(struct database *database, int32_t partitions, bool first, struct error *error);
