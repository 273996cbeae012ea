#include "vault-svc/store/receipt_store.h"

#include "common/base/calendar.h"

struct listing {
	receipt_taker *take;
	care_use_taker *take_use;
	void *context;
};

static bool receipts_read(void *context, const struct rows *rows, struct error *error)
{
	const struct listing *listing = context;

	(void)error;
	for (int i = 0; i < rows_count(rows); i++) {
		const struct receipt_missing receipt = {
			.provider_id = row_text(rows, i, 0),
			.share_id = row_bytea(rows, i, 1),
			.revoked_at = row_int8(rows, i, 2),
			.dossier_state = row_is_null(rows, i, 3) ? VIEW_NULL : row_text(rows, i, 3),
		};

		listing->take(listing->context, &receipt);
	}
	return true;
}

bool receipt_list(struct database *database, int64_t until, receipt_taker *take, void *context, struct arena *arena, struct error *error)
{
	static const struct statement select = {"receipt_list", "SELECT provider_id, share_id, changed_at, dossier_state FROM vault_unconfirmed($1) "
								"ORDER BY provider_id, changed_at, share_id"};
	struct listing listing = {.take = take, .context = context};
	struct parameters parameters;

	parameters_init(&parameters, arena);
	parameters_int8(&parameters, until);
	return database_run(database, &select, &parameters, receipts_read, &listing, error);
}

static bool uses_read(void *context, const struct rows *rows, struct error *error)
{
	const struct listing *listing = context;

	(void)error;
	for (int i = 0; i < rows_count(rows); i++) {
		const struct care_use use = {
			.provider_id = row_text(rows, i, 0),
			.sick_line = row_bool(rows, i, 1),
			.hour_requests = row_int8(rows, i, 2),
			.hour_misses = row_int8(rows, i, 3),
			.day_misses = row_int8(rows, i, 4),
			.at_limit = row_int8(rows, i, 5),
		};

		listing->take_use(listing->context, &use);
	}
	return true;
}

bool care_use_list(struct database *database, const struct lookup_limits *limits, int64_t now_ms, care_use_taker *take, void *context,
		   struct arena *arena, struct error *error)
{
	static const struct statement select = {
		"care_use",
		"SELECT provider_id, sick_line, coalesce(sum(hour_requests) FILTER (WHERE hour >= $1), 0)::int8, "
		"coalesce(sum(hour_misses) FILTER (WHERE hour >= $1), 0)::int8, coalesce(sum(day_misses) FILTER (WHERE day >= $2), 0)::int8, "
		"count(*) FILTER (WHERE (hour >= $1 AND (hour_requests >= $3 OR hour_misses >= $4)) OR (day >= $2 AND day_misses >= $5)) "
		"FROM care_count WHERE hour >= $1 OR day >= $2 GROUP BY provider_id, sick_line ORDER BY provider_id, sick_line"};
	struct listing listing = {.take_use = take, .context = context};
	struct parameters parameters;

	parameters_init(&parameters, arena);
	parameters_int8(&parameters, now_ms / MS_PER_HOUR);
	parameters_int4(&parameters, amsterdam_day(now_ms));
	parameters_int8(&parameters, limits->hour_requests);
	parameters_int8(&parameters, limits->hour_misses);
	parameters_int8(&parameters, limits->day_misses);
	return database_run(database, &select, &parameters, uses_read, &listing, error);
}
