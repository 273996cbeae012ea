#include "provider-svc/cli/commands.h"

#include <stdio.h>

#include "common/crypto/hex.h"
#include "common/operate/json_text.h"
#include "provider-svc/store/access_store.h"
#include "provider-svc/store/dossier_store.h"

static bool read_log(void *context, const struct rows *rows, struct error *error)
{
	(void)error;
	for (int i = 0; i < rows_count(rows); i++) {
		json_t *item = json_object();

		json_object_set_new(item, "at", json_time(row_time(rows, i, 0)));
		json_object_set_new(item, "reader", json_text(row_text(rows, i, 1)));
		json_object_set_new(item, "action", json_text(row_text(rows, i, 2)));
		json_object_set_new(item, "purpose", json_text(row_text(rows, i, 3)));
		json_object_set_new(item, "pseudonym", json_id(row_bytea(rows, i, 4)));
		json_array_append_new(context, item);
	}
	return true;
}

static void print_log(json_t *list)
{
	json_t *item;
	size_t i;

	(void)printf("%-24s  %-12s  %-14s  %-32s  %s\n", "AT", "ACTION", "PURPOSE", "PSEUDONYM", "READER");
	json_array_foreach(list, i, item)
	{
		(void)printf("%-24s  %-12s  %-14s  %-32s  %s\n", json_member(item, "at"), json_member(item, "action"), json_member(item, "purpose"),
			     json_member(item, "pseudonym"), json_member(item, "reader"));
	}
}

int command_access_log(struct command_line *line)
{
	CLEANUP(provider_done) struct provider provider = {0};
	CLEANUP(database_free_p) struct database *database = NULL;
	uint8_t pseudonym[PSEUDONYM_LEN];
	struct view of = VIEW_NULL;
	struct error error = {0};
	json_t *list;
	bool done;
	int code;

	if (command_argument_count(line) == 1) {
		if (!hex_decode(view_text(command_argument(line, 0)), pseudonym, sizeof pseudonym))
			return command_misused(line, "PSEUDONYM: 32 hexadecimal digits");
		of = view_of(pseudonym, sizeof pseudonym);
	}
	if (!command_begin(line, &provider, false, &code))
		return code;
	list = json_array();
	done = database_open(provider.options.database, &database, &error) &&
	       access_list(database, of, command_value(line, "reader"), read_log, list, &error);
	if (done && command_wants_json(line))
		json_print(list);
	else if (done)
		print_log(list);
	json_decref(list);
	return done ? EXIT_CODE_DONE : command_failed(line, &error);
}
