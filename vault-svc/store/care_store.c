#include "vault-svc/store/care_store.h"

bool care_queue_load(struct person_load *load, const struct care_wanted *wanted, struct database *database, struct error *error)
{
	static const struct statement select = {"care_load", "SELECT " PERSON_COLUMNS " FROM vault_load_born($1, $2, $3, $4) p"};
	struct parameters parameters;

	parameters_init(&parameters, load->arena);
	parameters_int4_array(&parameters, wanted->employers, NULL, wanted->birth_count);
	parameters_bytea_array(&parameters, wanted->births, wanted->birth_count);
	parameters_int4_array(&parameters, wanted->owners, NULL, wanted->person_count);
	parameters_int8_array(&parameters, wanted->persons, NULL, wanted->person_count);
	return database_queue(database, &select, &parameters, person_rows_read, load, error);
}

/* The rows' keys as three arrays; returns how many there are. */
static size_t keys_add(const struct care_count *rows, struct parameters *parameters, struct arena *arena)
{
	size_t count = 0;
	int32_t *employers;
	struct view *providers;
	bool *lines;

	for (const struct care_count *row = rows; row != NULL; row = row->next)
		count++;
	employers = arena_array(arena, count + 1, sizeof *employers);
	providers = arena_array(arena, count + 1, sizeof *providers);
	lines = arena_array(arena, count + 1, sizeof *lines);
	count = 0;
	for (const struct care_count *row = rows; row != NULL; row = row->next) {
		employers[count] = row->employer->number;
		providers[count] = row->provider_id;
		lines[count++] = row->sick_line;
	}
	parameters_init(parameters, arena);
	parameters_int4_array(parameters, employers, NULL, count);
	parameters_text_array(parameters, providers, count);
	parameters_bool_array(parameters, lines, NULL, count);
	return count;
}

static bool counts_read(void *context, const struct rows *rows, struct error *error)
{
	struct care_count **by_number = context;

	(void)error;
	for (int i = 0; i < rows_count(rows); i++)
		by_number[row_int8(rows, i, 0) - 1]->count = (struct lookup_count){
			.hour = row_int8(rows, i, 1),
			.hour_requests = row_int8(rows, i, 2),
			.hour_misses = row_int8(rows, i, 3),
			.day = row_int4(rows, i, 4),
			.day_misses = row_int8(rows, i, 5),
		};
	return true;
}

bool care_count_queue_load(struct care_count *rows, struct database *database, struct arena *arena, struct error *error)
{
	static const struct statement select = {
		"care_count_load", "SELECT q.i, c.hour, c.hour_requests, c.hour_misses, c.day, c.day_misses "
				   "FROM unnest($1::int4[], $2::text[], $3::bool[]) WITH ORDINALITY q (employer_no, provider_id, sick_line, i) "
				   "JOIN care_count c ON c.employer_no = q.employer_no AND c.provider_id = q.provider_id "
				   "AND c.sick_line = q.sick_line"};
	struct parameters parameters;
	size_t count = keys_add(rows, &parameters, arena);
	struct care_count **by_number = arena_array(arena, count + 1, sizeof(struct care_count *));

	for (struct care_count *row = rows; row != NULL; row = row->next)
		*by_number++ = row;
	return database_queue(database, &select, &parameters, counts_read, by_number - count, error);
}

bool care_count_queue_write(const struct care_count *rows, struct database *database, struct arena *arena, struct error *error)
{
	static const struct statement upsert = {
		"care_count_upsert",
		"INSERT INTO care_count (employer_no, provider_id, sick_line, hour, hour_requests, hour_misses, day, day_misses) "
		"SELECT * FROM unnest($1::int4[], $2::text[], $3::bool[], $4::int8[], $5::int8[], $6::int8[], $7::int4[], $8::int8[]) "
		"ON CONFLICT (employer_no, provider_id, sick_line) DO UPDATE SET hour = excluded.hour, hour_requests = excluded.hour_requests, "
		"hour_misses = excluded.hour_misses, day = excluded.day, day_misses = excluded.day_misses"};
	struct parameters parameters;
	size_t count = keys_add(rows, &parameters, arena);
	int64_t *hours = arena_array(arena, count + 1, sizeof *hours);
	int64_t *requests = arena_array(arena, count + 1, sizeof *requests);
	int64_t *hour_misses = arena_array(arena, count + 1, sizeof *hour_misses);
	int32_t *days = arena_array(arena, count + 1, sizeof *days);
	int64_t *day_misses = arena_array(arena, count + 1, sizeof *day_misses);

	count = 0;
	for (const struct care_count *row = rows; row != NULL; row = row->next, count++) {
		hours[count] = row->count.hour;
		requests[count] = row->count.hour_requests;
		hour_misses[count] = row->count.hour_misses;
		days[count] = row->count.day;
		day_misses[count] = row->count.day_misses;
	}
	parameters_int8_array(&parameters, hours, NULL, count);
	parameters_int8_array(&parameters, requests, NULL, count);
	parameters_int8_array(&parameters, hour_misses, NULL, count);
	parameters_int4_array(&parameters, days, NULL, count);
	parameters_int8_array(&parameters, day_misses, NULL, count);
	return database_queue(database, &upsert, &parameters, NULL, NULL, error);
}
