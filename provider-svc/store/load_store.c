#include "provider-svc/store/load_store.h"

/* The loads of partition $1 before load $2. */
#define OLDER "(SELECT l.number FROM population_load l WHERE l.partition = $1 AND l.number < $2)"

/* Of one table, so many rows that one statement takes no more than some tenths of a second. */
#define SWEEP(table) "DELETE FROM " table " WHERE ctid = ANY (ARRAY(SELECT t.ctid FROM " table " t WHERE t.load IN " OLDER " LIMIT 5000))"

static const struct statement select_newest = {
	"load_newest", "SELECT number, up_to, finished_at IS NOT NULL FROM population_load WHERE partition = $1 ORDER BY number DESC LIMIT 1"};

static const struct statement mark_employers = {
	"load_mark_employers",
	"UPDATE population_employer SET loading = true WHERE load IN (SELECT number FROM population_load WHERE partition = $1)"};

static const struct statement insert_load = {"load_insert", "INSERT INTO population_load (partition, up_to, first) VALUES ($1, $2, $3)"};

static const struct statement select_unconfirmed = {"load_unconfirmed", "SELECT EXISTS (SELECT FROM population_employment WHERE load IN " OLDER ") "
									"OR EXISTS (SELECT FROM population_absence WHERE load IN " OLDER ") "
									"OR EXISTS (SELECT FROM population_unit WHERE load IN " OLDER ") "
									"OR EXISTS (SELECT FROM population_employer WHERE load IN " OLDER ")"};

static const struct statement sweeps[] = {{"load_sweep_employments", SWEEP("population_employment")},
					  {"load_sweep_absences", SWEEP("population_absence")},
					  {"load_sweep_units", SWEEP("population_unit")},
					  {"load_sweep_employers", SWEEP("population_employer")}};

static const struct statement finish_load = {"load_finish",
					     "WITH older AS (DELETE FROM population_load WHERE partition = $1 AND number < $2), "
					     "employers AS (UPDATE population_employer SET loading = false WHERE load = $2) "
					     "UPDATE population_load SET finished_at = clock_timestamp() WHERE partition = $1 AND number = $2"};

static bool read_newest(void *context, const struct rows *rows, struct error *error)
{
	struct population_load *load = context;

	(void)error;
	*load = (struct population_load){.known = true};
	if (rows_count(rows) == 1) {
		load->number = row_int8(rows, 0, 0);
		load->up_to = row_int8(rows, 0, 1);
		load->finished = row_bool(rows, 0, 2);
	}
	return true;
}

bool load_store_newest(struct database *database, struct arena *arena, int32_t partition, struct population_load *ret, struct error *error)
{
	struct parameters parameters;

	parameters_init(&parameters, arena);
	parameters_int4(&parameters, partition);
	return database_run(database, &select_newest, &parameters, read_newest, ret, error);
}

bool load_store_queue_begin(struct database *database, struct arena *arena, int32_t partition, int64_t up_to, bool first, struct error *error)
{
	struct parameters of_partition;
	struct parameters load;

	parameters_init(&of_partition, arena);
	parameters_int4(&of_partition, partition);
	parameters_init(&load, arena);
	parameters_int4(&load, partition);
	parameters_int8(&load, up_to);
	parameters_bool(&load, first);
	return database_queue(database, &mark_employers, &of_partition, NULL, NULL, error) &&
	       database_queue(database, &insert_load, &load, NULL, NULL, error);
}

static struct parameters parameters_of(struct arena *arena, int32_t partition, const struct population_load *load)
{
	struct parameters parameters;

	parameters_init(&parameters, arena);
	parameters_int4(&parameters, partition);
	parameters_int8(&parameters, load->number);
	return parameters;
}

static bool read_left(void *context, const struct rows *rows, struct error *error)
{
	(void)error;
	*(bool *)context = rows_count(rows) == 1 && row_bool(rows, 0, 0);
	return true;
}

bool load_store_unconfirmed(struct database *database, struct arena *arena, int32_t partition, const struct population_load *load, bool *ret_left,
			    struct error *error)
{
	struct parameters parameters = parameters_of(arena, partition, load);

	return database_run(database, &select_unconfirmed, &parameters, read_left, ret_left, error);
}

bool load_store_queue_sweep(struct database *database, struct arena *arena, int32_t partition, const struct population_load *load,
			    struct error *error)
{
	for (size_t i = 0; i < sizeof sweeps / sizeof sweeps[0]; i++) {
		struct parameters parameters = parameters_of(arena, partition, load);

		if (!database_queue(database, &sweeps[i], &parameters, NULL, NULL, error))
			return false;
	}
	return true;
}

bool load_store_queue_finish(struct database *database, struct arena *arena, int32_t partition, const struct population_load *load,
			     struct error *error)
{
	struct parameters parameters = parameters_of(arena, partition, load);

	return database_queue(database, &finish_load, &parameters, NULL, NULL, error);
}
