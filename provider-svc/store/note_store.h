/* What a provider's users write, sealed under the dossier's key. */
#pragma once

#include "provider-svc/store/dossier_store.h"

struct note_row {
	struct view note_id; /* command_id of its action */
	uint8_t share_id[SHARE_ID_LEN];
	struct view author;
	int64_t noted_at;
	struct view sealed; /* null: not loaded */
	bool is_new;
	bool deleted;
};

/* Notes of some shares, each share's oldest first. */
struct note_rows {
	struct note_row *notes;
	size_t count;
	size_t room;
	struct arena *arena;
};

/* Reads the notes of these shares, `more` of them to be added; with `text` their sealed text too. */
MUST_CHECK bool note_store_load(struct database *database, struct arena *arena, const struct view *share_ids, size_t count, bool text, size_t more,
				struct note_rows *ret, struct error *error);

/* The note of that id under the share, or with the null view its newest; NULL where there is none. */
struct note_row *note_rows_find(const struct note_rows *rows, const uint8_t share_id[static SHARE_ID_LEN], struct view note_id);

/* Seals a note's text under its dossier's key; bound to dossier, share and note. */
struct view note_seal(struct arena *arena, const struct dossier_row *dossier, const struct note_row *note, struct view text);

/* Opens it again. */
MUST_CHECK bool note_open(struct arena *arena, const struct dossier_row *dossier, const struct note_row *note, struct view *ret_text,
			  struct error *error);

/* Queues the writes of what is new and what was deleted. */
MUST_CHECK bool note_store_write(struct database *database, const struct note_rows *rows, struct error *error);
