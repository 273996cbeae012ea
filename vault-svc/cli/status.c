#include <stdio.h>

#include "common/base/clock.h"
#include "common/operate/json_text.h"
#include "common/operate/positions.h"
#include "common/operate/status.h"
#include "vault-svc/cli/operator.h"
#include "vault-svc/store/receipt_store.h"

static bool read_runs(void *context, const struct rows *rows, struct error *error)
{
	(void)error;
	for (int i = 0; i < rows_count(rows); i++) {
		json_t *run = json_object();

		json_object_set_new(run, "run_id", json_text(row_text(rows, i, 0)));
		json_object_set_new(run, "employer_id", json_text(row_text(rows, i, 1)));
		json_object_set_new(run, "kind", json_text(row_text(rows, i, 2)));
		json_object_set_new(run, "state", json_text(row_text(rows, i, 3)));
		json_object_set_new(run, "persons", json_integer(row_int8(rows, i, 4)));
		json_array_append_new(context, run);
	}
	return true;
}

static const struct statement count_employers = {"status_employers", "SELECT state, count(*) FROM employer GROUP BY state ORDER BY state"};
static const struct statement count_quarantine = {"status_quarantine", "SELECT code, count(*) FROM quarantine GROUP BY code ORDER BY code"};
static const struct statement count_persons = {"status_persons", "SELECT 'persons', count(*) FROM person"};
static const struct statement count_shares = {"status_shares", "SELECT state, count(*) FROM share GROUP BY state ORDER BY state"};
static const struct statement select_runs = {"status_runs", "SELECT r.run_id, e.employer_id, r.kind, r.state, r.persons FROM run r JOIN employer e "
							    "USING (employer_no) ORDER BY r.state = 'OPEN' DESC, r.run_no DESC LIMIT "
							    "20"};

static const struct statement count_endings = {"status_endings", "SELECT CASE WHEN refused THEN 'REFUSED' ELSE 'DUE' END, count(*) FROM ending "
								 "GROUP BY 1 ORDER BY 1"};

/* Counts by provider. */
static void count_receipt(void *context, const struct receipt_missing *receipt)
{
	json_t *counts = context;
	const char *provider = (const char *)receipt->provider_id.ptr;
	const json_t *count = json_object_getn(counts, provider, receipt->provider_id.len);

	json_object_setn_new(counts, provider, receipt->provider_id.len, json_integer(json_integer_value(count) + 1));
}

static void add_use(void *context, const struct care_use *use)
{
	json_t *object = json_object();

	json_object_set_new(object, "provider", json_text(use->provider_id));
	json_object_set_new(object, "sick_line", json_boolean(use->sick_line));
	json_object_set_new(object, "hour_requests", json_integer(use->hour_requests));
	json_object_set_new(object, "hour_misses", json_integer(use->hour_misses));
	json_object_set_new(object, "day_misses", json_integer(use->day_misses));
	json_object_set_new(object, "at_limit", json_integer(use->at_limit));
	json_array_append_new(context, object);
}

/* What an operator must see to, and no employer may read. */
static bool load_alarms(const struct vault_options *options, struct database *database, json_t *status, struct arena *arena, struct error *error)
{
	int64_t now = wall_ms();

	return database_queue(database, &count_endings, NULL, status_read_counts, status_member(status, "endings", json_object()), error) &&
	       database_sync(database, error) &&
	       receipt_list(database, now - options->revocation_limit, count_receipt, status_member(status, "unconfirmed", json_object()), arena,
			    error) &&
	       care_use_list(database, &options->care_limits, now, add_use, status_member(status, "care", json_array()), arena, error);
}

static bool load(const struct vault_options *options, struct database *database, json_t *status, struct error *error)
{
	return database_queue(database, &count_employers, NULL, status_read_counts, status_member(status, "employers", json_object()), error) &&
	       database_queue(database, &count_quarantine, NULL, status_read_counts, status_member(status, "quarantine", json_object()), error) &&
	       database_queue(database, &count_persons, NULL, status_read_counts, status, error) &&
	       database_queue(database, &count_shares, NULL, status_read_counts, status_member(status, "shares", json_object()), error) &&
	       database_queue(database, &select_runs, NULL, read_runs, status_member(status, "runs", json_array()), error) &&
	       database_sync(database, error) && status_load_positions(database, options->kafka.options, options->kafka.count, status, error);
}

static void print_counts(const char *title, json_t *counts)
{
	const char *name;
	json_t *count;

	(void)printf("%s:%s", title, json_object_size(counts) == 0 ? " none" : "");
	json_object_foreach(counts, name, count)(void) printf(" %s %lld", name, (long long)json_integer_value(count));
	(void)printf("\n");
}

static long long number_in(const json_t *object, const char *name)
{
	return (long long)json_integer_value(json_object_get(object, name));
}

static void print_alarms(json_t *status)
{
	json_t *use;
	size_t i;

	if (json_object_size(json_object_get(status, "unconfirmed")) > 0)
		print_counts("revocations not confirmed in time (vault-svc revocations)", json_object_get(status, "unconfirmed"));
	if (json_object_size(json_object_get(status, "endings")) > 0)
		print_counts("endings", json_object_get(status, "endings"));
	json_array_foreach(json_object_get(status, "care"), i, use)
	{
		(void)printf(
			"care look-ups of %s%s: %lld this hour, %lld of them without a match, %lld of the day; at its limit with %lld employers\n",
			json_string_value(json_object_get(use, "provider")), json_is_true(json_object_get(use, "sick_line")) ? " (sick line)" : "",
			number_in(use, "hour_requests"), number_in(use, "hour_misses"), number_in(use, "day_misses"), number_in(use, "at_limit"));
	}
}

static void print_status(json_t *status)
{
	json_t *run;
	size_t i;

	print_counts("employers", json_object_get(status, "employers"));
	(void)printf("persons: %lld\n", (long long)json_integer_value(json_object_get(status, "persons")));
	print_counts("shares known to employers", json_object_get(status, "shares"));
	print_counts("quarantine", json_object_get(status, "quarantine"));
	json_array_foreach(json_object_get(status, "runs"), i, run)
	{
		(void)printf("run %s %s of employer %s: %s, %lld persons\n", json_string_value(json_object_get(run, "kind")),
			     json_string_value(json_object_get(run, "run_id")), json_string_value(json_object_get(run, "employer_id")),
			     json_string_value(json_object_get(run, "state")), (long long)json_integer_value(json_object_get(run, "persons")));
	}
	print_alarms(status);
	(void)printf("lag %lld records, %lld batches unpublished\n", (long long)json_integer_value(json_object_get(status, "lag")),
		     (long long)json_integer_value(json_object_get(status, "outbox")));
	positions_print(json_object_get(status, "partitions"));
}

int command_status(struct command_line *line)
{
	CLEANUP(arena_done) struct arena arena = {0};
	CLEANUP(database_free_p) struct database *database = NULL;
	struct vault_options options;
	struct error error = {0};
	json_t *status;
	int code;

	if (!operator_begin(line, &arena, &options, &database, &code))
		return code;
	status = json_object();
	if (!load(&options, database, status, &error) || !load_alarms(&options, database, status, &arena, &error)) {
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
