#include "vault-svc/store/history_store.h"

#include "vault-svc/store/records/records.h"

static struct seal_subject subject_of(const struct person *person, int64_t at)
{
	struct seal_subject subject = seal_subject_of(person->employer->number, person->number, at);

	subject.also = VIEW_LITERAL("history");
	return subject;
}

static bool queue_one(const struct share_change_row *row, struct database *database, struct arena *arena, struct error *error)
{
	static const struct statement insert = {"history_insert", "INSERT INTO share_history (employer_no, person, provider_id, change, at, detail) "
								  "VALUES ($1, $2, $3, $4, $5, $6)"};
	struct seal_subject subject = subject_of(row->person, row->at);
	struct parameters parameters;
	struct view detail;

	if (!document_seal(&share_change_detail_schema, row->detail, row->person->key, row->person->employer->keys.epoch, &subject, arena, &detail,
			   error))
		return false;
	parameters_init(&parameters, arena);
	parameters_int4(&parameters, row->person->employer->number);
	parameters_int8(&parameters, row->person->number);
	parameters_text(&parameters, row->provider_id);
	parameters_text(&parameters, view_text(row->change));
	parameters_int8(&parameters, row->at);
	parameters_bytea(&parameters, detail);
	return database_queue(database, &insert, &parameters, NULL, NULL, error);
}

bool history_queue_write(const struct share_change_row *rows, struct database *database, struct arena *arena, struct error *error)
{
	for (const struct share_change_row *row = rows; row != NULL; row = row->next)
		if (!queue_one(row, database, arena, error))
			return false;
	return true;
}

struct load {
	const struct person *person;
	const struct schema_registry *registry;
	struct arena *arena;
	struct share_change_told *told;
	size_t count;
};

static bool told_read(void *context, const struct rows *rows, struct error *error)
{
	struct load *load = context;

	load->told = arena_array(load->arena, (size_t)rows_count(rows) + 1, sizeof *load->told);
	for (int i = 0; i < rows_count(rows); i++) {
		int64_t at = row_int8(rows, i, 2);
		struct seal_subject subject = subject_of(load->person, at);
		void *record = NULL;

		if (!document_open(load->registry, &share_change_detail_schema, load->person->key, &subject, row_bytea(rows, i, 3), load->arena,
				   &record, error))
			return false;
		load->told[load->count++] = (struct share_change_told){
			.provider_id = arena_copy(load->arena, row_text(rows, i, 0)),
			.change = arena_copy(load->arena, row_text(rows, i, 1)),
			.at = at,
			.detail = record,
		};
	}
	return true;
}

bool history_load(const struct person *person, const struct schema_registry *registry, struct database *database, struct arena *arena,
		  struct share_change_told **ret, size_t *ret_count, struct error *error)
{
	static const struct statement select = {"history_load", "SELECT provider_id, change, at, detail FROM share_history "
								"WHERE employer_no = $1 AND person = $2 ORDER BY history_no"};
	struct load load = {.person = person, .registry = registry, .arena = arena};
	struct parameters parameters;

	parameters_init(&parameters, arena);
	parameters_int4(&parameters, person->employer->number);
	parameters_int8(&parameters, person->number);
	if (!database_run(database, &select, &parameters, told_read, &load, error))
		return false;
	*ret = load.told;
	*ret_count = load.count;
	return true;
}
