#include "vault-svc/store/ending_store.h"

/* Rows of each kind that one step removes. */
enum { FORGET_ROWS = 5000 };

static bool queue_one(const struct ending_due *due, int32_t partition, struct database *database, struct arena *arena, struct error *error)
{
	static const struct statement insert = {"ending_insert", "INSERT INTO ending (partition, employer_no, cause, person, provider_id, at) "
								 "VALUES ($1, $2, $3, $4, $5, $6)"};
	struct parameters parameters;

	parameters_init(&parameters, arena);
	parameters_int4(&parameters, partition);
	parameters_int4(&parameters, due->employer_no);
	parameters_text(&parameters, view_text(revocation_cause_name(due->cause)));
	if (due->person == 0)
		parameters_null(&parameters, PARAMETER_INT8);
	else
		parameters_int8(&parameters, due->person);
	parameters_text(&parameters, due->provider_id);
	parameters_int8(&parameters, due->at);
	return database_queue(database, &insert, &parameters, NULL, NULL, error);
}

bool ending_queue_write(const struct ending_due *endings, int32_t partition, struct database *database, struct arena *arena, struct error *error)
{
	for (const struct ending_due *due = endings; due != NULL; due = due->next)
		if (!queue_one(due, partition, database, arena, error))
			return false;
	return true;
}

struct load {
	struct arena *arena;
	struct ending *ending;
};

static bool ending_read(void *context, const struct rows *rows, struct error *error)
{
	struct ending *ending = context;
	int32_t cause = 0;

	if (rows_count(rows) == 0)
		return true;
	if (!schema_enum_value(&revocation_cause_enum, row_text(rows, 0, 2), &cause))
		return error_set(error, DISPOSITION_STOP, "ROW", "ending", "a cause that this binary does not know");
	*ending = (struct ending){
		.number = row_int8(rows, 0, 0),
		.employer_no = row_int4(rows, 0, 1),
		.cause = (enum revocation_cause)cause,
		.at = row_int8(rows, 0, 3),
		.person = row_is_null(rows, 0, 4) ? 0 : row_int8(rows, 0, 4),
	};
	return true;
}

static bool shares_read(void *context, const struct rows *rows, struct error *error)
{
	struct load *load = context;
	struct ending *ending = load->ending;

	ending->shares = arena_array(load->arena, (size_t)rows_count(rows) + 1, sizeof *ending->shares);
	for (int i = 0; i < rows_count(rows); i++) {
		struct ending_share *share = &ending->shares[ending->share_count++];
		struct view id = row_bytea(rows, i, 1);
		struct view pseudonym = row_bytea(rows, i, 4);

		if (id.len != sizeof share->held.share_id || pseudonym.len != sizeof share->held.pseudonym)
			return error_set(error, DISPOSITION_STOP, "ROW", "share", "an id of another size");
		*share = (struct ending_share){
			.held = {.silent = row_bool(rows, i, 0),
				 .provider_id = arena_copy(load->arena, row_text(rows, i, 3)),
				 .revision = row_int8(rows, i, 5)},
			.person = row_int8(rows, i, 2),
			.has_content = row_bool(rows, i, 6),
		};
		memcpy(share->held.share_id, id.ptr, id.len);
		memcpy(share->held.pseudonym, pseudonym.ptr, pseudonym.len);
	}
	return true;
}

bool ending_load(int32_t partition, int32_t most, struct database *database, struct arena *arena, struct ending *ret, struct error *error)
{
	static const struct statement select = {
		"ending_load",
		"SELECT ending_no, employer_no, cause, at, person FROM ending WHERE partition = $1 AND NOT refused ORDER BY ending_no LIMIT 1"};
	static const struct statement select_shares = {"ending_shares", "SELECT silent, share_id, person, provider_id, pseudonym, revision, "
									"has_content FROM vault_ending_shares($1, $2)"};
	struct load load = {.arena = arena, .ending = ret};
	struct parameters parameters;

	*ret = (struct ending){0};
	parameters_init(&parameters, arena);
	parameters_int4(&parameters, partition);
	if (!database_run(database, &select, &parameters, ending_read, ret, error))
		return false;
	if (ret->number == 0)
		return true;
	parameters_init(&parameters, arena);
	parameters_int8(&parameters, ret->number);
	parameters_int4(&parameters, most);
	return database_run(database, &select_shares, &parameters, shares_read, &load, error);
}

static bool queue_number(const struct statement *statement, int64_t number, struct database *database, struct arena *arena, struct error *error)
{
	struct parameters parameters;

	parameters_init(&parameters, arena);
	parameters_int8(&parameters, number);
	return database_queue(database, statement, &parameters, NULL, NULL, error);
}

bool ending_queue_done(int64_t number, struct database *database, struct arena *arena, struct error *error)
{
	static const struct statement done = {"ending_done", "SELECT vault_ending_done($1)"};

	return queue_number(&done, number, database, arena, error);
}

bool ending_queue_refuse(int64_t number, struct database *database, struct arena *arena, struct error *error)
{
	static const struct statement refuse = {"ending_refuse", "UPDATE ending SET refused = true WHERE ending_no = $1"};

	return queue_number(&refuse, number, database, arena, error);
}

static bool bool_read(void *context, const struct rows *rows, struct error *error)
{
	(void)error;
	*(bool *)context = rows_count(rows) > 0 && row_bool(rows, 0, 0);
	return true;
}

bool forget_is_due(int32_t employer_no, bool *ret, struct database *database, struct arena *arena, struct error *error)
{
	static const struct statement select = {"forget_is_due", "SELECT vault_employer_left($1)"};
	struct parameters parameters;

	parameters_init(&parameters, arena);
	parameters_int4(&parameters, employer_no);
	return database_run(database, &select, &parameters, bool_read, ret, error);
}

bool forget_queue_employer(int32_t employer_no, struct database *database, struct arena *arena, struct error *error)
{
	static const struct statement forget = {"forget_employer", "SELECT vault_forget_employer($1, $2)"};
	struct parameters parameters;

	parameters_init(&parameters, arena);
	parameters_int4(&parameters, employer_no);
	parameters_int4(&parameters, FORGET_ROWS);
	return database_queue(database, &forget, &parameters, NULL, NULL, error);
}

bool forget_queue_shares(int32_t employer_no, const int64_t *persons, size_t count, struct database *database, struct arena *arena,
			 struct error *error)
{
	static const struct statement forget = {"forget_shares", "SELECT vault_forget_shares($1, $2)"};
	struct parameters parameters;

	parameters_init(&parameters, arena);
	parameters_int4(&parameters, employer_no);
	parameters_int8_array(&parameters, persons, NULL, count);
	return database_queue(database, &forget, &parameters, NULL, NULL, error);
}
