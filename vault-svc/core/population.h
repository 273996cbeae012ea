/* Reconciling: compares what each provider should see of a person, or of the departments, with what it was told, and gives the records that tell the
 * difference. Pure. */
#pragma once

#include "common/base/buffer.h"
#include "common/crypto/entropy.h"
#include "vault-svc/core/employer.h"
#include "vault-svc/core/projection.h"

enum { POPULATION_KEY_LEN = 32 };

struct population_record {
	struct view provider_id;
	uint8_t key[POPULATION_KEY_LEN]; /* Kafka key */
	struct view value;               /* encoded, single-object; null: a tombstone */
	const char *reason;              /* kluis-reason of a tombstone, else NULL */
};

struct population_output {
	struct population_record *items;
	size_t count;
	size_t room;
};

struct reconcile_context {
	const struct employer_state *employer; /* settings, providers; state decides whether anything is told at all (ACTIVATING and ACTIVE) */
	int64_t now_ms;                        /* recorded_at of what comes out */
	int32_t generation;
	bool again;              /* a new generation: every projected entity is emitted again, changed or not */
	struct entropy *entropy; /* pseudonyms and entity ids */
	struct arena *arena;
	const char *tombstone_reason; /* NULL: CORRECTED */
};

/*
 * Brings person->providers in step with what should be seen and appends the records: per provider first what is new or changed, employments before
 * spells, then the tombstones in the same order. A provider's view with its pseudonym is made when first needed. True when the person's document
 * changed. VAULT registration only; with NEGATIVE everything published goes. With AFTER_SHARE spells need a live share with that provider. What a
 * provider was told that serves the employer no longer goes with PROVIDER_ENDED.
 */
bool person_reconcile(struct person_state *person, const struct reconcile_context *context, struct population_output *ret);

/* Tombstones for all that is published of the person, to every provider, whatever the employer's state; for an erasure (set the reason). */
void person_retract(struct person_state *person, const struct reconcile_context *context, struct population_output *ret);

/* As person_reconcile, for the departments of an employer. */
bool units_reconcile(struct units_state *units, const struct reconcile_context *context, struct population_output *ret);

/* As person_retract, for the departments of an employer. */
void units_retract(struct units_state *units, const struct reconcile_context *context, struct population_output *ret);

/* The view of one provider, made (pseudonym) when there is none. Borrowed until the next view is made. */
struct provider_view *person_view(struct person_state *person, struct view provider_id, const struct reconcile_context *context);

/* The view of one provider; NULL when there is none. Borrowed until a view is made. */
struct provider_view *person_view_find(const struct person_state *person, struct view provider_id);

/*
 * The id of an entity at a provider, allocated unpublished when there is none: for shares of what the population does not hold. Borrowed until the
 * next one is made.
 */
struct entity *view_entity(struct provider_view *view, enum entity_kind kind, struct view key, const struct reconcile_context *context);

/* The entity of that key at a provider; NULL when there is none. Borrowed until one is made. */
struct entity *view_entity_find(const struct provider_view *view, enum entity_kind kind, struct view key);

/* generation x 2^40 + count. */
int64_t revision_of(int32_t generation, int64_t count);

/* A PopulationMarker for one provider. */
void population_marker(const struct reconcile_context *context, struct view provider_id, enum marker_op op, struct population_output *ret);

/* The Kafka key of a marker (unit_code null) or of a department. */
void population_employer_key(struct view employer_id, struct view unit_code, uint8_t ret[static POPULATION_KEY_LEN]);

/* Appends a record; memory from the arena. */
void population_add(struct population_output *output, struct arena *arena, const struct population_record *record);

/* Folds an OrganisationUnitEvent (row 8 and 9, UNIT_CYCLE is event_check's). */
void units_apply(struct units_state *units, const struct event *event, struct arena *arena, struct verdict *ret);
