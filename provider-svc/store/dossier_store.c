#include "provider-svc/store/dossier_store.h"

static const char key_purpose[] = "dossier";

void dossier_rows_init(struct dossier_rows *rows, struct arena *arena, size_t records)
{
	*rows = (struct dossier_rows){
		.arena = arena,
		.dossiers = arena_array(arena, records + 1, sizeof(struct dossier_row)),
		.shares = arena_array(arena, records + 1, sizeof(struct share_row)),
		.refused = arena_array(arena, records + 1, sizeof(struct refused_record)),
	};
}

/* ---- reading ---- */

struct reading {
	struct dossier_rows *rows;
	const struct keyring *keyring;
};

static bool read_shares(void *context, const struct rows *rows, struct error *error)
{
	struct reading *reading = context;

	for (int i = 0; i < rows_count(rows); i++) {
		struct share_row *share = &reading->rows->shares[reading->rows->share_count++];
		int32_t state = DOSSIER_STATE_OPEN;

		memcpy(share->share_id, row_bytea(rows, i, 0).ptr, SHARE_ID_LEN);
		memcpy(share->pseudonym, row_bytea(rows, i, 1).ptr, PSEUDONYM_LEN);
		if (!schema_enum_value(&dossier_state_enum, row_text(rows, i, 2), &state))
			return error_set(error, DISPOSITION_STOP, "DOSSIER_STATE", "dossier_share.state",
					 "a state that this binary does not know: is it older than the database?");
		share->held = (struct held_share){.known = true,
						  .state = (enum dossier_state)state,
						  .share_revision = row_int8(rows, i, 3),
						  .revoked_revision = row_int8(rows, i, 7),
						  .notes = (size_t)row_int8(rows, i, 8)};
		share->employer_informed = row_bool(rows, i, 4);
		share->shared_at = row_time(rows, i, 5);
		share->applied_at = row_time(rows, i, 6);
	}
	return true;
}

static bool read_ended(void *context, const struct rows *rows, struct error *error)
{
	struct reading *reading = context;

	(void)error;
	for (int i = 0; i < rows_count(rows); i++) {
		struct share_row *share = &reading->rows->shares[reading->rows->share_count++];

		memcpy(share->share_id, row_bytea(rows, i, 0).ptr, SHARE_ID_LEN);
		share->held =
			(struct held_share){.known = true, .ended = true, .state = DOSSIER_STATE_ERASED, .share_revision = row_int8(rows, i, 1)};
	}
	return true;
}

static bool read_dossiers(void *context, const struct rows *rows, struct error *error)
{
	struct reading *reading = context;

	for (int i = 0; i < rows_count(rows); i++) {
		struct dossier_row *dossier = &reading->rows->dossiers[reading->rows->dossier_count++];
		struct view wrapped = row_bytea(rows, i, 2);

		memcpy(dossier->pseudonym, row_bytea(rows, i, 0).ptr, PSEUDONYM_LEN);
		dossier->employer_id = arena_copy(reading->rows->arena, row_text(rows, i, 1));
		dossier->opened_at = row_time(rows, i, 3);
		if (!keyring_unwrap(reading->keyring, key_purpose, view_of(dossier->pseudonym, PSEUDONYM_LEN), wrapped, dossier->key, error))
			return false;
	}
	return true;
}

static const struct statement select_shares = {
	"dossier_select_shares",
	"SELECT share_id, pseudonym, state, share_revision, employer_informed, shared_at, applied_at, revoked_revision, "
	"(SELECT count(*) FROM dossier_note n WHERE n.share_id = s.share_id) FROM dossier_share s WHERE share_id = ANY ($1)"};
static const struct statement select_ended = {"dossier_select_ended", "SELECT share_id, share_revision FROM ended_share WHERE share_id = ANY ($1)"};
static const struct statement select_dossiers = {"dossier_select_dossiers",
						 "SELECT pseudonym, employer_id, wrapped_key, opened_at FROM dossier WHERE pseudonym = ANY ($1)"};

bool dossier_store_load(struct database *database, const struct keyring *keyring, const struct view *share_ids, const struct view *pseudonyms,
			size_t count, struct dossier_rows *rows, struct error *error)
{
	struct reading reading = {.rows = rows, .keyring = keyring};
	struct parameters by_share;
	struct parameters by_pseudonym;

	parameters_init(&by_share, rows->arena);
	parameters_bytea_array(&by_share, share_ids, count);
	parameters_init(&by_pseudonym, rows->arena);
	parameters_bytea_array(&by_pseudonym, pseudonyms, count);
	return count == 0 ||
	       (database_queue(database, &select_shares, &by_share, read_shares, &reading, error) &&
		database_queue(database, &select_ended, &by_share, read_ended, &reading, error) &&
		database_queue(database, &select_dossiers, &by_pseudonym, read_dossiers, &reading, error) && database_sync(database, error));
}

/* ---- in memory ---- */

struct dossier_row *dossier_rows_dossier(struct dossier_rows *rows, const struct keyring *keyring, const uint8_t pseudonym[static PSEUDONYM_LEN],
					 struct view employer_id, int64_t opened_at)
{
	struct dossier_row *dossier;

	for (size_t i = 0; i < rows->dossier_count; i++) {
		if (memcmp(rows->dossiers[i].pseudonym, pseudonym, PSEUDONYM_LEN) == 0)
			return &rows->dossiers[i];
	}
	dossier = &rows->dossiers[rows->dossier_count++];
	*dossier = (struct dossier_row){.employer_id = employer_id, .opened_at = opened_at, .is_new = true};
	memcpy(dossier->pseudonym, pseudonym, PSEUDONYM_LEN);
	random_bytes(dossier->key, sizeof dossier->key);
	keyring_wrap(keyring, key_purpose, view_of(dossier->pseudonym, PSEUDONYM_LEN), dossier->key, dossier->wrapped_key);
	return dossier;
}

struct share_row *dossier_rows_share(struct dossier_rows *rows, const uint8_t share_id[static SHARE_ID_LEN])
{
	struct share_row *share;

	for (size_t i = 0; i < rows->share_count; i++) {
		if (memcmp(rows->shares[i].share_id, share_id, SHARE_ID_LEN) == 0)
			return &rows->shares[i];
	}
	share = &rows->shares[rows->share_count++];
	*share = (struct share_row){0};
	memcpy(share->share_id, share_id, SHARE_ID_LEN);
	return share;
}

void dossier_rows_refuse(struct dossier_rows *rows, const char *topic, const struct stream_record *record, const char *code)
{
	rows->refused[rows->refused_count++] = (struct refused_record){
		.topic = topic, .partition = record->partition, .offset = record->offset, .time_ms = record->time_ms, .code = code};
}

/* What the seal of a share is bound to. */
struct seal_subject {
	uint8_t bytes[PSEUDONYM_LEN + SHARE_ID_LEN + sizeof(int64_t)];
};

static struct seal_subject subject_of(const struct dossier_row *dossier, const struct share_row *share)
{
	struct seal_subject subject;

	memcpy(subject.bytes, dossier->pseudonym, PSEUDONYM_LEN);
	memcpy(subject.bytes + PSEUDONYM_LEN, share->share_id, SHARE_ID_LEN);
	memcpy(subject.bytes + PSEUDONYM_LEN + SHARE_ID_LEN, &share->held.share_revision, sizeof(int64_t));
	return subject;
}

struct view dossier_seal(struct arena *arena, const struct dossier_row *dossier, const struct share_row *share, struct view plain)
{
	struct seal_subject subject = subject_of(dossier, share);

	/* The dossier's key has no epoch of its own: the wrapped key names the master key's. */
	return seal_make(arena, dossier->key, 1, view_of(subject.bytes, sizeof subject.bytes), plain, NULL);
}

bool dossier_open(struct arena *arena, const struct dossier_row *dossier, const struct share_row *share, struct view sealed, struct view *ret_plain,
		  struct error *error)
{
	struct seal_subject subject = subject_of(dossier, share);

	return seal_open(arena, dossier->key, view_of(subject.bytes, sizeof subject.bytes), sealed, ret_plain, error);
}

/* ---- writing ---- */

static const struct statement insert_dossier = {"dossier_insert",
						"INSERT INTO dossier (pseudonym, employer_id, wrapped_key, opened_at) VALUES ($1, $2, $3, $4)"};

static const struct statement upsert_share = {
	"dossier_upsert_share",
	"INSERT INTO dossier_share AS t (share_id, pseudonym, employer_informed, state, share_revision, shared_at, applied_at, sealed, "
	"revoked_revision, blind_names, blind_birth) "
	"VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (share_id) DO UPDATE SET pseudonym = excluded.pseudonym, "
	"employer_informed = excluded.employer_informed, state = "
	"excluded.state, "
	"share_revision = excluded.share_revision, shared_at = excluded.shared_at, applied_at = excluded.applied_at, sealed = excluded.sealed, "
	"revoked_revision = excluded.revoked_revision, blind_names = excluded.blind_names, blind_birth = excluded.blind_birth"};

static const struct statement restate_share = {"dossier_restate_share", "UPDATE dossier_share SET state = $2 WHERE share_id = $1"};

/* A detached share keeps its data, which are bound to the revision they came with. */
static const struct statement detach_share = {"dossier_detach_share",
					      "UPDATE dossier_share SET state = 'DETACHED', revoked_revision = $2 WHERE share_id = $1"};

static const struct statement end_share = {
	"dossier_end_share", "WITH gone AS (DELETE FROM dossier_share WHERE share_id = $1 RETURNING pseudonym) "
			     "INSERT INTO ended_share (share_id, share_revision, ended_at) VALUES ($1, $2, $3) ON CONFLICT (share_id) DO NOTHING"};

static const struct statement delete_empty_dossier = {
	"dossier_delete_empty",
	"DELETE FROM dossier d WHERE d.pseudonym = $1 AND NOT EXISTS (SELECT FROM dossier_share s WHERE s.pseudonym = d.pseudonym)"};

static const struct statement insert_refused = {
	"dossier_insert_refused",
	"INSERT INTO quarantine (topic, partition, record_offset, code, recorded_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING"};

static bool write_dossier(struct database *database, struct arena *arena, const struct dossier_row *dossier, struct error *error)
{
	struct parameters parameters;

	parameters_init(&parameters, arena);
	parameters_bytea(&parameters, view_of(dossier->pseudonym, PSEUDONYM_LEN));
	parameters_text(&parameters, dossier->employer_id);
	parameters_bytea(&parameters, view_of(dossier->wrapped_key, WRAPPED_KEY_LEN));
	parameters_time(&parameters, dossier->opened_at);
	return database_queue(database, &insert_dossier, &parameters, NULL, NULL, error);
}

static bool write_ended(struct database *database, struct arena *arena, const struct share_row *share, struct error *error)
{
	struct parameters parameters;

	parameters_init(&parameters, arena);
	parameters_bytea(&parameters, view_of(share->share_id, SHARE_ID_LEN));
	parameters_int8(&parameters, share->held.share_revision);
	parameters_time(&parameters, share->applied_at);
	if (!database_queue(database, &end_share, &parameters, NULL, NULL, error))
		return false;
	parameters_init(&parameters, arena);
	parameters_bytea(&parameters, view_of(share->pseudonym, PSEUDONYM_LEN));
	return database_queue(database, &delete_empty_dossier, &parameters, NULL, NULL, error);
}

static void put_terms(struct parameters *parameters, const struct search_terms *terms)
{
	struct view names[SEARCH_NAMES_MAX];

	for (size_t i = 0; i < terms->name_count; i++)
		names[i] = view_of(terms->names[i], BLIND_INDEX_LEN);
	parameters_bytea_array(parameters, names, terms->name_count);
	parameters_bytea(parameters, view_of(terms->birth, BLIND_INDEX_LEN));
}

static const struct statement index_share = {
	"dossier_index_share", "UPDATE dossier_share SET blind_names = $3, blind_birth = $4 WHERE share_id = $1 AND share_revision = $2"};

bool dossier_store_index(struct database *database, struct arena *arena, const struct share_row *share, struct error *error)
{
	struct parameters parameters;

	parameters_init(&parameters, arena);
	parameters_bytea(&parameters, view_of(share->share_id, SHARE_ID_LEN));
	parameters_int8(&parameters, share->held.share_revision);
	put_terms(&parameters, &share->terms);
	return database_queue(database, &index_share, &parameters, NULL, NULL, error);
}

static bool write_share(struct database *database, struct arena *arena, const struct share_row *share, struct error *error)
{
	struct parameters parameters;

	parameters_init(&parameters, arena);
	parameters_bytea(&parameters, view_of(share->share_id, SHARE_ID_LEN));
	if (share->restated) {
		parameters_text(&parameters, view_text(dossier_state_name(share->held.state)));
		return database_queue(database, &restate_share, &parameters, NULL, NULL, error);
	}
	if (view_is_null(share->sealed)) {
		parameters_int8(&parameters, share->held.revoked_revision);
		return database_queue(database, &detach_share, &parameters, NULL, NULL, error);
	}
	parameters_bytea(&parameters, view_of(share->pseudonym, PSEUDONYM_LEN));
	parameters_bool(&parameters, share->employer_informed);
	parameters_text(&parameters, view_text(dossier_state_name(share->held.state)));
	parameters_int8(&parameters, share->held.share_revision);
	parameters_time(&parameters, share->shared_at);
	parameters_time(&parameters, share->applied_at);
	parameters_bytea(&parameters, share->sealed);
	parameters_int8(&parameters, share->held.revoked_revision);
	put_terms(&parameters, &share->terms);
	return database_queue(database, &upsert_share, &parameters, NULL, NULL, error);
}

static bool write_refused(struct database *database, struct arena *arena, const struct refused_record *refused, struct error *error)
{
	struct parameters parameters;

	parameters_init(&parameters, arena);
	parameters_text(&parameters, view_text(refused->topic));
	parameters_int4(&parameters, refused->partition);
	parameters_int8(&parameters, refused->offset);
	parameters_text(&parameters, view_text(refused->code));
	parameters_time(&parameters, refused->time_ms);
	return database_queue(database, &insert_refused, &parameters, NULL, NULL, error);
}

bool dossier_store_write(struct database *database, const struct dossier_rows *rows, struct error *error)
{
	for (size_t i = 0; i < rows->dossier_count; i++) {
		if (rows->dossiers[i].is_new && !write_dossier(database, rows->arena, &rows->dossiers[i], error))
			return false;
	}
	/* What is kept goes before what ends, so that a dossier with a new share is not taken for an empty one. */
	for (size_t i = 0; i < rows->share_count; i++) {
		if (rows->shares[i].changed && !rows->shares[i].held.ended && !write_share(database, rows->arena, &rows->shares[i], error))
			return false;
	}
	for (size_t i = 0; i < rows->share_count; i++) {
		if (rows->shares[i].changed && rows->shares[i].held.ended && !write_ended(database, rows->arena, &rows->shares[i], error))
			return false;
	}
	for (size_t i = 0; i < rows->refused_count; i++) {
		if (!write_refused(database, rows->arena, &rows->refused[i], error))
			return false;
	}
	return true;
}
