#include "provider-svc/store/note_store.h"

#include "common/base/uuid.h"

static const struct statement select_notes = {
	"note_select", "SELECT note_id, share_id, author, noted_at, CASE WHEN $2 THEN sealed END FROM dossier_note WHERE share_id = ANY ($1) "
		       "ORDER BY number"};
static const struct statement insert_note = {
	"note_insert", "INSERT INTO dossier_note (note_id, share_id, author, noted_at, sealed) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING"};
static const struct statement delete_note = {"note_delete", "DELETE FROM dossier_note WHERE note_id = $1"};

struct reading {
	struct note_rows *rows;
	size_t more;
};

static bool read_notes(void *context, const struct rows *rows, struct error *error)
{
	struct reading *reading = context;
	struct note_rows *ret = reading->rows;

	(void)error;
	ret->room = (size_t)rows_count(rows) + reading->more;
	ret->notes = arena_array(ret->arena, ret->room + 1, sizeof *ret->notes);
	for (int i = 0; i < rows_count(rows); i++) {
		struct note_row *note = &ret->notes[ret->count++];

		*note = (struct note_row){.note_id = arena_copy(ret->arena, row_text(rows, i, 0)),
					  .author = arena_copy(ret->arena, row_text(rows, i, 2)),
					  .noted_at = row_time(rows, i, 3),
					  .sealed = row_is_null(rows, i, 4) ? VIEW_NULL : arena_copy(ret->arena, row_bytea(rows, i, 4))};
		memcpy(note->share_id, row_bytea(rows, i, 1).ptr, SHARE_ID_LEN);
	}
	return true;
}

bool note_store_load(struct database *database, struct arena *arena, const struct view *share_ids, size_t count, bool text, size_t more,
		     struct note_rows *ret, struct error *error)
{
	struct reading reading = {.rows = ret, .more = more};
	struct parameters parameters;

	*ret = (struct note_rows){.arena = arena};
	parameters_init(&parameters, arena);
	parameters_bytea_array(&parameters, share_ids, count);
	parameters_bool(&parameters, text);
	return database_run(database, &select_notes, &parameters, read_notes, &reading, error);
}

struct note_row *note_rows_find(const struct note_rows *rows, const uint8_t share_id[static SHARE_ID_LEN], struct view note_id)
{
	for (size_t i = rows->count; i > 0; i--) {
		struct note_row *note = &rows->notes[i - 1];

		if (!note->deleted && memcmp(note->share_id, share_id, SHARE_ID_LEN) == 0 &&
		    (view_is_null(note_id) || view_equal(note->note_id, note_id)))
			return note;
	}
	return NULL;
}

/* What the seal of a note is bound to; the length differs from a share's. */
struct note_subject {
	uint8_t bytes[PSEUDONYM_LEN + SHARE_ID_LEN + UUID_TEXT_LEN];
};

static struct note_subject subject_of(const struct dossier_row *dossier, const struct note_row *note)
{
	struct note_subject subject = {0};

	memcpy(subject.bytes, dossier->pseudonym, PSEUDONYM_LEN);
	memcpy(subject.bytes + PSEUDONYM_LEN, note->share_id, SHARE_ID_LEN);
	memcpy(subject.bytes + PSEUDONYM_LEN + SHARE_ID_LEN, note->note_id.ptr,
	       note->note_id.len < UUID_TEXT_LEN ? note->note_id.len : UUID_TEXT_LEN);
	return subject;
}

struct view note_seal(struct arena *arena, const struct dossier_row *dossier, const struct note_row *note, struct view text)
{
	struct note_subject subject = subject_of(dossier, note);

	return seal_make(arena, dossier->key, 1, view_of(subject.bytes, sizeof subject.bytes), text, NULL);
}

bool note_open(struct arena *arena, const struct dossier_row *dossier, const struct note_row *note, struct view *ret_text, struct error *error)
{
	struct note_subject subject = subject_of(dossier, note);

	return seal_open(arena, dossier->key, view_of(subject.bytes, sizeof subject.bytes), note->sealed, ret_text, error);
}

static bool write_note(struct database *database, struct arena *arena, const struct note_row *note, struct error *error)
{
	struct parameters parameters;

	parameters_init(&parameters, arena);
	parameters_text(&parameters, note->note_id);
	if (note->deleted)
		return database_queue(database, &delete_note, &parameters, NULL, NULL, error);
	parameters_bytea(&parameters, view_of(note->share_id, SHARE_ID_LEN));
	parameters_text(&parameters, note->author);
	parameters_time(&parameters, note->noted_at);
	parameters_bytea(&parameters, note->sealed);
	return database_queue(database, &insert_note, &parameters, NULL, NULL, error);
}

bool note_store_write(struct database *database, const struct note_rows *rows, struct error *error)
{
	for (size_t i = 0; i < rows->count; i++) {
		const struct note_row *note = &rows->notes[i];

		if (note->is_new != note->deleted && !write_note(database, rows->arena, note, error))
			return false;
	}
	return true;
}
