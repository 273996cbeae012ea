#include "provider-svc/cli/commands.h"

#include <stdio.h>
#include <unistd.h>

#include "common/crypto/hex.h"
#include "common/kafka/admin.h"
#include "provider-svc/store/provider_schema.h"

/* Makes a key file where there is none. */
static bool make_key(const char *what, const char *path, bool (*create)(const char *, struct error *), struct error *error)
{
	if (access(path, F_OK) == 0)
		return true;
	if (!create(path, error))
		return false;
	(void)printf("made %s: %s\n", what, path);
	return true;
}

static bool make_keys(const struct options *options, struct error *error)
{
	return make_key("master keys", options->master_key_file, keyring_create, error) &&
	       make_key("signing key", options->signing_key_file, sign_pair_create, error) &&
	       make_key("box key", options->box_key_file, box_pair_create, error);
}

static bool make_tables(const struct options *options, bool first, struct error *error)
{
	CLEANUP(database_free_p) struct database *database = NULL;
	size_t applied;

	if (!database_open(options->database, &database, error) || !provider_schema_setup(database, &applied, error) ||
	    !stream_setup(database, (int32_t)options->partitions, first, error))
		return false;
	(void)printf("database: %s\n", applied > 0 ? "upgraded" : "up to date");
	return true;
}

/* The topics that this provider itself writes; those that the vault writes are made by `vault-svc trust add provider`. */
static bool make_topics(const struct provider *provider, struct error *error)
{
	static const struct stream_option settings[] = {{"cleanup.policy", "delete"},
							{"retention.ms", "604800000"},
							{"message.timestamp.type", "LogAppendTime"},
							{"max.message.bytes", "266240"}};
	const struct kafka_topic topics[] = {
		{.name = provider->topics.commands,
		 .partitions = (int32_t)provider->options.partitions,
		 .replication = -1,
		 .settings = settings,
		 .setting_count = 4},
	};
	struct kafka_client *client = NULL;
	bool created[1] = {false};
	bool done = kafka_client_new(provider->kafka.options, provider->kafka.count, &client, error) &&
		    kafka_topics_create(client, topics, 1, created, error);

	kafka_client_free(client);
	if (done)
		(void)printf("topic %s: %s\n", provider->topics.commands, created[0] ? "made" : "there");
	return done;
}

static void print_key(const char *name, const uint8_t key[static CRYPTO_KEY_LEN])
{
	char text[2 * CRYPTO_KEY_LEN + 1];

	hex_encode(key, CRYPTO_KEY_LEN, text);
	(void)printf("%s = %s\n", name, text);
}

int command_setup(struct command_line *line)
{
	CLEANUP(provider_done) struct provider provider;
	struct error error = {0};
	int code;

	if (!command_begin(line, &provider, false, &code))
		return code;
	if (!make_keys(&provider.options, &error) || !sign_pair_load(provider.options.signing_key_file, &provider.signing, &error) ||
	    !box_pair_load(provider.options.box_key_file, &provider.box, &error) ||
	    !make_tables(&provider.options, command_has(line, "first"), &error) || !make_topics(&provider, &error))
		return command_failed(line, &error);
	print_key("signing_public_key", provider.signing->public_key);
	print_key("box_public_key", provider.box->public_key);
	(void)printf("next: vault-svc trust add provider %s --signing-key … --box-key … (the two keys above), and\n"
		     "      provider-svc trust add vault NAME --signing-key … (the vault's key)\n",
		     provider.options.provider_id);
	return EXIT_CODE_DONE;
}
