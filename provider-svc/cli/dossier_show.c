#include "provider-svc/cli/commands.h"

#include <stdio.h>

#include "common/crypto/hex.h"
#include "common/operate/json_text.h"
#include "provider-svc/cli/dossier_json.h"
#include "provider-svc/cli/reader.h"
#include "provider-svc/store/access_store.h"
#include "provider-svc/store/note_store.h"

struct opened_share {
	struct share_row row;
	struct view sealed;
};

struct showing {
	struct arena *arena;
	struct opened_share *shares;
	size_t count;
	struct dossier_rows rows;
	struct note_rows notes;
};

/* A share that the employer knows of is kept up to date until it is detached; a silent one never is. */
static bool is_live(const struct opened_share *share)
{
	return share->row.employer_informed && share->row.held.state != DOSSIER_STATE_DETACHED;
}

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

/* What is kept up to date comes first: it is what holds now. */
static const struct statement select_sealed = {
	"dossier_select_sealed",
	"SELECT share_id, state, share_revision, employer_informed, shared_at, applied_at, sealed FROM dossier_share WHERE pseudonym = $1 "
	"ORDER BY employer_informed AND state <> 'DETACHED' DESC, applied_at DESC, share_id"};

/* First the access log, then the data: nothing is read that was not noted. */
static bool load(struct provider *provider, struct database *database, const struct reader *reader, struct view pseudonym, struct showing *showing,
		 struct error *error)
{
	const struct access access = {.reader = reader->name, .purpose = reader->purpose, .action = "SHOW"};
	struct parameters by_pseudonym;
	struct view *share_ids;

	parameters_init(&by_pseudonym, showing->arena);
	parameters_bytea(&by_pseudonym, pseudonym);
	dossier_rows_init(&showing->rows, showing->arena, 1);
	if (!access_write(database, showing->arena, &access, &pseudonym, 1, error) ||
	    !dossier_store_load(database, provider->keyring, &pseudonym, &pseudonym, 1, &showing->rows, error) ||
	    !database_run(database, &select_sealed, &by_pseudonym, read_sealed, showing, error))
		return false;
	share_ids = arena_array(showing->arena, showing->count + 1, sizeof *share_ids);
	for (size_t i = 0; i < showing->count; i++)
		share_ids[i] = view_of(showing->shares[i].row.share_id, SHARE_ID_LEN);
	return note_store_load(database, showing->arena, share_ids, showing->count, true, 0, &showing->notes, error);
}

/* The notes under one share, oldest first. */
static bool notes_json(const struct showing *showing, const struct opened_share *share, json_t *ret, struct error *error)
{
	for (size_t i = 0; i < showing->notes.count; i++) {
		const struct note_row *note = &showing->notes.notes[i];
		struct view text;
		json_t *item;

		if (memcmp(note->share_id, share->row.share_id, SHARE_ID_LEN) != 0)
			continue;
		if (!note_open(showing->arena, &showing->rows.dossiers[0], note, &text, error))
			return false;
		item = json_object();
		json_object_set_new(item, "note_id", json_text(note->note_id));
		json_object_set_new(item, "author", json_text(note->author));
		json_object_set_new(item, "noted_at", json_time(note->noted_at));
		json_object_set_new(item, "text", json_text(text));
		json_array_append_new(ret, item);
	}
	return true;
}

/* What came with one share and what was made under it. */
static bool share_json(struct provider *provider, const struct showing *showing, const struct opened_share *share, json_t *shares,
		       struct error *error)
{
	static const struct message_options padded = {.padded = true};
	json_t *notes = json_array();
	struct message message;
	struct view plain;
	json_t *item;

	if (!notes_json(showing, share, notes, error) ||
	    !dossier_open(showing->arena, &showing->rows.dossiers[0], &share->row, share->sealed, &plain, error) ||
	    !message_decode_as(provider->registry, &shared_dossier_schema, plain, &padded, showing->arena, &message, error)) {
		json_decref(notes);
		return false;
	}
	item = record_json(&shared_dossier_schema, message.record);
	json_object_set_new(item, "share_id", json_id(view_of(share->row.share_id, SHARE_ID_LEN)));
	json_object_set_new(item, "state", json_string(dossier_state_name(share->row.held.state)));
	json_object_set_new(item, "applied_at", json_time(share->row.applied_at));
	json_object_set_new(item, "live", json_boolean(is_live(share)));
	json_object_set_new(item, "notes", notes);
	json_array_append_new(shares, item);
	return true;
}

/* What holds now at the top, as the reader wants it, and every share below with its own moment and state. The employer knows of a dossier when it
 * knows of one of its shares. */
static json_t *dossier_json(const struct showing *showing, json_t *shares)
{
	const struct dossier_row *dossier = &showing->rows.dossiers[0];
	json_t *object = json_object();
	bool informed = false;

	if (json_array_size(shares) > 0)
		json_object_update(object, json_array_get(shares, 0));
	for (size_t i = 0; i < showing->count; i++)
		informed = informed || showing->shares[i].row.employer_informed;
	json_object_set_new(object, "employer_informed", json_boolean(informed));
	json_object_set_new(object, "pseudonym", json_id(view_of(dossier->pseudonym, PSEUDONYM_LEN)));
	json_object_set_new(object, "employer_id", json_text(dossier->employer_id));
	json_object_set_new(object, "opened_at", json_time(dossier->opened_at));
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

static void print_moment(json_t *share)
{
	if (json_is_true(json_object_get(share, "live")))
		(void)printf("kept up to date by the vault; last changed %s\n", json_member(share, "applied_at"));
	else if (json_is_true(json_object_get(share, "employer_informed")))
		(void)printf("kept up to date no more since %s; shared %s\n", json_member(share, "applied_at"), json_member(share, "shared_at"));
	else
		(void)printf("De werkgever weet niet dat dit dossier gedeeld is; data are those of the moment of sharing, %s\n",
			     json_member(share, "shared_at"));
}

static void print_dossier(json_t *dossier)
{
	json_t *share;
	size_t i;

	(void)printf("dossier %s of employer %s\n", json_member(dossier, "pseudonym"), json_member(dossier, "employer_id"));
	json_array_foreach(json_object_get(dossier, "shares"), i, share)
	{
		print_moment(share);
		print_value("share", share, 0);
	}
}

static int print(struct command_line *line, struct provider *provider, const struct showing *showing)
{
	json_t *shares = json_array();
	struct error error = {0};
	json_t *dossier;

	for (size_t i = 0; i < showing->count; i++) {
		if (!share_json(provider, showing, &showing->shares[i], shares, &error)) {
			json_decref(shares);
			return command_failed(line, &error);
		}
	}
	dossier = dossier_json(showing, shares);
	if (command_wants_json(line))
		json_print(dossier);
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
	CLEANUP(arena_done) struct arena arena = {0};
	struct showing showing = {.arena = &arena};
	uint8_t pseudonym[PSEUDONYM_LEN];
	struct error error = {0};
	struct reader reader;
	int code;

	if (!hex_decode(view_text(command_argument(line, 0)), pseudonym, sizeof pseudonym))
		return command_misused(line, "PSEUDONYM: 32 hexadecimal digits, as dossier list shows them");
	if (!reader_of(line, &reader, &code) || !command_begin(line, &provider, true, &code))
		return code;
	if (!database_open(provider.options.database, &database, &error) ||
	    !load(&provider, database, &reader, view_of(pseudonym, sizeof pseudonym), &showing, &error))
		return command_failed(line, &error);
	if (showing.rows.dossier_count == 0) {
		(void)fprintf(stderr, "provider-svc: there is no dossier of that pseudonym; see dossier list\n");
		return EXIT_CODE_FAILED;
	}
	return print(line, &provider, &showing);
}
