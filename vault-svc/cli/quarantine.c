#include "vault-svc/cli/quarantine.h"
#include "common/base/calendar.h"
#include "common/base/clock.h"
#include "common/db/database.h"
#include "common/operate/json_text.h"
#include "vault-svc/cli/operator.h"
#include "vault-svc/store/quarantine_store.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

static void add_json(void *context, const struct poison_listed *poison)
{
	json_t *object = json_object();
	char at[32];

	time_format(poison->at, at);
	(void)json_object_set_new(object, "id", json_integer(poison->quarantine_id));
	(void)json_object_set_new(object, "employer", json_text(poison->employer_id));
	(void)json_object_set_new(object, "code", json_text(poison->code));
	(void)json_object_set_new(object, "topic", json_text(poison->topic));
	(void)json_object_set_new(object, "partition", json_integer(poison->partition));
	(void)json_object_set_new(object, "offset", json_integer(poison->offset));
	(void)json_object_set_new(object, "at", json_string(at));
	(void)json_object_set_new(object, "has_content", json_boolean(poison->has_content));
	(void)json_array_append_new(context, object);
}

static void print_line(void *context, const struct poison_listed *poison)
{
	char at[32];

	(void)context;
	time_format(poison->at, at);
	printf("%6" PRId64 "  %-20.*s  %.*s[%d]@%" PRId64 "  %s  %.*s%s\n", poison->quarantine_id, (int)poison->code.len,
	       (const char *)poison->code.ptr, (int)poison->topic.len, (const char *)poison->topic.ptr, poison->partition, poison->offset, at,
	       (int)poison->employer_id.len, view_is_null(poison->employer_id) ? "" : (const char *)poison->employer_id.ptr,
	       poison->has_content ? "" : "  (coordinates only)");
}

int command_quarantine_list(struct command_line *line)
{
	struct arena arena CLEANUP(arena_done) = {0};
	struct database *database CLEANUP(database_free_p) = NULL;
	struct vault_options options;
	struct error error = {0};
	json_t *list;
	int code = EXIT_CODE_DONE;

	if (!operator_begin(line, &arena, &options, &database, &code))
		return code;
	if (!command_wants_json(line))
		return poison_list(database, print_line, NULL, &error) ? EXIT_CODE_DONE : command_failed(line, &error);
	list = json_array();
	if (!poison_list(database, add_json, list, &error)) {
		json_decref(list);
		return command_failed(line, &error);
	}
	(void)json_dumpf(list, stdout, JSON_INDENT(2));
	printf("\n");
	json_decref(list);
	return EXIT_CODE_DONE;
}

static bool number_of(const char *text, int64_t *ret)
{
	char *end = NULL;

	*ret = strtoll(text, &end, 10);
	return *text >= '0' && *text <= '9' && *end == '\0';
}

/* Fails with NOT_RELEASABLE where the row is there, but no event. */
static bool explain_unreleased(struct database *database, int64_t id, struct arena *arena, struct error *error)
{
	bool other = false;

	if (!poison_is_other(database, id, arena, &other, error))
		return false;
	return !other || error_set(error, DISPOSITION_STOP, "NOT_RELEASABLE", "quarantine",
				   "only HR events can be released: let the sender repeat it with a new command_id, and discard this one");
}

static int act(struct command_line *line, bool release)
{
	struct arena arena CLEANUP(arena_done) = {0};
	struct database *database CLEANUP(database_free_p) = NULL;
	struct vault_options options;
	struct error error = {0};
	int64_t id = 0;
	bool found = false;
	int code = EXIT_CODE_DONE;

	if (!number_of(command_argument(line, 0), &id))
		return command_misused(line, "ID is a number, as `quarantine list` shows it");
	if (!operator_begin(line, &arena, &options, &database, &code))
		return code;
	if (!(release ? poison_release(database, id, wall_ms(), &arena, &found, &error) : poison_discard(database, id, &arena, &found, &error)) ||
	    (release && !found && !explain_unreleased(database, id, &arena, &error)))
		return command_failed(line, &error);
	if (!found) {
		fprintf(stderr, "vault-svc: no such record%s\n", release ? " with content" : "");
		return EXIT_CODE_FAILED;
	}
	printf("%s %" PRId64 "\n", release ? "the service will apply" : "discarded", id);
	return EXIT_CODE_DONE;
}

int command_quarantine_release(struct command_line *line)
{
	return act(line, true);
}

int command_quarantine_discard(struct command_line *line)
{
	return act(line, false);
}
