#include "provider-svc/cli/commands.h"

#include <stdio.h>

#include "common/crypto/hex.h"

static bool open_database(struct command_line *line, struct provider *provider, struct database **ret, int *ret_exit)
{
	struct error error = {0};

	if (!command_begin(line, provider, false, ret_exit))
		return false;
	if (database_open(provider->options.database, ret, &error))
		return true;
	*ret_exit = command_failed(line, &error);
	return false;
}

static bool is_vault(struct command_line *line)
{
	return strcmp(command_argument(line, 0), "vault") == 0;
}

int command_trust_add(struct command_line *line)
{
	CLEANUP(provider_done) struct provider provider = {0};
	CLEANUP(database_free_p) struct database *database = NULL;
	uint8_t key[CRYPTO_KEY_LEN];
	uint8_t box_key[CRYPTO_KEY_LEN];
	bool has_box_key = command_has(line, "box-key");
	struct error error = {0};
	int code;

	if (!is_vault(line))
		return command_misused(line, "a provider trusts vaults only: trust add vault NAME --signing-key HEX");
	if (strlen(command_argument(line, 1)) > 58)
		return command_misused(line, "NAME: at most 58 characters");
	if (!hex_decode(view_text(command_value(line, "signing-key")), key, sizeof key))
		return command_misused(line, "--signing-key: 64 hexadecimal digits");
	if (has_box_key && !hex_decode(view_text(command_value(line, "box-key")), box_key, sizeof box_key))
		return command_misused(line, "--box-key: 64 hexadecimal digits");
	if (!open_database(line, &provider, &database, &code))
		return code;
	if (!trust_add(database, command_argument(line, 1), key, has_box_key ? box_key : NULL, &error))
		return command_failed(line, &error);
	(void)printf("vault %s is believed with this key; a running service knows at its next share\n", command_argument(line, 1));
	return EXIT_CODE_DONE;
}

static void print_vault(struct command_line *line, const struct trusted_vault *vault, bool first)
{
	char key[2 * CRYPTO_KEY_LEN + 1];
	char box_key[2 * CRYPTO_KEY_LEN + 1] = "";

	hex_encode(vault->signing_key, CRYPTO_KEY_LEN, key);
	if (vault->has_box_key)
		hex_encode(vault->box_key, CRYPTO_KEY_LEN, box_key);
	if (command_wants_json(line))
		(void)printf("%s{\"kind\":\"vault\",\"name\":\"%s\",\"signing_key\":\"%s\",\"box_key\":\"%s\"}", first ? "" : ",", vault->name, key,
			     box_key);
	else
		(void)printf("vault %s %s%s%s\n", vault->name, key, vault->has_box_key ? " box " : "", box_key);
}

int command_trust_list(struct command_line *line)
{
	CLEANUP(provider_done) struct provider provider = {0};
	CLEANUP(database_free_p) struct database *database = NULL;
	struct trust trust = {0};
	struct error error = {0};
	int code;

	if (!open_database(line, &provider, &database, &code))
		return code;
	if (!trust_load(database, &trust, &error))
		return command_failed(line, &error);
	if (command_wants_json(line))
		(void)printf("[");
	for (size_t i = 0; i < trust.count; i++)
		print_vault(line, &trust.vaults[i], i == 0);
	if (command_wants_json(line))
		(void)printf("]\n");
	return EXIT_CODE_DONE;
}

int command_trust_remove(struct command_line *line)
{
	CLEANUP(provider_done) struct provider provider = {0};
	CLEANUP(database_free_p) struct database *database = NULL;
	struct error error = {0};
	int64_t count;
	int code;

	if (!is_vault(line))
		return command_misused(line, "a provider trusts vaults only: trust remove vault NAME");
	if (!open_database(line, &provider, &database, &code))
		return code;
	if (!trust_remove(database, command_argument(line, 1), &count, &error))
		return command_failed(line, &error);
	(void)printf("%lld key(s) of vault %s removed; a running service knows at its next share\n", (long long)count, command_argument(line, 1));
	return count > 0 ? EXIT_CODE_DONE : EXIT_CODE_FAILED;
}
