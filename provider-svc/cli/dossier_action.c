/* `dossier note`, `delete-note`, `close`, `reopen`: signed and sent to this provider's own command topic; the service does the rest, and says what
 * came of it in the database. */
#include "provider-svc/cli/commands.h"

#include <stdio.h>
#include <time.h>

#include "common/base/calendar.h"
#include "common/base/clock.h"
#include "common/crypto/hex.h"
#include "provider-svc/action_record.h"
#include "provider-svc/cli/input_text.h"
#include "provider-svc/cli/reader.h"
#include "provider-svc/cli/signed_record.h"
#include "provider-svc/store/action_store.h"
#include "provider-svc/store/dossier_store.h"

enum { POLL_MS = 100 };

struct acting {
	struct provider provider;
	struct database *database;
	struct kafka_client *client;
	struct arena arena;
	struct dossier_action action;
	int64_t wait_ms;
};

static void acting_done(struct acting *acting)
{
	kafka_client_free(acting->client);
	database_free(acting->database);
	arena_done(&acting->arena);
	provider_done(&acting->provider);
}

/* ---- under which share ---- */

static const struct statement select_shares = {"action_select_shares",
					       "SELECT d.employer_id, s.share_id FROM dossier d JOIN dossier_share s USING (pseudonym) "
					       "WHERE d.pseudonym = $1 AND ($2::bytea IS NULL OR s.share_id = $2) "
					       "AND ($3 OR s.state <> 'DETACHED')"};

struct choice {
	struct acting *acting;
	int count;
};

static bool read_shares(void *context, const struct rows *rows, struct error *error)
{
	struct choice *choice = context;

	(void)error;
	choice->count = rows_count(rows);
	if (choice->count != 1)
		return true;
	choice->acting->action.employer_id = arena_copy(&choice->acting->arena, row_text(rows, 0, 0));
	memcpy(choice->acting->action.share_id, row_bytea(rows, 0, 1).ptr, SHARE_ID_LEN);
	return true;
}

/* The share that is meant: the one given, else the only one. Where there are several nobody guesses: it matters to the employee which one it is. */
static bool choose_share(struct command_line *line, struct acting *acting, struct error *error)
{
	struct choice choice = {.acting = acting};
	struct parameters parameters;
	uint8_t share_id[SHARE_ID_LEN];
	bool given = command_has(line, "share");

	if (given && !hex_decode(view_text(command_value(line, "share")), share_id, sizeof share_id))
		return error_set(error, DISPOSITION_REJECT, "USAGE", "share", "32 hexadecimal digits, as dossier show has them");
	parameters_init(&parameters, &acting->arena);
	parameters_bytea(&parameters, view_of(acting->action.pseudonym, PSEUDONYM_LEN));
	parameters_bytea(&parameters, given ? view_of(share_id, sizeof share_id) : VIEW_NULL);
	parameters_bool(&parameters, given);
	if (!database_run(acting->database, &select_shares, &parameters, read_shares, &choice, error))
		return false;
	if (choice.count == 1)
		return true;
	return choice.count == 0 ? error_set(error, DISPOSITION_STOP, "UNKNOWN_SHARE", "dossier", "no such share is held; see dossier show")
				 : error_set(error, DISPOSITION_REJECT, "USAGE", "share", "the dossier has %d shares: say which", choice.count);
}

/* ---- sending ---- */

static bool begin(struct command_line *line, struct acting *acting, enum dossier_action_kind kind, struct error *error)
{
	struct dossier_action *action = &acting->action;
	uint8_t random[16];
	char uuid[UUID_TEXT_LEN + 1];
	int64_t wait_s;

	random_bytes(random, sizeof random);
	uuid_format(random, uuid);
	action->action = kind;
	action->command_id = arena_copy(&acting->arena, view_text(uuid));
	action->actor = view_text(actor_of(line));
	action->expires_at = wall_ms() + MS_PER_HOUR;
	if (!command_number(line, "wait", 0, 3600, 30, &wait_s, error))
		return false;
	acting->wait_ms = wait_s * 1000;
	return database_open(acting->provider.options.database, &acting->database, error) && choose_share(line, acting, error);
}

/* What is private leaves this process sealed to the provider's own key only. */
static bool seal_note(struct acting *acting, struct view text, struct error *error)
{
	return box_seal(&acting->arena, acting->provider.box->public_key, text, NULL, &acting->action.note, error);
}

/* The text of a note, or the id of the one to be deleted. */
static bool read_note(struct command_line *line, struct acting *acting, struct error *error)
{
	struct view text = VIEW_NULL;

	if (acting->action.action == DOSSIER_ACTION_KIND_NOTE) {
		if (!input_text_read(command_value(line, "file"), NOTE_TEXT_MAX, &acting->arena, &text, error))
			return false;
		return text.len > 0 ? seal_note(acting, text, error) : error_set(error, DISPOSITION_REJECT, "USAGE", "file", "a note has a text");
	}
	return !command_has(line, "note") || seal_note(acting, view_text(command_value(line, "note")), error);
}

static bool send(struct acting *acting, struct error *error)
{
	const struct signed_record record = {
		.topic = acting->provider.topics.commands,
		.topic_kind = "provider.commands",
		.employer_id = acting->action.employer_id,
		.schema = &dossier_action_schema,
		.body = &acting->action,
	};

	return kafka_client_new(acting->provider.kafka.options, acting->provider.kafka.count, &acting->client, error) &&
	       signed_record_send(&acting->provider, acting->client, &record, error);
}

/* Until the service has decided. *ret_code NULL: it has not in time. */
static bool wait_for(struct acting *acting, const char **ret_code, struct error *error)
{
	int64_t end = monotonic_ms() + acting->wait_ms;
	const struct timespec pause = {.tv_nsec = POLL_MS * 1000000L};

	do {
		if (!action_store_code(acting->database, &acting->arena, acting->action.command_id, ret_code, error))
			return false;
		if (*ret_code == NULL)
			(void)nanosleep(&pause, NULL);
	} while (*ret_code == NULL && monotonic_ms() < end);
	return true;
}

static int report(struct command_line *line, struct acting *acting, const char *code)
{
	if (command_wants_json(line))
		(void)printf("{\"command_id\": \"%.*s\", \"code\": \"%s\"}\n", (int)acting->action.command_id.len,
			     (const char *)acting->action.command_id.ptr, code == NULL ? "SENT" : code);
	else
		(void)printf("%s %.*s\n", code == NULL ? "SENT" : code, (int)acting->action.command_id.len,
			     (const char *)acting->action.command_id.ptr);
	if (code == NULL)
		return acting->wait_ms == 0 ? EXIT_CODE_DONE : EXIT_CODE_RETRY;
	return strcmp(code, ACTION_CODE_APPLIED) == 0 ? EXIT_CODE_DONE : EXIT_CODE_FAILED;
}

static int act(struct command_line *line, enum dossier_action_kind kind)
{
	CLEANUP(acting_done) struct acting acting = {0};
	struct error error = {0};
	const char *code = NULL;
	int exit_code;

	if (!hex_decode(view_text(command_argument(line, 0)), acting.action.pseudonym, PSEUDONYM_LEN))
		return command_misused(line, "PSEUDONYM: 32 hexadecimal digits, as dossier list shows them");
	if (!command_begin(line, &acting.provider, true, &exit_code))
		return exit_code;
	if (!begin(line, &acting, kind, &error) || !read_note(line, &acting, &error) || !send(&acting, &error) ||
	    (acting.wait_ms > 0 && !wait_for(&acting, &code, &error)))
		return command_failed(line, &error);
	return report(line, &acting, code);
}

int command_dossier_note(struct command_line *line)
{
	return act(line, DOSSIER_ACTION_KIND_NOTE);
}

int command_dossier_delete_note(struct command_line *line)
{
	return act(line, DOSSIER_ACTION_KIND_DELETE_NOTE);
}

int command_dossier_close(struct command_line *line)
{
	return act(line, DOSSIER_ACTION_KIND_CLOSE);
}

int command_dossier_reopen(struct command_line *line)
{
	return act(line, DOSSIER_ACTION_KIND_REOPEN);
}
