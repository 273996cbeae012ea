#include "vault-svc/store/share_store.h"

#include "vault-svc/store/records/records.h"

static const struct statement upsert = {
	"share_upsert",
	"INSERT INTO share (share_id, employer_no, person, provider_id, pseudonym, kind, origin, state, revision, begun_at, changed_at, detail, "
	"must_erase) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, $11, $12) ON CONFLICT (share_id) DO UPDATE SET pseudonym = "
	"excluded.pseudonym, "
	"kind = CASE WHEN excluded.state = 'REVOKED' THEN share.kind ELSE excluded.kind END, "
	"origin = CASE WHEN excluded.state = 'REVOKED' THEN share.origin ELSE excluded.origin END, state = excluded.state, "
	"revision = excluded.revision, changed_at = excluded.changed_at, detail = excluded.detail, "
	"must_erase = excluded.must_erase"};

static bool detail_seal(const struct share_row *row, struct arena *arena, struct view *ret, struct error *error)
{
	const struct share_detail detail = {.shared_by = row->shared_by, .reason = row->reason};
	struct seal_subject subject = seal_subject_of(row->person->employer->number, row->person->number, row->revision);

	subject.also = view_of(row->share_id, sizeof row->share_id);
	return document_seal(&share_detail_schema, &detail, row->person->key, row->person->employer->keys.epoch, &subject, arena, ret, error);
}

static bool queue_one(const struct share_row *row, struct database *database, struct arena *arena, struct error *error)
{
	struct parameters parameters;
	struct view detail = VIEW_NULL;

	if (!row->erased && !detail_seal(row, arena, &detail, error))
		return false;
	parameters_init(&parameters, arena);
	parameters_bytea(&parameters, view_of(row->share_id, sizeof row->share_id));
	parameters_int4(&parameters, row->person->employer->number);
	parameters_int8(&parameters, row->person->number);
	parameters_text(&parameters, row->provider_id);
	parameters_bytea(&parameters, row->erased ? VIEW_NULL : view_of(row->pseudonym, sizeof row->pseudonym));
	parameters_text(&parameters, view_text(row->kind));
	parameters_text(&parameters, view_text(row->origin));
	parameters_text(&parameters, view_text(row->revoked ? "REVOKED" : "LIVE"));
	parameters_int8(&parameters, row->revision);
	parameters_int8(&parameters, row->at);
	parameters_bytea(&parameters, detail);
	parameters_bool(&parameters, row->must_erase);
	return database_queue(database, &upsert, &parameters, NULL, NULL, error);
}

bool share_queue_write(const struct share_row *rows, struct database *database, struct arena *arena, struct error *error)
{
	for (const struct share_row *row = rows; row != NULL; row = row->next)
		if (!queue_one(row, database, arena, error))
			return false;
	return true;
}

struct find {
	struct share_known *known;
	struct arena *arena;
};

static bool known_read(void *context, const struct rows *rows, struct error *error)
{
	struct find *find = context;

	(void)error;
	if (rows_count(rows) == 0)
		return true;
	find->known->found = true;
	find->known->employer_no = row_int4(rows, 0, 0);
	find->known->provider_id = arena_copy(find->arena, row_text(rows, 0, 1));
	find->known->pseudonym = row_is_null(rows, 0, 2) ? VIEW_NULL : arena_copy(find->arena, row_bytea(rows, 0, 2));
	return true;
}

bool share_queue_find(const uint8_t share_id[static 16], struct share_known *ret, struct database *database, struct arena *arena, struct error *error)
{
	static const struct statement select = {"share_find",
						"SELECT employer_no, provider_id, pseudonym FROM share WHERE share_id = $1 "
						"UNION ALL SELECT employer_no, provider_id, pseudonym FROM silent_share WHERE share_id = $1 "
						"UNION ALL SELECT employer_no, provider_id, NULL FROM revoked_share WHERE share_id = $1 "
						"UNION ALL SELECT e.employer_no, r.provider_id, r.pseudonym FROM restoration_share r "
						"JOIN employer e ON e.employer_id = r.employer_id WHERE r.share_id = $1"};
	struct find *find = arena_take(arena, sizeof *find);
	struct parameters parameters;

	*find = (struct find){.known = ret, .arena = arena};
	*ret = (struct share_known){0};
	parameters_init(&parameters, arena);
	parameters_bytea(&parameters, view_of(share_id, 16));
	return database_queue(database, &select, &parameters, known_read, find, error);
}

static bool contents_read(void *context, const struct rows *rows, struct error *error)
{
	bool *contents = context;

	(void)error;
	for (int i = 0; i < rows_count(rows); i++)
		contents[row_int8(rows, i, 0) - 1] = true;
	return true;
}

bool share_queue_contents(const struct view *share_ids, size_t count, bool *ret, struct database *database, struct arena *arena, struct error *error)
{
	static const struct statement select = {"share_contents", "SELECT q.i FROM unnest($1::bytea[]) WITH ORDINALITY q (share_id, i) "
								  "JOIN share s ON s.share_id = q.share_id WHERE s.has_content"};
	struct parameters parameters;

	memset(ret, 0, count * sizeof *ret);
	parameters_init(&parameters, arena);
	parameters_bytea_array(&parameters, share_ids, count);
	return database_queue(database, &select, &parameters, contents_read, ret, error);
}

bool share_queue_status(const uint8_t share_id[static 16], const char *state, int64_t revision, int64_t changed_at, struct database *database,
			struct arena *arena, struct error *error)
{
	static const struct statement update = {
		"share_status", "WITH revoked AS (UPDATE revoked_share SET dossier_state = $2, dossier_revision = $3, dossier_changed_at = $4 "
				"WHERE share_id = $1), live AS (UPDATE share SET dossier_state = $2, dossier_revision = $3, dossier_changed_at = $4, "
				"has_content = CASE $2 WHEN 'HAS_CONTENT' THEN true WHEN 'OPEN' THEN false ELSE has_content END WHERE share_id = $1) "
				"UPDATE silent_share SET dossier_state = $2, dossier_revision = $3, dossier_changed_at = $4, "
				"has_content = CASE $2 WHEN 'HAS_CONTENT' THEN true WHEN 'OPEN' THEN false ELSE has_content END WHERE share_id = $1"};
	struct parameters parameters;

	parameters_init(&parameters, arena);
	parameters_bytea(&parameters, view_of(share_id, 16));
	parameters_text(&parameters, view_text(state));
	parameters_int8(&parameters, revision);
	parameters_int8(&parameters, changed_at);
	return database_queue(database, &update, &parameters, NULL, NULL, error);
}
