#include "provider-svc/cli/commands.h"

#include <stdio.h>

#include "common/base/calendar.h"
#include "common/operate/positions.h"
#include "common/operate/status.h"

static const struct statement count_population = {
	"status_population",
	"SELECT 'employments', count(*) FROM population_employment UNION ALL SELECT 'absences', count(*) FROM population_absence "
	"UNION ALL SELECT 'units', count(*) FROM population_unit"};
static const struct statement count_employers = {"status_employers", "SELECT state, count(*) FROM population_standing GROUP BY state"};
static const struct statement count_shares = {"status_shares", "SELECT state, count(*) FROM dossier_share GROUP BY state"};
static const struct statement count_dossiers = {"status_dossiers", "SELECT 'dossiers', count(*) FROM dossier"};
static const struct statement count_quarantine = {"status_quarantine", "SELECT code, count(*) FROM quarantine GROUP BY code"};
static const struct statement select_loads = {"status_loads", "SELECT partition, up_to, first, began_at FROM population_load l WHERE number = "
							      "(SELECT max(number) FROM population_load n WHERE n.partition = l.partition) "
							      "AND finished_at IS NULL ORDER BY partition"};

/* Loads under way, as a list. */
static bool read_loads(void *context, const struct rows *rows, struct error *error)
{
	(void)error;
	for (int i = 0; i < rows_count(rows); i++) {
		char began_at[32];

		time_format(row_time(rows, i, 3), began_at);
		json_array_append_new(context, json_pack("{s:i,s:I,s:b,s:s}", "partition", row_int4(rows, i, 0), "up_to",
							 (json_int_t)row_int8(rows, i, 1), "first", (int)row_bool(rows, i, 2), "began_at", began_at));
	}
	return true;
}

static bool load(struct database *database, json_t *status, struct error *error)
{
	return database_queue(database, &count_population, NULL, status_read_counts, status_member(status, "population", json_object()), error) &&
	       database_queue(database, &count_employers, NULL, status_read_counts, status_member(status, "employers", json_object()), error) &&
	       database_queue(database, &select_loads, NULL, read_loads, status_member(status, "loads", json_array()), error) &&
	       database_queue(database, &count_dossiers, NULL, status_read_counts, status, error) &&
	       database_queue(database, &count_shares, NULL, status_read_counts, status_member(status, "shares", json_object()), error) &&
	       database_queue(database, &count_quarantine, NULL, status_read_counts, status_member(status, "quarantine", json_object()), error) &&
	       database_sync(database, error);
}

static void print_counts(const char *title, json_t *counts)
{
	const char *name;
	json_t *count;

	(void)printf("%s\n", title);
	if (json_object_size(counts) == 0)
		(void)printf("  none\n");
	json_object_foreach(counts, name, count)(void) printf("  %-24s %lld\n", name, (long long)json_integer_value(count));
}

static void print_loads(json_t *loads)
{
	json_t *load;
	size_t i;

	json_array_foreach(loads, i, load)
	{
		(void)printf("  loading: partition %lld up to offset %lld, since %s%s\n",
			     (long long)json_integer_value(json_object_get(load, "partition")),
			     (long long)json_integer_value(json_object_get(load, "up_to")), json_string_value(json_object_get(load, "began_at")),
			     json_is_true(json_object_get(load, "first")) ? "" : ", read again: not read for longer than tombstones are kept");
	}
}

static void print_status(json_t *status)
{
	print_counts("population", json_object_get(status, "population"));
	print_loads(json_object_get(status, "loads"));
	print_counts("employers", json_object_get(status, "employers"));
	(void)printf("dossiers\n  %-24s %lld\n", "all", (long long)json_integer_value(json_object_get(status, "dossiers")));
	print_counts("shares", json_object_get(status, "shares"));
	print_counts("quarantine", json_object_get(status, "quarantine"));
	(void)printf("lag %lld, unpublished batches %lld\n", (long long)json_integer_value(json_object_get(status, "lag")),
		     (long long)json_integer_value(json_object_get(status, "outbox")));
	positions_print(json_object_get(status, "partitions"));
}

int command_status(struct command_line *line)
{
	CLEANUP(provider_done) struct provider provider = {0};
	CLEANUP(database_free_p) struct database *database = NULL;
	struct error error = {0};
	json_t *status;
	int code;

	if (!command_begin(line, &provider, false, &code))
		return code;
	status = json_pack("{s:s}", "provider", provider.options.provider_id);
	if (!database_open(provider.options.database, &database, &error) || !load(database, status, &error) ||
	    !status_load_positions(database, provider.kafka.options, provider.kafka.count, status, &error)) {
		json_decref(status);
		return command_failed(line, &error);
	}
	if (command_wants_json(line)) {
		status_print_json(status);
	} else {
		print_status(status);
	}
	json_decref(status);
	return EXIT_CODE_DONE;
}
