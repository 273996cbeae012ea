#include "provider-svc/cli/commands.h"

#include <stdio.h>

#include "common/kafka/admin.h"
#include "provider-svc/store/provider_schema.h"

/* Every problem in one run: each line says what was looked at, what was seen, and on a fault what to do. */
struct checking {
	int problems;
};

static void right(const char *what, const char *seen)
{
	(void)printf("ok      %-22s %s\n", what, seen);
}

static void wrong(struct checking *checking, const char *what, const char *seen, const char *remedy)
{
	checking->problems++;
	(void)printf("PROBLEM %-22s %s; %s\n", what, seen, remedy);
}

static void check_keys(struct checking *checking, struct provider *provider)
{
	struct error error = {0};

	if (keyring_load(provider->options.master_key_file, &provider->keyring, &error))
		right("master keys", provider->options.master_key_file);
	else
		wrong(checking, "master keys", error.text, "provider-svc setup makes them where there are none");
	if (sign_pair_load(provider->options.signing_key_file, &provider->signing, &error))
		right("signing key", provider->options.signing_key_file);
	else
		wrong(checking, "signing key", error.text, "provider-svc setup makes it where there is none");
	if (box_pair_load(provider->options.box_key_file, &provider->box, &error))
		right("box key", provider->options.box_key_file);
	else
		wrong(checking, "box key", error.text, "provider-svc setup makes it where there is none");
}

static void check_database(struct checking *checking, struct provider *provider)
{
	CLEANUP(database_free_p) struct database *database = NULL;
	struct trust trust = {0};
	struct error error = {0};
	size_t version;
	size_t wanted;

	if (!database_open(provider->options.database, &database, &error) || !provider_schema_version(database, &version, &wanted, &error)) {
		wrong(checking, "database", error.text, "is PostgreSQL up, and does `database` in the configuration name it?");
		return;
	}
	if (version != wanted) {
		wrong(checking, "database tables", version < wanted ? "older than this binary" : "newer than this binary",
		      version < wanted ? "provider-svc setup upgrades them" : "upgrade provider-svc");
		return;
	}
	right("database tables", "as this binary wants them");
	if (!trust_load(database, &trust, &error))
		wrong(checking, "trusted vaults", error.text, "provider-svc setup");
	else if (trust.count == 0)
		wrong(checking, "trusted vaults", "none: every share would be refused", "provider-svc trust add vault NAME --signing-key HEX");
	else
		right("trusted vaults", "at least one");
}

static void check_topic(struct checking *checking, struct kafka_client *client, const char *topic, int64_t partitions, const char *remedy)
{
	CLEANUP(arena_done) struct arena arena = {0};
	const struct stream_option *settings;
	struct error error = {0};
	size_t count;
	int32_t seen;
	const char *stamps;

	if (!kafka_topic_partitions(client, topic, &seen, &error)) {
		wrong(checking, topic, error.text, "is Kafka up, and does kafka.bootstrap.servers name it?");
		return;
	}
	if (seen == 0) {
		wrong(checking, topic, "is not there", remedy);
		return;
	}
	if (seen != partitions) {
		wrong(checking, topic, "has another number of partitions than `partitions` says", "all topics have the same number, fixed at set-up");
		return;
	}
	if (!kafka_topic_settings(client, topic, &arena, &settings, &count, &error)) {
		wrong(checking, topic, error.text, "may this user describe topics?");
		return;
	}
	stamps = kafka_setting(settings, count, "message.timestamp.type");
	if (stamps == NULL || strcmp(stamps, "LogAppendTime") != 0)
		wrong(checking, topic, "message.timestamp.type is not LogAppendTime", "set it: the broker's time is the time of all that follows");
	else
		right(topic, "partitions and time stamps are right");
}

static void check_topics(struct checking *checking, struct provider *provider)
{
	struct kafka_client *client = NULL;
	struct error error = {0};

	if (!kafka_client_new(provider->kafka.options, provider->kafka.count, &client, &error) || !kafka_client_reach(client, 10000, &error)) {
		wrong(checking, "kafka", error.text, "is Kafka up, and does kafka.bootstrap.servers name it?");
		kafka_client_free(client);
		return;
	}
	check_topic(checking, client, provider->topics.population, provider->options.partitions, "vault-svc trust add provider makes it");
	check_topic(checking, client, provider->topics.share, provider->options.partitions, "vault-svc trust add provider makes it");
	check_topic(checking, client, provider->topics.status, provider->options.partitions, "vault-svc setup makes it");
	check_topic(checking, client, provider->topics.commands, provider->options.partitions, "provider-svc setup makes it");
	kafka_client_free(client);
}

int command_check(struct command_line *line)
{
	CLEANUP(provider_done) struct provider provider;
	struct checking checking = {0};
	int code;

	if (!command_begin(line, &provider, false, &code))
		return code;
	right("configuration", command_config_path(line));
	check_keys(&checking, &provider);
	check_database(&checking, &provider);
	check_topics(&checking, &provider);
	(void)printf(checking.problems == 0 ? "no problems\n" : "%d problem(s)\n", checking.problems);
	return checking.problems == 0 ? EXIT_CODE_DONE : EXIT_CODE_FAILED;
}
