/* Configuration of provider-svc. */
#pragma once

#include "common/config/config.h"

struct options {
	const char *provider_id;
	const char *instance;
	const char *group;
	const char *database;
	const char *master_key_file;
	const char *signing_key_file;
	const char *box_key_file;
	const char *log_level;
	int64_t partitions;
	int64_t batch_records;
	int64_t session_timeout_ms;
	int64_t drain_limit;
};

extern const struct config_table options_table;

/* The same table for what needs Kafka alone: `database` may be left out. In the arena. */
void options_table_replay(struct arena *arena, struct config_table *ret);

/* The topics of this provider; strings in the arena. */
struct topics {
	const char *population;
	const char *share;
	const char *commands;
	const char *status;
	const char *care_requests;
	const char *care_results;
};

/* Names them. */
void topics_of(const struct options *options, struct arena *arena, struct topics *ret);
