#include "provider-svc/cli/commands.h"

#include <stdio.h>

#include "common/operate/positions.h"

/* Rows of (name, count) into an object. */
static bool read_counts(void *context, const struct rows *rows, struct error *error)
{
	(void)error;
	for (int i = 0; i < rows_count(rows); i++) {
		struct view name = row_text(rows, i, 0);

		json_object_set_new(context, (const char *)name.ptr, json_integer(row_int8(rows, i, 1)));
	}
	return true;
}

static const struct statement count_population = {
	"status_population",
	"SELECT 'employments', count(*) FROM population_employment UNION ALL SELECT 'absences', count(*) FROM population_absence "
	"UNION ALL SELECT 'units', count(*) FROM population_unit"};
static const struct statement count_employers = {"status_employers", "SELECT CASE WHEN ended THEN 'ENDED' WHEN complete_generation > 0 THEN "
								     "'COMPLETE' ELSE 'LOADING' END, count(*) FROM population_employer GROUP BY 1"};
static const struct statement count_shares = {"status_shares", "SELECT state, count(*) FROM dossier_share GROUP BY state"};
static const struct statement count_dossiers = {"status_dossiers", "SELECT 'dossiers', count(*) FROM dossier"};
static const struct statement count_quarantine = {"status_quarantine", "SELECT code, count(*) FROM quarantine GROUP BY code"};
static json_t *member(json_t *object, const char *name, json_t *value)
{
	json_object_set_new(object, name, value);
	return value;
}

static bool load(struct database *database, json_t *status, struct error *error)
{
	return database_queue(database, &count_population, NULL, read_counts, member(status, "population", json_object()), error) &&
	       database_queue(database, &count_employers, NULL, read_counts, member(status, "employers", json_object()), error) &&
	       database_queue(database, &count_dossiers, NULL, read_counts, status, error) &&
	       database_queue(database, &count_shares, NULL, read_counts, member(status, "shares", json_object()), error) &&
	       database_queue(database, &count_quarantine, NULL, read_counts, member(status, "quarantine", json_object()), error) &&
	       database_sync(database, error);
}

static bool load_positions(struct provider *provider, struct database *database, json_t *status, struct error *error)
{
	json_t *positions;
	int64_t lag;

	if (!positions_json(database, &positions, error))
		return false;
	json_object_set_new(status, "partitions", positions);
	json_object_set_new(status, "outbox", json_integer(positions_unpublished(positions)));
	if (!positions_lag(database, provider->kafka.options, provider->kafka.count, &lag, error))
		return false;
	json_object_set_new(status, "lag", json_integer(lag));
	return true;
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

static void print_status(json_t *status)
{
	print_counts("population", json_object_get(status, "population"));
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
	CLEANUP(provider_done) struct provider provider;
	CLEANUP(database_free_p) struct database *database = NULL;
	struct error error = {0};
	json_t *status;
	int code;

	if (!command_begin(line, &provider, false, &code))
		return code;
	status = json_pack("{s:s}", "provider", provider.options.provider_id);
	if (!database_open(provider.options.database, &database, &error) || !load(database, status, &error) ||
	    !load_positions(&provider, database, status, &error)) {
		json_decref(status);
		return command_failed(line, &error);
	}
	if (command_wants_json(line)) {
		(void)json_dumpf(status, stdout, JSON_INDENT(2));
		(void)printf("\n");
	} else {
		print_status(status);
	}
	json_decref(status);
	return EXIT_CODE_DONE;
}
