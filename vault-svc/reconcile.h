/* From changed persons and departments to what providers are told: once per person and batch, caused by the last change. */
#pragma once

#include "vault-svc/changes.h"

/* What the core needs to know of the batch; the employer's state is taken as it is now. */
struct reconcile_context reconcile_context_of(struct changes *changes, const struct employer *employer, const struct cause *cause);

/* True when providers are told anything of this employer: ACTIVATING and ACTIVE. */
bool reconcile_is_told(const struct employer *employer);

/* Reconciles a person with the population, and its live shares with what they were before (before_employer: the state then). Marks it as changed
 * where the document did. */
MUST_CHECK bool reconcile_person(struct changes *changes, struct person *person, const struct person_state *before,
				 const struct employer_state *before_employer, const struct cause *cause, struct error *error);

/* A live share of the person has begun or ended: its spells with the population, where they are told after a share alone. */
MUST_CHECK bool reconcile_after_share(struct changes *changes, struct person *person, const struct cause *cause, struct error *error);

/* All persons of the batch that have a cause, and all changed departments. */
MUST_CHECK bool reconcile_changed(struct changes *changes, struct error *error);

/* The departments of one employer. */
void reconcile_units(struct changes *changes, struct units *units, const struct cause *cause);

/* A PopulationMarker of the employer to one provider; ENDED also where a restore withholds the employer. */
void reconcile_mark(struct changes *changes, const struct employer *employer, struct view provider_id, enum marker_op op, const struct cause *cause);

/* Adds population records of the employer to the outputs, unless a restore withholds them. */
void reconcile_publish(struct changes *changes, const struct employer *employer, const struct population_output *output, const struct cause *cause);
