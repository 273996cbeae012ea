#include "provider-svc/store/population_snapshot.h"

#include <jansson.h>

#include "common/base/calendar.h"

enum { PSEUDONYM_LEN = 16 };

static const struct statement begin_snapshot = {"snapshot_begin", "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"};

static const struct statement select_estimate = {"snapshot_estimate",
						 "SELECT coalesce(sum(greatest(reltuples, 0)), 0)::bigint FROM pg_class WHERE oid IN "
						 "('population_employment'::regclass, 'population_absence'::regclass)"};

static const struct statement select_employers = {
	"snapshot_employers", "SELECT employer_id, begun_generation, complete_generation, ended, min_group, loading FROM population_employer"};

static const struct statement select_units = {
	"snapshot_units", "SELECT employer_id, unit_code, name, parent_code FROM population_unit WHERE $1::text IS NULL OR employer_id = $1"};

/* Both in the order of the primary key: a person's rows stand together. */
static const struct statement declare_employments = {
	"snapshot_employments", "DECLARE snapshot_employments NO SCROLL CURSOR FOR SELECT pseudonym, entity_id, employer_id, segments::text, gender, "
				"age_band, start_date, end_date FROM population_employment WHERE $1::text IS NULL OR employer_id = $1 "
				"ORDER BY pseudonym, entity_id"};
static const struct statement declare_absences = {
	"snapshot_absences",
	"DECLARE snapshot_absences NO SCROLL CURSOR FOR SELECT pseudonym, entity_id, employer_id, segments::text, employment_id, "
	"first_day, recovered_on, recovered, excluded, exclude_from_frequency FROM population_absence WHERE $1::text IS NULL OR "
	"employer_id = $1 ORDER BY pseudonym, entity_id"};
static const struct statement fetch_employments = {"snapshot_fetch_employments", "FETCH 4000 FROM snapshot_employments"};
static const struct statement fetch_absences = {"snapshot_fetch_absences", "FETCH 4000 FROM snapshot_absences"};

bool population_snapshot_begin(struct database *database, struct error *error)
{
	return database_run(database, &begin_snapshot, NULL, NULL, NULL, error);
}

static bool read_estimate(void *context, const struct rows *rows, struct error *error)
{
	(void)error;
	*(uint64_t *)context = rows_count(rows) == 1 ? (uint64_t)row_int8(rows, 0, 0) : 0;
	return true;
}

bool population_snapshot_estimate(struct database *database, uint64_t *ret_rows, struct error *error)
{
	return database_run(database, &select_estimate, NULL, read_estimate, ret_rows, error);
}

struct employer_reading {
	struct arena *arena;
	struct population_employer *employers;
	size_t count;
};

static bool read_employers(void *context, const struct rows *rows, struct error *error)
{
	struct employer_reading *reading = context;

	(void)error;
	reading->employers = arena_array(reading->arena, (size_t)rows_count(rows) + 1, sizeof *reading->employers);
	for (int i = 0; i < rows_count(rows); i++) {
		bool loading = row_bool(rows, i, 5);

		reading->employers[reading->count++] = (struct population_employer){
			.employer_id = arena_copy(reading->arena, row_text(rows, i, 0)),
			.begun_generation = loading && row_int4(rows, i, 1) == 0 ? 1 : row_int4(rows, i, 1), /* its BEGIN may be compacted away */
			.complete_generation = loading ? 0 : row_int4(rows, i, 2),
			.ended = !loading && row_bool(rows, i, 3),
			.min_group = row_int4(rows, i, 4),
		};
	}
	return true;
}

bool population_snapshot_employers(struct database *database, struct arena *arena, struct population_employer **ret_employers, size_t *ret_count,
				   struct error *error)
{
	struct employer_reading reading = {.arena = arena};

	if (!database_run(database, &select_employers, NULL, read_employers, &reading, error))
		return false;
	*ret_employers = reading.employers;
	*ret_count = reading.count;
	return true;
}

struct unit_reading {
	struct arena *arena;
	const struct population_unit **units;
	size_t count;
};

static bool read_units(void *context, const struct rows *rows, struct error *error)
{
	struct unit_reading *reading = context;

	(void)error;
	reading->units = arena_array(reading->arena, (size_t)rows_count(rows) + 1, sizeof(void *));
	for (int i = 0; i < rows_count(rows); i++) {
		struct population_unit *unit = arena_take(reading->arena, sizeof *unit);

		unit->employer_id = arena_copy(reading->arena, row_text(rows, i, 0));
		unit->unit_code = arena_copy(reading->arena, row_text(rows, i, 1));
		unit->name = arena_copy(reading->arena, row_text(rows, i, 2));
		unit->parent_code = arena_copy(reading->arena, row_text(rows, i, 3));
		reading->units[reading->count++] = unit;
	}
	return true;
}

bool population_snapshot_units(struct database *database, struct view employer_id, struct arena *arena,
			       const struct population_unit *const **ret_units, size_t *ret_count, struct error *error)
{
	struct unit_reading reading = {.arena = arena};
	struct parameters parameters;

	parameters_init(&parameters, arena);
	parameters_text(&parameters, employer_id);
	if (!database_run(database, &select_units, &parameters, read_units, &reading, error))
		return false;
	*ret_units = reading.units;
	*ret_count = reading.count;
	return true;
}

/* A row that has been fetched and not been looked into. */
struct row {
	uint8_t pseudonym[PSEUDONYM_LEN];
	void *record;         /* a population_employment or population_absence, without its segments */
	struct view segments; /* JSON */
};

/* One table's rows: a page of them in memory. */
struct cursor_rows {
	const struct statement *fetch;
	row_reader *read;
	struct arena arena; /* of the page */
	struct row *rows;
	size_t count;
	size_t next;
	bool at_end;
	uint64_t *total; /* rows fetched from either table */
};

static void copy_id(struct view id, uint8_t ret[static PSEUDONYM_LEN])
{
	if (id.len == PSEUDONYM_LEN)
		memcpy(ret, id.ptr, PSEUDONYM_LEN);
}

static bool symbol_of(const struct schema_enum *enumeration, struct view symbol, int32_t *ret, struct error *error)
{
	return schema_enum_value(enumeration, symbol, ret) ||
	       error_set(error, DISPOSITION_STOP, "ENUM", "population_employment", "a row holds a word that this binary does not know: upgrade it");
}

static void page_begin(struct cursor_rows *page, const struct rows *rows)
{
	page->rows = arena_array(&page->arena, (size_t)rows_count(rows) + 1, sizeof *page->rows);
	page->count = (size_t)rows_count(rows);
	page->at_end = page->count == 0;
	*page->total += page->count;
}

static bool read_employments(void *context, const struct rows *rows, struct error *error)
{
	struct cursor_rows *page = context;

	page_begin(page, rows);
	for (int i = 0; i < rows_count(rows); i++) {
		struct population_employment *employment = arena_take(&page->arena, sizeof *employment);
		int32_t gender;
		int32_t age_band;

		if (!symbol_of(&gender_enum, row_text(rows, i, 4), &gender, error) ||
		    !symbol_of(&age_band_enum, row_text(rows, i, 5), &age_band, error))
			return false;
		copy_id(row_bytea(rows, i, 0), employment->pseudonym);
		copy_id(row_bytea(rows, i, 1), employment->entity_id);
		employment->employer_id = arena_copy(&page->arena, row_text(rows, i, 2));
		employment->gender = (enum gender)gender;
		employment->age_band = (enum age_band)age_band;
		employment->start_date = row_day(rows, i, 6);
		employment->has_end_date = !row_is_null(rows, i, 7);
		employment->end_date = row_day(rows, i, 7);
		page->rows[i].record = employment;
		page->rows[i].segments = arena_copy(&page->arena, row_text(rows, i, 3));
		memcpy(page->rows[i].pseudonym, employment->pseudonym, PSEUDONYM_LEN);
	}
	return true;
}

static bool read_absences(void *context, const struct rows *rows, struct error *error)
{
	struct cursor_rows *page = context;

	(void)error;
	page_begin(page, rows);
	for (int i = 0; i < rows_count(rows); i++) {
		struct population_absence *absence = arena_take(&page->arena, sizeof *absence);

		copy_id(row_bytea(rows, i, 0), absence->pseudonym);
		copy_id(row_bytea(rows, i, 1), absence->entity_id);
		absence->employer_id = arena_copy(&page->arena, row_text(rows, i, 2));
		copy_id(row_bytea(rows, i, 4), absence->employment_id);
		absence->first_day = row_day(rows, i, 5);
		absence->has_recovered_on = !row_is_null(rows, i, 6);
		absence->recovered_on = row_day(rows, i, 6);
		absence->recovered = row_bool(rows, i, 7);
		absence->excluded = row_bool(rows, i, 8);
		absence->exclude_from_frequency = row_bool(rows, i, 9);
		page->rows[i].record = absence;
		page->rows[i].segments = arena_copy(&page->arena, row_text(rows, i, 3));
		memcpy(page->rows[i].pseudonym, absence->pseudonym, PSEUDONYM_LEN);
	}
	return true;
}

/* The row that comes next, NULL behind the last. */
static bool peek(struct database *database, struct cursor_rows *page, const struct row **ret, struct error *error)
{
	if (page->next == page->count && !page->at_end) {
		arena_reset(&page->arena);
		page->next = 0;
		page->count = 0;
		if (!database_run(database, page->fetch, NULL, page->read, page, error))
			return false;
	}
	*ret = page->at_end ? NULL : &page->rows[page->next];
	return true;
}

static bool segments_failed(struct error *error)
{
	return error_set(error, DISPOSITION_STOP, "SEGMENTS", "population", "a row's segments are not as this service writes them");
}

static struct view text_of(const json_t *object, const char *name, struct arena *arena)
{
	const json_t *text = json_object_get(object, name);

	return json_is_string(text) ? arena_copy(arena, view_of(json_string_value(text), json_string_length(text))) : VIEW_NULL;
}

static bool day_of_member(const json_t *object, struct error *error, int32_t *ret)
{
	return day_parse(view_text(json_string_value(json_object_get(object, "from"))), ret) || segments_failed(error);
}

static bool read_employment_segments(const json_t *array, struct arena *arena, struct population_employment *employment, struct error *error)
{
	const json_t *object;
	size_t i;

	employment->segments.count = json_array_size(array);
	employment->segments.items = arena_array(arena, employment->segments.count + 1, sizeof *employment->segments.items);
	json_array_foreach(array, i, object)
	{
		struct employment_segment *segment = &employment->segments.items[i];
		int32_t term;

		if (!day_of_member(object, error, &segment->from) ||
		    !symbol_of(&contract_term_enum, view_text(json_string_value(json_object_get(object, "contract_term"))), &term, error))
			return false;
		segment->contract_term = (enum contract_term)term;
		segment->department_code = text_of(object, "department_code", arena);
		segment->function_code = text_of(object, "function_code", arena);
		segment->contract_hours_x100 = (int32_t)json_integer_value(json_object_get(object, "contract_hours_x100"));
		segment->norm_hours_x100 = (int32_t)json_integer_value(json_object_get(object, "norm_hours_x100"));
	}
	return true;
}

static bool read_absence_segments(const json_t *array, struct arena *arena, struct population_absence *absence, struct error *error)
{
	const json_t *object;
	size_t i;

	absence->segments.count = json_array_size(array);
	absence->segments.items = arena_array(arena, absence->segments.count + 1, sizeof *absence->segments.items);
	json_array_foreach(array, i, object)
	{
		if (!day_of_member(object, error, &absence->segments.items[i].from))
			return false;
		absence->segments.items[i].absence_pct_x100 = (int32_t)json_integer_value(json_object_get(object, "absence_pct_x100"));
	}
	return true;
}

/* One person under way. */
struct person {
	struct arena arena;
	const struct population_employment **employments;
	size_t employment_count;
	const struct population_absence **absences;
	size_t absence_count;
};

static const void **list_append(struct arena *arena, const void **list, size_t count, const void *item)
{
	list = arena_grow(arena, list, count * sizeof *list, (count + 1) * sizeof *list);
	list[count] = item;
	return list;
}

static bool add_employment(struct person *person, const struct row *row, const json_t *segments, struct error *error)
{
	struct population_employment *employment = arena_take(&person->arena, sizeof *employment);

	memcpy(employment, row->record, sizeof *employment);
	employment->employer_id = arena_copy(&person->arena, employment->employer_id);
	person->employments = (const struct population_employment **)list_append(&person->arena, (const void **)person->employments,
										 person->employment_count++, employment);
	return read_employment_segments(segments, &person->arena, employment, error);
}

static bool add_absence(struct person *person, const struct row *row, const json_t *segments, struct error *error)
{
	struct population_absence *absence = arena_take(&person->arena, sizeof *absence);

	memcpy(absence, row->record, sizeof *absence);
	absence->employer_id = arena_copy(&person->arena, absence->employer_id);
	person->absences =
		(const struct population_absence **)list_append(&person->arena, (const void **)person->absences, person->absence_count++, absence);
	return read_absence_segments(segments, &person->arena, absence, error);
}

typedef bool add_row(struct person *person, const struct row *row, const json_t *segments, struct error *error);

/* Takes the rows of that pseudonym, which come next if there are any; they may go on on another page. */
static bool add_rows(struct database *database, struct cursor_rows *page, const uint8_t pseudonym[static PSEUDONYM_LEN], add_row *add,
		     struct person *person, struct error *error)
{
	for (;;) {
		const struct row *row;
		json_t *segments;
		bool done;

		if (!peek(database, page, &row, error))
			return false;
		if (row == NULL || memcmp(row->pseudonym, pseudonym, PSEUDONYM_LEN) != 0)
			return true;
		segments = json_loadb((const char *)row->segments.ptr, row->segments.len, 0, NULL);
		done = json_is_array(segments) ? add(person, row, segments, error) : segments_failed(error);
		json_decref(segments);
		if (!done)
			return false;
		page->next++;
	}
}

struct walk_state {
	const struct population_snapshot_walk *walk;
	struct cursor_rows employments;
	struct cursor_rows absences;
	struct person person;
	uint64_t total;
};

/* The next person, the one of the lower pseudonym of both; *ret_found false behind the last. */
static bool visit_next(struct database *database, struct walk_state *state, bool *ret_found, struct error *error)
{
	const struct row *employment;
	const struct row *absence;
	const struct row *lower;
	uint8_t pseudonym[PSEUDONYM_LEN];
	struct course_person found;

	if (!peek(database, &state->employments, &employment, error) || !peek(database, &state->absences, &absence, error))
		return false;
	*ret_found = employment != NULL || absence != NULL;
	if (!*ret_found)
		return true;
	lower = absence == NULL || (employment != NULL && memcmp(employment->pseudonym, absence->pseudonym, PSEUDONYM_LEN) < 0) ? employment
																: absence;
	memcpy(pseudonym, lower->pseudonym, PSEUDONYM_LEN);
	arena_reset(&state->person.arena);
	state->person = (struct person){.arena = state->person.arena};
	if (!add_rows(database, &state->employments, pseudonym, add_employment, &state->person, error) ||
	    !add_rows(database, &state->absences, pseudonym, add_absence, &state->person, error))
		return false;
	found = (struct course_person){
		.employments = state->person.employments,
		.employment_count = state->person.employment_count,
		.absences = state->person.absences,
		.absence_count = state->person.absence_count,
	};
	state->walk->report(state->walk->report_context, state->total);
	return state->walk->visit(state->walk->context, &found, error);
}

static bool open_cursors(struct database *database, struct view employer_id, struct arena *arena, struct error *error)
{
	struct parameters parameters;

	parameters_init(&parameters, arena);
	parameters_text(&parameters, employer_id);
	return database_queue(database, &declare_employments, &parameters, NULL, NULL, error) &&
	       database_queue(database, &declare_absences, &parameters, NULL, NULL, error) && database_sync(database, error);
}

static bool close_cursors(struct database *database, struct error *error)
{
	static const struct statement close_employments = {"snapshot_close_employments", "CLOSE snapshot_employments"};
	static const struct statement close_absences = {"snapshot_close_absences", "CLOSE snapshot_absences"};

	return database_queue(database, &close_employments, NULL, NULL, NULL, error) &&
	       database_queue(database, &close_absences, NULL, NULL, NULL, error) && database_sync(database, error);
}

bool population_snapshot_persons(struct database *database, const struct population_snapshot_walk *walk, struct error *error)
{
	struct walk_state state = {
		.walk = walk,
		.employments = {.fetch = &fetch_employments, .read = read_employments},
		.absences = {.fetch = &fetch_absences, .read = read_absences},
	};
	bool found = true;
	bool done;

	state.employments.total = &state.total;
	state.absences.total = &state.total;
	done = open_cursors(database, walk->employer_id, &state.person.arena, error);
	while (done && found)
		done = visit_next(database, &state, &found, error);
	done = done && close_cursors(database, error);
	arena_done(&state.employments.arena);
	arena_done(&state.absences.arena);
	arena_done(&state.person.arena);
	return done;
}
