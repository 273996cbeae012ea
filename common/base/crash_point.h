/*
 * Named places at which a test build can end or stop itself, or one of its threads. Only with the CMake option KLUIS_FAULTS; in every other build
 * CRASH_POINT is nothing at all and nothing of it is in the binary.
 *
 * Environment of a test build:
 *   KLUIS_CRASH_AT=name[:n]  the process kills itself (SIGKILL) when the point is reached for the n-th time; n is 1 if not given
 *   KLUIS_PAUSE_AT=name[:n]  it stops itself (SIGSTOP) there
 *   KLUIS_HANG_AT=name[:n]   the thread that comes there never goes on; the others do
 *   KLUIS_FAULTS_ARMED=path  points are counted only while this file exists; without it, from the start
 *   KLUIS_CRASH_LIST=1       prints the table - name, services (both, vault, provider), what has just happened - and ends
 */
#pragma once

#ifdef KLUIS_FAULTS

/* X(name, services, what has just happened). The one table: a point that is not in it does not compile, and the tests go by it. */
#define CRASH_POINTS(X)                                                                                                                              \
	X(take_assign_callback, both, "the group assigned partitions; inside the callback")                                                          \
	X(take_revoke_callback, both, "the group took partitions back; inside the callback")                                                         \
	X(take_assigned, both, "fetching of the partitions has begun")                                                                               \
	X(take_given_up, both, "partitions given up, the group not told yet")                                                                        \
	X(take_polled, both, "a record came out of its queue")                                                                                       \
	X(take_marker_passed, both, "a position moved behind a transaction marker")                                                                  \
	X(take_decoded, both, "a batch was decoded")                                                                                                 \
	X(take_handed_over, both, "a batch was given to the work stage")                                                                             \
	X(takeover_settled, both, "nothing of a former ownership is on its way")                                                                     \
	X(takeover_fence_moved, both, "the fence was moved and the positions were read")                                                             \
	X(takeover_found_out, both, "PostgreSQL's and Kafka's positions and the logs' ends are known")                                               \
	X(takeover_decided, both, "partitions were decided on")                                                                                      \
	X(replay_read, both, "the numbers of batches left unpublished were read")                                                                    \
	X(replay_given, both, "a batch left unpublished was given to the publish stage")                                                             \
	X(takeover_done, both, "everything left unpublished was given to the publish stage")                                                         \
	X(giveup_drained, both, "giving up: the publish stage has finished")                                                                         \
	X(giveup_noted, both, "giving up: the end of publishing was noted")                                                                          \
	X(work_taken, both, "the work stage has a batch")                                                                                            \
	X(work_attempt_noted, both, "the attempt row of a batch was committed")                                                                      \
	X(work_folded, both, "a batch was folded")                                                                                                   \
	X(db_before_begin, both, "nothing of the batch's transaction was queued yet")                                                                \
	X(db_advance_queued, both, "the position's move was queued")                                                                                 \
	X(db_writes_queued, both, "the application's writes were queued")                                                                            \
	X(db_outbox_queued, both, "the outbox rows were queued")                                                                                     \
	X(db_before_commit, both, "COMMIT was queued and not sent")                                                                                  \
	X(db_commit_sent, both, "the whole transaction was sent, its answer not read")                                                               \
	X(db_commit_answered, both, "COMMIT was answered")                                                                                           \
	X(db_commit_resolved, both, "what became of a COMMIT without an answer was found out")                                                       \
	X(db_committed_told, both, "the application knows of the commit")                                                                            \
	X(db_handed_over, both, "a committed batch was given to the publish stage")                                                                  \
	X(mark_before, both, "published marks and passed positions are about to be noted")                                                           \
	X(mark_inputs_noted, both, "positions that moved without a batch were noted")                                                                \
	X(mark_noted, both, "published marks were noted")                                                                                            \
	X(outbox_turned, both, "the other outbox table is written to from now on")                                                                   \
	X(outbox_before_truncate, both, "an outbox table is about to be emptied")                                                                    \
	X(outbox_truncate_sent, both, "emptying an outbox table was sent, its answer not read")                                                      \
	X(outbox_truncated, both, "an outbox table was emptied")                                                                                     \
	X(publish_gathered, both, "batches for a Kafka transaction are together")                                                                    \
	X(publish_begun, both, "a Kafka transaction has begun")                                                                                      \
	X(publish_produced_some, both, "the first record of a Kafka transaction was produced")                                                       \
	X(publish_produced, both, "all records of a Kafka transaction were produced")                                                                \
	X(publish_flushed, both, "all records were flushed, the delivery reports not looked at")                                                     \
	X(publish_delivered, both, "every record was acknowledged")                                                                                  \
	X(publish_offsets_sent, both, "the offsets are in the Kafka transaction")                                                                    \
	X(publish_commit_sent, both, "EndTxn was sent, its answer not read")                                                                         \
	X(publish_commit_answered, both, "EndTxn was answered")                                                                                      \
	X(publish_counted, both, "the published mark was moved in memory")                                                                           \
	X(publish_failed, both, "a Kafka transaction failed; the producer is given up")                                                              \
	X(publish_resolved, both, "what of a failed Kafka transaction is in Kafka was found out")                                                    \
	X(renew_destroyed, both, "the former producer was destroyed")                                                                                \
	X(renew_initialised, both, "the new producer's transactions were initialised: the former one's is ended")                                    \
	X(run_begun, vault, "a step of a run begins")                                                                                                \
	X(run_stepped, vault, "a step of a run was folded")                                                                                          \
	X(run_ending, vault, "the last step of a run was folded")                                                                                    \
	X(run_step_committed, vault, "a step of a run was committed")                                                                                \
	X(vault_events_folded, vault, "a batch of HR events was folded")                                                                             \
	X(vault_commands_folded, vault, "a batch of commands was folded")                                                                            \
	X(vault_statuses_folded, vault, "a batch of dossier statuses was folded")                                                                    \
	X(vault_persons_written, vault, "the persons of a batch were queued, what belongs to them not")                                              \
	X(provider_population_folded, provider, "a batch of the population was folded")                                                              \
	X(provider_population_written, provider, "a batch of the population was queued")                                                             \
	X(provider_shares_folded, provider, "a batch of shares was folded")                                                                          \
	X(provider_status_added, provider, "a dossier status was added to the batch's outputs")                                                      \
	X(provider_shares_written, provider, "the dossiers of a batch were queued")                                                                  \
	X(provider_actions_folded, provider, "a batch of dossier actions was folded")                                                                \
	X(provider_actions_written, provider, "the notes and states of a batch were queued")                                                         \
	X(setup_keys_made, both, "setup: the key files are there")                                                                                   \
	X(setup_migration_begun, both, "setup: a migration's transaction has begun")                                                                 \
	X(setup_migration_run, both, "setup: a migration was run and not committed")                                                                 \
	X(setup_migration_done, both, "setup: a migration was committed")                                                                            \
	X(setup_outbox_made, both, "setup: the outbox tables are there, the first positions not")                                                    \
	X(setup_tables_made, both, "setup: the database is complete")                                                                                \
	X(setup_topics_made, both, "setup: the topics are there")

enum crash_point {
#define X(name, services, what) CRASH_##name,
	CRASH_POINTS(X)
#undef X
		CRASH_POINT_COUNT
};

/* Counts that the process is at the point, and ends or stops it when the environment asks for that. Any thread. */
void crash_point_reach(enum crash_point point);

#define CRASH_POINT(name) crash_point_reach(CRASH_##name)

#else

#define CRASH_POINT(name) ((void)0)

#endif
