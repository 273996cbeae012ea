#include "provider-svc/cli/commands.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/base/calendar.h"
#include "common/crypto/hex.h"
#include "provider-svc/cli/dossier_json.h"
#include "provider-svc/store/dossier_store.h"

/* ---- list ---- */

static json_t *hex_text(struct view bytes)
{
	char text[2 * PSEUDONYM_LEN + 1];

	if (bytes.len != PSEUDONYM_LEN)
		return json_null();
	hex_encode(bytes.ptr, PSEUDONYM_LEN, text);
	return json_string(text);
}

static json_t *time_text(int64_t time_ms)
{
	char text[32];

	time_format(time_ms, text);
	return json_string(text);
}

static bool read_list(void *context, const struct rows *rows, struct error *error)
{
	(void)error;
	for (int i = 0; i < rows_count(rows); i++) {
		struct view employer = row_text(rows, i, 1);
		struct view states = row_text(rows, i, 4);
		json_t *item = json_object();

		json_object_set_new(item, "pseudonym", hex_text(row_bytea(rows, i, 0)));
		json_object_set_new(item, "employer_id", json_stringn((const char *)employer.ptr, employer.len));
		json_object_set_new(item, "opened_at", time_text(row_time(rows, i, 2)));
		json_object_set_new(item, "shares", json_integer(row_int8(rows, i, 3)));
		json_object_set_new(item, "states", json_stringn((const char *)states.ptr, states.len));
		json_object_set_new(item, "employer_informed", json_boolean(row_bool(rows, i, 5)));
		json_array_append_new(context, item);
	}
	return true;
}

static const struct statement select_list = {
	"dossier_list",
	"SELECT d.pseudonym, d.employer_id, d.opened_at, count(s.share_id), coalesce(string_agg(s.state, ',' ORDER BY s.applied_at), '')::text, "
	"coalesce(bool_or(s.employer_informed), false) FROM dossier d LEFT JOIN dossier_share s USING (pseudonym) GROUP BY d.pseudonym ORDER BY "
	"d.opened_at, "
	"d.pseudonym"};

static void print_json(json_t *value)
{
	(void)json_dumpf(value, stdout, JSON_INDENT(2));
	(void)printf("\n");
}

static void print_list(json_t *list)
{
	size_t i;
	json_t *item;

	(void)printf("%-32s  %-20s  %-24s  %s\n", "PSEUDONYM", "EMPLOYER", "OPENED", "SHARES");
	json_array_foreach(list, i, item)
	{
		(void)printf("%-32s  %-20s  %-24s  %s%s\n", json_string_value(json_object_get(item, "pseudonym")),
			     json_string_value(json_object_get(item, "employer_id")), json_string_value(json_object_get(item, "opened_at")),
			     json_string_value(json_object_get(item, "states")),
			     json_is_true(json_object_get(item, "employer_informed")) ? "" : " (De werkgever weet niet dat dit dossier gedeeld is)");
	}
	(void)printf("%zu dossier(s)\n", json_array_size(list));
}

int command_dossier_list(struct command_line *line)
{
	CLEANUP(provider_done) struct provider provider;
	CLEANUP(database_free_p) struct database *database = NULL;
	struct error error = {0};
	json_t *list;
	int code;

	if (!command_begin(line, &provider, false, &code))
		return code;
	list = json_array();
	if (!database_open(provider.options.database, &database, &error) || !database_run(database, &select_list, NULL, read_list, list, &error)) {
		json_decref(list);
		return command_failed(line, &error);
	}
	if (command_wants_json(line))
		print_json(list);
	else
		print_list(list);
	json_decref(list);
	return EXIT_CODE_DONE;
}

/* ---- show ---- */

struct opened_share {
	struct share_row row;
	struct view sealed;
};

struct showing {
	struct arena *arena;
	struct opened_share *shares;
	size_t count;
};

static bool read_sealed(void *context, const struct rows *rows, struct error *error)
{
	struct showing *showing = context;

	showing->shares = arena_array(showing->arena, (size_t)rows_count(rows) + 1, sizeof *showing->shares);
	for (int i = 0; i < rows_count(rows); i++) {
		struct opened_share *share = &showing->shares[showing->count++];
		int32_t state;

		memcpy(share->row.share_id, row_bytea(rows, i, 0).ptr, SHARE_ID_LEN);
		if (!schema_enum_value(&dossier_state_enum, row_text(rows, i, 1), &state))
			return error_set(error, DISPOSITION_STOP, "DOSSIER_STATE", "dossier_share.state", "a state that this binary does not know");
		share->row.held = (struct held_share){.known = true, .state = (enum dossier_state)state, .share_revision = row_int8(rows, i, 2)};
		share->row.employer_informed = row_bool(rows, i, 3);
		share->row.shared_at = row_time(rows, i, 4);
		share->row.applied_at = row_time(rows, i, 5);
		share->sealed = arena_copy(showing->arena, row_bytea(rows, i, 6));
	}
	return true;
}

static const struct statement select_sealed = {
	"dossier_select_sealed",
	"SELECT share_id, state, share_revision, employer_informed, shared_at, applied_at, sealed FROM dossier_share WHERE pseudonym = $1 "
	"ORDER BY applied_at DESC, share_id"};

static const struct statement insert_access = {"dossier_insert_access", "INSERT INTO access_log (reader, action, pseudonym) VALUES ($1, 'SHOW', $2)"};

/* First the access log, then the data: nothing is read that was not noted. */
static bool load(struct provider *provider, struct database *database, const char *reader, const uint8_t pseudonym[static PSEUDONYM_LEN],
		 struct dossier_rows *rows, struct showing *showing, struct error *error)
{
	struct view key = view_of(pseudonym, PSEUDONYM_LEN);
	struct parameters access;
	struct parameters by_pseudonym;

	parameters_init(&access, showing->arena);
	parameters_text(&access, view_text(reader));
	parameters_bytea(&access, key);
	parameters_init(&by_pseudonym, showing->arena);
	parameters_bytea(&by_pseudonym, key);
	dossier_rows_init(rows, showing->arena, 1);
	return database_run(database, &insert_access, &access, NULL, NULL, error) &&
	       dossier_store_load(database, provider->keyring, &key, &key, 1, rows, error) &&
	       database_run(database, &select_sealed, &by_pseudonym, read_sealed, showing, error);
}

static bool share_json(struct provider *provider, struct arena *arena, const struct dossier_row *dossier, const struct opened_share *share,
		       json_t **ret, struct error *error)
{
	static const struct message_options padded = {.padded = true};
	struct message message;
	struct view plain;

	if (!dossier_open(arena, dossier, &share->row, share->sealed, &plain, error) ||
	    !message_decode_as(provider->registry, &shared_dossier_schema, plain, &padded, arena, &message, error))
		return false;
	*ret = record_json(&shared_dossier_schema, message.record);
	json_object_set_new(*ret, "share_id", hex_text(view_of(share->row.share_id, SHARE_ID_LEN)));
	json_object_set_new(*ret, "state", json_string(dossier_state_name(share->row.held.state)));
	json_object_set_new(*ret, "applied_at", time_text(share->row.applied_at));
	return true;
}

/* The newest share's data at the top, as the reader wants them, and every share below with its own moment and state. */
static json_t *dossier_json(const struct dossier_row *dossier, json_t *shares)
{
	json_t *object = json_object();

	if (json_array_size(shares) > 0)
		json_object_update(object, json_array_get(shares, 0));
	json_object_set_new(object, "pseudonym", hex_text(view_of(dossier->pseudonym, PSEUDONYM_LEN)));
	json_object_set_new(object, "employer_id", json_stringn((const char *)dossier->employer_id.ptr, dossier->employer_id.len));
	json_object_set_new(object, "opened_at", time_text(dossier->opened_at));
	json_object_set(object, "shares", shares);
	return object;
}

static void print_value(const char *name, json_t *value, int depth)
{
	const char *key;
	json_t *inner;
	size_t i;

	if (json_is_null(value) || (json_is_array(value) && json_array_size(value) == 0))
		return;
	if (json_is_object(value)) {
		(void)printf("%*s%s\n", depth * 2, "", name);
		json_object_foreach(value, key, inner) print_value(key, inner, depth + 1);
	} else if (json_is_array(value)) {
		json_array_foreach(value, i, inner) print_value(name, inner, depth);
	} else if (json_is_string(value)) {
		(void)printf("%*s%-24s %s\n", depth * 2, "", name, json_string_value(value));
	} else if (json_is_integer(value)) {
		(void)printf("%*s%-24s %lld\n", depth * 2, "", name, (long long)json_integer_value(value));
	} else {
		(void)printf("%*s%-24s %s\n", depth * 2, "", name, json_is_true(value) ? "yes" : "no");
	}
}

static void print_dossier(json_t *dossier)
{
	json_t *shares = json_object_get(dossier, "shares");
	json_t *share;
	size_t i;

	(void)printf("dossier %s of employer %s\n", json_string_value(json_object_get(dossier, "pseudonym")),
		     json_string_value(json_object_get(dossier, "employer_id")));
	json_array_foreach(shares, i, share)
	{
		(void)printf("%s\n", json_is_true(json_object_get(share, "employer_informed")) ? "kept up to date by the vault"
											       : "De werkgever weet niet dat dit dossier gedeeld is; "
												 "data are those of the moment of sharing");
		print_value("share", share, 0);
	}
}

static int show(struct command_line *line, struct provider *provider, struct database *database, const uint8_t pseudonym[static PSEUDONYM_LEN])
{
	CLEANUP(arena_done) struct arena arena = {0};
	const char *reader = command_value(line, "reader");
	struct showing showing = {.arena = &arena};
	struct dossier_rows rows;
	struct error error = {0};
	json_t *shares;
	json_t *dossier;

	if (reader == NULL)
		reader = getenv("USER") != NULL ? getenv("USER") : "unknown";
	if (!load(provider, database, reader, pseudonym, &rows, &showing, &error))
		return command_failed(line, &error);
	if (rows.dossier_count == 0) {
		(void)fprintf(stderr, "provider-svc: there is no dossier of that pseudonym; see dossier list\n");
		return EXIT_CODE_FAILED;
	}
	shares = json_array();
	for (size_t i = 0; i < showing.count; i++) {
		json_t *item;

		if (!share_json(provider, &arena, &rows.dossiers[0], &showing.shares[i], &item, &error)) {
			json_decref(shares);
			return command_failed(line, &error);
		}
		json_array_append_new(shares, item);
	}
	dossier = dossier_json(&rows.dossiers[0], shares);
	if (command_wants_json(line))
		print_json(dossier);
	else
		print_dossier(dossier);
	json_decref(dossier);
	json_decref(shares);
	return EXIT_CODE_DONE;
}

int command_dossier_show(struct command_line *line)
{
	CLEANUP(provider_done) struct provider provider = {0};
	CLEANUP(database_free_p) struct database *database = NULL;
	uint8_t pseudonym[PSEUDONYM_LEN];
	struct error error = {0};
	int code;

	if (!hex_decode(view_text(command_argument(line, 0)), pseudonym, sizeof pseudonym))
		return command_misused(line, "PSEUDONYM: 32 hexadecimal digits, as dossier list shows them");
	if (!command_begin(line, &provider, true, &code))
		return code;
	if (!database_open(provider.options.database, &database, &error))
		return command_failed(line, &error);
	return show(line, &provider, database, pseudonym);
}
