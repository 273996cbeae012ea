#include "provider-svc/dossier_index.h"

#include "provider-svc/store/dossier_store.h"

/* As many as are opened at a time. */
#define CHUNK "200"

struct chunk {
	struct arena arena;
	struct search_keys keys;
	struct view *share_ids;
	struct view *pseudonyms;
	struct view *sealed;
	int64_t *revisions;
	size_t count;
};

static void chunk_done(struct chunk *chunk)
{
	secret_wipe(&chunk->keys, sizeof chunk->keys);
	arena_done(&chunk->arena);
}

static bool read_chunk(void *context, const struct rows *rows, struct error *error)
{
	struct chunk *chunk = context;
	size_t count = (size_t)rows_count(rows);

	(void)error;
	chunk->share_ids = arena_array(&chunk->arena, count + 1, sizeof *chunk->share_ids);
	chunk->pseudonyms = arena_array(&chunk->arena, count + 1, sizeof *chunk->pseudonyms);
	chunk->sealed = arena_array(&chunk->arena, count + 1, sizeof *chunk->sealed);
	chunk->revisions = arena_array(&chunk->arena, count + 1, sizeof *chunk->revisions);
	for (chunk->count = 0; chunk->count < count; chunk->count++) {
		int row = (int)chunk->count;

		chunk->share_ids[chunk->count] = arena_copy(&chunk->arena, row_bytea(rows, row, 0));
		chunk->pseudonyms[chunk->count] = arena_copy(&chunk->arena, row_bytea(rows, row, 1));
		chunk->sealed[chunk->count] = arena_copy(&chunk->arena, row_bytea(rows, row, 2));
		chunk->revisions[chunk->count] = row_int8(rows, row, 3);
	}
	return true;
}

static const struct statement select_chunk = {"index_select", "SELECT share_id, pseudonym, sealed, share_revision FROM dossier_share "
							      "WHERE blind_birth IS NULL AND sealed IS NOT NULL ORDER BY share_id LIMIT " CHUNK};

static const struct dossier_row *dossier_of(const struct dossier_rows *rows, const struct share_row *share)
{
	for (size_t i = 0; i < rows->dossier_count; i++)
		if (memcmp(rows->dossiers[i].pseudonym, share->pseudonym, PSEUDONYM_LEN) == 0)
			return &rows->dossiers[i];
	return NULL;
}

static bool fill_one(const struct provider *provider, struct database *database, struct chunk *chunk, struct dossier_rows *rows, size_t i,
		     struct error *error)
{
	static const struct message_options padded = {.padded = true};
	struct share_row *share = dossier_rows_share(rows, chunk->share_ids[i].ptr);
	const struct dossier_row *dossier = dossier_of(rows, share);
	struct message message;
	struct view plain;

	/* Ended meanwhile, or changed: then it needs nothing, or comes again. */
	if (dossier == NULL || share->held.ended || share->held.share_revision != chunk->revisions[i])
		return true;
	if (!dossier_open(&chunk->arena, dossier, share, chunk->sealed[i], &plain, error) ||
	    !message_decode_as(provider->registry, &shared_dossier_schema, plain, &padded, &chunk->arena, &message, error))
		return false;
	search_terms_of(&chunk->keys, message.record, &chunk->arena, &share->terms);
	return dossier_store_index(database, &chunk->arena, share, error);
}

static bool fill_chunk(const struct provider *provider, struct database *database, size_t *ret_count, struct error *error)
{
	CLEANUP(chunk_done) struct chunk chunk = {0};
	struct dossier_rows rows;

	if (!search_keys_of(provider->keyring, keyring_current_epoch(provider->keyring), &chunk.keys, error) ||
	    !database_run(database, &select_chunk, NULL, read_chunk, &chunk, error))
		return false;
	dossier_rows_init(&rows, &chunk.arena, chunk.count);
	if (!dossier_store_load(database, provider->keyring, chunk.share_ids, chunk.pseudonyms, chunk.count, &rows, error))
		return false;
	for (size_t i = 0; i < chunk.count; i++)
		if (!fill_one(provider, database, &chunk, &rows, i, error))
			return false;
	*ret_count = chunk.count;
	return database_sync(database, error);
}

bool dossier_index_fill(const struct provider *provider, struct database *database, size_t *ret_count, struct error *error)
{
	size_t count = 0;

	*ret_count = 0;
	do {
		if (!fill_chunk(provider, database, &count, error))
			return false;
		*ret_count += count;
	} while (count > 0);
	return true;
}
