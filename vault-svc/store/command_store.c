#include "vault-svc/store/command_store.h"

#include "common/base/calendar.h"

struct load {
	struct seen *seen;
	struct arena *arena;
};

static bool seen_read(void *context, const struct rows *rows, struct error *error)
{
	struct load *load = context;

	(void)error;
	for (int i = 0; i < rows_count(rows); i++) {
		struct seen *seen = &load->seen[row_int8(rows, i, 0) - 1];

		seen->found = true;
		seen->code = arena_copy(load->arena, row_text(rows, i, 1));
		seen->detail = row_is_null(rows, i, 2) ? VIEW_NULL : arena_copy(load->arena, row_text(rows, i, 2));
		seen->decided_at = row_int8(rows, i, 3);
	}
	return true;
}

bool seen_queue_load(struct seen *seen, size_t count, struct database *database, struct arena *arena, struct error *error)
{
	static const struct statement select = {
		"seen_load",
		"SELECT q.i, c.code, c.detail, c.decided_at FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY "
		"q (topic, issuer, command_id, i) JOIN command c ON c.topic = q.topic AND c.issuer = q.issuer AND c.command_id = q.command_id"};
	struct view *topics = arena_array(arena, count + 1, sizeof *topics);
	struct view *issuers = arena_array(arena, count + 1, sizeof *issuers);
	struct view *ids = arena_array(arena, count + 1, sizeof *ids);
	struct load *load = arena_take(arena, sizeof *load);
	struct parameters parameters;

	*load = (struct load){.seen = seen, .arena = arena};
	for (size_t i = 0; i < count; i++) {
		topics[i] = view_text(seen[i].topic);
		issuers[i] = seen[i].issuer;
		ids[i] = seen[i].command_id;
	}
	parameters_init(&parameters, arena);
	parameters_text_array(&parameters, topics, count);
	parameters_text_array(&parameters, issuers, count);
	parameters_text_array(&parameters, ids, count);
	return database_queue(database, &select, &parameters, seen_read, load, error);
}

struct seen *seen_find(struct seen *seen, size_t count, const struct seen *wanted, int64_t now_ms)
{
	for (size_t i = 0; i < count; i++) {
		struct seen *one = &seen[i];

		if ((one->found || one->added) && strcmp(one->topic, wanted->topic) == 0 && view_equal(one->issuer, wanted->issuer) &&
		    view_equal(one->command_id, wanted->command_id) && one->decided_at >= now_ms - SEEN_DAYS * MS_PER_DAY)
			return one;
	}
	return NULL;
}

static bool seen_queue_one(const struct seen *seen, struct database *database, struct arena *arena, struct error *error)
{
	static const struct statement upsert = {
		"seen_upsert", "INSERT INTO command (topic, issuer, command_id, code, detail, decided_at) VALUES ($1, $2, $3, $4, $5, $6) "
			       "ON CONFLICT (topic, issuer, command_id) DO UPDATE SET code = excluded.code, detail = excluded.detail, "
			       "decided_at = excluded.decided_at"};
	struct parameters parameters;

	parameters_init(&parameters, arena);
	parameters_text(&parameters, view_text(seen->topic));
	parameters_text(&parameters, seen->issuer);
	parameters_text(&parameters, seen->command_id);
	parameters_text(&parameters, seen->code);
	parameters_text(&parameters, seen->detail);
	parameters_int8(&parameters, seen->decided_at);
	return database_queue(database, &upsert, &parameters, NULL, NULL, error);
}

bool seen_queue_write(const struct seen *seen, size_t count, struct database *database, struct arena *arena, struct error *error)
{
	for (size_t i = 0; i < count; i++)
		if (seen[i].added && !seen_queue_one(&seen[i], database, arena, error))
			return false;
	return true;
}

bool seen_queue_expire(int64_t now_ms, struct database *database, struct arena *arena, struct error *error)
{
	static const struct statement delete = {"seen_expire", "DELETE FROM command WHERE decided_at < $1"};
	struct parameters parameters;

	parameters_init(&parameters, arena);
	parameters_int8(&parameters, now_ms - (SEEN_DAYS + 1) * MS_PER_DAY);
	return database_queue(database, &delete, &parameters, NULL, NULL, error);
}
