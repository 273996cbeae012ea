#include <jansson.h>
#include <stdio.h>

#include "common/crypto/hex.h"
#include "common/operate/json_text.h"
#include "common/operate/topic_setup.h"
#include "vault-svc/cli/operator.h"
#include "vault-svc/store/trust_store.h"
#include "vault-svc/vault.h"

enum { NAME_MAX_LEN = 40 };

const struct command_option trust_add_options[] = {
	{.name = "signing-key", .value = "HEX", .help = "Ed25519 public key of an employer, provider or operator; added to those it has"},
	{.name = "box-key", .value = "HEX", .help = "X25519 public key of a provider: shares are sealed to it; replaces the former"},
	{.name = "employers", .value = "ID,ID…", .help = "of a source: the employers that it may deliver for; replaces the former list"},
};
const size_t trust_add_option_count = sizeof trust_add_options / sizeof trust_add_options[0];

/* What is to be added, as the command line says it. */
struct addition {
	enum trust_kind kind;
	struct view name;
	bool has_signing_key;
	bool has_box_key;
	uint8_t signing_key[CRYPTO_KEY_LEN];
	uint8_t box_key[CRYPTO_KEY_LEN];
	struct view *employers;
	size_t employer_count;
};

/* Letters, digits, dot, dash and underscore: what may stand in a topic's name. An employer's id may be any text. */
static bool name_fits(enum trust_kind kind, struct view name)
{
	if (name.len == 0 || name.len > NAME_MAX_LEN)
		return false;
	for (size_t i = 0; kind != TRUST_EMPLOYER && i < name.len; i++) {
		uint8_t c = name.ptr[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.'))
			return false;
	}
	return true;
}

static void split_employers(const char *list, struct arena *arena, struct addition *ret)
{
	ret->employers = arena_array(arena, strlen(list) + 1, sizeof *ret->employers);
	while (*list != '\0') {
		size_t length = strcspn(list, ",");

		if (length > 0)
			ret->employers[ret->employer_count++] = view_of(list, length);
		list += length + (list[length] == ',');
	}
}

/* NULL, or what is wrong with the usage. */
static const char *read_addition(struct command_line *line, struct arena *arena, struct addition *ret)
{
	*ret = (struct addition){.name = view_text(command_argument(line, 1))};
	if (!trust_kind_parse(view_text(command_argument(line, 0)), &ret->kind))
		return "KIND: employer, provider, operator or source";
	if (!name_fits(ret->kind, ret->name))
		return "NAME: 1 to 40 letters, digits, '.', '-' or '_'";
	ret->has_signing_key = command_has(line, "signing-key");
	if (ret->has_signing_key && !hex_decode(view_text(command_value(line, "signing-key")), ret->signing_key, CRYPTO_KEY_LEN))
		return "--signing-key: 64 hexadecimal digits";
	ret->has_box_key = command_has(line, "box-key");
	if (ret->has_box_key && !hex_decode(view_text(command_value(line, "box-key")), ret->box_key, CRYPTO_KEY_LEN))
		return "--box-key: 64 hexadecimal digits";
	if (ret->has_box_key && ret->kind != TRUST_PROVIDER)
		return "--box-key: only a provider has one";
	if (ret->kind == TRUST_SOURCE) {
		if (!command_has(line, "employers") || ret->has_signing_key)
			return "a source has --employers and no keys";
		split_employers(command_value(line, "employers"), arena, ret);
		return ret->employer_count > 0 ? NULL : "--employers: at least one";
	}
	if (command_has(line, "employers"))
		return "--employers: only a source has them";
	return ret->has_signing_key || ret->has_box_key ? NULL : "--signing-key: must be given";
}

/* A provider's and a source's own topics. */
static bool make_topics(const struct vault_options *options, const struct addition *addition, struct error *error)
{
	const struct topic_wanted of_provider[] = {{.kind = TOPIC_POPULATION, .owner = addition->name},
						   {.kind = TOPIC_SHARE, .owner = addition->name},
						   {.kind = TOPIC_CARE_RESULTS, .owner = addition->name}};
	const struct topic_wanted of_source[] = {{.kind = TOPIC_HR_EVENTS_SOURCE, .owner = addition->name}};

	if (addition->kind != TRUST_PROVIDER && addition->kind != TRUST_SOURCE)
		return true;
	return topic_setup(options->kafka.options, options->kafka.count, addition->kind == TRUST_PROVIDER ? of_provider : of_source,
			   addition->kind == TRUST_PROVIDER ? 3 : 1, (int32_t)options->partitions, error);
}

/* A source beyond what a service can read is not added; one that is there may be changed. */
static bool has_room(struct database *database, const struct addition *addition, struct error *error)
{
	CLEANUP(trust_done) struct trust trust = {0};

	if (addition->kind != TRUST_SOURCE)
		return true;
	if (!trust_load(&trust, database, error))
		return false;
	if (trust_find(&trust, TRUST_SOURCE, addition->name) != NULL || trust_count(&trust, TRUST_SOURCE) < VAULT_SOURCES_MAX)
		return true;
	return error_set(error, DISPOSITION_STOP, "SOURCES", "trust", "at most %d sources; remove one, or deliver on hr.events", VAULT_SOURCES_MAX);
}

int command_trust_add(struct command_line *line)
{
	CLEANUP(arena_done) struct arena arena = {0};
	CLEANUP(database_free_p) struct database *database = NULL;
	struct vault_options options;
	struct addition addition;
	struct error error = {0};
	const char *misused = read_addition(line, &arena, &addition);
	int code;

	if (misused != NULL)
		return command_misused(line, misused);
	if (!operator_begin(line, &arena, &options, &database, &code))
		return code;
	if (!has_room(database, &addition, &error) || !make_topics(&options, &addition, &error) ||
	    !trust_add(database, addition.kind, addition.name, addition.has_signing_key ? addition.signing_key : NULL,
		       addition.has_box_key ? addition.box_key : NULL, addition.employers, addition.employer_count, &arena, &error))
		return command_failed(line, &error);
	(void)printf("%s %s is trusted; a running service knows at its next batch\n", trust_kind_name(addition.kind), command_argument(line, 1));
	return EXIT_CODE_DONE;
}

int command_trust_remove(struct command_line *line)
{
	CLEANUP(arena_done) struct arena arena = {0};
	CLEANUP(database_free_p) struct database *database = NULL;
	struct vault_options options;
	struct error error = {0};
	enum trust_kind kind;
	bool found;
	int code;

	if (!trust_kind_parse(view_text(command_argument(line, 0)), &kind))
		return command_misused(line, "KIND: employer, provider, operator or source");
	if (!operator_begin(line, &arena, &options, &database, &code))
		return code;
	if (!trust_remove(database, kind, view_text(command_argument(line, 1)), &arena, &found, &error))
		return command_failed(line, &error);
	if (!found) {
		(void)fprintf(stderr, "vault-svc: there is no such %s; see trust list\n", trust_kind_name(kind));
		return EXIT_CODE_FAILED;
	}
	(void)printf("%s %s is trusted no more\n", trust_kind_name(kind), command_argument(line, 1));
	return EXIT_CODE_DONE;
}

/* ---- list ---- */

static json_t *hex_json(const uint8_t key[static CRYPTO_KEY_LEN])
{
	char text[2 * CRYPTO_KEY_LEN + 1];

	hex_encode(key, CRYPTO_KEY_LEN, text);
	return json_string(text);
}

static json_t *party_json(const struct trust_party *party)
{
	json_t *object = json_object();
	json_t *keys = json_array();
	json_t *employers = json_array();

	for (size_t i = 0; i < party->key_count; i++)
		json_array_append_new(keys, hex_json(party->keys[i].public_key));
	for (size_t i = 0; i < party->employer_count; i++)
		json_array_append_new(employers, json_text(party->employers[i]));
	json_object_set_new(object, "kind", json_string(trust_kind_name(party->kind)));
	json_object_set_new(object, "name", json_text(party->name));
	json_object_set_new(object, "signing_keys", keys);
	json_object_set_new(object, "box_key", party->has_box_key ? hex_json(party->box_key) : json_null());
	json_object_set_new(object, "employers", employers);
	return object;
}

static void print_party(const struct trust_party *party)
{
	(void)printf("%-9s %.*s\n", trust_kind_name(party->kind), (int)party->name.len, (const char *)party->name.ptr);
	for (size_t i = 0; i < party->key_count; i++) {
		char key[2 * CRYPTO_KEY_LEN + 1];

		hex_encode(party->keys[i].public_key, CRYPTO_KEY_LEN, key);
		(void)printf("          signs with %s\n", key);
	}
	for (size_t i = 0; i < party->employer_count; i++)
		(void)printf("          delivers for %.*s\n", (int)party->employers[i].len, (const char *)party->employers[i].ptr);
}

int command_trust_list(struct command_line *line)
{
	CLEANUP(arena_done) struct arena arena = {0};
	CLEANUP(database_free_p) struct database *database = NULL;
	CLEANUP(trust_done) struct trust trust = {0};
	struct vault_options options;
	struct error error = {0};
	json_t *list;
	int code;

	if (!operator_begin(line, &arena, &options, &database, &code))
		return code;
	if (!trust_load(&trust, database, &error))
		return command_failed(line, &error);
	list = json_array();
	for (size_t i = 0; i < trust.count; i++) {
		if (command_wants_json(line))
			json_array_append_new(list, party_json(&trust.parties[i]));
		else
			print_party(&trust.parties[i]);
	}
	if (command_wants_json(line)) {
		(void)json_dumpf(list, stdout, JSON_INDENT(2));
		(void)printf("\n");
	}
	json_decref(list);
	return EXIT_CODE_DONE;
}
