/*
 * Guards that a test build can do without, to show that each is needed. Only with the CMake option KLUIS_FAULTS; in every other build WITHOUT is
 * false and nothing of it is in the binary.
 *
 * Environment of a test build: KLUIS_WITHOUT=name[,name…]
 */
#pragma once

#include <stdbool.h>

#ifdef KLUIS_FAULTS

#define GUARDS(X)                                                                                                                                    \
	X(fence, "the position moves only for its owner")                                                                                            \
	X(renewal, "a producer whose requests are in doubt serves no further transaction")                                                           \
	X(sequence, "a reader judges the numbers of its peer's records")                                                                             \
	X(synchronous_commit, "a commit is answered when it is on the disk")                                                                         \
	X(anchor, "the log must still hold the last record that was taken")                                                                          \
	X(delivery_report, "a transaction commits only when each of its records was acknowledged")                                                   \
	X(confirm, "what may be in Kafka already is looked for once more before it is committed")                                                    \
	X(watchdog, "a process of which a stage is stuck ends by itself")                                                                            \
	X(silent_history, "the share history holds live shares only")                                                                                \
	X(silent_notice, "an employer is told of live shares only")                                                                                  \
	X(silent_revision, "a silent share takes no revision of the population")                                                                     \
	X(silent_sequence, "a silent share takes no number of the employer's topics")                                                                \
	X(silent_audit, "a care request is no part of the employer's audit trail")                                                                   \
	X(silent_content, "content under a silent share keeps no withdrawal from being accepted")                                                    \
	X(silent_latency, "a command takes no longer where there is a silent share")                                                                 \
	X(silent_erasure, "an erasure tells of live shares only")

enum guard {
#define X(name, what) GUARD_##name,
	GUARDS(X)
#undef X
		GUARD_COUNT
};

/* True when the environment has taken the guard away. Any thread. */
bool guard_is_away(enum guard guard);

#define WITHOUT(name) guard_is_away(GUARD_##name)
#define CAN_DO_WITHOUT true /* whether this build has guards that can be taken away at all */

#else

#define WITHOUT(name) false
#define CAN_DO_WITHOUT false

#endif
