#include "vault-svc/cli/history.h"

#include "common/base/calendar.h"
#include "common/operate/json_text.h"
#include "vault-svc/cli/operator.h"
#include "vault-svc/store/history_store.h"
#include "vault-svc/store/records/records.h"

#include <jansson.h>
#include <stdio.h>

const struct command_option history_options[] = {
	{.name = "employer", .value = "ID", .help = "the employer", .required = true},
	{.name = "employee", .value = "KEY", .help = "the HR system's key of the employee, present or former", .required = true},
};
const size_t history_option_count = sizeof history_options / sizeof history_options[0];

/* What it takes to open one person. */
struct reader {
	struct arena arena;
	struct vault_options options;
	struct database *database;
	struct keyring *keyring;
	struct schema_registry *registry;
	struct employer_cache employers;
};

static void reader_done(struct reader *reader)
{
	if (reader->employers.buckets != NULL)
		employer_cache_done(&reader->employers);
	schema_registry_free(reader->registry);
	keyring_free(reader->keyring);
	database_free_p(&reader->database);
	arena_done(&reader->arena);
}

static bool reader_open(struct reader *reader, struct error *error)
{
	static const struct schema_set *const sets[] = {&messages_schemas, &state_schemas, &records_schemas};

	if (!keyring_load(reader->options.master_key_file, &reader->keyring, error) ||
	    !schema_registry_new(sets, sizeof sets / sizeof sets[0], &reader->registry, error))
		return false;
	employer_cache_init(&reader->employers, reader->keyring, reader->registry);
	return true;
}

static bool take(void *context, struct person *person, struct error *error)
{
	(void)error;
	*(struct person **)context = person;
	return true;
}

/* The person of the key; NULL in *ret when there is none. */
static bool find(struct reader *reader, struct view employer_id, struct view employee_key, struct person **ret, struct error *error)
{
	struct person_key key = {.erased_at = INT64_MIN};
	struct person_key *keys[1] = {&key};
	struct person_load load = {.cache = &reader->employers, .arena = &reader->arena, .take = take, .context = ret, .keys = keys, .key_count = 1};

	*ret = NULL;
	if (!employer_queue_load(&reader->employers, reader->database, &reader->arena, &employer_id, 1, error) ||
	    !database_sync(reader->database, error))
		return false;
	key.employer = employer_find(&reader->employers, employer_id);
	if (key.employer == NULL)
		return true;
	person_key_hash(&key.employer->keys, employee_key, key.hash);
	return person_queue_load(&load, reader->database, error) && database_sync(reader->database, error);
}

static json_t *told_json(const struct share_change_told *told)
{
	json_t *object = json_object();
	char at[32];

	time_format(told->at, at);
	(void)json_object_set_new(object, "at", json_string(at));
	(void)json_object_set_new(object, "provider", json_text(told->provider_id));
	(void)json_object_set_new(object, "change", json_text(told->change));
	(void)json_object_set_new(object, "kind", json_text(told->detail->kind));
	(void)json_object_set_new(object, "origin", json_text(told->detail->origin));
	(void)json_object_set_new(object, "by", json_text(told->detail->actor));
	(void)json_object_set_new(object, "reason", json_text(told->detail->reason));
	(void)json_object_set_new(object, "absence_key", json_text(told->detail->absence_key));
	return object;
}

static void print_text(const char *title, struct view text)
{
	if (!view_is_null(text))
		(void)printf("  %s %.*s", title, (int)text.len, (const char *)text.ptr);
}

static void print_told(const struct share_change_told *told)
{
	char at[32];

	time_format(told->at, at);
	(void)printf("%s  %.*s", at, (int)told->change.len, (const char *)told->change.ptr);
	print_text("with", told->provider_id);
	print_text("for", told->detail->kind);
	print_text("by", told->detail->actor);
	print_text("because:", told->detail->reason);
	(void)printf("\n");
}

static int print_history(const struct command_line *line, const struct share_change_told *told, size_t count)
{
	json_t *list = json_array();

	if (command_wants_json(line)) {
		for (size_t i = 0; i < count; i++)
			(void)json_array_append_new(list, told_json(&told[i]));
		(void)json_dumpf(list, stdout, JSON_INDENT(2));
		(void)printf("\n");
	} else {
		for (size_t i = 0; i < count; i++)
			print_told(&told[i]);
		if (count == 0)
			(void)printf("nothing was shared\n");
	}
	json_decref(list);
	return EXIT_CODE_DONE;
}

int command_history(struct command_line *line)
{
	CLEANUP(reader_done) struct reader reader = {0};
	struct share_change_told *told = NULL;
	struct person *person = NULL;
	struct error error = {0};
	size_t count = 0;
	int code;

	if (!operator_begin(line, &reader.arena, &reader.options, &reader.database, &code))
		return code;
	if (!reader_open(&reader, &error) ||
	    !find(&reader, view_text(command_value(line, "employer")), view_text(command_value(line, "employee")), &person, &error))
		return command_failed(line, &error);
	if (person == NULL) {
		error_set(&error, DISPOSITION_STOP, "UNKNOWN_EMPLOYEE", "history", "no such employee, or none any more");
		return command_failed(line, &error);
	}
	if (!history_load(person, reader.registry, reader.database, &reader.arena, &told, &count, &error))
		return command_failed(line, &error);
	return print_history(line, told, count);
}
