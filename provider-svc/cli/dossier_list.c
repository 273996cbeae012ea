#include "provider-svc/cli/dossier_list.h"

#include <stdio.h>

#include "common/operate/json_text.h"
#include "provider-svc/store/access_store.h"
#include "provider-svc/store/dossier_store.h"

static const struct statement select_list = {
	"dossier_list",
	"SELECT d.pseudonym, d.employer_id, d.opened_at, count(s.share_id), coalesce(string_agg(s.state, ',' ORDER BY s.applied_at), '')::text, "
	"coalesce(bool_or(s.employer_informed), false), count(s.share_id) FILTER (WHERE NOT s.employer_informed), (SELECT count(*) FROM dossier_note "
	"n JOIN dossier_share o USING (share_id) "
	"WHERE o.pseudonym = d.pseudonym) FROM dossier d LEFT JOIN dossier_share s USING (pseudonym) "
	"WHERE $1::bytea[] IS NULL OR d.pseudonym = ANY ($1) GROUP BY d.pseudonym ORDER BY d.opened_at, d.pseudonym"};

struct listing {
	struct arena *arena;
	json_t *list;
	struct view *pseudonyms;
	size_t count;
};

static bool read_list(void *context, const struct rows *rows, struct error *error)
{
	struct listing *listing = context;

	(void)error;
	listing->pseudonyms = arena_array(listing->arena, (size_t)rows_count(rows) + 1, sizeof *listing->pseudonyms);
	for (int i = 0; i < rows_count(rows); i++) {
		json_t *item = json_object();

		json_object_set_new(item, "pseudonym", json_id(row_bytea(rows, i, 0)));
		json_object_set_new(item, "employer_id", json_text(row_text(rows, i, 1)));
		json_object_set_new(item, "opened_at", json_time(row_time(rows, i, 2)));
		json_object_set_new(item, "shares", json_integer(row_int8(rows, i, 3)));
		json_object_set_new(item, "states", json_text(row_text(rows, i, 4)));
		json_object_set_new(item, "employer_informed", json_boolean(row_bool(rows, i, 5)));
		json_object_set_new(item, "silent_shares", json_integer(row_int8(rows, i, 6)));
		json_object_set_new(item, "notes", json_integer(row_int8(rows, i, 7)));
		json_array_append_new(listing->list, item);
		listing->pseudonyms[listing->count++] = arena_copy(listing->arena, row_bytea(rows, i, 0));
	}
	return true;
}

/* What whoever speaks with the employer must not tell: of all, or of some of it. */
static void print_silence(json_t *item)
{
	json_int_t silent = json_integer_value(json_object_get(item, "silent_shares"));

	if (json_is_false(json_object_get(item, "employer_informed")))
		(void)printf(" (De werkgever weet niet dat dit dossier gedeeld is)");
	else if (silent > 0)
		(void)printf(" (Van %lld daarvan weet de werkgever niet)", (long long)silent);
}

static void print_list(json_t *list)
{
	size_t i;
	json_t *item;

	(void)printf("%-32s  %-20s  %-24s  %s\n", "PSEUDONYM", "EMPLOYER", "OPENED", "SHARES");
	json_array_foreach(list, i, item)
	{
		(void)printf("%-32s  %-20s  %-24s  %s", json_member(item, "pseudonym"), json_member(item, "employer_id"),
			     json_member(item, "opened_at"), json_member(item, "states"));
		print_silence(item);
		(void)printf("\n");
	}
	(void)printf("%zu dossier(s)\n", json_array_size(list));
}

/* First the access log, then the answer: nothing is shown that was not noted. */
static bool load(struct database *database, const struct reader *reader, const char *action, const struct view *pseudonyms, size_t count,
		 struct listing *listing, struct error *error)
{
	const struct access access = {.reader = reader->name, .purpose = reader->purpose, .action = action};
	struct parameters parameters;

	parameters_init(&parameters, listing->arena);
	if (pseudonyms == NULL)
		parameters_null(&parameters, PARAMETER_BYTEA_ARRAY);
	else
		parameters_bytea_array(&parameters, pseudonyms, count);
	return database_run(database, &select_list, &parameters, read_list, listing, error) &&
	       access_write(database, listing->arena, &access, listing->pseudonyms, listing->count, error);
}

int dossier_list_show(struct command_line *line, struct database *database, const struct reader *reader, const char *action,
		      const struct view *pseudonyms, size_t count)
{
	CLEANUP(arena_done) struct arena arena = {0};
	struct listing listing = {.arena = &arena, .list = json_array()};
	struct error error = {0};
	bool done = load(database, reader, action, pseudonyms, count, &listing, &error);

	if (done && command_wants_json(line))
		json_print(listing.list);
	else if (done)
		print_list(listing.list);
	json_decref(listing.list);
	return done ? EXIT_CODE_DONE : command_failed(line, &error);
}

int command_dossier_list(struct command_line *line)
{
	CLEANUP(provider_done) struct provider provider = {0};
	CLEANUP(database_free_p) struct database *database = NULL;
	struct error error = {0};
	struct reader reader;
	int code;

	if (!reader_of(line, &reader, &code) || !command_begin(line, &provider, false, &code))
		return code;
	if (!database_open(provider.options.database, &database, &error))
		return command_failed(line, &error);
	return dossier_list_show(line, database, &reader, "LIST", NULL, 0);
}
