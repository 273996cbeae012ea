#include "provider-svc/store/population_store.h"

#include <jansson.h>

#include "common/base/calendar.h"

struct employer_reading {
	struct arena *arena;
	int64_t load;
	struct population_employer *employers;
	size_t count;
};

/* Of an earlier load nothing holds any more but that figures may not be of fewer persons than it said. */
static bool read_employers(void *context, const struct rows *rows, struct error *error)
{
	struct employer_reading *reading = context;

	(void)error;
	for (int i = 0; i < rows_count(rows); i++) {
		struct population_employer *employer = &reading->employers[reading->count++];

		*employer = (struct population_employer){0};
		employer->employer_id = arena_copy(reading->arena, row_text(rows, i, 0));
		employer->min_group = row_int4(rows, i, 4);
		if (row_int8(rows, i, 6) != reading->load) {
			employer->least_group = employer->min_group;
			continue;
		}
		employer->begun_generation = row_int4(rows, i, 1);
		employer->complete_generation = row_int4(rows, i, 2);
		employer->ended = row_bool(rows, i, 3);
		employer->recorded_at = row_time(rows, i, 5);
	}
	return true;
}

static const struct statement select_employers = {
	"population_select_employers", "SELECT employer_id, begun_generation, complete_generation, ended, min_group, recorded_at, load FROM "
				       "population_employer WHERE employer_id = ANY ($1)"};

bool population_store_employers(struct database *database, struct arena *arena, const struct population_load *load, const struct view *names,
				size_t count, struct population_employer *ret_employers, size_t *ret_count, struct error *error)
{
	struct employer_reading reading = {.arena = arena, .load = load->number, .employers = ret_employers};
	struct parameters parameters;

	parameters_init(&parameters, arena);
	parameters_text_array(&parameters, names, count);
	if (!database_run(database, &select_employers, &parameters, read_employers, &reading, error))
		return false;
	*ret_count = reading.count;
	return true;
}

/* Columns of one kind of row, as arrays. */
struct columns {
	int64_t load;
	size_t count;
	struct view *first_key;  /* pseudonym, or a unit's key */
	struct view *second_key; /* entity_id */
	struct view *employer_id;
	int64_t *revision;
	int64_t *recorded_at;
	struct view *texts[5];
	int32_t *days[2];
	bool *no_day;
	bool *flags[3];
	struct view *segments;
};

static void columns_init(struct columns *columns, struct arena *arena, size_t room, int64_t load)
{
	*columns = (struct columns){
		.load = load,
		.first_key = arena_array(arena, room, sizeof(struct view)),
		.second_key = arena_array(arena, room, sizeof(struct view)),
		.employer_id = arena_array(arena, room, sizeof(struct view)),
		.revision = arena_array(arena, room, sizeof(int64_t)),
		.recorded_at = arena_array(arena, room, sizeof(int64_t)),
		.no_day = arena_array(arena, room, sizeof(bool)),
		.segments = arena_array(arena, room, sizeof(struct view)),
	};
	for (size_t i = 0; i < 5; i++)
		columns->texts[i] = arena_array(arena, room, sizeof(struct view));
	for (size_t i = 0; i < 2; i++)
		columns->days[i] = arena_array(arena, room, sizeof(int32_t));
	for (size_t i = 0; i < 3; i++)
		columns->flags[i] = arena_array(arena, room, sizeof(bool));
}

static json_t *json_view(struct view text)
{
	return text.ptr == NULL ? json_null() : json_stringn((const char *)text.ptr, text.len);
}

static json_t *json_day(int32_t day)
{
	char text[16];

	day_format(day, text);
	return json_string(text);
}

/* The array's JSON text in the arena; the array is released. */
static struct view json_take(struct arena *arena, json_t *array)
{
	size_t size = json_dumpb(array, NULL, 0, JSON_COMPACT);
	char *text = arena_take(arena, size);

	(void)json_dumpb(array, text, size, JSON_COMPACT);
	json_decref(array);
	return view_of(text, size);
}

static struct view employment_segments(struct arena *arena, const struct population_employment *employment)
{
	json_t *array = json_array();

	for (size_t i = 0; i < employment->segments.count; i++) {
		const struct employment_segment *segment = &employment->segments.items[i];
		json_t *object = json_object();

		json_object_set_new(object, "from", json_day(segment->from));
		json_object_set_new(object, "department_code", json_view(segment->department_code));
		json_object_set_new(object, "department_name", json_view(segment->department_name));
		json_object_set_new(object, "parent_department_code", json_view(segment->parent_department_code));
		json_object_set_new(object, "function_code", json_view(segment->function_code));
		json_object_set_new(object, "function_name", json_view(segment->function_name));
		json_object_set_new(object, "cost_centre", json_view(segment->cost_centre));
		json_object_set_new(object, "contract_hours_x100", json_integer(segment->contract_hours_x100));
		json_object_set_new(object, "norm_hours_x100", json_integer(segment->norm_hours_x100));
		json_object_set_new(object, "contract_term", json_string(contract_term_name(segment->contract_term)));
		json_object_set_new(object, "employment_kind", json_view(segment->employment_kind));
		json_array_append_new(array, object);
	}
	return json_take(arena, array);
}

static struct view absence_segments(struct arena *arena, const struct population_absence *absence)
{
	json_t *array = json_array();

	for (size_t i = 0; i < absence->segments.count; i++) {
		json_t *object = json_object();

		json_object_set_new(object, "from", json_day(absence->segments.items[i].from));
		json_object_set_new(object, "absence_pct_x100", json_integer(absence->segments.items[i].absence_pct_x100));
		json_array_append_new(array, object);
	}
	return json_take(arena, array);
}

static size_t columns_begin_row(struct columns *columns, const struct population_change *change, int64_t recorded_at)
{
	size_t i = columns->count++;

	columns->first_key[i] = view_of(change->key, 16);
	columns->second_key[i] = view_of(change->key + 16, 16);
	columns->employer_id[i] = change->employer_id;
	columns->revision[i] = change->revision;
	columns->recorded_at[i] = recorded_at;
	return i;
}

static void add_employment(struct columns *columns, struct arena *arena, const struct population_change *change)
{
	const struct population_employment *employment = change->employment;
	size_t i = columns_begin_row(columns, change, employment->recorded_at);

	columns->texts[0][i] = employment->personnel_number;
	columns->texts[1][i] = view_text(gender_name(employment->gender));
	columns->texts[2][i] = view_text(age_band_name(employment->age_band));
	columns->texts[3][i] = employment->uwv_sector;
	columns->texts[4][i] = employment->risk_group;
	columns->days[0][i] = employment->start_date;
	columns->days[1][i] = employment->end_date;
	columns->no_day[i] = !employment->has_end_date;
	columns->segments[i] = employment_segments(arena, employment);
}

static void add_absence(struct columns *columns, struct arena *arena, const struct population_change *change)
{
	const struct population_absence *absence = change->absence;
	size_t i = columns_begin_row(columns, change, absence->recorded_at);

	columns->texts[0][i] = view_of(absence->employment_id, sizeof absence->employment_id);
	columns->days[0][i] = absence->first_day;
	columns->days[1][i] = absence->recovered_on;
	columns->no_day[i] = !absence->has_recovered_on;
	columns->flags[0][i] = absence->recovered;
	columns->flags[1][i] = absence->excluded;
	columns->flags[2][i] = absence->exclude_from_frequency;
	columns->segments[i] = absence_segments(arena, absence);
}

static void add_unit(struct columns *columns, const struct population_change *change)
{
	const struct population_unit *unit = change->unit;
	size_t i = columns_begin_row(columns, change, unit->recorded_at);

	columns->texts[0][i] = unit->unit_code;
	columns->texts[1][i] = unit->name;
	columns->texts[2][i] = unit->parent_code;
}

/* The columns that all three kinds have. */
static void parameters_common(struct parameters *parameters, struct arena *arena, const struct columns *columns)
{
	parameters_init(parameters, arena);
	parameters_bytea_array(parameters, columns->first_key, columns->count);
	parameters_bytea_array(parameters, columns->second_key, columns->count);
	parameters_text_array(parameters, columns->employer_id, columns->count);
	parameters_int8_array(parameters, columns->revision, NULL, columns->count);
	parameters_time_array(parameters, columns->recorded_at, NULL, columns->count);
}

static const struct statement upsert_employments = {
	"population_upsert_employments",
	"INSERT INTO population_employment AS t (pseudonym, entity_id, employer_id, revision, recorded_at, personnel_number, gender, age_band, "
	"uwv_sector, "
	"risk_group, start_date, end_date, segments, load) "
	"SELECT p, e, o, r, w, a, b, c, d, f, s, u, g::jsonb, $14::bigint FROM unnest($1::bytea[], $2::bytea[], $3::text[], $4::bigint[], "
	"$5::timestamptz[], "
	"$6::text[], "
	"$7::text[], $8::text[], $9::text[], $10::text[], $11::date[], $12::date[], $13::text[]) AS x (p, e, o, r, w, a, b, c, d, f, s, u, g) "
	"ON CONFLICT (pseudonym, entity_id) DO UPDATE SET employer_id = excluded.employer_id, revision = excluded.revision, recorded_at = "
	"excluded.recorded_at, "
	"personnel_number = excluded.personnel_number, gender = excluded.gender, age_band = excluded.age_band, uwv_sector = excluded.uwv_sector, "
	"risk_group = excluded.risk_group, start_date = excluded.start_date, end_date = excluded.end_date, segments = excluded.segments, "
	"load = excluded.load "
	"WHERE t.load < excluded.load OR t.revision < excluded.revision"};

static const struct statement upsert_absences = {
	"population_upsert_absences",
	"INSERT INTO population_absence AS t (pseudonym, entity_id, employer_id, revision, recorded_at, employment_id, first_day, recovered_on, "
	"recovered, "
	"excluded, exclude_from_frequency, segments, load) "
	"SELECT p, e, o, r, w, a, s, u, b, c, d, g::jsonb, $13::bigint FROM unnest($1::bytea[], $2::bytea[], $3::text[], $4::bigint[], "
	"$5::timestamptz[], "
	"$6::bytea[], "
	"$7::date[], $8::date[], $9::boolean[], $10::boolean[], $11::boolean[], $12::text[]) AS x (p, e, o, r, w, a, s, u, b, c, d, g) "
	"ON CONFLICT (pseudonym, entity_id) DO UPDATE SET employer_id = excluded.employer_id, revision = excluded.revision, recorded_at = "
	"excluded.recorded_at, "
	"employment_id = excluded.employment_id, first_day = excluded.first_day, recovered_on = excluded.recovered_on, recovered = "
	"excluded.recovered, "
	"excluded = excluded.excluded, exclude_from_frequency = excluded.exclude_from_frequency, segments = excluded.segments, "
	"load = excluded.load "
	"WHERE t.load < excluded.load OR t.revision < excluded.revision"};

static const struct statement upsert_units = {
	"population_upsert_units",
	"INSERT INTO population_unit AS t (unit_key, employer_id, revision, recorded_at, unit_code, name, parent_code, load) "
	"SELECT e, o, r, w, a, b, c, $8::bigint FROM unnest($1::bytea[], $2::text[], $3::bigint[], $4::timestamptz[], $5::text[], $6::text[], "
	"$7::text[]) "
	"AS x (e, o, r, w, a, b, c) "
	"ON CONFLICT (unit_key) DO UPDATE SET revision = excluded.revision, recorded_at = excluded.recorded_at, name = excluded.name, "
	"parent_code = excluded.parent_code, load = excluded.load WHERE t.load < excluded.load OR t.revision < excluded.revision"};

static const struct statement remove_entities = {
	"population_remove_entities",
	"WITH gone AS (SELECT p, e FROM unnest($1::bytea[], $2::bytea[]) AS x (p, e)), "
	"employments AS (DELETE FROM population_employment t USING gone WHERE t.pseudonym = p AND t.entity_id = e), "
	"units AS (DELETE FROM population_unit t USING gone WHERE t.unit_key = e AND p = '\\x00000000000000000000000000000000'::bytea) "
	"DELETE FROM population_absence t USING gone WHERE t.pseudonym = p AND t.entity_id = e"};

static const struct statement purge_employers = {
	"population_purge_employers", "WITH gone AS (SELECT o, b FROM unnest($1::text[], $2::bigint[]) AS x (o, b)), "
				      "employments AS (DELETE FROM population_employment t USING gone WHERE t.employer_id = o AND t.revision < b), "
				      "units AS (DELETE FROM population_unit t USING gone WHERE t.employer_id = o AND t.revision < b) "
				      "DELETE FROM population_absence t USING gone WHERE t.employer_id = o AND t.revision < b"};

static const struct statement upsert_employers = {
	"population_upsert_employers",
	"INSERT INTO population_employer (employer_id, begun_generation, complete_generation, ended, min_group, recorded_at, load, loading) "
	"SELECT o, b, c, e, m, w, $7::bigint, $8::boolean FROM unnest($1::text[], $2::integer[], $3::integer[], $4::boolean[], $5::integer[], "
	"$6::timestamptz[]) AS x (o, b, "
	"c, e, m, w) "
	"ON CONFLICT (employer_id) DO UPDATE SET begun_generation = excluded.begun_generation, complete_generation = excluded.complete_generation, "
	"ended = excluded.ended, min_group = excluded.min_group, recorded_at = excluded.recorded_at, "
	"load = excluded.load, loading = excluded.loading"};

static bool write_employments(struct database *database, struct arena *arena, const struct columns *columns, struct error *error)
{
	struct parameters parameters;

	parameters_common(&parameters, arena, columns);
	for (size_t i = 0; i < 5; i++)
		parameters_text_array(&parameters, columns->texts[i], columns->count);
	parameters_day_array(&parameters, columns->days[0], NULL, columns->count);
	parameters_day_array(&parameters, columns->days[1], columns->no_day, columns->count);
	parameters_text_array(&parameters, columns->segments, columns->count);
	parameters_int8(&parameters, columns->load);
	return columns->count == 0 || database_queue(database, &upsert_employments, &parameters, NULL, NULL, error);
}

static bool write_absences(struct database *database, struct arena *arena, const struct columns *columns, struct error *error)
{
	struct parameters parameters;

	parameters_common(&parameters, arena, columns);
	parameters_bytea_array(&parameters, columns->texts[0], columns->count);
	parameters_day_array(&parameters, columns->days[0], NULL, columns->count);
	parameters_day_array(&parameters, columns->days[1], columns->no_day, columns->count);
	for (size_t i = 0; i < 3; i++)
		parameters_bool_array(&parameters, columns->flags[i], NULL, columns->count);
	parameters_text_array(&parameters, columns->segments, columns->count);
	parameters_int8(&parameters, columns->load);
	return columns->count == 0 || database_queue(database, &upsert_absences, &parameters, NULL, NULL, error);
}

static bool write_units(struct database *database, struct arena *arena, const struct columns *columns, struct error *error)
{
	struct parameters parameters;

	parameters_init(&parameters, arena);
	parameters_bytea_array(&parameters, columns->second_key, columns->count);
	parameters_text_array(&parameters, columns->employer_id, columns->count);
	parameters_int8_array(&parameters, columns->revision, NULL, columns->count);
	parameters_time_array(&parameters, columns->recorded_at, NULL, columns->count);
	for (size_t i = 0; i < 3; i++)
		parameters_text_array(&parameters, columns->texts[i], columns->count);
	parameters_int8(&parameters, columns->load);
	return columns->count == 0 || database_queue(database, &upsert_units, &parameters, NULL, NULL, error);
}

static bool write_removals(struct database *database, struct arena *arena, const struct columns *columns, struct error *error)
{
	struct parameters parameters;

	parameters_init(&parameters, arena);
	parameters_bytea_array(&parameters, columns->first_key, columns->count);
	parameters_bytea_array(&parameters, columns->second_key, columns->count);
	return columns->count == 0 || database_queue(database, &remove_entities, &parameters, NULL, NULL, error);
}

static bool write_purges(struct database *database, const struct population_fold *fold, struct error *error)
{
	struct view *names = arena_array(fold->arena, fold->employer_count + 1, sizeof *names);
	int64_t *below = arena_array(fold->arena, fold->employer_count + 1, sizeof *below);
	struct parameters parameters;
	size_t count = 0;

	for (size_t i = 0; i < fold->employer_count; i++) {
		if (fold->employers[i].purge_below == 0)
			continue;
		names[count] = fold->employers[i].employer_id;
		below[count++] = fold->employers[i].purge_below;
	}
	parameters_init(&parameters, fold->arena);
	parameters_text_array(&parameters, names, count);
	parameters_int8_array(&parameters, below, NULL, count);
	return count == 0 || database_queue(database, &purge_employers, &parameters, NULL, NULL, error);
}

static bool write_employers(struct database *database, const struct population_fold *fold, const struct population_load *load, struct error *error)
{
	size_t room = fold->employer_count + 1;
	struct view *names = arena_array(fold->arena, room, sizeof *names);
	int32_t *begun = arena_array(fold->arena, room, sizeof *begun);
	int32_t *complete = arena_array(fold->arena, room, sizeof *complete);
	bool *ended = arena_array(fold->arena, room, sizeof *ended);
	int32_t *min_group = arena_array(fold->arena, room, sizeof *min_group);
	int64_t *recorded_at = arena_array(fold->arena, room, sizeof *recorded_at);
	struct parameters parameters;
	size_t count = 0;

	for (size_t i = 0; i < fold->employer_count; i++) {
		const struct population_employer *employer = &fold->employers[i];

		if (!employer->changed)
			continue;
		names[count] = employer->employer_id;
		begun[count] = employer->begun_generation;
		complete[count] = employer->complete_generation;
		ended[count] = employer->ended;
		min_group[count] = employer->min_group;
		recorded_at[count++] = employer->recorded_at;
	}
	parameters_init(&parameters, fold->arena);
	parameters_text_array(&parameters, names, count);
	parameters_int4_array(&parameters, begun, NULL, count);
	parameters_int4_array(&parameters, complete, NULL, count);
	parameters_bool_array(&parameters, ended, NULL, count);
	parameters_int4_array(&parameters, min_group, NULL, count);
	parameters_time_array(&parameters, recorded_at, NULL, count);
	parameters_int8(&parameters, load->number);
	parameters_bool(&parameters, !load->finished);
	return count == 0 || database_queue(database, &upsert_employers, &parameters, NULL, NULL, error);
}

bool population_store_write(struct database *database, const struct population_fold *fold, const struct population_load *load, struct error *error)
{
	struct columns employments;
	struct columns absences;
	struct columns units;
	struct columns removals;

	columns_init(&employments, fold->arena, fold->change_count + 1, load->number);
	columns_init(&absences, fold->arena, fold->change_count + 1, load->number);
	columns_init(&units, fold->arena, fold->change_count + 1, load->number);
	columns_init(&removals, fold->arena, fold->change_count + 1, load->number);
	for (size_t i = 0; i < fold->change_count; i++) {
		const struct population_change *change = &fold->changes[i];

		if (change->dropped)
			continue;
		switch (change->kind) {
		case POPULATION_REMOVED:
			(void)columns_begin_row(&removals, change, 0);
			break;
		case POPULATION_EMPLOYMENT:
			add_employment(&employments, fold->arena, change);
			break;
		case POPULATION_ABSENCE:
			add_absence(&absences, fold->arena, change);
			break;
		case POPULATION_UNIT:
			add_unit(&units, change);
			break;
		}
	}
	return write_purges(database, fold, error) && write_removals(database, fold->arena, &removals, error) &&
	       write_employments(database, fold->arena, &employments, error) && write_absences(database, fold->arena, &absences, error) &&
	       write_units(database, fold->arena, &units, error) && write_employers(database, fold, load, error);
}
