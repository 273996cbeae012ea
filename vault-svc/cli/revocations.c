#include "vault-svc/cli/revocations.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/base/calendar.h"
#include "common/base/clock.h"
#include "common/crypto/hex.h"
#include "common/operate/json_text.h"
#include "vault-svc/cli/operator.h"
#include "vault-svc/store/receipt_store.h"

enum { HOURS_MOST = 100000, SHARE_ID_MOST = 32 };

const struct command_option revocations_options[] = {
	{.name = "older-than", .value = "HOURS", .help = "sent so long ago or longer; 0: all (default: revocation_limit of the configuration)"},
};
const size_t revocations_option_count = sizeof revocations_options / sizeof revocations_options[0];

static void id_text(struct view share_id, char ret[static 2 * SHARE_ID_MOST + 1])
{
	uint8_t id[SHARE_ID_MOST] = {0};

	memcpy(id, share_id.ptr, share_id.len < sizeof id ? share_id.len : sizeof id);
	hex_encode(id, share_id.len < sizeof id ? share_id.len : sizeof id, ret);
}

static void add_json(void *context, const struct receipt_missing *receipt)
{
	char id[2 * SHARE_ID_MOST + 1];
	char at[32];
	json_t *object = json_object();

	id_text(receipt->share_id, id);
	time_format(receipt->revoked_at, at);
	(void)json_object_set_new(object, "provider", json_text(receipt->provider_id));
	(void)json_object_set_new(object, "share", json_string(id));
	(void)json_object_set_new(object, "revoked_at", json_string(at));
	(void)json_object_set_new(object, "last_status", json_text(receipt->dossier_state));
	(void)json_array_append_new(context, object);
}

static void print_line(void *context, const struct receipt_missing *receipt)
{
	char id[2 * SHARE_ID_MOST + 1];
	char at[32];

	(void)context;
	id_text(receipt->share_id, id);
	time_format(receipt->revoked_at, at);
	printf("%-20.*s  %s  %s  %.*s\n", (int)receipt->provider_id.len, (const char *)receipt->provider_id.ptr, id, at,
	       view_is_null(receipt->dossier_state) ? 9 : (int)receipt->dossier_state.len,
	       view_is_null(receipt->dossier_state) ? "no status" : (const char *)receipt->dossier_state.ptr);
}

static bool age_of(struct command_line *line, const struct vault_options *options, int64_t *ret_ms)
{
	const char *text = command_value(line, "older-than");
	char *end = NULL;
	int64_t hours;

	*ret_ms = options->revocation_limit;
	if (text == NULL)
		return true;
	hours = strtoll(text, &end, 10);
	*ret_ms = hours * MS_PER_HOUR;
	return *text >= '0' && *text <= '9' && *end == '\0' && hours <= HOURS_MOST;
}

int command_revocations(struct command_line *line)
{
	struct arena arena CLEANUP(arena_done) = {0};
	struct database *database CLEANUP(database_free_p) = NULL;
	struct vault_options options;
	struct error error = {0};
	json_t *list;
	int64_t age = 0;
	int code = EXIT_CODE_DONE;

	if (!operator_begin(line, &arena, &options, &database, &code))
		return code;
	if (!age_of(line, &options, &age))
		return command_misused(line, "--older-than: a number of hours");
	if (!command_wants_json(line))
		return receipt_list(database, wall_ms() - age, print_line, NULL, &arena, &error) ? EXIT_CODE_DONE : command_failed(line, &error);
	list = json_array();
	if (!receipt_list(database, wall_ms() - age, add_json, list, &arena, &error)) {
		json_decref(list);
		return command_failed(line, &error);
	}
	(void)json_dumpf(list, stdout, JSON_INDENT(2));
	printf("\n");
	json_decref(list);
	return EXIT_CODE_DONE;
}
