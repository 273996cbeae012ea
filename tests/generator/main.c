#include "common/base/clock.h"
#include "common/cli/command_line.h"
#include "common/operate/topic_setup.h"
#include "tests/generator/crowd.h"
#include "tests/generator/topic_writer.h"

#include <inttypes.h>
#include <unistd.h>

#define CROWD                                                                                                                                        \
	{.name = "employees", .value = "N", .help = "persons, 1 to 2,000,000, those who are hired and who leave counted; default 1000"},             \
		{.name = "years", .value = "N", .help = "calendar years, 1 to 10; default 5"},                                                       \
		{.name = "first-year", .value = "YEAR", .help = "the first of them; default 2020"},                                                  \
		{.name = "seed", .value = "N", .help = "the same seed gives the same bytes; default 1"},                                             \
		{.name = "provider", .value = "ID", .help = "for whom; another one has the same lives under other ids", .required = true},           \
		{.name = "corrections", .value = "N", .help = "of a hundred spells so many are first told wrong, half as many twice; default 4"},    \
		{.name = "min-group", .value = "N", .help = "smallest group that statistics show, in the markers; default 10"},                      \
	{                                                                                                                                            \
		.name = "truth", .value = "FILE", .help = "write there what is true, counted from the lives: CSV, by employer and month"             \
	}

static const struct command_option publish_options[] = {
	CROWD,
	{.name = "bootstrap", .value = "HOST:PORT", .help = "Kafka", .required = true},
	{.name = "partitions", .value = "N", .help = "of the topic, which is made where it is not there; default 12"},
	{.name = "per-transaction", .value = "N", .help = "records; default 5000"},
};

static const struct command_option write_options[] = {
	CROWD,
	{.name = "out", .value = "FILE", .help = "where to", .required = true},
};

/* Where records go; one of the two is NULL. */
struct outlet {
	struct topic_writer *topic;
	FILE *file;
	struct crowd_counts counts;
	int64_t employees;
	bool shows_progress;
	uint64_t bytes; /* of keys and values */
};

static bool begin(void *context, struct view employer_id, struct error *error)
{
	struct outlet *outlet = context;

	(void)error;
	if (outlet->topic != NULL)
		topic_writer_turn_to(outlet->topic, employer_id);
	if (outlet->shows_progress)
		(void)fprintf(stderr, "\r%" PRIu64 " of %" PRId64 " employees, %" PRIu64 " records", outlet->counts.employees, outlet->employees,
			      outlet->counts.records);
	return true;
}

static bool write_record(FILE *file, const struct sheaf_record *record, struct error *error)
{
	const int32_t lengths[2] = {(int32_t)record->key.len, view_is_null(record->value) ? -1 : (int32_t)record->value.len};
	bool done = fwrite(lengths, sizeof lengths, 1, file) == 1 && fwrite(record->key.ptr, record->key.len, 1, file) == 1 &&
		    (record->value.len == 0 || fwrite(record->value.ptr, record->value.len, 1, file) == 1);

	return done || error_set(error, DISPOSITION_STOP, "FILE", "out", "cannot be written");
}

static bool take(void *context, const struct sheaf_record *record, struct error *error)
{
	struct outlet *outlet = context;

	outlet->bytes += record->key.len + record->value.len;
	return outlet->topic != NULL ? topic_writer_put(outlet->topic, record->key, record->value, error) : write_record(outlet->file, record, error);
}

static bool read_options(const struct command_line *line, struct crowd_options *ret, struct error *error)
{
	int64_t first_year;
	int64_t years;
	int64_t seed;
	int64_t corrections;
	int64_t min_group;

	*ret = (struct crowd_options){.provider_id = view_text(command_value(line, "provider"))};
	if (!command_number(line, "employees", 1, 2000000, 1000, &ret->employees, error) || !command_number(line, "years", 1, 10, 5, &years, error) ||
	    !command_number(line, "first-year", 1980, 2100, 2020, &first_year, error) ||
	    !command_number(line, "seed", 0, INT64_MAX, 1, &seed, error) || !command_number(line, "corrections", 0, 100, 4, &corrections, error) ||
	    !command_number(line, "min-group", 0, 1000, 10, &min_group, error))
		return false;
	ret->first_year = (int32_t)first_year;
	ret->years = (int32_t)years;
	ret->seed = (uint64_t)seed;
	ret->corrections = (int32_t)corrections;
	ret->min_group = (int32_t)min_group;
	return true;
}

static bool open_file(const char *path, FILE **ret, struct error *error)
{
	*ret = fopen(path, "wb");
	return *ret != NULL || error_set(error, DISPOSITION_STOP, "FILE", "open", "a file cannot be made");
}

static bool close_file(FILE *file, struct error *error)
{
	return file == NULL || fclose(file) == 0 || error_set(error, DISPOSITION_STOP, "FILE", "close", "a file cannot be written");
}

/* Makes the crowd and says what it is. */
static int make(const struct command_line *line, struct outlet *outlet, const struct crowd_options *options)
{
	const struct crowd_taker taker = {.context = outlet, .begin = begin, .take = take};
	const struct crowd_counts *counts = &outlet->counts;
	struct error error = {0};
	FILE *truth = NULL;
	int64_t began = monotonic_ms();
	bool done = command_value(line, "truth") == NULL || open_file(command_value(line, "truth"), &truth, &error);

	outlet->employees = options->employees;
	outlet->shows_progress = isatty(STDERR_FILENO) == 1;
	done = done && crowd_make(options, &taker, truth, &outlet->counts, &error) &&
	       (outlet->topic == NULL || topic_writer_finish(outlet->topic, &error));
	if (outlet->shows_progress)
		(void)fprintf(stderr, "\n");
	if (truth != NULL)
		done = close_file(truth, &error) && done;
	if (!done)
		return command_failed(line, &error);
	(void)printf("{\"employers\": %" PRIu64 ", \"employees\": %" PRIu64 ", \"units\": %" PRIu64 ", \"employments\": %" PRIu64
		     ", \"spells\": %" PRIu64 ", \"records\": %" PRIu64 ", \"bytes\": %" PRIu64 ", \"seconds\": %.1f}\n",
		     counts->employers, counts->employees, counts->units, counts->employments, counts->spells, counts->records, outlet->bytes,
		     (double)(monotonic_ms() - began) / 1000);
	return EXIT_CODE_DONE;
}

static bool make_topic(const struct command_line *line, struct view provider_id, struct error *error)
{
	const struct stream_option kafka = {.name = "bootstrap.servers", .value = command_value(line, "bootstrap")};
	const struct topic_wanted wanted = {.kind = TOPIC_POPULATION, .owner = provider_id};
	int64_t partitions;

	return command_number(line, "partitions", 1, 1000, TOPIC_DEFAULT_PARTITIONS, &partitions, error) &&
	       topic_setup(&kafka, 1, &wanted, 1, (int32_t)partitions, error);
}

static int publish(struct command_line *line)
{
	CLEANUP(arena_done) struct arena arena = {0};
	struct crowd_options options;
	struct topic_writer_options writer = {.bootstrap = command_value(line, "bootstrap")};
	struct outlet outlet = {0};
	struct error error = {0};
	int code;

	if (!read_options(line, &options, &error) || !command_number(line, "per-transaction", 1, 100000, 5000, &writer.per_transaction, &error) ||
	    !make_topic(line, options.provider_id, &error))
		return command_failed(line, &error);
	writer.topic = topic_name(TOPIC_POPULATION, options.provider_id, &arena);
	if (!topic_writer_new(&writer, &outlet.topic, &error))
		return command_failed(line, &error);
	code = make(line, &outlet, &options);
	topic_writer_free(outlet.topic);
	return code;
}

static int write_file(struct command_line *line)
{
	struct crowd_options options;
	struct outlet outlet = {0};
	struct error error = {0};
	int code;

	if (!read_options(line, &options, &error) || !open_file(command_value(line, "out"), &outlet.file, &error))
		return command_failed(line, &error);
	code = make(line, &outlet, &options);
	if (!close_file(outlet.file, &error) && code == EXIT_CODE_DONE)
		return command_failed(line, &error);
	return code;
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct command commands[] = {
	{.name = "publish",
	 .help = "make a population and publish it to population.<provider>\nPrints a line of JSON: how much it was.",
	 .options = publish_options,
	 .option_count = COUNT(publish_options),
	 .run = publish},
	{.name = "write",
	 .help = "make a population and write its records to a file\n"
		 "Each record: length of the key, length of the value (-1: a tombstone), four bytes little-endian each, key, value.",
	 .options = write_options,
	 .option_count = COUNT(write_options),
	 .run = write_file},
};

int main(int argc, char **argv)
{
	static const struct program program = {
		.name = "kluis_population",
		.help = "invented employees, their employments and absence over years, as a provider's topic holds them",
		.default_config = "",
		.commands = commands,
		.command_count = COUNT(commands)};

	return command_line_run(&program, argc, argv);
}
