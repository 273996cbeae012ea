#include "vault-svc/options.h"

#include "common/config/log.h"

#include <stdio.h>

static const struct config_entry entries[] = {
	{.name = "instance",
	 .kind = CONFIG_TEXT,
	 .min = 1,
	 .max = 100,
	 .fallback = "vault-1",
	 .offset = offsetof(struct vault_options, instance),
	 .help = "Name of this process, unlike that of any other that runs; the same after a restart. Kafka's group.instance.id and "
		 "transactional.id."},
	{.name = "database",
	 .kind = CONFIG_TEXT,
	 .fallback = NULL,
	 .offset = offsetof(struct vault_options, database),
	 .help = "PostgreSQL: libpq connection string or URI."},
	{.name = "master_key_file",
	 .kind = CONFIG_PATH,
	 .fallback = "master.key",
	 .offset = offsetof(struct vault_options, master_key_file),
	 .help = "Master keys by epoch; readable by the service alone. `setup` makes it where there is none."},
	{.name = "signing_key_file",
	 .kind = CONFIG_PATH,
	 .fallback = "signing.key",
	 .offset = offsetof(struct vault_options, signing_key_file),
	 .help = "Seed of the Ed25519 pair that signs shares."},
	{.name = "box_key_file",
	 .kind = CONFIG_PATH,
	 .fallback = "box.key",
	 .offset = offsetof(struct vault_options, box_key_file),
	 .help = "Secret key of the X25519 pair that opens care identifiers."},
	{.name = "vault_name",
	 .kind = CONFIG_TEXT,
	 .min = 1,
	 .max = 50,
	 .fallback = "vault",
	 .offset = offsetof(struct vault_options, vault_name),
	 .help = "Name of the vault: it signs as vault:<name>; its consumer group is kluis.vault.<name>."},
	{.name = "partitions",
	 .kind = CONFIG_INT,
	 .min = 1,
	 .max = 1000,
	 .fallback = "12",
	 .offset = offsetof(struct vault_options, partitions),
	 .help = "Number of partitions of every topic; fixed at set-up."},
	{.name = "test_deployment",
	 .kind = CONFIG_BOOL,
	 .fallback = "no",
	 .offset = offsetof(struct vault_options, test_deployment),
	 .help = "Events marked as test are taken, and no others."},
	{.name = "log_level",
	 .kind = CONFIG_TEXT,
	 .fallback = "info",
	 .offset = offsetof(struct vault_options, log_level),
	 .help = "debug, info, warning or error."},
	{.name = "session_timeout_ms",
	 .kind = CONFIG_INT,
	 .min = 6000,
	 .max = 300000,
	 .fallback = "10000",
	 .offset = offsetof(struct vault_options, session_timeout_ms),
	 .help = "How long Kafka waits for a silent instance before others take over."},
	{.name = "drain_limit",
	 .kind = CONFIG_DURATION,
	 .min = 1000,
	 .max = 3600000,
	 .fallback = "30s",
	 .offset = offsetof(struct vault_options, drain_limit),
	 .help = "How long the first SIGTERM may take to finish what is under way; then it stops as by a second one. Nothing is lost either way."},
	{.name = "batch_records",
	 .kind = CONFIG_INT,
	 .min = 1,
	 .max = 20000,
	 .fallback = "5000",
	 .offset = offsetof(struct vault_options, batch_records),
	 .help = "Most events in one batch."},
	{.name = "digest_cache_entries",
	 .kind = CONFIG_INT,
	 .min = 0,
	 .max = 1000000000,
	 .fallback = "1500000",
	 .offset = offsetof(struct vault_options, digest_cache_entries),
	 .help = "Entities whose last content is remembered, so that unchanged events cost nothing; 16 bytes each."},
	{.name = "care_hour_requests",
	 .kind = CONFIG_INT,
	 .min = 1,
	 .max = 1000000,
	 .fallback = "30",
	 .offset = offsetof(struct vault_options, care_limits.hour_requests),
	 .help = "Care look-ups that a provider may ask of one employer in an hour; the sick line counts apart."},
	{.name = "care_hour_misses",
	 .kind = CONFIG_INT,
	 .min = 1,
	 .max = 1000000,
	 .fallback = "10",
	 .offset = offsetof(struct vault_options, care_limits.hour_misses),
	 .help = "How many of them may be without a match."},
	{.name = "care_day_misses",
	 .kind = CONFIG_INT,
	 .min = 1,
	 .max = 1000000,
	 .fallback = "200",
	 .offset = offsetof(struct vault_options, care_limits.day_misses),
	 .help = "Look-ups without a match that a provider may ask of one employer in a day."},
	{.name = "revocation_limit",
	 .kind = CONFIG_DURATION,
	 .min = 1000,
	 .max = INT64_C(31536000000),
	 .fallback = "24h",
	 .offset = offsetof(struct vault_options, revocation_limit),
	 .help = "How long a provider may take to confirm that a share is over; then `status` counts and `revocations` lists it."},
};

const struct config_table vault_option_table = {.entries = entries, .count = sizeof entries / sizeof entries[0]};

const char *vault_group(const struct vault_options *options, struct arena *arena)
{
	char text[100];

	(void)snprintf(text, sizeof text, "kluis.vault.%s", options->vault_name);
	return arena_text(arena, view_text(text));
}

bool vault_options_load(const char *path, struct arena *arena, struct vault_options *ret, struct error *error)
{
	enum log_level level;

	*ret = (struct vault_options){0};
	if (!config_load(&vault_option_table, path, arena, ret, &ret->kafka, error))
		return false;
	if (!log_level_parse(ret->log_level, &level))
		return error_set(error, DISPOSITION_STOP, "CONFIG", "log_level", "debug, info, warning or error is meant");
	log_set_level(level);
	return true;
}
