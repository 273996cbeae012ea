#include "provider-svc/options.h"

#include <stdio.h>

#define ENTRY(name, kind, min, max, fallback, help)                                                                                                  \
	{                                                                                                                                            \
#name, kind, min, max, fallback, help, offsetof(struct options, name)                                                                \
	}

static const struct config_entry entries[] = {
	ENTRY(provider_id, CONFIG_TEXT, 1, 40, NULL, "this provider, as the vault and the employers know it"),
	ENTRY(instance, CONFIG_TEXT, 1, 200, "provider-1", "name of this process; each process of a provider has its own, kept across restarts"),
	ENTRY(group, CONFIG_TEXT, 0, 200, "", "consumer group; empty: provider-svc.<provider_id>"),
	ENTRY(database, CONFIG_TEXT, 1, 2000, NULL, "PostgreSQL, as libpq takes it: host=… dbname=… user=…"),
	ENTRY(master_key_file, CONFIG_PATH, 0, 0, "master.keys", "keys that wrap each dossier's key; made by setup"),
	ENTRY(signing_key_file, CONFIG_PATH, 0, 0, "signing.key", "Ed25519 seed that signs what goes to the vault; made by setup"),
	ENTRY(box_key_file, CONFIG_PATH, 0, 0, "box.key", "X25519 secret that opens shares; made by setup"),
	ENTRY(partitions, CONFIG_INT, 1, 1000, "12", "partitions of every topic; must be the vault's"),
	ENTRY(batch_records, CONFIG_INT, 1, 100000, "5000", "most records in one database transaction under a backlog"),
	ENTRY(session_timeout_ms, CONFIG_INT, 1000, 300000, "10000", "after this long without a sign of life another instance takes over"),
	ENTRY(drain_limit, CONFIG_DURATION, 1000, 3600000, "30s",
	      "how long the first SIGTERM may take to finish what is under way; then it stops as by a second one; nothing is lost either way"),
	ENTRY(log_level, CONFIG_TEXT, 1, 10, "info", "debug, info, warning or error"),
};

const struct config_table options_table = {.entries = entries, .count = sizeof entries / sizeof entries[0]};

void options_table_replay(struct arena *arena, struct config_table *ret)
{
	struct config_entry *copy = arena_array(arena, options_table.count, sizeof *copy);

	memcpy(copy, entries, sizeof entries);
	for (size_t i = 0; i < options_table.count; i++) {
		if (strcmp(copy[i].name, "database") != 0)
			continue;
		copy[i].min = 0;
		copy[i].fallback = "";
	}
	*ret = (struct config_table){.entries = copy, .count = options_table.count};
}

static const char *topic_of(struct arena *arena, const char *prefix, const char *provider_id)
{
	size_t room = strlen(prefix) + strlen(provider_id) + 2;
	char *name = arena_take(arena, room);

	(void)snprintf(name, room, "%s.%s", prefix, provider_id);
	return name;
}

void topics_of(const struct options *options, struct arena *arena, struct topics *ret)
{
	ret->population = topic_of(arena, "population", options->provider_id);
	ret->share = topic_of(arena, "share", options->provider_id);
	ret->commands = topic_of(arena, "provider.commands", options->provider_id);
	ret->status = "dossier.status";
	ret->care_requests = "care.requests";
	ret->care_results = topic_of(arena, "care.results", options->provider_id);
}
