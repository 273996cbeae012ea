/* The configuration of vault-svc: one table that makes parser, help and example. */
#pragma once

#include "common/config/config.h"
#include "vault-svc/core/lookup.h"

struct vault_options {
	const char *instance;
	const char *database;
	const char *master_key_file;
	const char *signing_key_file;
	const char *box_key_file;
	const char *vault_name;
	const char *log_level;
	int64_t partitions;
	int64_t session_timeout_ms;
	int64_t drain_limit;
	int64_t batch_records;
	int64_t digest_cache_entries;
	struct lookup_limits care_limits;
	int64_t revocation_limit;
	bool test_deployment;
	struct config_kafka kafka; /* not in the table: what begins with kafka. */
};

extern const struct config_table vault_option_table;

/* The consumer group of all instances of this vault, in the arena. */
const char *vault_group(const struct vault_options *options, struct arena *arena);

/* Reads the file (NULL: defaults only), sets the log level. Strings are in the arena. */
MUST_CHECK bool vault_options_load(const char *path, struct arena *arena, struct vault_options *ret, struct error *error);
