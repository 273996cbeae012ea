#include "common/stream/orphan.h"

#include "common/config/log.h"
#include "common/db/database.h"
#include "common/stream/producer.h"

struct owners {
	struct arena arena;
	const char **items;
	size_t count;
};

static bool owners_read(void *context, const struct rows *rows, struct error *error)
{
	struct owners *owners = context;

	(void)error;
	owners->items = arena_array(&owners->arena, (size_t)rows_count(rows) + 1, sizeof *owners->items);
	for (int i = 0; i < rows_count(rows); i++)
		owners->items[owners->count++] = arena_text(&owners->arena, row_text(rows, i, 0));
	return true;
}

static bool owners_load(const struct stream *stream, struct database *database, const int32_t *partitions, size_t count, struct owners *owners,
			struct error *error)
{
	static const struct statement select = {"stream_orphans",
						"SELECT DISTINCT owner FROM stream_position "
						"WHERE partition = ANY ($1::int4[]) AND NOT clean AND owner NOT IN ('', $2) AND lineage = $3"};
	struct parameters parameters;

	parameters_init(&parameters, &owners->arena);
	parameters_int4_array(&parameters, partitions, NULL, count);
	parameters_text(&parameters, view_text(stream->options.instance));
	parameters_text(&parameters, view_text(stream->lineage));
	return database_run(database, &select, &parameters, owners_read, owners, error);
}

bool orphans_end(struct stream *stream, struct database *database, const int32_t *partitions, size_t count, struct error *error)
{
	struct owners owners = {0};
	bool done = owners_load(stream, database, partitions, count, &owners, error);

	for (size_t i = 0; i < owners.count && !stream_is_ending(stream); i++) {
		struct error why = {0};

		if (producer_end_of(stream, owners.items[i], &why))
			log_event(LOG_LEVEL_INFO, "orphan_ended", log_text("instance", owners.items[i]));
		else
			log_event(LOG_LEVEL_WARNING, "orphan_left", log_text("instance", owners.items[i]), log_error(&why));
	}
	arena_done(&owners.arena);
	return done;
}
