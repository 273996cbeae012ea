/* Runs in which a provider leaves an employer, or the service for an employer ends: what providers were told of its persons is taken back, and what
 * they were given is revoked. */
#pragma once

#include "vault-svc/changes.h"

/* True for a run of such a kind. */
bool departure_is(const struct run *run);

/*
 * The persons that a step has in hand: their live shares with whoever leaves are revoked, and the employer is told. At the end of the service
 * all that was published goes, and they with it. Population records of one provider that leaves are reconcile_person's.
 */
MUST_CHECK bool departure_persons(struct changes *changes, const struct employer *employer, struct run *run, const struct cause *cause,
				  struct error *error);

/* The departments, at the end of the service; else reconcile_units does it. */
void departure_units(struct changes *changes, struct units *units, const struct cause *cause);

/* After the last person: true in *ret when nothing is left to be removed, else a part of it is. */
MUST_CHECK bool departure_is_swept(struct changes *changes, const struct employer *employer, const struct run *run, bool *ret, struct error *error);

/* The last step: markers, what is still to be revoked, and the employer's new state. */
MUST_CHECK bool departure_finish(struct changes *changes, struct employer *employer, const struct run *run, const struct cause *cause,
				 struct error *error);

/* The run was given up: the command that asked for it may ask again. */
void departure_abort(struct changes *changes, struct employer *employer, const struct run *run);
