#include "vault-svc/store/silent_share_store.h"

#include "vault-svc/store/records/records.h"

static bool detail_seal(const struct silent_share *row, struct arena *arena, struct view *ret, struct error *error)
{
	const struct share_detail detail = {.shared_by = row->shared_by};
	struct seal_subject subject = seal_subject_of(row->person->employer->number, row->person->number, row->revision);

	*ret = VIEW_NULL;
	if (row->revoked)
		return true;
	subject.also = view_of(row->share_id, sizeof row->share_id);
	return document_seal(&share_detail_schema, &detail, row->person->key, row->person->employer->keys.epoch, &subject, arena, ret, error);
}

/* Columns of the rows, beside each other. */
struct columns {
	size_t count;
	struct view *ids, *pseudonyms, *providers, *kinds, *states, *details;
	int32_t *employers;
	int64_t *persons, *revisions, *times;
	bool *must_erase;
};

static struct columns columns_of(size_t room, struct arena *arena)
{
	return (struct columns){
		.ids = arena_array(arena, room, sizeof(struct view)),
		.pseudonyms = arena_array(arena, room, sizeof(struct view)),
		.providers = arena_array(arena, room, sizeof(struct view)),
		.kinds = arena_array(arena, room, sizeof(struct view)),
		.states = arena_array(arena, room, sizeof(struct view)),
		.details = arena_array(arena, room, sizeof(struct view)),
		.employers = arena_array(arena, room, sizeof(int32_t)),
		.persons = arena_array(arena, room, sizeof(int64_t)),
		.revisions = arena_array(arena, room, sizeof(int64_t)),
		.times = arena_array(arena, room, sizeof(int64_t)),
		.must_erase = arena_array(arena, room, sizeof(bool)),
	};
}

static bool columns_add(struct columns *columns, const struct silent_share *row, struct arena *arena, struct error *error)
{
	size_t i = columns->count++;

	columns->ids[i] = view_of(row->share_id, sizeof row->share_id);
	columns->pseudonyms[i] = row->erased ? VIEW_NULL : view_of(row->pseudonym, sizeof row->pseudonym);
	columns->providers[i] = row->provider_id;
	columns->kinds[i] = view_text(row->kind);
	columns->states[i] = row->revoked ? VIEW_LITERAL("REVOKED") : VIEW_LITERAL("SHARED");
	columns->employers[i] = row->person->employer->number;
	columns->persons[i] = row->person->number;
	columns->revisions[i] = row->revision;
	columns->times[i] = row->at;
	columns->must_erase[i] = row->must_erase;
	return detail_seal(row, arena, &columns->details[i], error);
}

bool silent_share_queue_write(const struct silent_share *rows, struct database *database, struct arena *arena, struct error *error)
{
	static const struct statement upsert = {
		"silent_share_upsert",
		"INSERT INTO silent_share (share_id, employer_no, person, provider_id, pseudonym, kind, state, revision, begun_at, changed_at, "
		"detail, must_erase) "
		"SELECT share_id, employer_no, person, provider_id, pseudonym, kind, state, revision, at, at, detail, must_erase FROM "
		"unnest($1::bytea[], "
		"$2::int4[], $3::int8[], $4::text[], $5::bytea[], $6::text[], $7::text[], $8::int8[], $9::int8[], $10::bytea[], $11::bool[]) "
		"q (share_id, employer_no, person, provider_id, pseudonym, kind, state, revision, at, detail, must_erase) "
		"ON CONFLICT (share_id) DO UPDATE SET pseudonym = excluded.pseudonym, state = excluded.state, revision = excluded.revision, "
		"changed_at = excluded.changed_at, detail = excluded.detail, must_erase = excluded.must_erase"};
	struct parameters parameters;
	struct columns columns;
	size_t count = 0;

	for (const struct silent_share *row = rows; row != NULL; row = row->next)
		count++;
	columns = columns_of(count + 1, arena);
	for (const struct silent_share *row = rows; row != NULL; row = row->next)
		if (!columns_add(&columns, row, arena, error))
			return false;
	parameters_init(&parameters, arena);
	parameters_bytea_array(&parameters, columns.ids, count);
	parameters_int4_array(&parameters, columns.employers, NULL, count);
	parameters_int8_array(&parameters, columns.persons, NULL, count);
	parameters_text_array(&parameters, columns.providers, count);
	parameters_bytea_array(&parameters, columns.pseudonyms, count);
	parameters_text_array(&parameters, columns.kinds, count);
	parameters_text_array(&parameters, columns.states, count);
	parameters_int8_array(&parameters, columns.revisions, NULL, count);
	parameters_int8_array(&parameters, columns.times, NULL, count);
	parameters_bytea_array(&parameters, columns.details, count);
	parameters_bool_array(&parameters, columns.must_erase, NULL, count);
	return database_queue(database, &upsert, &parameters, NULL, NULL, error);
}

/* Where a list that is read goes. */
struct reading {
	struct arena *arena;
	struct silent_counts *counts;
};

static bool counts_read(void *context, const struct rows *rows, struct error *error)
{
	struct reading *reading = context;
	struct silent_counts *ret = reading->counts;

	(void)error;
	ret->items = arena_array(reading->arena, (size_t)rows_count(rows) + 1, sizeof *ret->items);
	for (int i = 0; i < rows_count(rows); i++)
		ret->items[ret->count++] = (struct silent_count){
			.person = row_int8(rows, i, 0),
			.provider_id = arena_copy(reading->arena, row_text(rows, i, 1)),
			.count = row_int4(rows, i, 2),
		};
	return true;
}

bool silent_share_queue_count(const int64_t *persons, size_t count, struct silent_counts *ret, struct database *database, struct arena *arena,
			      struct error *error)
{
	static const struct statement select = {"silent_share_count", "SELECT person, provider_id, count(*)::int4 FROM silent_share "
								      "WHERE person = ANY ($1::int8[]) GROUP BY person, provider_id"};
	struct reading *reading = arena_take(arena, sizeof *reading);
	struct parameters parameters;

	*reading = (struct reading){.arena = arena, .counts = ret};
	*ret = (struct silent_counts){0};
	parameters_init(&parameters, arena);
	parameters_int8_array(&parameters, persons, NULL, count);
	return database_queue(database, &select, &parameters, counts_read, reading, error);
}
