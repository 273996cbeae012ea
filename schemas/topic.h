/* The contract's topics: their names, what they may hold, how they must be configured. `setup` makes them so, `check` compares. */
#pragma once

#include "common/base/arena.h"
#include "common/base/error.h"
#include "common/base/view.h"
#include "schemas/schema.h"

#define TOPIC_MAX_NAME 249 /* Kafka's own limit */
#define TOPIC_MAX_SETTINGS 8
#define TOPIC_MAX_SCHEMAS 6
#define TOPIC_DEFAULT_PARTITIONS 12

enum topic_kind {
	TOPIC_HR_EVENTS,
	TOPIC_HR_EVENTS_SOURCE,
	TOPIC_VAULT_COMMANDS,
	TOPIC_CARE_REQUESTS,
	TOPIC_DOSSIER_STATUS,
	TOPIC_VAULT_RESULTS,
	TOPIC_VAULT_REPORTS,
	TOPIC_VAULT_ERASURES,
	TOPIC_CARE_RESULTS,
	TOPIC_POPULATION,
	TOPIC_SHARE,
	TOPIC_PROVIDER_COMMANDS,
	TOPIC_COUNT,
};

struct topic_setting {
	const char *name;  /* Kafka's, "cleanup.policy" */
	const char *value; /* as Kafka shows it */
};

struct topic {
	const char *name; /* whole, or up to and with the dot before the source's or provider's name */
	bool named;       /* a source's or provider's name follows */
	bool compacted;
	struct topic_setting settings[TOPIC_MAX_SETTINGS]; /* the first without a name ends them */
	const struct schema *outer;                        /* Signed where values are signed, else NULL */
	const struct schema *schemas[TOPIC_MAX_SCHEMAS];   /* what a value, or a Signed's body, may be; accepted by message_decode */
	size_t schema_count;
};

/* By kind. */
extern const struct topic topics[TOPIC_COUNT];

/* The topic's full name in the arena; owner is the source or provider, null for a topic that has none. */
const char *topic_name(enum topic_kind kind, struct view owner, struct arena *arena);

/* The kind of a full name, and the source or provider in it (borrowed from name; null if there is none). False for a foreign topic. */
MUST_CHECK bool topic_parse(struct view name, enum topic_kind *ret_kind, struct view *ret_owner);
