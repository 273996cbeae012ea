/* From SQLSTATE to disposition: the only place that decides it. */
#pragma once

#include "common/base/error.h"

/* RETRY: connection lost, server starting, stopping or full, lock or serialisation conflict, statement limit. REJECT: the values are at fault
 * (classes 22, 23). STOP: everything else, KF001 (fenced) included. NULL stands for no answer at all: RETRY. */
enum disposition sqlstate_disposition(const char *sqlstate);

/* Fills *error from a failed statement: the SQLSTATE as code, the constraint's name (may be NULL) in the text; never the server's message or detail,
 * which hold values. NULL for sqlstate: CONNECTION_LOST. Returns false. */
bool sqlstate_error(struct error *error, const char *sqlstate, const char *constraint, const char *place);
