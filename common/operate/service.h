/* A stream as a service in the foreground: SIGTERM or SIGINT drains, a second one stops at once. */
#pragma once

#include "common/stream/stream.h"

/* Runs the stream until it is told to stop or cannot go on. Called by the main thread, before any other thread is made. */
MUST_CHECK bool service_run(struct stream *stream, struct error *error);

/* From now on the signals that stop wait for service_run: for what is done before it and may take long. */
void service_hold_signals(void);

/* Whether one of them waits. */
bool service_is_asked_to_stop(void);
