#include <stdio.h>

#include "common/operate/positions.h"
#include "common/operate/status.h"
#include "vault-svc/cli/operator.h"

static json_t *text_json(struct view text)
{
	return json_stringn((const char *)text.ptr, text.len);
}

static bool read_runs(void *context, const struct rows *rows, struct error *error)
{
	(void)error;
	for (int i = 0; i < rows_count(rows); i++) {
		json_t *run = json_object();

		json_object_set_new(run, "run_id", text_json(row_text(rows, i, 0)));
		json_object_set_new(run, "employer_id", text_json(row_text(rows, i, 1)));
		json_object_set_new(run, "kind", text_json(row_text(rows, i, 2)));
		json_object_set_new(run, "state", text_json(row_text(rows, i, 3)));
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
	if (!load(&options, database, status, &error)) {
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
