#include "vault-svc/store/notice_store.h"

#include "schemas/messages.h"

/* Apart from the numbers of persons and of the employer's other documents. */
#define NOTICE_SUBJECT (-4)

bool notice_queue_write(const struct notice_due *notices, int32_t partition, struct database *database, struct arena *arena, struct error *error)
{
	static const struct statement insert = {"notice_insert",
						"INSERT INTO notice_due (partition, employer_no, at, sealed) "
						"SELECT $1, employer_no, at, sealed FROM unnest($2::int4[], $3::int8[], $4::bytea[]) "
						"WITH ORDINALITY q (employer_no, at, sealed, i) ORDER BY i"};
	struct parameters parameters;
	int32_t *employers;
	int64_t *times;
	struct view *sealed;
	size_t count = 0;

	for (const struct notice_due *notice = notices; notice != NULL; notice = notice->next)
		count++;
	employers = arena_array(arena, count + 1, sizeof *employers);
	times = arena_array(arena, count + 1, sizeof *times);
	sealed = arena_array(arena, count + 1, sizeof *sealed);
	count = 0;
	for (const struct notice_due *notice = notices; notice != NULL; notice = notice->next, count++) {
		struct seal_subject subject = seal_subject_of(notice->employer->number, NOTICE_SUBJECT, notice->at);

		employers[count] = notice->employer->number;
		times[count] = notice->at;
		if (!document_seal(&share_notice_schema, notice->notice, notice->employer->keys.key, notice->employer->keys.epoch, &subject, arena,
				   &sealed[count], error))
			return false;
	}
	parameters_init(&parameters, arena);
	parameters_int4(&parameters, partition);
	parameters_int4_array(&parameters, employers, NULL, count);
	parameters_int8_array(&parameters, times, NULL, count);
	parameters_bytea_array(&parameters, sealed, count);
	return database_queue(database, &insert, &parameters, NULL, NULL, error);
}

struct load {
	struct arena *arena;
	struct notice_row *rows;
	size_t count;
};

static bool rows_read(void *context, const struct rows *rows, struct error *error)
{
	struct load *load = context;

	(void)error;
	load->rows = arena_array(load->arena, (size_t)rows_count(rows) + 1, sizeof *load->rows);
	for (int i = 0; i < rows_count(rows); i++)
		load->rows[load->count++] = (struct notice_row){
			.number = row_int8(rows, i, 0),
			.employer_no = row_int4(rows, i, 1),
			.at = row_int8(rows, i, 2),
			.sealed = arena_copy(load->arena, row_bytea(rows, i, 3)),
		};
	return true;
}

bool notice_load(int32_t partition, struct database *database, struct arena *arena, struct notice_row **ret, size_t *ret_count, struct error *error)
{
	static const struct statement select = {
		"notice_load", "SELECT notice_no, employer_no, at, sealed FROM notice_due WHERE partition = $1 ORDER BY notice_no LIMIT 100"};
	struct load load = {.arena = arena};
	struct parameters parameters;

	parameters_init(&parameters, arena);
	parameters_int4(&parameters, partition);
	if (!database_run(database, &select, &parameters, rows_read, &load, error))
		return false;
	*ret = load.rows;
	*ret_count = load.count;
	return true;
}

bool notice_open(const struct notice_row *row, const struct employer *employer, const struct schema_registry *registry, struct arena *arena,
		 struct share_notice **ret, struct error *error)
{
	struct seal_subject subject = seal_subject_of(employer->number, NOTICE_SUBJECT, row->at);
	void *record = NULL;

	if (!document_open(registry, &share_notice_schema, employer->keys.key, &subject, row->sealed, arena, &record, error))
		return false;
	*ret = record;
	return true;
}

bool notice_queue_delete(int32_t partition, int64_t up_to, struct database *database, struct arena *arena, struct error *error)
{
	static const struct statement delete = {"notice_delete", "DELETE FROM notice_due WHERE partition = $1 AND notice_no <= $2"};
	struct parameters parameters;

	parameters_init(&parameters, arena);
	parameters_int4(&parameters, partition);
	parameters_int8(&parameters, up_to);
	return database_queue(database, &delete, &parameters, NULL, NULL, error);
}
