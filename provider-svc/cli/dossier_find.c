#include "provider-svc/cli/dossier_list.h"
#include "provider-svc/cli/input_json.h"
#include "provider-svc/store/dossier_store.h"

static const char *const members[] = {"name", "birth_date"};

/* What is looked for, hashed under each epoch of the master key. */
struct wanted {
	struct arena *arena;
	struct view *names;
	struct view *births;
	size_t count;
	bool by_name;
	bool by_birth;
};

static bool hash(const struct provider *provider, struct view name, struct view birth_date, struct wanted *wanted, struct error *error)
{
	struct search_keys *keys = arena_take(wanted->arena, sizeof *keys);
	size_t epochs = keyring_count(provider->keyring);

	wanted->by_name = !view_is_null(name);
	wanted->by_birth = !view_is_null(birth_date);
	if (!wanted->by_name && !wanted->by_birth)
		return error_set(error, DISPOSITION_REJECT, "USAGE", "input", "a name, a birth date or both");
	wanted->names = arena_array(wanted->arena, epochs + 1, sizeof *wanted->names);
	wanted->births = arena_array(wanted->arena, epochs + 1, sizeof *wanted->births);
	for (wanted->count = 0; wanted->count < epochs; wanted->count++) {
		uint8_t *hashes = arena_array(wanted->arena, 2, BLIND_INDEX_LEN);

		if (!search_keys_of(provider->keyring, keyring_epoch(provider->keyring, wanted->count), keys, error))
			return false;
		if (wanted->by_name && !search_name(keys, name, wanted->arena, hashes))
			return error_set(error, DISPOSITION_REJECT, "USAGE", "name", "has no letter");
		if (wanted->by_birth)
			search_birth(keys, birth_date, hashes + BLIND_INDEX_LEN);
		wanted->names[wanted->count] = view_of(hashes, BLIND_INDEX_LEN);
		wanted->births[wanted->count] = view_of(hashes + BLIND_INDEX_LEN, BLIND_INDEX_LEN);
	}
	return true;
}

static bool read_wanted(const struct command_line *line, const struct provider *provider, struct wanted *wanted, struct error *error)
{
	struct view name = VIEW_NULL;
	struct view birth_date = VIEW_NULL;
	json_t *object;
	bool done;

	if (!input_json_read(command_value(line, "file"), members, sizeof members / sizeof members[0], &object, error))
		return false;
	done = input_json_text(object, "name", wanted->arena, &name, error) &&
	       input_json_birth_date(object, "birth_date", wanted->arena, &birth_date, error);
	json_decref(object);
	return done && hash(provider, name, birth_date, wanted, error);
}

static const struct statement select_found = {"dossier_find",
					      "SELECT DISTINCT pseudonym FROM dossier_share WHERE ($1::bytea[] IS NULL OR blind_names && $1) "
					      "AND ($2::bytea[] IS NULL OR blind_birth = ANY ($2))"};

struct found {
	struct arena *arena;
	struct view *pseudonyms;
	size_t count;
};

static bool read_found(void *context, const struct rows *rows, struct error *error)
{
	struct found *found = context;

	(void)error;
	found->pseudonyms = arena_array(found->arena, (size_t)rows_count(rows) + 1, sizeof *found->pseudonyms);
	for (int i = 0; i < rows_count(rows); i++)
		found->pseudonyms[found->count++] = arena_copy(found->arena, row_bytea(rows, i, 0));
	return true;
}

static void put_hashes(struct parameters *parameters, bool given, const struct view *hashes, size_t count)
{
	if (given)
		parameters_bytea_array(parameters, hashes, count);
	else
		parameters_null(parameters, PARAMETER_BYTEA_ARRAY);
}

static bool find(struct database *database, const struct wanted *wanted, struct found *found, struct error *error)
{
	struct parameters parameters;

	parameters_init(&parameters, wanted->arena);
	put_hashes(&parameters, wanted->by_name, wanted->names, wanted->count);
	put_hashes(&parameters, wanted->by_birth, wanted->births, wanted->count);
	return database_run(database, &select_found, &parameters, read_found, found, error);
}

int command_dossier_find(struct command_line *line)
{
	CLEANUP(provider_done) struct provider provider = {0};
	CLEANUP(database_free_p) struct database *database = NULL;
	CLEANUP(arena_done) struct arena arena = {0};
	struct wanted wanted = {.arena = &arena};
	struct found found = {.arena = &arena};
	struct error error = {0};
	struct reader reader;
	int code;

	if (!reader_of(line, &reader, &code) || !command_begin(line, &provider, true, &code))
		return code;
	if (!read_wanted(line, &provider, &wanted, &error) || !database_open(provider.options.database, &database, &error) ||
	    !find(database, &wanted, &found, &error))
		return command_failed(line, &error);
	return dossier_list_show(line, database, &reader, "FIND", found.pseudonyms, found.count);
}
